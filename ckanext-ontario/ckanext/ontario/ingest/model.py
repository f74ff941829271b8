"""Runs, their issues, and the mark of what is still to be indexed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import JSONB, insert

from ckanext.ontario.ingest.domain import Phase, Status
from ckanext.ontario.shared import clock

Row = dict[str, Any]


class IngestRun(tk.BaseModel):
    """One run: a harvest of a source, or a batch of releases."""

    __tablename__ = "ontario_ingest_run"

    id: Any = sa.Column(sa.Text, primary_key=True, default=make_uuid)
    kind: Any = sa.Column(sa.Text, nullable=False)
    """What started it: ``harvest``, ``publication``, ``search-rebuild``."""
    source_id: Any = sa.Column(sa.Text)
    job_id: Any = sa.Column(sa.Text, unique=True)
    """The job of the caller, at most one run each."""
    phase: Any = sa.Column(sa.Text, nullable=False, server_default=Phase.PLAN.value)
    status: Any = sa.Column(sa.Text, nullable=False, server_default=Status.RUNNING.value)
    counters: Any = sa.Column(JSONB, nullable=False, server_default="{}")
    timings: Any = sa.Column(JSONB, nullable=False, server_default="{}")
    """Seconds by stage."""
    details: Any = sa.Column(JSONB, nullable=False, server_default="{}")
    """What the caller needs to remember; small, and without content of records."""
    etag: Any = sa.Column(sa.Text)
    last_modified: Any = sa.Column(sa.Text)
    document_hash: Any = sa.Column(sa.Text)
    fingerprint: Any = sa.Column(sa.Text)
    """Equal for two runs that must come to the same result."""
    same_as: Any = sa.Column(sa.Text)
    """The run whose document this one met again; its report is that run's."""
    started: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)
    finished: Any = sa.Column(sa.DateTime(timezone=True))

    __table_args__ = (sa.Index("ontario_ingest_run_source", "source_id", "started"),)


class IngestIssue(tk.BaseModel):
    """One thing wrong with a document or a record, as found by one run."""

    __tablename__ = "ontario_ingest_issue"

    id: Any = sa.Column(sa.BigInteger, primary_key=True)
    run_id: Any = sa.Column(
        sa.Text, sa.ForeignKey("ontario_ingest_run.id", ondelete="CASCADE"), nullable=False
    )
    severity: Any = sa.Column(sa.Text, nullable=False)
    code: Any = sa.Column(sa.Text, nullable=False)
    row: Any = sa.Column(sa.BigInteger)
    column: Any = sa.Column(sa.Text)
    guid: Any = sa.Column(sa.Text)
    params: Any = sa.Column(JSONB, nullable=False, server_default="{}")

    __table_args__ = (sa.Index("ontario_ingest_issue_run", "run_id", "severity", "id"),)


class IngestPending(tk.BaseModel):
    """A package that was written and is not yet known to be in the index."""

    __tablename__ = "ontario_ingest_pending"

    package_id: Any = sa.Column(sa.Text, primary_key=True)
    token: Any = sa.Column(sa.Text, nullable=False)
    """Changes with each write, so that indexing an older state does not take the mark away."""
    marked: Any = sa.Column(sa.DateTime(timezone=True), nullable=False)


RUN, ISSUE, PENDING = IngestRun.__table__, IngestIssue.__table__, IngestPending.__table__


def create_run(values: Mapping[str, Any]) -> Row:
    """Add a run; one that its job has already is returned as it is."""
    run_id = make_uuid()
    statement = insert(RUN).values(id=run_id, started=clock.now(), **values)
    model.Session.execute(statement.on_conflict_do_nothing(index_elements=[RUN.c.job_id]))
    return find_run(id=run_id) or find_run(job_id=values["job_id"]) or {}


def find_run(**by: str) -> Row | None:
    """Return the run with these column values, or ``None``."""
    row = model.Session.execute(sa.select(RUN).filter_by(**by)).mappings().first()
    return dict(row) if row else None


def list_runs(
    *,
    source_id: str | None = None,
    job_ids: Sequence[str] | None = None,
    kind: str | None = None,
    status: str | None = None,
    limit: int,
    offset: int = 0,
) -> list[Row]:
    """Return runs, the latest first."""
    query = sa.select(RUN).order_by(RUN.c.started.desc(), RUN.c.id).limit(limit).offset(offset)
    if source_id is not None:
        query = query.where(RUN.c.source_id == source_id)
    if job_ids is not None:
        query = query.where(RUN.c.job_id.in_(list(job_ids)))
    if kind is not None:
        query = query.where(RUN.c.kind == kind)
    if status is not None:
        query = query.where(RUN.c.status == status)
    return [dict(row) for row in model.Session.execute(query).mappings()]


def patch_run(run_id: str, values: Mapping[str, Any], expect: Mapping[str, Any]) -> Row | None:
    """Change a run if it still has the expected values; return it, or ``None`` if it has not."""
    statement = sa.update(RUN).where(RUN.c.id == run_id).values(**values).returning(RUN)
    for name, value in expect.items():
        statement = statement.where(RUN.c[name] == value)
    row = model.Session.execute(statement).mappings().first()
    return dict(row) if row else None


def delete_runs(source_id: str, *, keep_ids: Sequence[str] = ()) -> int:
    """Delete a source's runs and their issues; return how many runs."""
    statement = sa.delete(RUN).where(RUN.c.source_id == source_id, RUN.c.id.not_in(list(keep_ids)))
    return len(model.Session.execute(statement.returning(RUN.c.id)).all())


def add_issues(run_id: str, issues: Iterable[Mapping[str, Any]]) -> int:
    """Add issues to a run; return how many."""
    rows = [
        {
            "run_id": run_id,
            "severity": issue["severity"],
            "code": issue["code"],
            "row": issue.get("row"),
            "column": issue.get("column"),
            "guid": issue.get("guid"),
            "params": issue.get("params") or {},
        }
        for issue in issues
    ]
    if rows:
        model.Session.execute(sa.insert(ISSUE), rows)
    return len(rows)


def list_issues(run_id: str, *, limit: int, offset: int = 0, **filters: Any) -> list[Row]:
    """Return a run's issues that match (see :func:`_matching`) in the order they were found."""
    query = sa.select(ISSUE).where(*_matching(run_id, **filters))
    query = query.order_by(ISSUE.c.id).limit(limit).offset(offset)
    return [dict(row) for row in model.Session.execute(query).mappings()]


def count_issues(run_id: str, **filters: Any) -> list[Row]:
    """Return how many of a run's issues match, by severity, code and column."""
    keys = (ISSUE.c.severity, ISSUE.c.code, ISSUE.c.column)
    query = sa.select(*keys, sa.func.count().label("count")).where(*_matching(run_id, **filters))
    return [dict(row) for row in model.Session.execute(query.group_by(*keys)).mappings()]


def _matching(
    run_id: str,
    *,
    severity: Sequence[str] | None = None,
    code: str | None = None,
    column: str | None = None,
    text: str | None = None,
    text_codes: Sequence[str] = (),
    after: int = 0,
) -> list[Any]:
    """Return conditions: ``text`` is in what an issue quotes, or its code is of ``text_codes``."""
    found = [ISSUE.c.run_id == run_id, ISSUE.c.id > after]
    if severity is not None:
        found.append(ISSUE.c.severity.in_(list(severity)))
    found += [ISSUE.c[key] == value for key, value in (("code", code), ("column", column)) if value]
    if text:
        places = (ISSUE.c.guid, ISSUE.c.column, ISSUE.c.code, sa.cast(ISSUE.c.params, sa.Text))
        words = text.lower()
        quoted = [sa.func.lower(each).contains(words, autoescape=True) for each in places]
        found.append(sa.or_(ISSUE.c.code.in_(list(text_codes)), *quoted))
    return found


def mark_pending(package_ids: Iterable[str], token: str) -> None:
    """Say that these packages were written and must be indexed (part of the same transaction)."""
    rows = [{"package_id": i, "token": token, "marked": clock.now()} for i in sorted(package_ids)]
    if rows:
        statement = insert(PENDING).values(rows)
        model.Session.execute(
            statement.on_conflict_do_update(
                index_elements=[PENDING.c.package_id],
                set_={"token": statement.excluded.token, "marked": statement.excluded.marked},
            )
        )


def pending(limit: int, after: str = "") -> list[tuple[str, str]]:
    """Return ``(package id, token)`` of what is to be indexed, in the order of the ids."""
    query = sa.select(PENDING.c.package_id, PENDING.c.token).where(PENDING.c.package_id > after)
    rows = model.Session.execute(query.order_by(PENDING.c.package_id).limit(limit))
    return [(row[0], row[1]) for row in rows]


def clear_pending(done: Iterable[tuple[str, str]]) -> None:
    """Take the marks away of packages that were not written again meanwhile."""
    pairs = list(done)
    if pairs:
        both = sa.tuple_(PENDING.c.package_id, PENDING.c.token)
        model.Session.execute(sa.delete(PENDING).where(both.in_(pairs)))
