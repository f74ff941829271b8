"""Planted records on their way to the public, by the workflow's own actions, and who takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan import model
from ckan.lib import search
from tests import factories
from tests.publication.ministry import Ministry, give

SUBMITTED = ("returned", "withdrawn", "removed")


def take(ids: Mapping[str, str], users: Mapping[str, Any], owner: Mapping[str, Any]) -> None:
    """Give the delegate and the head of the ministry their roles; submit, return, release, end.

    Args:
        ids: of the planted records, by kind.
        users: role → account.
        owner: the ministry.
    """
    wanted = ("editor", "Director", "delegate", "member")
    editor, director, delegate, member = (users[who]["name"] for who in wanted)
    head = factories.make_user(name="person-head", email="zqmailhead@ontario.ca")["name"]
    ministry = Ministry(
        owner["id"],
        owner["name"],
        editor,
        "",
        director,
        "",
        member,
        delegate,
        head,
    )
    give("delegate", delegate, owner["id"], by=director)
    give("deputy_minister", head, owner["id"])
    for kind in SUBMITTED:
        factories.call("ontario_release_submit", editor, id=ids[kind])
    _act("return", director, ids, "returned")
    for kind in ("withdrawn", "removed"):
        ministry.approve(ids[kind], delegate)
    _act("withdraw", director, ids, "withdrawn")
    _act("remove", head, ids, "removed")
    _set(ids["withheld"], existence_withheld="yes", existence_withheld_reason="zqwithheld reason")
    _set(ids["limited"], data_audience="ministry")


def _act(step: str, caller: str, ids: Mapping[str, str], kind: str) -> None:
    factories.call(f"ontario_release_{step}", caller, id=ids[kind], reason=f"zq{kind} reason")


def _set(package_id: str, **fields: str) -> None:
    package = model.Package.get(package_id)
    assert package is not None
    package.extras.update(fields)
    model.Session.commit()
    search.rebuild(package_id)
