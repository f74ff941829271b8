"""Cells of tables that spreadsheet programs open: none of them is run.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet program run a cell (OWASP, CSV injection)."""


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula: an apostrophe comes first."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
