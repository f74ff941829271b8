"""Telling people when a dataset opens that they asked to be told of (public portal)."""
