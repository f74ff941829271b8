"""The harvest's actions and who may call them."""
