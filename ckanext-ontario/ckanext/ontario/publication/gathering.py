"""Reading everything a release freezes: the record, its files, dictionaries, views, organization.

Called inside, by whoever submits, approves or previews. Files are copied into the store of
:mod:`~.files` here, so that what was seen is what goes out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import datapreview, uploader
from ckan.types import Context

from ckanext.ontario.publication import files
from ckanext.ontario.publication.projection import (
    OPEN,
    UPLOAD,
    VIEW_CORE,
    Attachments,
    Projection,
    content_hash,
    project,
    schema_version,
)

_together: ContextVar[dict[tuple[str, ...], Any] | None] = ContextVar(
    "ontario_publication_freezing", default=None
)


@dataclass(frozen=True)
class Frozen:
    """A record as it would be released now."""

    projection: Projection
    files: list[dict[str, Any]]
    """``{"resource_id", "sha256", "size", "filename"}`` of each uploaded file; kept by content."""
    content_hash: str
    schema_version: str


class FileMissing(RuntimeError):
    """A resource says it has an uploaded file, and there is none."""

    def __init__(self, resource_id: str) -> None:
        """Remember whose."""
        super().__init__(f"the file of resource {resource_id} is not there")
        self.resource_id = resource_id


def dataset_schema() -> dict[str, Any]:
    """Return the schema of records with the marks of their fields."""
    return tk.h.scheming_get_dataset_schema("dataset", expanded=False)


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Read each organization and topic once for all the records that are frozen in the block.

    The records themselves, and their files, are read anew each time.
    """
    mark = _together.set({})
    try:
        yield
    finally:
        _together.reset(mark)


def freeze(package_id: str) -> Frozen:
    """Return a record as it would be released now; copies of its files are kept.

    Raises:
        ObjectNotFound: when there is no such record.
        ckanext.ontario.publication.projection.ProjectionRefused: when it has free extras.
        FileMissing: when an uploaded file is not there.
    """
    record = _call("package_show", id=package_id)
    schema = dataset_schema()
    projection = project(
        record,
        schema,
        _organization(record),
        organization_schema=tk.h.scheming_get_organization_schema("organization", expanded=False),
        groups=[_group("group_show", str(one["id"])) for one in record.get("groups", ())],
        group_schema=tk.h.scheming_get_group_schema("group", expanded=False),
        attachments=_attachments(record),
    )
    kept = _kept_files(record)
    digest = content_hash(projection.public, kept)
    return Frozen(projection, kept, digest, schema_version(schema))


def _organization(record: Mapping[str, Any]) -> dict[str, Any]:
    owner = record.get("owner_org")
    return _group("organization_show", str(owner)) if owner else {}


def _group(action: str, identifier: str) -> dict[str, Any]:
    lean = ("include_dataset_count", "include_users", "include_groups", "include_tags",
            "include_followers")  # fmt: skip
    return _once(
        (action, identifier), lambda: _call(action, id=identifier, **dict.fromkeys(lean, False))
    )


def _once(key: tuple[str, ...], find: Callable[[], Any]) -> Any:
    """Return what is found, which in a block that freezes many records is asked for once."""
    known = _together.get()
    if known is None:
        return find()
    if key not in known:
        known[key] = find()
    return known[key]


def _open_resources(record: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return record.get("resources", ()) if record.get("access_level") == OPEN else ()


def _attachments(record: Mapping[str, Any]) -> Attachments:
    dictionaries: dict[str, Any] = {}
    for resource in _open_resources(record):
        identifier = str(resource["id"])
        if resource.get("datastore_active"):
            found = _call("ontario_data_dictionary_show", resource_id=identifier)
            written = [row for row in found["fields"] if any(_entries(row))]
            dictionaries[identifier] = written
    return Attachments(dictionaries, _views(str(one["id"]) for one in _open_resources(record)))


def _views(resource_ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the views of resources that ``resource_view_list`` would list, by one statement."""
    view: Any = model.ResourceView
    query = model.Session.query(view).filter(view.resource_id.in_(list(resource_ids)))
    found: dict[str, list[dict[str, Any]]] = {}
    for one in query.order_by(view.order):
        if datapreview.get_view_plugin(one.view_type):
            row = {key: getattr(one, key) for key in VIEW_CORE}
            found.setdefault(str(one.resource_id), []).append(row)
    return found


def _entries(column: Mapping[str, Any]) -> Iterable[Any]:
    return (value for key, value in column.items() if key not in {"id", "type"})


def _kept_files(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "resource_id": str(resource["id"]),
            **vars(_keep(str(resource["id"]))),
            "filename": str(resource.get("url") or "").rpartition("/")[2],
        }
        for resource in _open_resources(record)
        if resource.get("url_type") == UPLOAD
    ]


def _keep(resource_id: str) -> files.Kept:
    path = Path(uploader.get_resource_uploader({}).get_path(resource_id))
    try:
        return files.keep(path)
    except FileNotFoundError as err:
        raise FileMissing(resource_id) from err


def _call(action: str, **data: Any) -> Any:
    user = _once(("get_site_user",), _site_user)
    context = Context(model=model, session=model.Session, user=user, ignore_auth=True)
    context["use_cache"] = False  # the index may be behind the database
    return tk.get_action(action)(context, data)


def _site_user() -> str:
    return str(tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"])
