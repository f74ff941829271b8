"""What differs between two states of a record, field by field and file by file.

Records are as ``package_show`` answers them; empty values and missing ones are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

Record = Mapping[str, Any]


class Kind(str, Enum):
    """What became of a field or a file."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """One field that says something else; ``None`` where it said nothing."""

    field: str
    old: Any
    new: Any

    @property
    def kind(self) -> Kind:
        """Whether a value came, went or was replaced."""
        return _kind(self.old, self.new)


@dataclass(frozen=True)
class FileChange:
    """One file that came, went or changed."""

    id: str
    old: Record | None
    new: Record | None
    fields: tuple[Change, ...]

    @property
    def kind(self) -> Kind:
        """Whether the file came, went or was changed."""
        return _kind(self.old, self.new)


@dataclass(frozen=True)
class Difference:
    """Everything that differs between two states of a record."""

    fields: tuple[Change, ...] = ()
    files: tuple[FileChange, ...] = ()
    moved: bool = False
    """Whether the files that stayed are in another order."""

    def __bool__(self) -> bool:
        return bool(self.fields or self.files or self.moved)


def _kind(old: Any, new: Any) -> Kind:
    if old is None:
        return Kind.ADDED
    return Kind.REMOVED if new is None else Kind.CHANGED


def compare(
    old: Record, new: Record, names: Iterable[str], file_names: Iterable[str]
) -> Difference:
    """Return what differs between two states of a record.

    Args:
        old: the earlier state; empty for a record that did not exist.
        new: the later state.
        names: the record's fields, in the order to show them.
        file_names: the fields of its files.
    """
    before, after = _files(old), _files(new)
    wanted = tuple(file_names)
    files: list[FileChange] = []
    for key in dict.fromkeys([*before, *after]):
        earlier, later = before.get(key), after.get(key)
        changes = compared(earlier or {}, later or {}, wanted)
        if changes or earlier is None or later is None:
            files.append(FileChange(key, earlier, later, changes))
    stayed = [key for key in before if key in after]
    moved = stayed != [key for key in after if key in before]
    return Difference(compared(old, new, names), tuple(files), moved)


def compared(old: Record, new: Record, names: Iterable[str]) -> tuple[Change, ...]:
    """Return the fields of ``names`` that differ."""
    pairs = ((name, bare(old.get(name)), bare(new.get(name))) for name in names)
    return tuple(Change(name, was, now) for name, was, now in pairs if was != now)


def bare(value: Any) -> Any:
    """Return a value without its empty parts; ``None`` when it says nothing."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {key: part for key, item in items if (part := bare(item)) is not None} or None
    return None if value in (None, "", []) else value


def _files(record: Record) -> dict[str, Record]:
    """Return a record's files by id; one without an id is known by its place."""
    listed = cast("list[Record]", record.get("resources") or [])
    return {str(one.get("id") or f"#{place}"): one for place, one in enumerate(listed)}
