"""Which version of a record a form or a program started from, and what has changed since.

A version is the instant of the last save (``metadata_modified``). A form adds a short mark of each
field it shows, so that a save by somebody else that touched none of them is no conflict, and one
that did can be named field by field. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, cast

EXPECTED = "ontario_expected_version"
"""Key of a save that names the version it was made from; without it CKAN saves as always."""

SAVE_OVER = "ontario_save_over"
"""Key of a form whose editor has seen the other's save and wants to replace it: its version."""

KEYS = frozenset({EXPECTED, SAVE_OVER})

LONGEST = 10_000
"""Characters of a version; a form's has about 25 for each field."""

_MARK = re.compile(r"[a-z0-9_]{1,100}:[0-9a-f]{10}")


class Unreadable(ValueError):
    """A version that is none."""


@dataclass(frozen=True)
class Version:
    """What a save was made from."""

    instant: datetime
    """Of the last save, naive UTC as CKAN keeps it."""
    marks: Mapping[str, str] | None = None
    """Field → mark of its value, empty fields left out; ``None``: every change counts."""

    def __str__(self) -> str:
        if self.marks is None:
            return self.instant.isoformat()
        listed = ",".join(f"{name}:{mark}" for name, mark in sorted(self.marks.items()))
        return f"{self.instant.isoformat()}~{listed}"


def instant(written: object) -> datetime:
    """Read an instant as CKAN or ISO 8601 writes it; without a zone it is UTC.

    Raises:
        Unreadable: when it is no instant.
    """
    text = str(written or "").strip()
    try:
        read = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
        return read.astimezone(timezone.utc).replace(tzinfo=None) if read.tzinfo else read
    except (ValueError, OverflowError) as err:
        raise Unreadable(text[:100]) from err


def read(written: object) -> Version:
    """Read a version as :class:`Version` writes it, or a bare ``metadata_modified``.

    Raises:
        Unreadable: when it is neither.
    """
    if not isinstance(written, str) or len(written) > LONGEST:
        raise Unreadable(str(written)[:100])
    when, tilde, listed = written.strip().partition("~")
    if not tilde:
        return Version(instant(when))
    parts = listed.split(",") if listed else []
    if not all(_MARK.fullmatch(part) for part in parts):
        raise Unreadable(written[:100])
    return Version(instant(when), dict(part.split(":", 1) for part in parts))


def version_of(record: Mapping[str, Any], names: Iterable[str]) -> Version:
    """Return the version of a shown record or file, with marks of the fields ``names``."""
    marks = {name: found for name in names if (found := mark(record.get(name)))}
    return Version(instant(record.get("metadata_modified")), marks)


def mark(value: object) -> str:
    """Return a short mark of a value, ``""`` for one that says nothing."""
    bare = _bare(value)
    if bare is None:
        return ""
    text = json.dumps(bare, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:10]


def _bare(value: object) -> object:
    """Return a value without its empty parts, ``None`` when nothing is left."""
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        kept = {key: bare for key, item in items if (bare := _bare(item)) is not None}
        return kept or None
    return None if value in (None, "", []) else value


def changed_fields(
    expected: Version, record: Mapping[str, Any], names: Iterable[str]
) -> list[str] | None:
    """Return which of ``names`` differ from the expected version.

    Args:
        expected: what the save was made from.
        record: the record or file as it is now.
        names: the fields that the form can overwrite.

    Returns:
        ``None`` when it is still that version; an empty list when it was saved since but none of
        these fields differ; every name when the version has no marks to tell.
    """
    when = record.get("metadata_modified")  # a file of an old record may have none
    if when and instant(when) == expected.instant:
        return None
    marks = expected.marks
    if marks is None:
        return list(names)
    return [name for name in names if mark(record.get(name)) != marks.get(name, "")]
