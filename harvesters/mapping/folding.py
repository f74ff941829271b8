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
_ACCENTS = re.compile("[\u0300-\u036f]+")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


def spelled(text: str) -> str:
    """Return ``text`` as the catalogue stores it: composed accents, plain line ends, trimmed.

    Control characters other than tabs and line ends go; a non-breaking space stays, because
    French typography needs it.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", unicodedata.normalize("NFC", text)).strip().strip("\ufeff\u200b")


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
    text = _CAMEL.sub(" ", text)
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
        text = _ACCENTS.sub("", apart)
    return _APART.sub(" ", text.casefold()).strip()
