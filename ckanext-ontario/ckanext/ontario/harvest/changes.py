"""What each run changed, record by record, kept as long as the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.harvest.differences import differences
from ckanext.ontario.harvest.model import CHANGE
from ckanext.ontario.harvest.preparing import Prepared
from ckanext.ontario.shared.bilingual import LANGUAGES

Row = dict[str, Any]

KINDS = ("created", "updated")


def of(each: Prepared) -> Row:
    """Return what writing a record changes."""
    return {
        "guid": each.key,
        "kind": "updated" if each.before is not None else "created",
        "package_id": each.package_id,
        "title": titles(each.dataset),
        "changes": differences(each.before, each.dataset),
    }


def titles(dataset: Mapping[str, Any]) -> dict[str, str]:
    """Return a dataset's titles in both languages."""
    given: Mapping[str, Any] = dataset.get("title_translated") or {}
    plain = str(dataset.get("title") or "")
    return {code: str(given.get(code) or "")[:300] or plain[:300] for code in LANGUAGES}


def keep(
    run_id: str | None,
    source_id: str,
    prepared: Mapping[str, Prepared],
    results: Iterable[Mapping[str, Any]],
) -> None:
    """Remember what a batch changed, in its transaction; what was refused has changed nothing."""
    rows = [
        {
            **of(prepared[result["key"]]),
            "run_id": run_id,
            "source_id": source_id,
            "package_id": result["id"],
        }
        for result in results
        if result["status"] in KINDS
    ]
    if rows and run_id is not None:
        model.Session.execute(sa.insert(CHANGE), rows)


def list_changes(
    run_id: str,
    *,
    kind: str | None = None,
    text: str | None = None,
    limit: int,
    offset: int = 0,
) -> tuple[list[Row], int]:
    """Return a page of what a run changed, in the order it was written, and how many there are."""
    conditions = [CHANGE.c.run_id == run_id]
    if kind:
        conditions.append(CHANGE.c.kind == kind)
    if text:
        places = (CHANGE.c.guid, sa.cast(CHANGE.c.title, sa.Text))
        words = text.lower()
        found = [sa.func.lower(each).contains(words, autoescape=True) for each in places]
        conditions.append(sa.or_(*found))
    query = sa.select(CHANGE).where(*conditions).order_by(CHANGE.c.id)
    count = sa.select(sa.func.count()).select_from(CHANGE).where(*conditions)
    rows = model.Session.execute(query.limit(limit).offset(offset)).mappings()
    return [dict(row) for row in rows], int(model.Session.execute(count).scalar_one())
