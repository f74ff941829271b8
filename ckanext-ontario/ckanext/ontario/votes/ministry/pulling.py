"""Counts pulled from the public portal: numbers for each record, nothing of who voted.

They come from ``ontario_vote_export``, which everybody may call, so that nothing inside has to be
trusted with more. What is pulled replaces what was there in one transaction; whatever goes wrong
leaves what was there, and is told.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import requests
import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.shared import clock
from ckanext.ontario.votes import config
from ckanext.ontario.votes.domain import OPEN, VOTABLE
from ckanext.ontario.votes.model_inside import PULL, PULLED

log = logging.getLogger(__name__)

SOURCE = "public"
CONNECT, READ = 5, 60
"""Seconds to wait for a connection, and for an answer."""

LARGEST = 64 << 20
"""Bytes of an answer that is read at all."""

_LEVELS = (*VOTABLE, OPEN)
_MOST = 2**31 - 1
_AT_ONCE = 1000


class NotPulled(RuntimeError):
    """The public portal could not be asked, or did not answer with counts."""


def pull() -> dict[str, Any]:
    """Pull the counts and commit; the answer is that of ``ontario_vote_tally_pull``."""
    now = clock.now()
    try:
        rows = read(_fetched())
        _replace(rows)
    except NotPulled as err:
        model.Session.rollback()
        log.warning("The counts of votes could not be pulled: %s", err)
        _remember(tried=now, problem=str(err)[:500])
        model.Session.commit()
        return {"pulled": 0, "problem": str(err)[:500]}
    _remember(tried=now, pulled=now, problem=None)
    model.Session.commit()
    return {"pulled": len(rows), "problem": None}


@dataclass(frozen=True)
class State:
    """When counts were pulled last, and what was in the way since."""

    pulled: datetime | None = None
    problem: str | None = None


def state() -> State:
    """Return how pulling stands."""
    row = model.Session.execute(sa.select(PULL).where(PULL.c.source == SOURCE)).first()
    return State(row.pulled, row.problem) if row else State()


def read(answer: Any) -> list[dict[str, Any]]:
    """Return the rows that an answer of ``ontario_vote_export`` comes to, with ranks.

    Raises:
        NotPulled: when it is anything else; a part of it would be worse than what is here.
    """
    if not isinstance(answer, list):
        raise NotPulled("the answer is no list")
    rows = [_row(one) for one in cast("list[Any]", answer)]
    if len({row["package_id"] for row in rows}) < len(rows):
        raise NotPulled("a record is there twice")
    _rank([row for row in rows if row["access_level"] in VOTABLE])
    return rows


def _row(given: Any) -> dict[str, Any]:
    values = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {}
    identifier, level = values.get("id"), values.get("access_level")
    counts = [values.get(key) for key in ("count_user", "count_anonymous")]
    sound = isinstance(identifier, str) and 0 < len(identifier) <= 100 and "\x00" not in identifier
    if not sound or level not in _LEVELS or not all(map(_is_count, counts)):
        raise NotPulled("a line of the answer is not understood")
    return {
        "package_id": identifier,
        "access_level": level,
        "n_user": counts[0],
        "n_anon": counts[1],
        "rank": None,
    }


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST


def _rank(rows: Sequence[dict[str, Any]]) -> None:
    ordered = sorted(rows, key=_votes, reverse=True)
    for place, row in enumerate(ordered, start=1):
        before = ordered[place - 2] if place > 1 else None
        tied = before is not None and _votes(before) == _votes(row)
        row["rank"] = before["rank"] if before is not None and tied else place


def _votes(row: Mapping[str, Any]) -> int:
    return int(row["n_user"]) + int(row["n_anon"])


def _fetched() -> Any:
    url = config.public_url()
    if not url:
        raise NotPulled(f"{config.PUBLIC_URL} is not set")
    try:
        with requests.Session() as session:
            session.trust_env = False  # no netrc, no proxy: it is a neighbour
            return _asked(session, f"{url}/api/3/action/ontario_vote_export")
    except requests.RequestException as err:
        raise NotPulled(type(err).__name__) from err


def _asked(session: requests.Session, address: str) -> Any:
    options: Any = {"timeout": (CONNECT, READ), "allow_redirects": False, "stream": True}
    with session.get(address, **options) as answer:
        if answer.status_code != requests.codes.ok:
            raise NotPulled(f"HTTP {answer.status_code}")
        body = bytearray()
        for piece in answer.iter_content(1 << 16):
            body += piece
            if len(body) > LARGEST:
                raise NotPulled("the answer is too large")
    return _result(bytes(body))


def _result(body: bytes) -> Any:
    try:
        content = json.loads(body)
    except ValueError as err:
        raise NotPulled("the answer is not JSON") from err
    return content.get("result") if isinstance(content, dict) else None


def _replace(rows: Sequence[Mapping[str, Any]]) -> None:
    """Replace what is here; an answer without any record is taken for a mistake."""
    known = model.Session.scalar(sa.select(sa.func.count()).select_from(PULLED))
    if known and not rows:
        raise NotPulled("the public portal names no record with votes any more; they are kept here")
    model.Session.execute(sa.delete(PULLED))
    for begin in range(0, len(rows), _AT_ONCE):
        model.Session.execute(sa.insert(PULLED), [dict(r) for r in rows[begin : begin + _AT_ONCE]])


def _remember(**values: Any) -> None:
    statement = insert(PULL).values(source=SOURCE, **values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["source"], set_=values))
