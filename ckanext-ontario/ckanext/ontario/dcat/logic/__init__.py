"""Actions of the slice and what they accept."""
