"""What the source forms of catalogues ask for: the options of :mod:`.options`, in words."""

from __future__ import annotations

from ckanext.ontario.harvest.fields import Field, FieldKind

from .languages import LANGUAGES

_NAMES = {
    "en": {"en": "English", "fr": "anglais"},
    "fr": {"en": "French", "fr": "français"},
}

LANGUAGE = Field(
    "language",
    {"en": "Language of texts that name none", "fr": "Langue des textes qui n’en nomment aucune"},
    FieldKind.CHOICE,
    choices={language: _NAMES[language] for language in LANGUAGES},
)

PUBLISHERS = Field(
    "only_publishers",
    {"en": "Only records of these publishers", "fr": "Seulement les fiches de ces éditeurs"},
    FieldKind.LIST,
    help={
        "en": "One name on each line; left blank, the records of all publishers are taken.",
        "fr": "Un nom par ligne; sans nom, les fiches de tous les éditeurs sont prises.",
    },
)

FIELDS = (LANGUAGE, PUBLISHERS)
"""What every catalogue is asked."""
