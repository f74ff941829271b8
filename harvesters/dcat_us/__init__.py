"""Catalogues as ``data.json``: DCAT-US 1.1 and 3.0.

``reader`` finds the datasets in a document, ``mapping`` and ``distributions`` turn one into a
record of ours, ``plugin`` binds them to the harvest engine.
Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from pathlib import Path

MESSAGES = Path(__file__).with_name("messages.yaml")
"""What the report says of a data.json document, whoever wrote it."""
