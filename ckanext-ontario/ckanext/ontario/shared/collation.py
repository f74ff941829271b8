"""The order of titles: as a reader of each language looks for them in a list.

Case, accents and punctuation don't count (É stands with E, œ with oe), and a leading article is
passed over: "L’énergie en Ontario" stands with E, "The Grand River" with G.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 200
"""Letters compared; no title has more."""

_ARTICLE = {
    "en": re.compile(r"(?:the|an|a)\s+(?=\w)"),
    "fr": re.compile(r"(?:(?:les|le|la|une|un|des)\s+|l['’ʼ]\s*)(?=\w)"),
}
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"})
_LEADING_SIGNS = re.compile(r"^[\W_]+")
_SIGNS = re.compile(r"[\W_]+")


def sort_key(title: str, language: str) -> str:
    """Return what ``title`` is sorted by in a list of that language."""
    decomposed = unicodedata.normalize("NFKD", title.casefold()).translate(_LIGATURES)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    started = _LEADING_SIGNS.sub("", plain)
    article = _ARTICLE[language].match(started)
    named = started[article.end() :] if article else started
    return _SIGNS.sub(" ", named).strip()[:MAX_LENGTH]
