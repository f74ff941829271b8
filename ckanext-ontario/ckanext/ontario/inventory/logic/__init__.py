"""Actions of the inventory and who may call them."""
