"""What goes from the internal portal to the public one, and how it is received there."""
