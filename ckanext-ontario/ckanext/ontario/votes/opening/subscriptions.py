"""Who is to be told when a record opens: an address for each, until it is confirmed, and sent.

An address that nobody confirms is deleted after a few days, one that was written to at once.
Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.shared import clock
from ckanext.ontario.votes import config
from ckanext.ontario.votes.domain import OPEN
from ckanext.ontario.votes.model_inside import SUBSCRIPTION

_PACKAGE: Any = model.package_table
_EXTRA: Any = model.package_extra_table


def ask(package_id: str, email: str, language: str) -> str:
    """Keep an address that waits to be confirmed; return the id of its subscription.

    One that is there already keeps its id; its language is the one asked for last.
    """
    now = clock.now()
    values = {
        "id": make_uuid(), "package_id": package_id, "email": email, "language": language,
        "created": now, "next_at": now,
    }  # fmt: skip
    statement = insert(SUBSCRIPTION).values(**values)
    again = statement.on_conflict_do_update(
        constraint="ontario_votes_subscription_once", set_={"language": language}
    )
    return str(model.Session.scalar(again.returning(SUBSCRIPTION.c.id)))


def token_of(subscription_id: str) -> str:
    """Return the secret of a mail's links."""
    return str(_signer().dumps(subscription_id))


def read(token: str) -> dict[str, Any] | None:
    """Return the subscription that a link is about; ``None`` when it is not ours, or over."""
    try:
        identifier = str(_signer().loads(token))
    except BadData:
        return None
    query = sa.select(SUBSCRIPTION).where(SUBSCRIPTION.c.id == identifier)
    row = model.Session.execute(query).mappings().first()
    if row is None or (row["confirmed"] is None and row["created"] < _oldest()):
        return None
    return dict(row)


def confirm(subscription_id: str) -> None:
    """Write down that the owner of the address wants the mail."""
    mine = SUBSCRIPTION.c.id == subscription_id
    first = sa.func.coalesce(SUBSCRIPTION.c.confirmed, clock.now())
    model.Session.execute(sa.update(SUBSCRIPTION).where(mine).values(confirmed=first))


def end(subscription_id: str) -> None:
    """Delete an address."""
    model.Session.execute(sa.delete(SUBSCRIPTION).where(SUBSCRIPTION.c.id == subscription_id))


def forget(package_ids: Collection[str]) -> None:
    """Delete the addresses of those who waited for records that never come back."""
    gone = SUBSCRIPTION.c.package_id.in_(list(package_ids))
    model.Session.execute(sa.delete(SUBSCRIPTION).where(gone))


def drop_unconfirmed() -> int:
    """Delete the addresses that nobody confirmed in time; return how many."""
    query = sa.delete(SUBSCRIPTION).where(
        SUBSCRIPTION.c.confirmed.is_(None), SUBSCRIPTION.c.created < _oldest()
    )
    done: Any = model.Session.execute(query)
    return int(done.rowcount)


def due() -> dict[str, Any] | None:
    """Return a confirmed one whose record is open, locked until the transaction ends."""
    level = sa.and_(
        _EXTRA.c.package_id == _PACKAGE.c.id,
        _EXTRA.c.key == "access_level",
        _EXTRA.c.state == "active",
        _EXTRA.c.value == OPEN,
    )
    query = (
        sa.select(SUBSCRIPTION, _PACKAGE.c.name)
        .join(_PACKAGE, _PACKAGE.c.id == SUBSCRIPTION.c.package_id)
        .join(_EXTRA, level)
        .where(
            SUBSCRIPTION.c.confirmed.isnot(None),
            SUBSCRIPTION.c.next_at <= clock.now(),
            _PACKAGE.c.state == "active",
            _PACKAGE.c.private.is_(False),
        )
        .order_by(SUBSCRIPTION.c.next_at, SUBSCRIPTION.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=SUBSCRIPTION)
    )
    row = model.Session.execute(query).mappings().first()
    return dict(row) if row is not None else None


def later(row: dict[str, Any], wait: timedelta) -> None:
    """Put one off whose mail could not be sent."""
    values = {"attempts": row["attempts"] + 1, "next_at": clock.now() + wait}
    mine = SUBSCRIPTION.c.id == row["id"]
    model.Session.execute(sa.update(SUBSCRIPTION).where(mine).values(**values))


def _oldest() -> Any:
    return clock.now() - timedelta(days=config.subscription_days())


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(config.secret(), salt="ontario.votes.opening")
