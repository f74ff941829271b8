"""What stays the same while one page is made, found out once.

A page asks for a reader's permission labels before each search and for each record, file and
button it shows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar, cast

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.types import Context
from flask import g, has_request_context, request
from sqlalchemy import orm

from ckanext.ontario.shared import sharing

_FOUND = "ontario_visibility_found"

_together: ContextVar[dict[str, Any] | None] = ContextVar("ontario_together", default=None)

T = TypeVar("T")


def begin() -> None:
    """Remember from here on, if this request only reads: one that writes may change rights."""
    if request.method in {"GET", "HEAD"}:
        setattr(g, _FOUND, {})


def once_a_request(name: str, find: Callable[[], T]) -> T:
    """Return what ``find`` returns, from memory when this request asked before.

    Outside a real request (commands, jobs, the contexts of tests) nothing is remembered, but
    while many records are looked at together.
    """
    found: dict[str, T] | None = getattr(g, _FOUND, None) if has_request_context() else None
    found = _together.get() if found is None else found
    if found is None:
        return find()
    if name not in found:
        found[name] = find()
    return found[name]


@contextlib.contextmanager
def _remembering() -> Iterator[None]:
    """Remember inside the block, in which nothing is written."""
    mark = _together.set({})
    try:
        yield
    finally:
        _together.reset(mark)


def readable(context: Context, package_ids: Collection[str]) -> Iterator[str]:
    """Yield the ids of the records the caller may read, which are read together."""
    query: Any = model.Session.query(model.Package).filter(model.Package.id.in_(package_ids))
    extras: Any = cast(Any, model.Package)._extras  # noqa: SLF001 -- CKAN's name of the relation
    packages = {one.id: one for one in query.options(orm.selectinload(extras))}
    with sharing.asked_together(list(packages)), _remembering():
        found = list(_readable(context, package_ids, packages))
    yield from found


def _readable(
    context: Context, package_ids: Collection[str], packages: Mapping[str, model.Package]
) -> Iterator[str]:
    for package_id in package_ids:
        known: Any = {"package": packages[package_id]} if package_id in packages else {}
        try:
            if authz.is_authorized_boolean(
                "package_show",
                cast(Context, {**tk.fresh_context(context), **known}),
                {"id": package_id},
            ):
                yield package_id
        except tk.ObjectNotFound:
            continue


def remember_users(user_ids: Iterable[str]) -> None:
    """Read the users of a list that is about to be shown, together."""
    users = _users()
    query: Any = model.Session.query(model.User)
    for one in query.filter(model.User.id.in_(set(user_ids) - users.keys())):
        users[one.id] = one


def known_user(name: str) -> model.User | None:
    """Return the user of that id or name, from memory where there is one."""
    users = _users()
    if name not in users:
        users[name] = model.User.get(name)
    return users[name]


def _users() -> dict[str, model.User | None]:
    return once_a_request("users", dict[str, "model.User | None"])
