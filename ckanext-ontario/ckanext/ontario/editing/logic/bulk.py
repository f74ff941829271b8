"""Changing chosen fields of many records, at once or in a previewed run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.types import Context, DataDict

from ckanext.ontario.editing import model, records, runs

__all__ = [
    "ontario_bulk_run_apply",
    "ontario_bulk_run_create",
    "ontario_bulk_run_show",
    "ontario_dataset_bulk_update",
]


def ontario_dataset_bulk_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change the same fields of many records; one that is refused stops none of the others.

    Each record is saved by ``package_update`` as the user, and committed by itself. The same call
    again changes nothing more.

    Args:
        context: CKAN's, with the user.
        data_dict: ``ids``, at most 500 ids or names; ``changes``, ``{field: {"set": value}}`` or
            ``{field: {"add": [...], "remove": [...]}}`` for the fields of ``editing/bulk.yaml``
            (keywords by language: ``{"add": {"en": [...]}}``); ``dry_run`` to change nothing and
            see what would; ``versions``, ``{id: metadata_modified}``: a record that has another
            one by now is not touched.

    Returns:
        ``{"dry_run": bool, "counts": {status: number}, "results": [{"id", "name", "title",
        "status", "version", "changes": [{"field", "label", "old", "new"}], "problems": [{"field",
        "label", "message"}]}]}``. ``status`` is ``ready``, ``changed``, ``unchanged``,
        ``refused`` or ``stale``; labels and messages are ``{"en", "fr"}``.

    Raises:
        ValidationError: when the ids or the changes are not understood; nothing is changed then.
    """
    tk.check_access("ontario_dataset_bulk_update", context, data_dict)
    ids, changes = runs.wanted(data_dict.get("ids"), data_dict.get("changes"))
    versions = _versions(data_dict.get("versions"))
    dry = tk.asbool(data_dict.get("dry_run", False))
    if dry:
        outcomes = [records.preview(context, one, changes) for one in ids]
    else:
        outcomes = [records.apply(context, one, changes, versions.get(one, "")) for one in ids]
    results = [one.as_dict() for one in outcomes]
    listed = [{"done": True, "result": one} for one in results]
    return {"dry_run": dry, "counts": runs.counts(listed), "results": results}


def _versions(given: Any) -> Mapping[str, str]:
    if given is None:
        return {}
    texts = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {"": None}
    if not all(isinstance(value, str) for value in texts.values()):
        said = tk._("Versions are an object: the id of a record, and its “metadata_modified”.")
        raise tk.ValidationError({"versions": [said]})
    return texts


def ontario_bulk_run_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Preview a change of many records, to be applied later; nothing is changed yet.

    Args:
        context: CKAN's, with the user.
        data_dict: ``ids`` and ``changes``, as for ``ontario_dataset_bulk_update``.

    Returns:
        The run, as ``ontario_bulk_run_show`` answers it. A large one is previewed in the
        background: its ``phase`` is ``previewing`` until it is ``ready``.
    """
    tk.check_access("ontario_bulk_run_create", context, data_dict)
    ids, changes = runs.wanted(data_dict.get("ids"), data_dict.get("changes"))
    run_id = model.create_run(str(_caller(context)), changes, ids)
    core.Session.commit()
    runs.start(run_id, len(ids))
    return _view(_own(context, run_id))


@tk.side_effect_free
def ontario_bulk_run_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return one's own bulk change, how far it is, and what became of each record.

    Args:
        context: CKAN's, with the user.
        data_dict: ``id``; ``items``, ``false`` to leave the records out.

    Returns:
        ``{"id", "phase", "still", "changes", "created", "counts", "total", "items"}``. ``phase``
        is ``previewing``, ``ready``, ``applying`` or ``done``; ``still`` says that nothing
        happens although it is not finished; ``items`` are results as
        ``ontario_dataset_bulk_update`` answers them, those waiting with their id alone.
    """
    tk.check_access("ontario_bulk_run_show", context, data_dict)
    run = _own(context, str(tk.get_or_bust(data_dict, "id")))
    return _view(run, items=tk.asbool(data_dict.get("items", True)))


def ontario_bulk_run_apply(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Apply one's own previewed bulk change, or go on with one that stands still.

    Records that were saved since the preview are left as they are and reported. Calling it again
    changes nothing more.

    Args:
        context: CKAN's, with the user.
        data_dict: ``id``.

    Returns:
        The run, as ``ontario_bulk_run_show`` answers it.
    """
    tk.check_access("ontario_bulk_run_apply", context, data_dict)
    run = _own(context, str(tk.get_or_bust(data_dict, "id")))
    if model.advance(run["id"], "ready", "applying") or runs.stands_still(run):
        model.touch(run["id"])
        core.Session.commit()
        runs.start(run["id"], len(model.items(run["id"], done=False)))
    return _view(_own(context, run["id"]))


def _caller(context: Context) -> str | None:
    user: Any = context.get("auth_user_obj") or core.User.get(str(context.get("user") or ""))
    return user.id if user is not None and user.is_authenticated else None


def _own(context: Context, run_id: str) -> dict[str, Any]:
    run = model.find_run(run_id)
    if run is None or run["user_id"] != _caller(context):
        raise tk.ObjectNotFound(tk._("There is no such change, or it is not yours."))
    return run


def _view(run: Mapping[str, Any], *, items: bool = True) -> dict[str, Any]:
    found = model.items(str(run["id"]))
    view: dict[str, Any] = {
        "id": run["id"],
        "phase": run["phase"],
        "still": runs.stands_still(run),
        "changes": run["changes"],
        "created": run["created"].isoformat(),
        "counts": runs.counts(found),
        "total": len(found),
    }
    if items:
        waiting = {"status": "waiting", "changes": [], "problems": []}
        view["items"] = [
            one["result"] if one["done"] else {**waiting, "id": one["package_id"]} for one in found
        ]
    return view
