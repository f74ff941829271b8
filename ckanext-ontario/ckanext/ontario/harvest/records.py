"""The records of a source as people look them up: which datasets they are, and which are gone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model as core

from ckanext.ontario.harvest.applying import unpacked
from ckanext.ontario.harvest.model import BATCH, RECORD
from ckanext.ontario.shared.bilingual import LANGUAGES

Row = dict[str, Any]

_PACKAGE, _EXTRA = core.package_table, core.package_extra_table


def count_withheld(run_id: str) -> int:
    """Return how many records a run has found gone and left to a person."""
    query = sa.select(sa.func.coalesce(sa.func.sum(BATCH.c.size), 0)).where(*_withheld(run_id))
    return int(core.Session.execute(query).scalar_one())


def withheld(run_id: str, offset: int, limit: int) -> list[Row]:
    """Return a page of the records that a run has left to a person; see :func:`search`."""
    sizes = sa.select(BATCH.c.id, BATCH.c.size).where(*_withheld(run_id)).order_by(BATCH.c.number)
    source_id, wanted, before = "", list[str](), 0
    for batch_id, size in core.Session.execute(sizes).all():
        start, end = max(offset - before, 0), min(offset + limit - before, size)
        before += size
        if start < end:
            payload = sa.select(BATCH.c.payload, BATCH.c.source_id).where(BATCH.c.id == batch_id)
            content, source_id = core.Session.execute(payload).one()
            wanted += unpacked(content)[start:end]
    return described(source_id, wanted)


def _withheld(run_id: str) -> tuple[Any, ...]:
    return BATCH.c.run_id == run_id, BATCH.c.kind == "gone", BATCH.c.state == "withheld"


def described(source_id: str, guids: Sequence[str]) -> list[Row]:
    """Return records by their guids, in that order; see :func:`search` for what of each."""
    rows = _select(RECORD.c.source_id == source_id, RECORD.c.guid.in_(list(guids)))
    found = {row["guid"]: row for row in rows}
    return [found[guid] for guid in guids if guid in found]


def search(source_id: str, text: str, offset: int, limit: int) -> tuple[list[Row], int]:
    """Return a page of a source's records and how many match.

    Of each ``{"guid", "package_id", "name", "title": {"en", "fr"}, "state", "first_seen",
    "changed", "missing_since", "forced"}``: a dataset that was purged has neither name nor state,
    and a record that is ``forced`` is written by the next harvest in any case.
    """
    conditions: list[Any] = [RECORD.c.source_id == source_id]
    if text:
        places = (RECORD.c.guid, _PACKAGE.c.title, _PACKAGE.c.name, _EXTRA.c.value)
        words = text.lower()
        found = [sa.func.lower(each).contains(words, autoescape=True) for each in places]
        conditions.append(sa.or_(*found))
    count = sa.select(sa.func.count()).select_from(_joined()).where(*conditions)
    total = int(core.Session.execute(count).scalar_one())
    return _select(*conditions, limit=limit, offset=offset), total


def _joined() -> Any:
    title = sa.and_(_EXTRA.c.package_id == _PACKAGE.c.id, _EXTRA.c.key == "title_translated")
    packages = RECORD.outerjoin(_PACKAGE, _PACKAGE.c.id == RECORD.c.package_id)
    return packages.outerjoin(_EXTRA, title)


def _select(*conditions: Any, limit: int | None = None, offset: int = 0) -> list[Row]:
    query = (
        sa.select(RECORD, _PACKAGE.c.name, _PACKAGE.c.title, _PACKAGE.c.state, _EXTRA.c.value)
        .select_from(_joined())
        .where(*conditions)
        .order_by(RECORD.c.guid)
        .offset(offset)
    )
    if limit is not None:
        query = query.limit(limit)
    return [_row(row) for row in core.Session.execute(query).mappings()]


def _row(row: Any) -> Row:
    title = json.loads(row["value"] or "{}")
    plain = row["title"] or row["name"] or row["guid"]
    missing = row["missing_since"]
    return {
        "guid": row["guid"],
        "package_id": row["package_id"],
        "name": row["name"],
        "title": {code: title.get(code) or plain for code in LANGUAGES},
        "state": row["state"],
        "first_seen": row["first_seen"].isoformat(),
        "changed": row["changed"].isoformat(),
        "missing_since": missing.isoformat() if missing else None,
        "forced": not row["hash"],
    }
