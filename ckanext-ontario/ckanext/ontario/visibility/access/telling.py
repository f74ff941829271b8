"""Telling by mail: those who decide, of a request; who asked, of what was decided.

The mail is written down in the transaction of the step; who keeps the outbox hears a signal.
"""

from __future__ import annotations

from collections.abc import Iterable

from ckan import model

from ckanext.ontario.shared import signals
from ckanext.ontario.visibility import memberships
from ckanext.ontario.visibility.access.people import DIRECTOR
from ckanext.ontario.visibility.access.rules import State
from ckanext.ontario.visibility.model import Row

TOLD = {State.GRANTED.value, State.REFUSED.value, State.ENDED.value}
"""States of which who asked is told: those that somebody else decides."""


def asked(row: Row) -> None:
    """Tell the Directors who may decide on a new request; never who asked."""
    package = model.Package.get(row["package_id"])
    owner = package.owner_org if package is not None else None
    directors = memberships.holders(owner, DIRECTOR) if owner else set[str]()
    _tell("access_requested", directors - {row["user_id"]}, row)


def decided(row: Row) -> None:
    """Tell who asked what was decided: why, and until when."""
    if row["state"] in TOLD:
        until = row["until"].isoformat() if row["until"] else None
        data = {"reason": row["decision_reason"], "until": until}
        _tell(f"access_{row['state']}", [row["user_id"]], row, **data)


def _tell(kind: str, user_ids: Iterable[str], row: Row, **data: str | None) -> None:
    told = {"user_ids": list(user_ids), "package_id": row["package_id"], "key": row["id"]}
    signals.people_told.send(None, kind=kind, data=data, **told)
