"""The inventory as a whole: the explorer, the table that streams, and the nightly dumps."""
