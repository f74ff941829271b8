"""The scheduler's action and who may call it."""
