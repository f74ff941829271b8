"""Files and tables of resources on the public portal: put in place, and gone without a trace.

A received file stays in the store of :mod:`~..files` while it is used (a link, not a copy), so
that the same content is never sent twice; which resource has which is a small file beside it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import datapreview, uploader
from ckan.types import Context

from ckanext.ontario.publication import config, files
from ckanext.ontario.publication.transfer.wire import Item

_RESOURCE: Any = model.Resource.__table__  # type: ignore[attr-defined]
_VIEW: Any = model.ResourceView.__table__  # type: ignore[attr-defined]
_TASK: Any = model.task_status_table


class NotQueued(RuntimeError):
    """A file could not be put in line for its table: Redis does not answer."""


def as_the_portal() -> Context:
    """Return a context of the site user, whom nothing is refused."""
    user = tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"]
    return Context(model=model, session=model.Session, user=user, ignore_auth=True)


def place(item: Item) -> set[str]:
    """Put a release's files where CKAN looks for them; return whose bytes are other ones now.

    Raises:
        FileNotFoundError: when one is not here.
    """
    return {one["resource_id"] for one in item.files if _place(one["resource_id"], one["sha256"])}


def _place(resource_id: str, sha256: str) -> bool:
    target, mark = _target(resource_id), _mark(resource_id)
    before = mark.read_text() if mark.is_file() else ""
    if before == sha256 and target.is_file():
        return False
    files.place(sha256, target)
    mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = mark.with_suffix(".new")
    beside.write_text(sha256)
    beside.replace(mark)
    if before and before != sha256:
        _let_go(before)
    return True


def settle(item: Item, changed: set[str]) -> None:
    """Bring tables and leftovers into line with a release that is committed. Safe to repeat.

    Args:
        item: the release.
        changed: resources whose bytes are new.

    Raises:
        NotQueued: when a file can't be read into its table now.
    """
    deleted = _deleted(item.id)
    for resource_id in [*deleted, *_replaced_by_links(item)]:
        clear(resource_id)
    if deleted:
        _forget_deleted(item.id)
    uploaded = {one["resource_id"] for one in item.files}
    for resource in item.projection["resources"]:
        identifier = resource["id"]
        if identifier in uploaded:
            _load(resource, changed=identifier in changed)
    _set_views([item])
    model.Session.commit()


def _load(resource: Mapping[str, Any], *, changed: bool) -> None:
    identifier = resource["id"]
    written = resource.get("dictionary", [])
    there = _columns(identifier)
    if changed and there is not None:
        _drop_table(identifier)  # it shows the file before this one
        there = None
    if there is None or _overrides(there) != _overrides(written) or _differ(there, written):
        tk.get_action("ontario_data_dictionary_replace")(
            as_the_portal(), {"resource_id": identifier, "fields": written}
        )
    if there is None or _overrides(there) != _overrides(written):
        with contextlib.suppress(tk.ValidationError):  # a format that becomes no table
            _queue(identifier)


def _queue(resource_id: str) -> None:
    """Ask for a file to be read into its table.

    Raises:
        NotQueued: when the queue did not take it; xloader itself only logs that.
    """
    if tk.get_action("xloader_submit")(as_the_portal(), {"resource_id": resource_id}):
        return
    query = sa.select(_TASK.c.state).where(
        _TASK.c.entity_id == resource_id, _TASK.c.task_type == "xloader", _TASK.c.key == "xloader"
    )
    if model.Session.execute(query).scalar() == "submitting":
        raise NotQueued(resource_id)


def _columns(resource_id: str) -> list[dict[str, Any]] | None:
    try:
        shown = tk.get_action("ontario_data_dictionary_show")(
            as_the_portal(), {"resource_id": resource_id}
        )
    except tk.ObjectNotFound:
        return None
    return shown["fields"]


def _overrides(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found = {row["id"]: str(row.get("type_override") or "") for row in rows}
    return {key: value for key, value in found.items() if value}


def _differ(there: Iterable[Mapping[str, Any]], written: Iterable[Mapping[str, Any]]) -> bool:
    def said(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        found = {
            row["id"]: {k: v for k, v in row.items() if v and k not in {"id", "type"}}
            for row in rows
        }
        return {key: value for key, value in found.items() if value}

    return said(there) != said(written)


def unsettled(items: Sequence[Item]) -> set[str]:
    """Return which of these releases, committed, :func:`settle` has something left to do for.

    Those whose views alone are other ones get them here, together. Safe to repeat.
    """
    query = sa.select(_RESOURCE.c.package_id).where(
        _RESOURCE.c.package_id.in_([one.id for one in items]),
        _RESOURCE.c.state == model.State.DELETED,
    )
    shortened = {str(one) for one in model.Session.execute(query).scalars()}
    left = {one.id for one in items if one.files or one.id in shortened or _replaced_by_links(one)}
    _set_views([one for one in items if one.id not in left])
    model.Session.commit()
    return left


def _set_views(items: Sequence[Item]) -> None:
    """Give records' resources exactly their views, of the kinds that this portal can show."""
    resources = [one for item in items for one in item.projection["resources"]]
    wanted = [
        {"resource_id": one["id"], "order": number, **view}
        for one in resources
        for number, view in enumerate(one.get("views", ()))
        if datapreview.get_view_plugin(view["view_type"])
    ]
    mine = _VIEW.c.resource_id.in_([one["id"] for one in resources])
    if wanted or model.Session.execute(sa.select(_VIEW.c.id).where(mine).limit(1)).first():
        model.Session.execute(sa.delete(_VIEW).where(mine))
        for view in wanted:
            model.Session.add(model.ResourceView(**view))


def _deleted(package_id: str) -> list[str]:
    """Return the resources that a release took away."""
    query = sa.select(_RESOURCE.c.id).where(
        _RESOURCE.c.package_id == package_id, _RESOURCE.c.state == model.State.DELETED
    )
    return [str(one) for one in model.Session.execute(query).scalars()]


def _replaced_by_links(item: Item) -> list[str]:
    """Return the resources whose file a link took the place of."""
    uploaded = {one["resource_id"] for one in item.files}
    links = [one["id"] for one in item.projection["resources"] if one["id"] not in uploaded]
    return [one for one in links if _mark(one).is_file()]


def _forget_deleted(package_id: str) -> None:
    """Delete the rows that CKAN keeps of deleted resources: their addresses were public once."""
    gone = sa.select(_RESOURCE.c.id).where(
        _RESOURCE.c.package_id == package_id, _RESOURCE.c.state == model.State.DELETED
    )
    model.Session.execute(
        sa.delete(_VIEW)
        .where(_VIEW.c.resource_id.in_(gone))
        .execution_options(synchronize_session=False)
    )
    model.Session.execute(
        sa.delete(_RESOURCE)
        .where(_RESOURCE.c.package_id == package_id, _RESOURCE.c.state == model.State.DELETED)
        .execution_options(synchronize_session=False)
    )
    model.Session.commit()
    model.Session.expire_all()


def clear(resource_id: str) -> None:
    """Remove the bytes and the table of a resource, at once."""
    target, mark = _target(resource_id), _mark(resource_id)
    target.unlink(missing_ok=True)
    for folder in (target.parent, target.parent.parent):
        with contextlib.suppress(OSError):
            folder.rmdir()
    if mark.is_file():
        sha256 = mark.read_text()
        mark.unlink()
        _let_go(sha256)
    _drop_table(resource_id)


def _drop_table(resource_id: str) -> None:
    with contextlib.suppress(tk.ObjectNotFound):
        tk.get_action("datastore_delete")(
            as_the_portal(), {"resource_id": resource_id, "force": True}
        )


def _let_go(sha256: str) -> None:
    """Drop a file from the store when no resource has it any more."""
    used = any(mark.read_text() == sha256 for mark in _marks().glob("*") if mark.is_file())
    if not used:
        files.drop(sha256)


def _target(resource_id: str) -> Path:
    return Path(uploader.get_resource_uploader({}).get_path(resource_id))


def _marks() -> Path:
    return config.files_folder() / "placed"


def _mark(resource_id: str) -> Path:
    return _marks() / resource_id
