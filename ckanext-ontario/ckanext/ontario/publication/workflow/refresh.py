"""Routine refreshes: what changed is only data, and a Director's standing approval covers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.publication import derived, domain, files
from ckanext.ontario.publication.model import RELEASE, STANDING, WORKING_COPY
from ckanext.ontario.publication.workflow import content, copies, releases, standing
from ckanext.ontario.shared import clock

MOST = 200
"""Records one run looks at."""

HEAD = 1 << 16
"""Bytes of a table that hold the names of its columns."""

TEXTS = frozenset({"csv", "tsv", "txt"})
WITHOUT_COLUMNS = frozenset({"pdf", "docx", "png", "jpg", "jpeg", "tif", "tiff"})

_EXTRA = model.package_extra_table


def candidates() -> list[str]:
    """Return records that changed since they were held against a standing approval last."""
    source = (
        sa.select(_EXTRA.c.value)
        .where(
            _EXTRA.c.package_id == WORKING_COPY.c.package_id,
            _EXTRA.c.key == "harvest_source_id",
            _EXTRA.c.state == "active",
        )
        .correlate(WORKING_COPY)  # two levels up, which nothing finds by itself
    )
    covered = _exists(
        sa.or_(
            STANDING.c.package_id == WORKING_COPY.c.package_id,
            STANDING.c.harvest_source_id == source.scalar_subquery(),
        ),
        STANDING.c.revoked_at.is_(None),
        STANDING.c.valid_until > clock.now(),
    )
    released = _exists(
        RELEASE.c.package_id == WORKING_COPY.c.package_id, RELEASE.c.state == "released"
    )
    query = (
        sa.select(WORKING_COPY.c.package_id)
        .where(
            WORKING_COPY.c.state == domain.State.DRAFT.value,
            WORKING_COPY.c.refresh_checked.is_distinct_from(WORKING_COPY.c.fingerprint),
            covered,
            released,
        )
        .order_by(WORKING_COPY.c.since)
        .limit(MOST)
    )
    return [str(row.package_id) for row in model.Session.execute(query)]


def _exists(*conditions: Any) -> Any:
    return sa.select(sa.literal(1)).where(*conditions).exists()


def refresh(package_id: str) -> str:
    """Release a record's refresh if its standing approval covers all that changed.

    Returns:
        ``refreshed`` or ``unchanged``. What is not covered stays a draft, to be submitted.
    """
    loaded = copies.load(package_id, lock=True)
    if loaded is None or loaded.copy.public is not derived.Public.LIVE:
        return "unchanged"
    checked = {"refresh_checked": loaded.row.get("fingerprint")}
    giver = standing.in_force(package_id, _source_of(package_id), loaded.package["owner_org"])
    if giver is None or not loaded.exists:
        return "unchanged"
    try:
        current = content.current(loaded)
    except domain.Refused:
        copies.save(package_id, loaded.copy, loaded.copy, **checked)
        return "unchanged"
    changes = content.changes(loaded, current)
    approvals = [one.approval for one in changes]
    if not domain.may_refresh(loaded.copy, approvals) or not _same_shape(loaded, current):
        copies.save(package_id, loaded.copy, loaded.copy, **checked)
        return "unchanged"
    after = replace(loaded.copy, state=domain.State.APPROVED)
    copies.save(package_id, after, loaded.copy, **checked)
    if not changes:  # an edit and its opposite
        return "unchanged"
    sequence = releases.put(loaded, current, "refresh", giver, clock.now())
    releases.release(package_id, sequence, giver, "refresh")
    return "refreshed"


def _source_of(package_id: str) -> str | None:
    return model.Session.scalar(
        sa.select(_EXTRA.c.value).where(
            _EXTRA.c.package_id == package_id,
            _EXTRA.c.key == "harvest_source_id",
            _EXTRA.c.state == "active",
        )
    )


def _same_shape(loaded: copies.Loaded, current: content.Current) -> bool:
    """Say whether schema and tables are those of what is live: a refresh brings data only."""
    last = loaded.last_put or {}
    if last.get("schema_version") != current.schema_version:
        return False
    _public, before = copies.projection_of(loaded.id, last["sequence"])
    old, new = _by_resource(before), _by_resource(current.files)
    return all(
        _same_columns(old[one], new[one])
        for one in old.keys() & new.keys()
        if old[one]["sha256"] != new[one]["sha256"]
    )


def _by_resource(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(row["resource_id"]): row for row in rows}


def _same_columns(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Say whether a file surely has the columns it had: a text's first line tells.

    What nothing can be told of (a spreadsheet, JSON, an archive) waits for an approval.
    """
    kind = _kind(new)
    if kind != _kind(old):
        return False
    if kind in WITHOUT_COLUMNS:
        return True
    return kind in TEXTS and _first_line(old) == _first_line(new)


def _kind(file: Mapping[str, Any]) -> str:
    return str(file["filename"]).rpartition(".")[2].lower()


def _first_line(file: Mapping[str, Any]) -> bytes:
    with files.path_of(str(file["sha256"])).open("rb") as stream:
        return stream.readline(HEAD).removeprefix(b"\xef\xbb\xbf").strip()
