"""The rules of a harvest: identity, hashes, the plan, and when something may be called gone.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

NAME_LIMIT = 100
"""CKAN's longest name of a dataset."""

_TAG_LENGTH = 10
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 letters and digits that nobody mistakes for one another."""

SETS = frozenset({"keywords", "topics", "audience_ministries"})
"""Fields whose lists are sets: another order is no change."""

VOLATILE = frozenset({"id", "metadata_created", "metadata_modified", "harvest_object_id"})
"""Keys that say nothing about what the source wrote."""


# --- canonical form and hash -----------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """Return the one JSON text of ``value``: sorted keys, sorted sets, volatile keys dropped.

    Text is put in Unicode's composed form first, so that an accent typed in two ways is one.
    """
    return json.dumps(
        _canonical(value, is_set=False),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    ).encode()


def _canonical(value: Any, *, is_set: bool) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
    if isinstance(value, Mapping):
        return {
            str(key): _canonical(item, is_set=is_set or key in SETS)
            for key, item in value.items()
            if key not in VOLATILE
        }
    if isinstance(value, (list, tuple)):
        items = [_canonical(item, is_set=False) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if is_set else items
    return value


def record_hash(dataset: Mapping[str, Any], owner_org: str, mapping_version: str) -> str:
    """Return the hash by which a record is recognized as unchanged.

    It covers what the source wrote, the organization it was resolved to and the version of the
    mapping: when either of the latter changes, the record counts as changed.
    """
    text = canonical({"dataset": dataset, "owner_org": owner_org, "mapping": mapping_version})
    return hashlib.sha256(text).hexdigest()


def fingerprint(parts: Mapping[str, Any]) -> str:
    """Return the hash of everything that decides what a document becomes, the document included."""
    return hashlib.sha256(canonical(parts)).hexdigest()


# --- names -----------------------------------------------------------------------------------


def slug(text: str) -> str:
    """Return ``text`` as lower-case ASCII words joined by hyphens; accents fall off."""
    folded = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    ascii_text = folded.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’]", "", ascii_text)).strip("-")


def tag(*identity: str) -> str:
    """Return ten characters that stand for ``identity``: 50 bits of its hash."""
    digest = hashlib.sha256("\0".join(identity).encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(0, 5 * _TAG_LENGTH, 5))


def dataset_name(title: str, source_id: str, guid: str) -> str:
    """Return the name of a new dataset: readable, and the same whenever it is computed.

    The tag makes two datasets of one title differ without looking at any other name.
    """
    words = slug(title)[: NAME_LIMIT - _TAG_LENGTH - 1].rstrip("-") or "dataset"
    return f"{words}-{tag(source_id, guid)}"


# --- the plan --------------------------------------------------------------------------------


class Kind(str, Enum):
    """What a harvest finds out about one record."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"
    MISSING = "missing"
    """Gone already at an earlier run."""


@dataclass(frozen=True)
class Read:
    """What a document holds of a record."""

    guid: bytes
    hash: str | None
    """``None`` for a record that was refused: it is neither written nor gone."""


@dataclass(frozen=True)
class Known:
    """What the last harvest left of a record."""

    guid: bytes
    hash: str
    missing: bool = False


@dataclass(frozen=True)
class Decision:
    """The plan for one record."""

    kind: Kind
    guid: bytes


def plan(document: Iterable[Read], known: Iterable[Known]) -> Iterator[Decision]:
    """Merge what a document holds with what is known, in constant memory.

    Both come in the byte order of their guids, each guid once.
    """
    theirs, ours = iter(document), iter(known)
    read, record = next(theirs, None), next(ours, None)
    while read is not None or record is not None:
        guid = min(side.guid for side in (read, record) if side is not None)
        here = read if read is not None and read.guid == guid else None
        there = record if record is not None and record.guid == guid else None
        kind = _kind(here, there)
        if kind is not None:
            yield Decision(kind, guid)
        read = next(theirs, None) if here else read
        record = next(ours, None) if there else record


def _kind(read: Read | None, known: Known | None) -> Kind | None:
    if read is None:
        return Kind.MISSING if known and known.missing else Kind.GONE
    if read.hash is None:
        return None
    if known is None:
        return Kind.NEW
    unchanged = read.hash == known.hash and not known.missing
    return Kind.UNCHANGED if unchanged else Kind.CHANGED


# --- the gate before anything is called gone -------------------------------------------------

GONE_SHARE = 10
"""A harvest by itself lets at most one record in this many disappear."""


class Closed(str, Enum):
    """Why records that are gone from a document wait for a person."""

    INCOMPLETE = "document_incomplete"
    ERRORS = "document_has_errors"
    TOO_MANY = "too_many_gone"


def gone_limit(known: int) -> int:
    """Return how many of ``known`` records may be gone without a person's approval."""
    return max(1, known // GONE_SHARE)


def gate(*, gone: int, known: int, complete: bool, errors: int) -> tuple[Closed, ...]:
    """Return why ``gone`` records may not be set inactive by this run; nothing when they may.

    Args:
        gone: records of earlier harvests that this document no longer holds.
        known: records of earlier harvests that were still there.
        complete: whether the document was read to its end and held at least one record.
        errors: how many records or parts of the document were refused.
    """
    if not gone:
        return ()
    reasons = (
        (not complete, Closed.INCOMPLETE),
        (errors > 0, Closed.ERRORS),
        (gone > gone_limit(known), Closed.TOO_MANY),
    )
    return tuple(reason for closed, reason in reasons if closed)


# --- limits of one record --------------------------------------------------------------------

MAX_GUID = 1_000
MAX_FIELD = 1_000_000
MAX_RESOURCES = 1_500
MAX_KEYWORDS = 500


def excess(guid: str, dataset: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Yield ``(code, field, limit)`` for everything about a record that is too much to take."""
    if len(guid) > MAX_GUID:
        yield "guid_too_long", "guid", MAX_GUID
    if len(dataset.get("resources") or ()) > MAX_RESOURCES:
        yield "too_many_resources", "resources", MAX_RESOURCES
    keywords = dataset.get("keywords") or {}
    if any(len(words or ()) > MAX_KEYWORDS for words in keywords.values()):
        yield "too_many_keywords", "keywords", MAX_KEYWORDS
    for key, value in dataset.items():
        if key != "resources" and _size(value) > MAX_FIELD:
            yield "field_too_large", key, MAX_FIELD


def _size(value: Any) -> int:
    """Return how many bytes of text a value holds."""
    if isinstance(value, str):
        # Four bytes a character at most: only a long text is worth encoding.
        return len(value) if len(value) * 4 <= MAX_FIELD else len(value.encode(errors="replace"))
    if isinstance(value, Mapping):
        return sum(_size(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return sum(_size(item) for item in value)
    return 0


# --- how a run is called when it is over -----------------------------------------------------


class Outcome(str, Enum):
    """How a run ended, in one word; the command's exit code follows from it."""

    FINISHED = "finished"
    ATTENTION = "attention"
    """Finished, and a person is needed: records were refused, or removals wait for approval."""
    FAILED = "failed"
    ABORTED = "aborted"
    PLANNED = "planned"
    """A dry run: nothing was written."""


EXIT_CODES: Mapping[Outcome, int] = {
    Outcome.FINISHED: 0,
    Outcome.PLANNED: 0,
    Outcome.FAILED: 1,
    Outcome.ABORTED: 1,
    Outcome.ATTENTION: 3,
}
"""Exit codes of ``ckan ontario-harvest run`` (2 is a usage error, click's own)."""


def outcome(status: str, *, refused: int, withheld: int) -> Outcome:
    """Return the outcome of a run by its status and what it left for a person."""
    if status == Outcome.FINISHED.value and (refused or withheld):
        return Outcome.ATTENTION
    return Outcome(status)
