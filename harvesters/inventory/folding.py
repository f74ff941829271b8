"""How written words are compared: without case, accents, punctuation or spacing.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_APART = re.compile(r"[\W_]+")


def spelled(text: str) -> str:
    """Return ``text`` as the catalogue stores it: composed accents, plain line ends, trimmed.

    Control characters other than tabs and line ends go; a non-breaking space stays, because
    French typography needs it.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", text)
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return "".join(kept).strip().strip("\ufeff\u200b")


def one_line(text: str) -> str:
    """Return ``text`` with every run of white space, line ends included, as one space."""
    return " ".join(text.split())


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """Return the key under which ``text`` is compared with other spellings of the same words.

    Example:
        >>> folded("  Numéro d’INVENTAIRE ")
        'numero d inventaire'
    """
    text = _CAMEL.sub(" ", text.translate(_LIGATURES))
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _APART.sub(" ", plain.casefold()).strip()
