"""Values of a record, read without trusting them.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ckanext.ontario.shared.bilingual import LANGUAGES


def texts(value: object) -> dict[str, str]:
    """Return a bilingual value without the languages it lacks."""
    if not isinstance(value, Mapping):
        return {}
    written = cast("Mapping[str, object]", value)
    return {code: str(written[code]).strip() for code in LANGUAGES if written.get(code)}


def instant(value: object) -> str:
    """Return CKAN's naive UTC timestamp with its zone, a day as it is, nothing as ``""``."""
    text = str(value or "")
    naive = "T" in text and not text.endswith("Z") and "+" not in text
    return f"{text}+00:00" if naive else text
