"""Working copies in the database: reading one with its releases, locking it, writing steps down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.publication.derived import Past, last_put, waiting
from ckanext.ontario.publication.domain import Copy, State
from ckanext.ontario.publication.model import HISTORY, RELEASE, WORKING_COPY
from ckanext.ontario.shared import clock

_PACKAGE = model.package_table
_EXTRA = model.package_extra_table

WITHHELD = "existence_withheld"
NO = {None, "", "no"}
"""Values of ``existence_withheld`` that mean it is not; anything else keeps a record inside."""

_WITHOUT_CONTENT = [one for one in RELEASE.c if one.name not in {"projection", "files"}]


@dataclass(frozen=True)
class Loaded:
    """A record with its workflow."""

    package: Mapping[str, Any]
    """``id``, ``name``, ``title``, ``type``, ``state``, ``owner_org``."""
    row: Mapping[str, Any]
    """Of the working copy; of a new one where there is no row yet."""
    releases: Sequence[Mapping[str, Any]]
    """In order, without projections and files."""
    copy: Copy

    @property
    def id(self) -> str:
        """The record's id."""
        return str(self.package["id"])

    @property
    def exists(self) -> bool:
        """Whether the record is there for people: not deleted, not an unfinished form."""
        return self.package["state"] == "active"

    def release(self, past: Past | None) -> Mapping[str, Any] | None:
        """Return the row of a release."""
        found = (one for one in self.releases if past and one["sequence"] == past.sequence)
        return next(found, None)

    @property
    def last_put(self) -> Mapping[str, Any] | None:
        """The release whose content the public had last."""
        return self.release(last_put(self.copy.releases))

    @property
    def waiting(self) -> Mapping[str, Any] | None:
        """The release that is scheduled."""
        return self.release(waiting(self.copy.releases))


def load(reference: str, *, lock: bool = False) -> Loaded | None:
    """Return a record with its workflow, by id or name; ``None`` when there is no such record.

    Args:
        reference: id or name.
        lock: take the working copy's row until the transaction ends, so that of two steps at
            once the second sees the first. What the session knew of records is read again.
    """
    package = _package(reference)
    if package is None:
        return None
    if lock:
        ensure(package["id"])
        model.Session.flush()
    query = sa.select(WORKING_COPY).where(WORKING_COPY.c.package_id == package["id"])
    found = model.Session.execute(query.with_for_update() if lock else query).mappings().first()
    if lock:
        model.Session.expire_all()
        package = _package(package["id"]) or package
    row = dict(found) if found else _fresh(package["id"])
    releases = _releases(package["id"])
    return Loaded(package, row, releases, _copy(row, releases, withheld=_withheld(package["id"])))


def ensure(package_id: str) -> None:
    """Give a record a row, if it has none."""
    model.Session.execute(insert(WORKING_COPY).values(_fresh(package_id)).on_conflict_do_nothing())


def save(package_id: str, copy: Copy, before: Copy, **more: Any) -> None:
    """Write a working copy down whose row is locked."""
    values: dict[str, Any] = {
        "state": copy.state.value,
        "shared": copy.shared,
        "submitted_by": copy.submitted_by,
        "submitted_hash": copy.submitted_hash,
        "edited_by": copy.edited_by,
        **more,
    }
    if copy.state is not before.state:
        values["since"] = clock.now()
    model.Session.execute(
        sa.update(WORKING_COPY).where(WORKING_COPY.c.package_id == package_id).values(**values)
    )


def record(package_id: str, step: str, user_id: str, **more: Any) -> int:
    """Write a row of history and return its id; ``more``: ``sequence``, ``reason``, ``details``."""
    row = {"package_id": package_id, "at": clock.now(), "user_id": user_id, "step": step, **more}
    statement = sa.insert(HISTORY).values(**row).returning(HISTORY.c.id)
    return int(model.Session.scalar(statement) or 0)


def projection_of(package_id: str, sequence: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what a release holds: projection and files."""
    row = model.Session.execute(
        sa.select(RELEASE.c.projection, RELEASE.c.files).where(
            RELEASE.c.package_id == package_id, RELEASE.c.sequence == sequence
        )
    ).one()
    return row.projection, row.files


def _package(reference: str) -> Mapping[str, Any] | None:
    columns = [_PACKAGE.c[name] for name in ("id", "name", "title", "type", "state", "owner_org")]
    query = sa.select(*columns).where(
        sa.or_(_PACKAGE.c.id == reference, _PACKAGE.c.name == reference)
    )
    # An id may be another record's name; the id comes first.
    rows = [dict(row) for row in model.Session.execute(query).mappings()]
    return min(rows, key=lambda row: row["id"] != reference, default=None)


def _withheld(package_id: str) -> bool:
    value = model.Session.scalar(
        sa.select(_EXTRA.c.value).where(
            _EXTRA.c.package_id == package_id, _EXTRA.c.key == WITHHELD, _EXTRA.c.state == "active"
        )
    )
    return value not in NO


def _releases(package_id: str) -> list[Mapping[str, Any]]:
    query = (
        sa.select(*_WITHOUT_CONTENT)
        .where(RELEASE.c.package_id == package_id)
        .order_by(RELEASE.c.sequence)
    )
    return [dict(row) for row in model.Session.execute(query).mappings()]


def _fresh(package_id: str) -> dict[str, Any]:
    return {
        "package_id": package_id,
        "state": State.DRAFT.value,
        "since": clock.now(),
        "shared": False,
        "last_sequence": 0,
    }


def past(row: Mapping[str, Any]) -> Past:
    """Return a release's row as the rules look at it."""
    return Past(row["sequence"], row["operation"], row["state"], row["content_hash"])


def _copy(row: Mapping[str, Any], releases: Sequence[Mapping[str, Any]], *, withheld: bool) -> Copy:
    return Copy(
        State(row["state"]),
        bool(row["shared"]),
        row.get("submitted_by"),
        row.get("submitted_hash"),
        row.get("edited_by"),
        withheld,
        [past(one) for one in releases],
    )
