"""A record as the public will see it, what changes there, and what stays inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.publication.pages import paths, words
from ckanext.ontario.shared.bilingual import Said

Lines = list[tuple[str, str]]
"""Lines of a value: ``(language of the line or "", text)``."""

ELSEWHERE = frozenset(
    {
        *("id", "type", "name", "title_translated", "notes_translated", "owner_org"),
        *("short_description_translated", "resources", "organization", "groups"),
    }
)
"""Keys of a projection that have a place of their own in the preview."""

FILE_ELSEWHERE = frozenset(
    {
        *("id", "url_type", "name_translated", "url", "dictionary", "views"),
        *("datastore_active", "position", "package_id", "state", "size"),
    }
)


@dataclass(frozen=True)
class Row:
    """A field: its label and its value."""

    label: str
    lines: Lines


@dataclass(frozen=True)
class File:
    """A file or link of the record."""

    name: Lines
    address: str
    size: str
    rows: tuple[Row, ...]
    columns: int
    """Described in its data dictionary."""


@dataclass(frozen=True)
class Change:
    """What changes on the public portal."""

    label: str
    before: Lines
    after: Lines
    routine: bool
    """Whether a standing approval would cover it."""


@dataclass(frozen=True)
class Issue:
    """A publish rule that the record breaks."""

    message: str
    suggestion: str


@dataclass(frozen=True)
class Preview:
    """All that an approver looks at."""

    id: str
    content_hash: str
    title: Said
    titles: Lines
    short: Lines
    notes: Lines
    organization: Said
    owner: str
    """The organization's name in addresses."""
    rows: tuple[Row, ...]
    files: tuple[File, ...]
    opens: bool
    changes: tuple[Change, ...]
    kept_inside: tuple[str, ...]
    needed: tuple[Issue, ...]


def shown(answer: Mapping[str, Any]) -> Preview:
    """Return a preview as ``ontario_release_preview`` answers it, for its reader."""
    public: Mapping[str, Any] = answer["public"]
    sizes = {one["resource_id"]: one["size"] for one in answer["files"]}
    names = paths.names_of_files(answer)
    return Preview(
        id=answer["id"],
        content_hash=answer["content_hash"],
        title=words.text(public.get("title_translated"), str(public.get("name") or "")),
        titles=value("title_translated", public.get("title_translated")),
        short=value("short_description_translated", public.get("short_description_translated")),
        notes=value("notes_translated", public.get("notes_translated")),
        organization=_titled(public.get("organization") or {}),
        owner=str((public.get("organization") or {}).get("name") or ""),
        rows=tuple(_rows(public, ELSEWHERE, paths.DATASET)),
        files=tuple(_file(one, sizes) for one in public.get("resources") or ()),
        opens=bool(answer["opens"]),
        changes=tuple(change(one, names) for one in answer["changes"]),
        kept_inside=tuple(paths.label(one, names) for one in answer["kept_inside"]),
        needed=tuple(
            Issue(words.text(one["message"]), words.text(one["suggestion"]))
            for one in answer["issues"]
            if one["level"] == "error"
        ),
    )


def value(name: str, given: Any, level: str = paths.DATASET) -> Lines:
    """Return a field's value as lines to show."""
    return tk.h.ontario_editing_words(name, given, level)


def change(one: Mapping[str, Any], names: Mapping[str, str]) -> Change:
    """Return a change for its reader.

    Args:
        one: an entry of ``changes`` of ``ontario_release_preview``.
        names: the names of files by id, in the reader's language.
    """
    path = str(one["path"])
    return Change(
        paths.label(path, names),
        _side(path, one["before"], names),
        _side(path, one["after"], names),
        one["approval"] == "refresh",
    )


def _side(path: str, given: Any, names: Mapping[str, str]) -> Lines:
    level, name = paths.field(path)
    if name == paths.ORDER:
        return [("", ", ".join(names.get(str(one), str(one)) for one in given or ()))]
    if name in {paths.WHOLE, paths.BYTES}:
        return [("", _whole(name, given))] if given else []
    if name in {"dictionary", "views"}:
        return [("", ", ".join(_parts(given)))] if given else []
    return value(name, given, level)


def _whole(name: str, given: Any) -> str:
    if name == paths.BYTES:
        return tk._("contents {hash}").format(hash=str(given)[:12])
    return words.text(given.get("name_translated"), str(given.get("url") or given.get("id")))


def _parts(given: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what columns and views are called."""
    for one in given:
        label = one.get(f"label_{words.language()}") or one.get("title") or one.get("id")
        yield str(label or one.get("view_type") or "")


def _rows(values: Mapping[str, Any], besides: frozenset[str], level: str) -> Iterator[Row]:
    for name in paths.order(values, level):
        if name not in besides:
            yield Row(paths.field_label(name, level), value(name, values[name], level))


def _file(resource: Mapping[str, Any], sizes: Mapping[str, int]) -> File:
    size = sizes.get(str(resource.get("id"))) or resource.get("size")
    uploaded = resource.get("url_type") == "upload"
    return File(
        name=value("name_translated", resource.get("name_translated"), paths.RESOURCE),
        address="" if uploaded else str(resource.get("url") or ""),
        size=str(tk.h.localised_filesize(int(size))) if size else "",
        rows=tuple(_rows(resource, FILE_ELSEWHERE, paths.RESOURCE)),
        columns=len(resource.get("dictionary") or ()),
    )


def _titled(group: Mapping[str, Any]) -> Said:
    return words.text(group.get("title_translated"), str(group.get("name") or ""))
