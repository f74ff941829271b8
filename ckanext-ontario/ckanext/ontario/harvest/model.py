"""What harvesting remembers: records, batches, uploaded documents, approvals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB, insert

from ckanext.ontario.harvest.domain import Known
from ckanext.ontario.shared import clock

Row = dict[str, Any]


class HarvestRecord(tk.BaseModel):
    """A record of a source: how it was when it was last written, and as which package."""

    __tablename__ = "ontario_harvest_record"

    source_id: Any = sa.Column(sa.Text, primary_key=True)
    guid: Any = sa.Column(sa.Text(collation="C"), primary_key=True)
    """Sorted by bytes, as the plan merges."""
    hash: Any = sa.Column(sa.Text, nullable=False)
    """Empty when the record is to be written again whatever the source says."""
    mapping_version: Any = sa.Column(sa.Text, nullable=False)
    package_id: Any = sa.Column(sa.Text, nullable=False)
    fields: Any = sa.Column(JSONB, nullable=False, server_default="[]")
    """Names of the fields the source gave."""
    first_seen: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    changed: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    missing_since: Any = sa.Column(sa.DateTime(timezone=True))

    __table_args__ = (sa.Index("ontario_harvest_record_package", "package_id"),)


class HarvestBatch(tk.BaseModel):
    """A part of a run's work; its id is that of the carrier that ckanext-harvest queues."""

    __tablename__ = "ontario_harvest_batch"

    id: Any = sa.Column(sa.Text, primary_key=True)
    run_id: Any = sa.Column(sa.Text, nullable=False)
    source_id: Any = sa.Column(sa.Text, nullable=False)
    number: Any = sa.Column(sa.Integer, nullable=False)
    kind: Any = sa.Column(sa.Text, nullable=False)
    """``write``, or ``gone``: records to be set inactive."""
    state: Any = sa.Column(sa.Text, nullable=False)
    """``waiting``, ``applied``, ``withheld`` (for an approval), ``discarded``."""
    size: Any = sa.Column(sa.Integer, nullable=False)
    payload: Any = sa.Column(sa.LargeBinary)
    """Compressed JSON; gone once the batch is over."""
    outcome: Any = sa.Column(JSONB, nullable=False, server_default="{}")

    __table_args__ = (
        sa.UniqueConstraint("run_id", "number", name="ontario_harvest_batch_number"),
        sa.Index("ontario_harvest_batch_source", "source_id"),
    )


class HarvestUpload(tk.BaseModel):
    """An uploaded document. Its bytes are a file named by their hash."""

    __tablename__ = "ontario_harvest_upload"

    id: Any = sa.Column(sa.Text, primary_key=True)
    organization_id: Any = sa.Column(sa.Text, nullable=False)
    sha256: Any = sa.Column(sa.Text, nullable=False)
    filename: Any = sa.Column(sa.Text, nullable=False)
    size: Any = sa.Column(sa.BigInteger, nullable=False)
    user_id: Any = sa.Column(sa.Text)
    created: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    """When it was given last."""

    __table_args__ = (
        sa.UniqueConstraint(
            "organization_id", "sha256", "filename", name="ontario_harvest_upload_document"
        ),
    )


class HarvestApproval(tk.BaseModel):
    """Records that are gone from a source, more or other than a harvest may decide by itself."""

    __tablename__ = "ontario_harvest_approval"

    run_id: Any = sa.Column(sa.Text, primary_key=True)
    source_id: Any = sa.Column(sa.Text, nullable=False)
    gone: Any = sa.Column(sa.Integer, nullable=False)
    reasons: Any = sa.Column(JSONB, nullable=False)
    state: Any = sa.Column(sa.Text, nullable=False)
    """``waiting``, ``approved``, ``refused``, ``superseded`` by a later run."""
    created: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    decided: Any = sa.Column(sa.DateTime(timezone=True))
    decided_by: Any = sa.Column(sa.Text)

    __table_args__ = (sa.Index("ontario_harvest_approval_source", "source_id"),)


class HarvestChange(tk.BaseModel):
    """What a run did to one record."""

    __tablename__ = "ontario_harvest_change"

    id: Any = sa.Column(sa.BigInteger, primary_key=True)
    run_id: Any = sa.Column(sa.Text, nullable=False)
    source_id: Any = sa.Column(sa.Text, nullable=False)
    guid: Any = sa.Column(sa.Text, nullable=False)
    package_id: Any = sa.Column(sa.Text)
    kind: Any = sa.Column(sa.Text, nullable=False)
    """``created``, ``updated``."""
    title: Any = sa.Column(JSONB, nullable=False)
    changes: Any = sa.Column(JSONB, nullable=False)
    """``[{"field", "resource", "before", "after"}]``; of a new record there are none."""

    __table_args__ = (
        sa.Index("ontario_harvest_change_run", "run_id", "id"),
        sa.Index("ontario_harvest_change_source", "source_id"),
    )


class HarvestSchedule(tk.BaseModel):
    """When a source is harvested by itself."""

    __tablename__ = "ontario_harvest_schedule"

    source_id: Any = sa.Column(sa.Text, primary_key=True)
    expression: Any = sa.Column(sa.Text, nullable=False)
    zone: Any = sa.Column(sa.Text, nullable=False)
    next_run: Any = sa.Column(sa.DateTime(timezone=True))
    """``None`` when the expression has no time left."""
    changed: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    changed_by: Any = sa.Column(sa.Text)

    __table_args__ = (sa.Index("ontario_harvest_schedule_due", "next_run"),)


RECORD, BATCH = HarvestRecord.__table__, HarvestBatch.__table__
UPLOAD, APPROVAL = HarvestUpload.__table__, HarvestApproval.__table__
CHANGE, SCHEDULE = HarvestChange.__table__, HarvestSchedule.__table__


# --- records ---------------------------------------------------------------------------------


def known_records(source_id: str, connection: sa.engine.Connection) -> Iterator[Known]:
    """Yield what is known of a source, sorted by guid, in constant memory."""
    query = (
        sa.select(RECORD.c.guid, RECORD.c.hash, RECORD.c.missing_since.is_not(None))
        .where(RECORD.c.source_id == source_id)
        .order_by(RECORD.c.guid)
    )
    streaming = connection.execution_options(stream_results=True, max_row_buffer=5000)
    for guid, hash_, missing in streaming.execute(query):
        yield Known(guid.encode(), hash_, missing)


def records_by_guid(source_id: str, guids: Sequence[str]) -> dict[str, Row]:
    """Return the known records of a source among ``guids``."""
    query = sa.select(RECORD).where(RECORD.c.source_id == source_id, RECORD.c.guid.in_(guids))
    return {row["guid"]: dict(row) for row in model.Session.execute(query).mappings()}


def find_records(limit: int, **by: str) -> list[Row]:
    """Return up to ``limit`` of the records with these column values."""
    query = sa.select(RECORD).filter_by(**by).limit(limit)
    return [dict(row) for row in model.Session.execute(query).mappings()]


def guids_elsewhere(source_id: str, guids: Sequence[str]) -> set[str]:
    """Return those of ``guids`` that another source has as well."""
    query = sa.select(RECORD.c.guid).where(
        RECORD.c.source_id != source_id, RECORD.c.guid.in_(guids)
    )
    return {row[0] for row in model.Session.execute(query)}


def save_records(rows: Sequence[Row]) -> None:
    """Remember records as they were written; a record that is back is no longer missing."""
    if not rows:
        return
    unique = {(row["source_id"], row["guid"]): row for row in rows}
    statement = insert(RECORD).values(list(unique.values()))
    new = statement.excluded
    model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=[RECORD.c.source_id, RECORD.c.guid],
            set_={
                "hash": new.hash,
                "mapping_version": new.mapping_version,
                "package_id": new.package_id,
                "fields": new.fields,
                "changed": new.changed,
                "missing_since": None,
            },
        )
    )


def mark_missing(source_id: str, guids: Sequence[str]) -> None:
    """Remember that records are gone from their source."""
    model.Session.execute(
        sa.update(RECORD)
        .where(RECORD.c.source_id == source_id, RECORD.c.guid.in_(list(guids)))
        .where(RECORD.c.missing_since.is_(None))
        .values(missing_since=clock.now())
    )


def forget_hashes(**by: str) -> int:
    """Let records be written again at the next run, whatever the source says; return how many."""
    statement = sa.update(RECORD).filter_by(**by).values(hash="").returning(RECORD.c.guid)
    return len(model.Session.execute(statement).all())


def count_records(source_id: str, *, forced: bool = False) -> int:
    """Return how many records of a source are not missing, or are to be written in any case."""
    query = sa.select(sa.func.count()).where(RECORD.c.source_id == source_id)
    query = query.where(RECORD.c.hash == "" if forced else RECORD.c.missing_since.is_(None))
    return int(model.Session.execute(query).scalar_one())


def guids_present(source_id: str, after: str, limit: int) -> list[str]:
    """Return a page of the guids of a source that are not missing, from behind ``after``."""
    query = (
        sa.select(RECORD.c.guid)
        .where(RECORD.c.source_id == source_id, RECORD.c.missing_since.is_(None))
        .where(RECORD.c.guid > after)
        .order_by(RECORD.c.guid)
        .limit(limit)
    )
    return [row[0] for row in model.Session.execute(query)]


# --- batches ---------------------------------------------------------------------------------


def add_batch(values: Mapping[str, Any]) -> str:
    """Add a batch and return its id."""
    batch_id = make_uuid()
    model.Session.execute(sa.insert(BATCH).values(id=batch_id, **values))
    return batch_id


def claim_batch(batch_id: str) -> Row | None:
    """Take a batch for this transaction; ``None`` when it is over or never was.

    Whoever comes second waits for the first one's transaction, and then finds the batch applied;
    a consumer that dies lets go of it with its transaction.
    """
    statement = (
        sa.update(BATCH)
        .where(BATCH.c.id == batch_id, BATCH.c.state == "waiting")
        .values(state="waiting")
        .returning(BATCH)
    )
    row = model.Session.execute(statement).mappings().first()
    return dict(row) if row else None


def end_batch(batch_id: str, state: str, outcome: Mapping[str, int]) -> None:
    """Note what became of a batch, and drop its content."""
    model.Session.execute(
        sa.update(BATCH)
        .where(BATCH.c.id == batch_id)
        .values(state=state, outcome=dict(outcome), payload=None)
    )


def set_batches(where: Mapping[str, str], state: str) -> int:
    """Move batches to another state; those that are discarded lose their content."""
    values: dict[str, Any] = {"state": state}
    if state == "discarded":
        values["payload"] = None
    statement = sa.update(BATCH).filter_by(**where).values(**values).returning(BATCH.c.id)
    return len(model.Session.execute(statement).all())


def batches(run_id: str, *, kind: str, state: str | None = None) -> list[Row]:
    """Return a run's batches in order, without their content."""
    columns = [column for column in BATCH.c if column.name != "payload"]
    query = sa.select(*columns).where(BATCH.c.run_id == run_id, BATCH.c.kind == kind)
    if state is not None:
        query = query.where(BATCH.c.state == state)
    rows = model.Session.execute(query.order_by(BATCH.c.number)).mappings()
    return [dict(row) for row in rows]
