"""How to cite a record: a sentence in the manner of APA, a BibTeX entry and a RIS reference.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

KIND = {"en": "Data set", "fr": "Jeu de données"}
NO_DATE = {"en": "n.d.", "fr": "s. d."}
CATALOGUE = {"en": "Ontario Data Catalogue", "fr": "Catalogue de données de l’Ontario"}
LANGUAGE_NAMES = {"en": "english", "fr": "french"}

_ESCAPED = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True)
class Source:
    """What a citation is made of: texts in the citation's language, and a full address."""

    name: str
    title: str
    author: str
    address: str
    language: str
    day: date | None = None
    keywords: Sequence[str] = ()
    summary: str = ""


@dataclass(frozen=True)
class Citation:
    """A record's citation in each form."""

    sentence: str
    bibtex: str
    ris: str


def citation_of(source: Source) -> Citation:
    """Return the citation of a record."""
    return Citation(sentence(source), bibtex(source), ris(source))


def sentence(source: Source) -> str:
    """Return one sentence: author, year, title, kind, catalogue, address."""
    year = str(source.day.year) if source.day else NO_DATE[source.language]
    author = _line(source.author) or CATALOGUE[source.language]
    kind = KIND[source.language]
    catalogue = f" {CATALOGUE[source.language]}." if _line(source.author) else ""
    return f"{author}. ({year}). {_line(source.title)} [{kind}].{catalogue} {source.address}"


def bibtex(source: Source) -> str:
    """Return a BibTeX entry; braces keep names of ministries and titles as they are written."""
    fields = {
        "author": f"{{{_escaped(source.author)}}}" if source.author else "",
        "title": f"{{{_escaped(source.title)}}}",
        "year": str(source.day.year) if source.day else "",
        "publisher": _escaped(CATALOGUE[source.language]),
        "note": _escaped(KIND[source.language]),
        "url": _address(source.address),
        "language": LANGUAGE_NAMES[source.language],
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    key = re.sub(r"[^a-z0-9-]+", "-", source.name.lower()).strip("-") or "dataset"
    return f"@misc{{ontario-{key},\n" + ",\n".join(lines) + "\n}\n"


def ris(source: Source) -> str:
    """Return a RIS reference of type ``DATA``; lines end as its specification asks."""
    day = source.day
    tags: list[tuple[str, str]] = [
        ("TY", "DATA"),
        ("AU", source.author),
        ("TI", source.title),
        ("PY", str(day.year) if day else ""),
        ("DA", day.strftime("%Y/%m/%d") if day else ""),
        ("PB", CATALOGUE[source.language]),
        ("LA", source.language),
        ("AB", source.summary),
        *(("KW", word) for word in source.keywords),
        ("UR", source.address),
    ]
    lines = [f"{tag}  - {line}" for tag, value in tags if (line := _line(value))]
    return "\r\n".join([*lines, "ER  - ", ""])


def _line(value: str) -> str:
    """Return a text on one line, so that no value can begin a line of its own."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", value).split())


def _escaped(value: str) -> str:
    return "".join(_ESCAPED.get(letter, letter) for letter in _line(value))


def _address(value: str) -> str:
    return re.sub(r"[{}\\\s]", "", value)
