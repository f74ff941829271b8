"""Actions with texts to translate, and who may call them."""
