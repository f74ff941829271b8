"""What readers share: one text → one value of the schema, in both languages, and who says what.

A reader owns the shape of its documents; the words people write (dates, choices, addresses,
languages) and the caps of a field mean the same everywhere and live here. Pure: imports
neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from pathlib import Path

MESSAGES = Path(__file__).with_name("messages.yaml")
"""What every reader may say: one file for all."""
