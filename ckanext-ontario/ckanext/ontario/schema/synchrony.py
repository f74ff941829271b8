"""Core's plain field and its bilingual twin say the same, and neither loses a language.

``title`` and ``title_translated``, ``tags`` and ``keywords``, and their like: plain CKAN clients
read and write the plain one, everyone else the bilingual one. Pure: imports neither CKAN nor
SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE, pick


class Disagreement(ValueError):
    """Both fields changed, and not to the same."""


@dataclass(frozen=True)
class Twins:
    """A plain field and its bilingual twin, by name."""

    plain: str
    bilingual: str


DATASET_TWINS = (
    Twins("title", "title_translated"),
    Twins("notes", "notes_translated"),
    Twins("maintainer", "maintainer_translated"),
)
RESOURCE_TWINS = (
    Twins("name", "name_translated"),
    Twins("description", "description_translated"),
)
GROUP_TWINS = (
    Twins("title", "title_translated"),
    Twins("description", "description_translated"),
)


def _equal(one: Any, other: Any) -> bool:
    return (one or "") == (other or "")


def same_words(one: Any, other: Any) -> bool:
    """Say whether two lists hold the same words, in any order (CKAN sorts tags)."""
    return set(one or ()) == set(other or ())


def agreed(
    plain: Any | None,
    bilingual: Mapping[str, Any] | None,
    stored_plain: Any,
    stored_bilingual: Mapping[str, Any],
    same: Callable[[Any, Any], bool] = _equal,
) -> dict[str, Any]:
    """Return the bilingual value that both fields are to say.

    What changed wins: a changed plain field becomes the text in the default language. The plain
    value follows from the result: :func:`plain_of`.

    Args:
        plain: the plain value given, or ``None`` when it was not.
        bilingual: the bilingual value given (merged with the stored one), or ``None``.
        stored_plain: the plain value before; empty for a new record.
        stored_bilingual: the bilingual value before; empty for a new record.
        same: how plain values are compared.

    Raises:
        Disagreement: when both changed and they differ.
    """
    value = dict(stored_bilingual if bilingual is None else bilingual)
    if plain is None or same(plain, plain_of(value)) or same(plain, stored_plain):
        return value
    if bilingual is not None and dict(bilingual) != dict(stored_bilingual):
        raise Disagreement
    others = {code: text for code, text in value.items() if code != DEFAULT_LANGUAGE}
    return {DEFAULT_LANGUAGE: plain, **others} if plain else others


def plain_of(value: Mapping[str, Any]) -> Any | None:
    """Return what plain clients read: the default language's, else the other's."""
    return pick(value, DEFAULT_LANGUAGE)
