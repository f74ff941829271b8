"""The mail outbox: rows written with the step, sent after its commit, at least once.

A mail says what happened and links to where it can be read; it never holds internal text, only what
was written to its reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model
from sqlalchemy.dialects.postgresql import insert

from ckanext.ontario.publication.model import MAIL
from ckanext.ontario.shared import clock


def queue(
    kind: str, user_ids: Iterable[str | None], package_id: str | None, key: str, **data: Any
) -> None:
    """Write down that people are to be told of something, in the step's transaction.

    Args:
        kind: one of the kinds that :mod:`~.mail_texts` words.
        user_ids: who is told; blanks are passed over.
        package_id: the record it is about, if it is about one.
        key: tells this event from others of its kind and record, so that it is told once.
        data: more for the links, and what was written to the reader; no internal text.
    """
    now = clock.now()
    rows = [
        {
            "message_id": f"{kind}.{package_id or 'all'}.{key}.{user_id}",
            "user_id": user_id,
            "kind": kind,
            "data": {"package_id": package_id, **data},
            "created": now,
            "next_at": now,
        }
        for user_id in sorted({one for one in user_ids if one})
    ]
    if rows:
        model.Session.execute(insert(MAIL).values(rows).on_conflict_do_nothing())


def told(_sender: Any, **event: Any) -> None:
    """Write down what another slice wants people told (``signals.people_told``)."""
    values = {name: event[name] for name in ("kind", "user_ids", "package_id", "key")}
    queue(**values, **event["data"])


def waiting(limit: int) -> list[dict[str, Any]]:
    """Return mails that are due, the oldest first, locked until the transaction ends."""
    query = (
        sa.select(MAIL)
        .where(MAIL.c.sent.is_(None), MAIL.c.next_at <= clock.now())
        .order_by(MAIL.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [dict(row) for row in model.Session.execute(query).mappings()]


def settle(mail_id: int, **values: Any) -> None:
    """Write down how sending a mail went."""
    model.Session.execute(sa.update(MAIL).where(MAIL.c.id == mail_id).values(**values))
