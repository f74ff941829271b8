"""Actions of votes and who may call them."""
