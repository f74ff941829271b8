"""Messages of the table of rules, in the present reader's language.

They come from ``schemas/rules.yaml`` and not from the gettext catalogue, so that the form, the
API, harvest reports and the documentation say the same thing of the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask_babel import get_locale

from ckanext.ontario.schema import tables
from ckanext.ontario.schema.texts import Refused
from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE, language_of, pick

LANGUAGE_NAMES = {
    "en": {"en": "English", "fr": "French"},
    "fr": {"en": "anglais", "fr": "français"},
}
"""Reader's language → what it calls each language."""


def reader_language() -> str:
    """Return the catalogue language of the present request, job or command."""
    return language_of(str(get_locale() or DEFAULT_LANGUAGE))


def said(texts: Mapping[str, str]) -> str:
    """Return the reader's version of a bilingual text."""
    return pick(texts, reader_language()) or ""


def message(refused: Refused) -> str:
    """Return what a refusal says to the present reader."""
    return said(tables.rules()[refused.code].message).format(**refused.params)


def in_language(code: str, refused: Refused) -> str:
    """Return a refusal of the text in one language, saying which."""
    name = LANGUAGE_NAMES[reader_language()][code]
    return message(Refused("in-language", language=name, problem=message(refused)))


def invalid(refused: Refused) -> tk.Invalid:
    """Return CKAN's own exception for a refusal."""
    return tk.Invalid(message(refused))


def label(field: Mapping[str, Any] | None, name: str) -> str:
    """Return a field's label in the reader's language, else its name."""
    texts = (field or {}).get("label")
    return said(texts) if isinstance(texts, Mapping) else name
