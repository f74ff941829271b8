"""Actions of tables: CKAN's DataStore and xloader, closed where they are open; the dictionary."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Action, Context, DataDict

from ckanext.ontario.data import loading, status, uploading
from ckanext.ontario.data.domain import dictionary, queries
from ckanext.ontario.data.logic import questions

__all__ = [
    "datastore_create",
    "datastore_delete",
    "datastore_info",
    "datastore_records_delete",
    "datastore_search",
    "datastore_upsert",
    "ontario_data_dictionary_replace",
    "ontario_data_dictionary_show",
    "ontario_data_dictionary_update",
    "resource_patch",
    "xloader_hook",
    "xloader_status",
    "xloader_submit",
]


@tk.chained_action
@tk.side_effect_free
def datastore_search(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return rows of a table: ``{"fields", "records", "total", "limit", "offset", …}``.

    CKAN's action, whose every wrong question gets a ``ValidationError``. At most 32,000 rows come
    at once; ``limit`` in the answer says how many were really asked for. The DataStore's own
    tables can't be read.

    Raises:
        ObjectNotFound: when there is no such table or the record can't be read.
        ValidationError: naming the parameter.
    """
    questions.require_answerable(data_dict)
    if isinstance(data_dict.get("filters"), str):
        data_dict = {**data_dict, "filters": questions.parsed(data_dict["filters"])}
        questions.require_answerable(data_dict)
    with questions.explained():
        return next_action(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def datastore_info(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return what a table's columns are: CKAN's action, for those who may read the record.

    Raises:
        ObjectNotFound: when there is no such table or the record can't be read.
    """
    questions.require_answerable(data_dict)
    with questions.explained():
        return next_action(context, data_dict)


@tk.chained_action
def datastore_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Make or change a table or its dictionary: CKAN's action, for editors of the record."""
    return _written(next_action, context, data_dict)


@tk.chained_action
def datastore_upsert(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Add or change rows of a table: CKAN's action, for editors of the record."""
    return _written(next_action, context, data_dict)


@tk.chained_action
def datastore_delete(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Drop a table or delete rows: CKAN's action, for editors of the record."""
    return _written(next_action, context, data_dict)


@tk.chained_action
def datastore_records_delete(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Delete rows of a table: CKAN's action, for editors of the record."""
    return _written(next_action, context, data_dict)


def _written(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    questions.require_shape(data_dict)
    _require_readable(context, data_dict)
    with questions.explained():
        return next_action(context, data_dict)


@tk.chained_action
def xloader_submit(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Ask for an uploaded file to be read into its table again; return whether it was queued.

    Args:
        next_action: xloader's own.
        context: of an editor of the record, or of the portal itself.
        data_dict: ``resource_id``; nothing else is passed on.

    Returns:
        ``True`` when it is queued; ``False`` when it was already.

    Raises:
        ValidationError: when the resource is a link, or no file that becomes a table: the portal
            never fetches an address that somebody wrote.
    """
    if context.get("ignore_auth") and "sync" in data_dict:
        # xloader's own hooks: too early, before the file is in its place and the save committed.
        tk.check_access("xloader_submit", context, data_dict)
        return False
    _require_readable(context, data_dict)
    resource_id = tk.get_or_bust(dict(data_dict), "resource_id")
    tk.check_access("xloader_submit", context, {"resource_id": resource_id})
    resource = model.Resource.get(resource_id)
    if resource is None:
        raise tk.ObjectNotFound(tk._("Resource not found"))
    if resource.url_type != "upload":
        message = tk._("Only uploaded files are read into tables; this resource is a link.")
        raise tk.ValidationError({"resource_id": [message]})
    if not uploading.may_become_a_table({"url_type": "upload", "format": resource.format}):
        message = tk._("Files of the format {format} do not become tables; CSV, TSV and XLSX do.")
        raise tk.ValidationError({"resource_id": [message.format(format=resource.format)]})
    loading.allow_token()
    return next_action(loading.as_the_portal(), {"resource_id": resource.id, "ignore_hash": True})


@tk.chained_action
@tk.side_effect_free
def xloader_status(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Return how the last reading of a file went, for editors of the record.

    Args:
        next_action: xloader's own, which is not asked: it would show the portal's token.
        context: of an editor of the record.
        data_dict: ``resource_id``.

    Returns:
        ``{"status", "last_updated", "message", "remarks"}``; ``status`` is ``none``, ``waiting``,
        ``running``, ``complete`` or ``error``, ``message`` is in the reader's language.
    """
    _ = next_action
    _require_readable(context, data_dict)
    resource_id = data_dict.get("resource_id") or data_dict.get("id")
    tk.check_access("xloader_status", context, {"resource_id": resource_id})
    return status.of(str(resource_id)).as_dict()


@tk.chained_action
def xloader_hook(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Take note of how a load goes: xloader calls this, as the site user.

    When a load begins, the old table goes and its dictionary is kept for the new one.
    """
    metadata = data_dict.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("resource_id"), str):
        raise tk.ValidationError({"metadata": [tk._("This must be an object with resource_id.")]})
    allowed = tk.fresh_context(context)
    tk.check_access("xloader_submit", allowed, {"resource_id": metadata["resource_id"]})
    if data_dict.get("status") == "running":
        loading.began(metadata["resource_id"])
    answer = next_action(context, data_dict)
    if data_dict.get("status") in {"complete", "error"}:
        loading.finished(metadata["resource_id"])
    return answer


@tk.chained_action
def resource_patch(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Change some fields of a resource: CKAN's action.

    xloader writes the file's checksum after each load. It is there since the upload, and saving
    the whole record again would look to its editors as if somebody else had changed it.
    """
    if loading.in_job() and set(data_dict) == {"id", "hash"}:
        resource = model.Resource.get(data_dict["id"])
        if resource is not None and resource.hash == data_dict["hash"]:
            tk.check_access("resource_patch", context, data_dict)
            return tk.get_action("resource_show")(tk.fresh_context(context), {"id": resource.id})
    return next_action(context, data_dict)


@tk.side_effect_free
def ontario_data_dictionary_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return the data dictionary of a table.

    Args:
        context: of a reader of the record.
        data_dict: ``resource_id``.

    Returns:
        ``{"resource_id", "fields": [{"id", "type", "label_en", "label_fr", "notes_en", "notes_fr",
        "unit", "type_override"}]}``, in the table's order; an entry that nobody wrote is ``""``.

    Raises:
        ObjectNotFound: when there is no such table or the record can't be read.
    """
    resource_id = tk.get_or_bust(dict(data_dict), "resource_id")
    tk.check_access("ontario_data_dictionary_show", context, {"resource_id": resource_id})
    info = tk.get_action("datastore_info")(tk.fresh_context(context), {"resource_id": resource_id})
    fields = [dictionary.row(field) for field in info["fields"] if field["id"] != "_id"]
    return {"resource_id": info["meta"]["id"], "fields": fields}


def ontario_data_dictionary_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write entries of a table's data dictionary, as an editor of the record.

    Args:
        context: of an editor of the record.
        data_dict: ``resource_id`` and ``fields``: ``[{"id", "label_en", "notes_fr", "unit",
            "type_override", …}]``. Entries and columns that are not named stay as they are; an
            empty text removes one. A ``type_override`` (``text``, ``numeric``, ``date`` or
            ``timestamp``) holds from the next reading of the file.

    Returns:
        What ``ontario_data_dictionary_show`` returns then.

    Raises:
        ValidationError: when a column does not exist, or an entry is too long or no text.
    """
    resource_id = tk.get_or_bust(dict(data_dict), "resource_id")
    _require_readable(context, {"resource_id": resource_id})
    tk.check_access("ontario_data_dictionary_update", context, {"resource_id": resource_id})
    info = tk.get_action("datastore_info")(tk.fresh_context(context), {"resource_id": resource_id})
    present = {field["id"]: field for field in info["fields"] if field["id"] != "_id"}
    changes = questions.dictionary_changes(data_dict.get("fields"), present)
    fields = [
        {
            "id": name,
            "type": field["type"],
            "info": dictionary.merged(field.get("info"), changes.get(name, {})),
        }
        for name, field in present.items()
    ]
    tk.get_action("datastore_create")(
        tk.fresh_context(context), {"resource_id": resource_id, "force": True, "fields": fields}
    )
    return tk.get_action("ontario_data_dictionary_show")(
        tk.fresh_context(context), {"resource_id": resource_id}
    )


def ontario_data_dictionary_replace(context: Context, data_dict: DataDict) -> None:
    """Set the whole data dictionary of a table, which may be still to come. For the portal itself.

    Args:
        context: of the portal; everybody else is refused.
        data_dict: ``resource_id`` and ``fields``: rows as ``ontario_data_dictionary_show`` returns
            them. Columns that are not named lose their entries. Without a table the entries wait
            for the next reading of the file.
    """
    resource_id = tk.get_or_bust(dict(data_dict), "resource_id")
    tk.check_access("ontario_data_dictionary_replace", context, data_dict)
    loading.replace_dictionary(resource_id, data_dict.get("fields") or [])


def _require_readable(context: Context, data_dict: DataDict) -> None:
    """Raise ObjectNotFound for a record that the caller may not know of."""
    resource_id = data_dict.get("resource_id") or data_dict.get("id")
    if not resource_id or context.get("ignore_auth"):
        return
    if queries.is_closed(resource_id) or model.Resource.get(str(resource_id)) is None:
        raise tk.ObjectNotFound(tk._("Resource not found"))
    try:
        tk.check_access("resource_show", tk.fresh_context(context), {"id": resource_id})
    except tk.NotAuthorized as err:
        raise tk.ObjectNotFound(tk._("Resource not found")) from err
