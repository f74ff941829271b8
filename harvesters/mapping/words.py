"""The words and codes that stand for a value of one of the schema's closed lists.

On top of what the schema says itself come ``values.yaml`` (words that people write) and
``codes.yaml`` (what machines write). Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import yaml

from . import vocabulary
from .choices import Choices
from .folding import folded

FILE = Path(__file__).with_name("values.yaml")
"""Words that people write, for all readers."""
_CODES = Path(__file__).with_name("codes.yaml")
_EXTENSION = re.compile(r"[A-Za-z][A-Za-z0-9]{1,7}")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@cache
def _content(path: Path) -> Mapping[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def choices(field: str) -> Choices:
    """Return the closed list of a field.

    Raises:
        KeyError: when the field has none.
    """
    entries = vocabulary.choices()[field]
    written = {folded(word): entry.value for entry in entries for word in entry.words}
    more: Mapping[str, list[str]] = _content(FILE)["values"].get(field) or {}
    for value, words in more.items():
        written |= {folded(str(word)): value for word in words}
    return Choices({entry.value: entry.label for entry in entries}, written)


def choice(field: str, text: str) -> str:
    """Return the value of ``field`` that a word, or the code of a vocabulary, stands for.

    Raises:
        Unusable: ``choice_unknown``.
    """
    code = _code(text) if _ADDRESS.match(text) else text
    found = _codes(field).get(code.casefold())
    return found if found is not None else choices(field).value(code)


def _code(address: str) -> str:
    """Return the last part of a concept's address: ``…/frequency/ANNUAL`` → ``ANNUAL``."""
    parts = urlsplit(address)
    return parts.fragment or PurePosixPath(parts.path).name


@cache
def _codes(field: str) -> Mapping[str, str]:
    said = {
        str(code).casefold(): value
        for value, codes in (_content(_CODES).get(field) or {}).items()
        for code in codes
    }
    # ISO 8601 repetitions are often written as durations: P1Y for R/P1Y.
    return said | {code.removeprefix("r/"): value for code, value in said.items()}


@cache
def _licences() -> Mapping[str, str]:
    """Return the addresses by which licences are named, each as it is compared."""
    known = {
        _same(url): id_ for id_, urls in vocabulary.licence_addresses().items() for url in urls
    }
    return known | {
        _same(url): id_ for id_, urls in _content(_CODES)["licences"].items() for url in urls
    }


def licence(text: str) -> str:
    """Return the id of the licence that an address or a name stands for.

    Raises:
        Unusable: ``choice_unknown``.
    """
    if _ADDRESS.match(text):
        address = _same(text)
        for known, id_ in _licences().items():
            if address == known or address.startswith(f"{known}/"):
                return id_
    return (
        choice("license_id", text)
        if not _ADDRESS.match(text)
        else choices("license_id").value(text)
    )


def is_open(licence_id: str) -> bool:
    """Say whether a licence lets anyone use the data for anything."""
    return licence_id in vocabulary.open_licences()


def _same(address: str) -> str:
    """Return an address without what makes no difference: scheme, ``www.``, last slash, case."""
    return re.sub(r"^https?://(?:www\.)?", "", address.strip().lower()).rstrip("/")


@cache
def _formats() -> Mapping[str, str]:
    return {folded(word): name for name, said in vocabulary.formats().items() for word in said}


def file_format(said: Iterable[str], url: str = "") -> str:
    """Return the first format that one of ``said`` names, else the address's, else nothing.

    Args:
        said: names, media types or addresses of a vocabulary's concepts, the surest first.
        url: the file's address, whose ending may say it.
    """
    for text in said:
        name = _code(text) if _ADDRESS.match(text) else text.partition(";")[0]
        if (found := _formats().get(folded(name))) is not None:
            return found
    ending = PurePosixPath(urlsplit(url).path).suffix.removeprefix(".")
    return _formats().get(folded(ending), "") if _EXTENSION.fullmatch(ending) else ""


def resource_name(kind: str, form: str) -> dict[str, str]:
    """Return what a file without a name of its own is called in both languages."""
    names: Mapping[str, str] = _content(FILE)["resource_names"][kind]
    return {
        language: text.format(format=form) if form else text.replace(" ({format})", "")
        for language, text in names.items()
    }


def version() -> str:
    """Return what changes when words or codes come to mean something else."""
    known = vocabulary.choices().items()
    meaning = sorted((name, [(each.value, each.words) for each in of]) for name, of in known)
    lists = [vocabulary.formats(), vocabulary.licence_addresses(), _content(FILE), _content(_CODES)]
    said = [meaning, *map(_ordered, lists), sorted(vocabulary.open_licences())]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _ordered(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
