"""How written names become the same name: for organizations, choices and web addresses.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
import unicodedata

_APART = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "’": "'"})
_MINISTRY = re.compile(
    r"^(?:the )?(?:ontario )?(?:ministry (?:of|for)(?: the)?|ministere (?:de la|de l|des|du|de)) "
)

_JOINING = frozenset({"and", "et"})

NAME_MAX = 100
"""Characters of a record's name in addresses; CKAN's own limit."""


def folded(written: str) -> str:
    """Return words in lower case without accents, punctuation or double spaces.

    ``"  Santé & Soins–longue durée "`` → ``"sante soins longue duree"``. ``&``, "and" and "et"
    are left out alike, because some write one and some another.
    """
    return " ".join(word for word in _spaced(written).split() if word not in _JOINING)


def _spaced(written: str) -> str:
    plain = unicodedata.normalize("NFKD", written.translate(_LIGATURES))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _APART.sub(" ", letters.casefold())


def organization_key(written: str) -> str:
    """Return the key under which an organization's name is looked up.

    People leave out or add "Ministry of": with and without, it is one name.
    """
    key = folded(written)
    return _MINISTRY.sub("", key) or key


def slug(title: str) -> str:
    """Return a record's name for addresses, made of its title; at least two characters."""
    name = "-".join(_spaced(title).split())[:NAME_MAX].strip("-")
    return name if len(name) >= 2 else f"record-{name}".strip("-")
