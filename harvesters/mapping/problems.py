"""How a converter says that a cell can't be used.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from typing import Any


class Unusable(ValueError):
    """A cell's text can't be turned into its field's value; carries a message code."""

    def __init__(self, code: str, **params: Any) -> None:
        """Name the message ``code`` of ``messages.yaml`` and fill its placeholders."""
        super().__init__(code)
        self.code = code
        self.params = params
