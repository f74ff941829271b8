"""The work that waits: mine to fix, waiting for me, scheduled, overdue, not delivered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context, DataDict

from ckanext.ontario.publication import config
from ckanext.ontario.publication.domain import State
from ckanext.ontario.publication.instants import local_text
from ckanext.ontario.publication.model import HISTORY, RELEASE, WORKING_COPY
from ckanext.ontario.publication.roles import Actor
from ckanext.ontario.publication.workflow import access, people, releases
from ckanext.ontario.publication.workflow.delegations import organizations_by_id, texts
from ckanext.ontario.shared import clock, demand

__all__ = ["ontario_release_list"]

_PACKAGE = model.package_table
_EXTRA = model.package_extra_table
_COPY = WORKING_COPY.c

SECTIONS = ("to_fix", "waiting", "scheduled", "overdue", "undelivered")
MOST = 500


@tk.side_effect_free
def ontario_release_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the workflow's work that concerns the caller.

    Args:
        context: CKAN's; each sees the work of the ministries where they have a part.
        data_dict: optional ``section``, one of those below, when only that is wanted;
            ``limit`` (50, at most 500) and ``offset`` of each section; ``sort``: ``votes`` for what
        the public asks for most first.

    Returns:
        ``{section: {"count": int, "items": [item]}}``. ``to_fix``: returned records of ministries
        where the caller edits, and drafts whose public content they changed last. ``waiting``:
        in review, and the caller may approve them. ``scheduled``: approved for an instant to
        come. ``overdue``: in review for longer than ``ckanext.ontario.publication.review_days``.
        ``undelivered``: released, and the public portal did not take it.
        An item is ``{"id", "name", "title", "title_translated", "organization": {"id", "name",
        "title", "title_translated"}, "state", "since", "reason", "release_at",
        "submitted_by": {...}|null, "content_hash", "undelivered", "votes", "vote_rank"}``;
        ``content_hash`` is what was submitted, for an approval of what is unchanged since;
        ``release_at`` is of scheduled ones, ``undelivered`` says why
        the public portal did not take the last release; ``votes`` (0 without any) and
        ``vote_rank`` (null) are the public's, as they were pulled last.

    Raises:
        NotAuthorized: when nobody is logged in.
        ValidationError: when there is no such section.
    """
    tk.check_access("ontario_release_list", context, data_dict)
    user = people.required(context)
    wanted = access.text(data_dict, "section", 20)
    if wanted and wanted not in SECTIONS:
        said = tk._("The sections are: {names}.").format(names=", ".join(SECTIONS))
        raise tk.ValidationError({"section": [said]})
    limit = access.number(data_dict, "limit", 50, MOST)
    offset = access.number(data_dict, "offset", 0, 1_000_000)
    by_votes = access.text(data_dict, "sort", 20) == "votes"
    conditions = _conditions(user.id, people.organizations_of(user.id))
    return {
        section: _section(conditions[section], limit, offset, by_votes=by_votes)
        for section in ([wanted] if wanted else SECTIONS)
    }


def _conditions(user_id: str, actors: Mapping[str, Actor]) -> dict[str, Any]:
    owner = _PACKAGE.c.owner_org
    edited = [one for one, actor in actors.items() if actor.edits]
    decided = [one for one, actor in actors.items() if actor.approves]
    state, since = _COPY.state, _COPY.since
    mine = sa.and_(state == State.DRAFT.value, _COPY.edited_by == user_id)
    late = clock.now() - timedelta(days=config.review_days())
    going = sa.and_(_PACKAGE.c.state == "active", ~releases.removed(_COPY.package_id))
    others = [column.is_distinct_from(user_id) for column in (_COPY.submitted_by, _COPY.edited_by)]
    return {
        "to_fix": sa.and_(going, owner.in_(edited), sa.or_(state == State.RETURNED.value, mine)),
        "waiting": sa.and_(going, owner.in_(decided), state == State.IN_REVIEW.value, *others),
        "scheduled": sa.and_(going, owner.in_(list(actors)), _scheduled().isnot(None)),
        "overdue": sa.and_(
            going, owner.in_(list(actors)), state == State.IN_REVIEW.value, since < late
        ),
        "undelivered": sa.and_(owner.in_(list(actors)), _undelivered().isnot(None)),
    }


def _scheduled() -> Any:
    return (
        sa.select(sa.func.min(RELEASE.c.release_at))
        .where(RELEASE.c.package_id == _COPY.package_id, RELEASE.c.state == "scheduled")
        .scalar_subquery()
    )


def _undelivered() -> Any:
    return releases.undelivered(_COPY.package_id)


def _submitted() -> Any:
    return (
        sa.select(HISTORY.c.details["content_hash"].astext)
        .where(HISTORY.c.package_id == _COPY.package_id, HISTORY.c.step == "submit")
        .order_by(HISTORY.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _title() -> Any:
    return (
        sa.select(_EXTRA.c.value)
        .where(
            _EXTRA.c.package_id == _COPY.package_id,
            _EXTRA.c.key == "title_translated",
            _EXTRA.c.state == "active",
        )
        .limit(1)
        .scalar_subquery()
    )


def _section(condition: Any, limit: int, offset: int, *, by_votes: bool) -> dict[str, Any]:
    votes, rank = demand.columns(_COPY.package_id)
    order = [_scheduled().asc().nulls_last(), _COPY.since, _PACKAGE.c.id]
    if by_votes:
        order.insert(0, votes.desc().nulls_last())
    source = WORKING_COPY.join(_PACKAGE, _PACKAGE.c.id == _COPY.package_id)
    count = sa.select(sa.func.count()).select_from(source).where(condition)
    columns = [_PACKAGE.c[name] for name in ("id", "name", "title", "owner_org")]
    columns += [_COPY.state, _COPY.since, _COPY.reason, _COPY.submitted_by]
    query = (
        sa.select(
            *columns,
            _scheduled().label("release_at"),
            _submitted().label("content_hash"),
            _title().label("title_translated"),
            _undelivered().label("undelivered"),
            votes.label("votes"),
            rank.label("vote_rank"),
        )
        .select_from(source)
        .where(condition)
        .order_by(*order)
        .limit(limit)
        .offset(offset)
    )
    rows = [dict(row) for row in model.Session.execute(query).mappings()]
    return {"count": int(model.Session.scalar(count) or 0), "items": _items(rows)}


def _items(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = people.names(row["submitted_by"] for row in rows)
    organizations = organizations_by_id(row["owner_org"] for row in rows)
    return [
        {
            "id": row["id"],
            "name": row["name"],
            "title": row["title"],
            "title_translated": texts(row["title_translated"]),
            "organization": organizations.get(row["owner_org"]),
            "state": row["state"],
            "since": local_text(row["since"]),
            "reason": row["reason"] if row["state"] == State.RETURNED.value else None,
            "release_at": local_text(row["release_at"]) if row["release_at"] else None,
            "submitted_by": known.get(row["submitted_by"] or ""),
            "content_hash": row["content_hash"],
            "undelivered": row["undelivered"],
            "votes": row["votes"] or 0,
            "vote_rank": row["vote_rank"],
        }
        for row in rows
    ]
