"""Bilingual values: ``{"en": …, "fr": …}`` and how a reader's language is chosen from them.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

LANGUAGES = ("en", "fr")
"""The catalogue's languages, in the order forms and exports show them."""

DEFAULT_LANGUAGE = "en"
"""The language of core's ``title`` and ``notes`` (the site's default locale)."""

T = TypeVar("T")


def language_of(locale: str | None) -> str:
    """Return the catalogue language for a locale name: ``fr_CA`` → ``fr``, unknown → ``en``."""
    head = (locale or "").replace("-", "_").split("_", 1)[0].lower()
    return head if head in LANGUAGES else DEFAULT_LANGUAGE


def pick(value: Mapping[str, T] | None, language: str) -> T | None:
    """Return the reader's version of ``value``, else the other language's, else ``None``."""
    if not value:
        return None
    order = [language, *(other for other in LANGUAGES if other != language)]
    return next((value[code] for code in order if value.get(code)), None)


class Said(str):  # noqa: SLOT000 -- ``lang`` has a default, which a slot can't have
    """A text for a reader; it knows when it is in the other language, so that pages can say so."""

    lang: str = ""
    """The text's language where that is not the reader's, else empty."""


def said(value: Mapping[str, str] | None, language: str, otherwise: str = "") -> Said:
    """Return the reader's version of ``value``, else the other language's, else ``otherwise``."""
    found = Said(pick(value, language) or otherwise)
    if value and found and not value.get(language):
        found.lang = next((code for code in LANGUAGES if value.get(code)), "")
    return found
