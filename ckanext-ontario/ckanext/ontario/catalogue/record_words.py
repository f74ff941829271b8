"""The plain words of ``record_words.yaml``, read once.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

from ckanext.ontario.catalogue.record_text import Text, text_of


@cache
def _words() -> dict[str, Any]:
    file = resources.files("ckanext.ontario.catalogue").joinpath("record_words.yaml")
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def explained(kind: str, value: str, language: str) -> str:
    """Return what a value means, in plain words.

    Args:
        kind: ``access``, ``exemption`` or ``format``.
        value: as the record has it.
        language: the reader's.

    Returns:
        An empty text for a value without words.
    """
    return _said(_words()[kind].get(value), language)


def inactive(language: str) -> str:
    """Return what it means that a record is inactive."""
    return _said(_words()["inactive"], language)


def licence_words(licence_id: str, otherwise: str, language: str) -> tuple[str, str]:
    """Return what a licence allows, and what it asks for (may be empty).

    Args:
        licence_id: as the record has it.
        otherwise: the kind whose words stand for a licence without its own: ``open``, ``closed``
            or ``none``.
        language: the reader's.
    """
    licences = _words()["licence"]
    words = licences.get(licence_id) or licences[otherwise]
    return _said(words["may"], language), _said(words.get("must"), language)


def _said(texts: Any, language: str) -> str:
    found: Text | None = text_of(texts, language)
    return found.value if found else ""
