"""Profiles: which columns an inventory may have, and the words its cells may use.

A profile is a YAML file in ``profiles/``; the words that all readers share (the mapping's
``values.yaml``) come on top of those the schema itself knows. Loading checks everything, so that a
slip in a profile is found when it is written and not in a harvest. Pure: imports neither CKAN nor
SQLAlchemy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from ckanext.ontario.harvesters.mapping import vocabulary, words
from ckanext.ontario.harvesters.mapping.choices import Choices
from ckanext.ontario.harvesters.mapping.folding import folded

from .fields import FIELDS, LIKE, TITLE

FOLDER = Path(__file__).parent / "profiles"
SHARED = words.FILE

MAPPING = 1
"""Raise by one whenever the code of this folder maps the same document to other datasets."""

_LANGUAGES = ("en", "fr", "any")
_KEYS = {"title", "columns", "values", "not_kept", "defaults"}


class ProfileError(ValueError):
    """A profile's file can't be used; says where and why."""

    def __init__(self, path: Path, problem: str) -> None:
        """Say what is wrong with the file ``path``."""
        super().__init__(f"{path.name}: {problem}")


@dataclass(frozen=True)
class Heading:
    """What a header means: the field it fills, and its language when the words tell."""

    field: str
    language: str | None


@dataclass(frozen=True)
class Profile:
    """Everything the reader needs to know of one kind of inventory."""

    name: str
    title: Mapping[str, str]
    headings: Mapping[str, Heading]
    """Folded header → what it means."""
    not_kept: frozenset[str]
    """Folded headers that are known and have no place in the schema."""
    choices: Mapping[str, Choices]
    blank: frozenset[str]
    """Texts, in lower case, that say "nothing here"."""
    formats: Mapping[str, str]
    """Folded way to write a file format → its name."""
    resource_names: Mapping[str, Mapping[str, str]]
    defaults: Mapping[str, Any]


def names() -> list[str]:
    """Return the names of the profiles there are."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def titles(first: str) -> dict[str, Mapping[str, str]]:
    """Return what each profile is called, by name; ``first`` leads."""
    return {name: load(name).title for name in sorted(names(), key=lambda name: name != first)}


@cache
def load(name: str) -> Profile:
    """Return the profile called ``name``.

    Raises:
        KeyError: when there is none of that name.
        ProfileError: when its file is wrong.
    """
    if name not in names():
        raise KeyError(name)
    return read(FOLDER / f"{name}.yaml", SHARED)


def mapping_version() -> str:
    """Return what changes when the same document would map to other datasets."""
    loaded = [load(name) for name in names()]
    return (
        f"{MAPPING}-"
        + hashlib.sha256(repr([_meaning(p) for p in loaded]).encode()).hexdigest()[:16]
    )


def _meaning(profile: Profile) -> list[Any]:
    """Return all of a profile that a dataset depends on, in one order."""
    return [
        profile.name,
        sorted((key, heading.field, heading.language) for key, heading in profile.headings.items()),
        sorted((field, sorted(said.written.items())) for field, said in profile.choices.items()),
        sorted(profile.formats.items()),
        sorted(profile.blank),
        sorted((kind, sorted(texts.items())) for kind, texts in profile.resource_names.items()),
        sorted(profile.defaults.items()),
    ]


def read(path: Path, shared: Path) -> Profile:
    """Return the profile in the file ``path``, on top of the values in ``shared``.

    Raises:
        ProfileError: when either is wrong; the text names the file, the place and the remedy.
    """
    content, common = _content(path), _content(shared)
    if unknown := set(content) - _KEYS:
        raise ProfileError(path, f"unknown key {min(unknown)!r}; the keys are {sorted(_KEYS)}")
    defaults = _mapping(path, content, "defaults")
    for field in defaults:
        _known_field(path, field)
    more = [(shared, _mapping(shared, common, "values")), (path, _mapping(path, content, "values"))]
    headings = _headings(path, _mapping(path, content, "columns"))
    if not any(heading.field == TITLE for heading in headings.values()):
        raise ProfileError(path, f"columns has no {TITLE!r}, without which nothing can be read")
    return Profile(
        name=path.stem,
        title=_both(path, "title", content.get("title")),
        headings=headings,
        not_kept=frozenset(folded(str(header)) for header in content.get("not_kept") or ()),
        choices=_all_choices(more),
        blank=frozenset(str(text).casefold() for text in common.get("blank") or ()),
        formats={
            folded(word): name for name, said in vocabulary.formats().items() for word in said
        },
        resource_names=_mapping(shared, common, "resource_names"),
        defaults=defaults,
    )


# --- parts ------------------------------------------------------------------------------------


def _content(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as err:
        raise ProfileError(path, f"is not YAML: {err}") from err
    if not isinstance(content, dict):
        raise ProfileError(path, "holds no mapping")
    return cast("dict[str, Any]", content)


def _mapping(path: Path, content: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = content.get(key) or {}
    if not isinstance(value, dict):
        raise ProfileError(path, f"{key!r} must be a mapping, not {type(value).__name__}")
    return cast("dict[str, Any]", value)


def _known_field(path: Path, field: str) -> None:
    if field not in FIELDS:
        raise ProfileError(path, f"there is no field {field!r}; fields are {sorted(FIELDS)}")


def _both(path: Path, where: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or set(cast("dict[str, Any]", value)) != {"en", "fr"}:
        raise ProfileError(path, f"{where} needs a text under 'en' and one under 'fr'")
    return cast("dict[str, str]", value)


def _headings(path: Path, columns: Mapping[str, Any]) -> dict[str, Heading]:
    found: dict[str, Heading] = {}
    for field, headers in columns.items():
        _known_field(path, field)
        for header, language in _written_headers(path, field, headers):
            key = folded(header)
            before = found.get(key)
            if before is not None and before.field != field:
                problem = f"the header {header!r} is given to {before.field} and to {field}"
                raise ProfileError(path, problem)
            one_language = before is None or before.language == language
            found[key] = Heading(field, language if one_language else None)
    return found


def _written_headers(path: Path, field: str, headers: Any) -> Iterator[tuple[str, str | None]]:
    groups = _mapping(path, {field: headers}, field)
    for language, texts in groups.items():
        if language not in _LANGUAGES or not isinstance(texts, list):
            raise ProfileError(path, f"{field}: lists of headers stand under {_LANGUAGES}")
        for text in cast("list[object]", texts):
            if not isinstance(text, str) or not folded(text):
                raise ProfileError(path, f"{field}: {text!r} is no header; put it in quotes")
            yield text, None if language == "any" else language


def _all_choices(more: list[tuple[Path, dict[str, Any]]]) -> dict[str, Choices]:
    """Return the schema's closed lists, with the words that files add to them."""
    for path, fields in more:
        for field in fields:
            _known_field(path, field)
            if field not in vocabulary.choices():
                raise ProfileError(path, f"{field} has no closed list of values")
    known = {
        field: _choices(field, entries, more)
        for field, entries in vocabulary.choices().items()
        if field in FIELDS
    }
    return known | {field: known[other] for field, other in LIKE.items()}


def _choices(
    field: str, entries: tuple[vocabulary.Choice, ...], more: list[tuple[Path, dict[str, Any]]]
) -> Choices:
    written = {folded(word): entry.value for entry in entries for word in entry.words}
    labels = {entry.value: entry.label for entry in entries}
    for path, fields in more:
        for value, said in _mapping(path, fields, field).items():
            if value not in labels:
                raise ProfileError(path, f"{field} has no value {value!r}; it has {sorted(labels)}")
            for word in said:
                if written.setdefault(folded(str(word)), value) != value:
                    other = written[folded(str(word))]
                    problem = f"{field}: {word!r} stands for {other} and for {value}"
                    raise ProfileError(path, problem)
    return Choices(labels, written)
