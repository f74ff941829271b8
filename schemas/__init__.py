"""Scheming schemas, presets, licences and controlled lists (YAML; loaded by path)."""
