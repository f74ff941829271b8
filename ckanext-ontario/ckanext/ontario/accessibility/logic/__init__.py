"""Actions with barriers, and who may call them."""
