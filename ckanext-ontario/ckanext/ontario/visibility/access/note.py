"""What a record's page says to a reader who may not use its files, or may for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.ontario.shared import portal
from ckanext.ontario.visibility import model as requests
from ckanext.ontario.visibility.access import data, pages, people
from ckanext.ontario.visibility.reading import once_a_request


@dataclass(frozen=True)
class AccessNote:
    """Whether the reader may use a record's files, and what came of their request."""

    kind: str
    """``askable``, ``waiting``, ``refused``, ``ended`` or, for who has a grant, ``granted``."""
    day: str = ""
    """When it was asked or decided; the last day of a grant."""
    reason: str = ""
    """Why it was refused or ended."""

    @property
    def withheld(self) -> bool:
        """Say whether the reader may not use the files."""
        return self.kind != "granted"


def of(pkg: Mapping[str, Any]) -> AccessNote | None:
    """Return the note for the reader; ``None`` for those whom the files are shared with."""
    if not portal.is_internal():
        return None
    return once_a_request(f"access-{pkg['id']}", lambda: _found(str(pkg["id"])))


def _found(package_id: str) -> AccessNote | None:
    context: Any = {"user": tk.current_user.name, "auth_user_obj": tk.current_user}
    user = people.caller(context)
    package = model.Package.get(package_id) if user else None
    if user is None or package is None:
        return None
    if data.may_use(context, package):
        return _granted(package.id, user) if data.is_collaborator(context, package.id) else None
    last = requests.latest(package.id, user.id)
    return _after(last) if last else AccessNote("askable")


def _after(row: requests.Row) -> AccessNote:
    if row["state"] == "open":
        return AccessNote("waiting", pages.day(row["requested_at"].isoformat()))
    if row["state"] in {"refused", "ended"} and row["decided_at"]:
        when = pages.day(row["decided_at"].isoformat())
        return AccessNote(row["state"], when, row["decision_reason"] or "")
    return AccessNote("askable")


def _granted(package_id: str, user: model.User) -> AccessNote | None:
    row = requests.latest(package_id, user.id)
    if row is None or row["state"] != "granted" or not row["until"]:
        return None
    return AccessNote("granted", pages.day(row["until"].isoformat()))
