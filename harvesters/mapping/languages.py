"""Texts with languages, however a document says so.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

LANGUAGES = ("en", "fr")
_CODES = {"en": "en", "eng": "en", "english": "en", "fr": "fr", "fra": "fr", "fre": "fr"} | {
    "french": "fr",
    "français": "fr",
    "anglais": "en",
    "francais": "fr",
}
_RESOURCE: Mapping[tuple[str, ...], str] = {
    ("en",): "english",
    ("fr",): "french",
    LANGUAGES: "english_and_french",
}


def code(said: object) -> str | None:
    """Return ``en`` or ``fr`` for a language's tag, code, name or address; ``None`` for others."""
    if not isinstance(said, str):
        return None
    word = said.strip().rstrip("/").rpartition("/")[2]
    return _CODES.get(word.replace("_", "-").partition("-")[0].strip().casefold())


def codes(said: object) -> tuple[str, ...]:
    """Return which of the catalogue's languages a value or a list of values names."""
    found = {code(each) for each in listed(said)}
    return tuple(each for each in LANGUAGES if each in found)


def resource_language(said: object) -> str:
    """Return the value of a file's ``language`` field; nothing when none is ours."""
    return _RESOURCE.get(codes(said), "")


def listed(value: object) -> list[Any]:
    """Return a list as it is, nothing for ``None``, and anything else as a list of one."""
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def text_of(value: object) -> str:
    """Return a scalar as text; nothing for everything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def texts(value: object, default: str) -> dict[str, str]:
    """Return a text in each language it has.

    Args:
        value: a text; ``{"en": …, "fr": …}``; ``{"@value": …, "@language": …}``; a list of them.
        default: the language of a text that says none.
    """
    found: dict[str, str] = {}
    for each in listed(value):
        for language, text in _said(each, default):
            if text:
                found.setdefault(language, text)
    return found


def _said(value: object, default: str) -> Iterable[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield default, text_of(value)
        return
    given = cast("Mapping[str, Any]", value)
    if "@value" in given:
        tag = given.get("@language")
        language = code(tag) if tag else default
        if language:
            yield language, text_of(given["@value"])
        return
    for tag, text in given.items():
        if language := code(tag):
            yield language, text_of(text)


def of_key(record: Mapping[str, Any], key: str, default: str) -> dict[str, str]:
    """Return a text by its key and by the ways to add a language to it.

    ``title``, ``title_translated``, ``title_en``, ``title-fr`` and ``titleFr`` all count; what
    names its language goes before what does not.
    """
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for name in (f"{key}_{language}", f"{key}-{language}", f"{key}{language.title()}"):
            if text := text_of(record.get(name)):
                found.setdefault(language, text)
    for language, text in texts(record.get(f"{key}_translated"), default).items():
        found.setdefault(language, text)
    for language, text in texts(record.get(key), default).items():
        found.setdefault(language, text)
    return found
