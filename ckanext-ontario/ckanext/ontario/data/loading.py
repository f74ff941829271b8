"""Reading uploaded files into tables with ckanext-xloader: what it may read, and as what types.

xloader fetches the file from the portal itself, with a token of the site user, and calls back when
its state changes. What it lacks is here: only uploads are read, never an address somebody wrote;
types come from the whole file; a dictionary outlives the table (docs/explanation).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import rq
from ckan import model
from ckan.lib import api_token, search
from ckan.model.api_token import api_token_table
from sqlalchemy.dialects.postgresql import insert

from ckanext.datastore.backend import DatastoreBackend
from ckanext.ontario.data import states, uploading
from ckanext.ontario.data.domain import columns
from ckanext.ontario.data.domain.formats import is_tabular
from ckanext.xloader import loader
from ckanext.xloader.job_exceptions import LoaderError
from ckanext.xloader.utils import headers_guess

TOKEN_OPTION = "ckanext.xloader.api_token"  # noqa: S105 -- the option's name
TOKEN_NAME = "ontario-data loader"  # noqa: S105
JOB = "xloader_data_into_datastore"
OURS = "ontario-data:"
"""What an error of ours starts with, before its JSON."""

Fields = list[dict[str, Any]]

JOBS_OWN = (
    "ckan_url",
    "ignore_hash",
    "original_url",
    "queue_name",
    "resource_id",
    "set_url_type",
    "task_created",
    "tries",
)
"""What xloader writes into a resource of its own job, and nobody should read there."""


def submit(resource_id: str) -> None:
    """Ask for a resource to be read, as the portal itself; nothing when it is no such file."""
    resource = model.Resource.get(resource_id)
    if resource is None or resource.state != model.State.ACTIVE:
        return
    if uploading.may_become_a_table({"url_type": resource.url_type, "format": resource.format}):
        tk.get_action("xloader_submit")(as_the_portal(), {"resource_id": resource_id})
    else:
        drop_table(resource_id)  # the file before this one may have had one


def clear(resource_id: str) -> None:
    """Remove the file, the table and the remembered states of a resource that is gone."""
    resource = model.Resource.get(resource_id)
    stays = {"upload", "datastore"}
    if resource is not None and resource.state == model.State.ACTIVE and resource.url_type in stays:
        return  # it came back in the meantime
    uploading.remove_file(resource_id)
    drop_table(resource_id)
    states.forget(resource_id)


def drop_table(resource_id: str) -> None:
    """Drop a resource's table, if it has one."""
    backend: Any = DatastoreBackend.get_active_backend()
    if backend.resource_exists(resource_id):
        tk.get_action("datastore_delete")(
            as_the_portal(), {"resource_id": resource_id, "force": True}
        )


def as_the_portal() -> Any:
    """Return a context of the site user, whom nothing is refused."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return {"model": model, "session": model.Session, "user": user["name"], "ignore_auth": True}


# --- the loader's token ----------------------------------------------------------------------


def token() -> str:
    """Return the API token that the loader uses; it is good once :func:`allow_token` has run."""
    return api_token.encode({"jti": _token_id()})


def allow_token() -> None:
    """Make the loader's token good. It is the site user's, and changes with the portal's secret."""
    user = model.User.get(as_the_portal()["user"])
    row = {"id": _token_id(), "name": TOKEN_NAME, "user_id": user.id if user else None}
    table: Any = api_token_table
    with model.ensure_engine().begin() as connection:
        connection.execute(insert(table).values(**row).on_conflict_do_nothing())


def _token_id() -> str:
    secret = str(tk.config["SECRET_KEY"]).encode()
    return hmac.new(secret, TOKEN_NAME.encode(), hashlib.sha256).hexdigest()


# --- inside the loader's job -----------------------------------------------------------------


def in_job() -> bool:
    """Say whether this process is at work for the loader."""
    job = rq.get_current_job()
    return job is not None and str(job.func_name).endswith(JOB)


def began(resource_id: str) -> None:
    """Put the dictionary by and drop the table, when a load begins.

    xloader would keep the old table and its types where the columns look alike; a new one gets the
    types that the new file has.
    """
    backend: Any = DatastoreBackend.get_active_backend()
    if not backend.resource_exists(resource_id):
        return
    info = tk.get_action("datastore_info")(as_the_portal(), {"id": resource_id})
    kept = {field["id"]: field["info"] for field in info["fields"] if field.get("info")}
    if kept:
        states.keep(resource_id, states.DICTIONARY, kept)
    drop_table(resource_id)


def replace_dictionary(resource_id: str, rows: Fields) -> None:
    """Make rows the whole dictionary of a table, or of the one that the next load makes."""
    entries = {
        str(row["id"]): {k: v for k, v in row.items() if v and k not in {"id", "type"}}
        for row in rows
    }
    states.keep(resource_id, states.DICTIONARY, entries)
    backend: Any = DatastoreBackend.get_active_backend()
    if not backend.resource_exists(resource_id):
        return
    info = tk.get_action("datastore_info")(as_the_portal(), {"id": resource_id})
    fields = [
        {"id": field["id"], "type": field["type"], "info": entries.get(field["id"], {})}
        for field in info["fields"]
        if field["id"] != "_id"
    ]
    tk.get_action("datastore_create")(
        as_the_portal(), {"resource_id": resource_id, "force": True, "fields": fields}
    )


def finished(resource_id: str) -> None:
    """Take the job's own values out of the resource, when a load has ended."""
    resource = model.Resource.get(resource_id)
    if resource is None or not set(JOBS_OWN) & set(resource.extras or {}):
        return
    kept = {key: value for key, value in resource.extras.items() if key not in JOBS_OWN}
    # Past the ORM: to its editors the record has not changed.
    model.Session.query(model.Resource).filter_by(id=resource_id).update(
        {"extras": kept}, synchronize_session=False
    )
    model.repo.commit()
    model.Session.expire_all()
    search.rebuild(resource.package_id)


def give_types(resource_id: str, fields: Fields) -> None:
    """Set each field's type and dictionary before xloader makes the table.

    Raises:
        LoaderError: with :data:`OURS` and JSON, when the header row can't become columns.
    """
    resource = model.Resource.get(resource_id)
    path = uploading.stored_file(resource_id)
    if resource is None or path is None or not is_tabular(resource.format or ""):
        return
    try:
        found = _read(str(path), str(resource.format).lower())
    except columns.ColumnsRefused as refused:
        raise LoaderError(OURS + json.dumps({"code": refused.code, **refused.values})) from refused
    kept = states.read(resource_id, states.DICTIONARY) or {}
    remarks: list[dict[str, Any]] = []
    for column, field in zip(found, fields, strict=True):
        info = kept.get(column.name) or {}
        wanted = str(info.get("type_override") or "")
        field["type"] = columns.chosen(column, wanted)
        if info:
            field["info"] = info
        if wanted and field["type"] != wanted:
            row, value = column.spoilt[wanted]
            remarks.append({"column": column.name, "wanted": wanted, "row": row, "value": value})
    states.keep(resource_id, states.LOAD, {"remarks": remarks})


def _read(path: str, file_format: str) -> list[columns.Column]:
    """Read every row of a file, as xloader will, and return what its columns hold."""
    encoding = loader.detect_encoding(path) if file_format != "xlsx" else {"confidence": 0}
    blank = [{"type": "preset", "value": "blank"}]
    with loader.UnknownEncodingStream(path, file_format, encoding, skip_rows=blank) as stream:
        offset, headers = headers_guess(stream.sample)
    names = [columns.as_text(header) for header in headers]
    while names and not names[-1]:
        names.pop()
    columns.require_names(names)
    found = [columns.Column(name) for name in names]
    skip = [*range(1, offset + 2), *blank]
    with loader.UnknownEncodingStream(path, file_format, encoding, skip_rows=skip) as stream:
        for row, cells in _rows(stream):
            for column, cell in zip(found, cells, strict=False):
                column.see(columns.as_text(cell), row)
    return found


def _rows(stream: Any) -> Iterator[tuple[int, list[Any]]]:
    for number, _headers, cells in stream.iter(extended=True):
        yield number, cells
