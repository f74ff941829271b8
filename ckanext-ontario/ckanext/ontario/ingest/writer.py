"""The action writer: records through CKAN's own actions, many to a transaction.

A record that is refused leaves the others of its batch alone: each has a savepoint. Nothing is
committed here, and nothing is indexed: what was written is marked as pending in the same
transaction, and :mod:`~ckanext.ontario.ingest.index` sees to it after the caller's commit.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import plugins as lib_plugins
from ckan.model.types import make_uuid
from ckan.types import Context
from flask_babel import force_locale
from sqlalchemy.exc import DatabaseError

from ckanext.ontario.ingest import config, deferral
from ckanext.ontario.ingest import model as tables
from ckanext.ontario.ingest.domain import Written, flat_errors
from ckanext.ontario.shared.bilingual import LANGUAGES

log = logging.getLogger(__name__)

Errors = list[dict[str, Any]]
"""``{"field", "message": {"en", "fr"}}`` for each thing wrong with a record."""


class BatchBroken(RuntimeError):
    """Something inside CKAN ended the batch's transaction; nothing may be built on it."""


@dataclass
class Result:
    """What became of one record."""

    key: str
    status: Written
    id: str | None = None
    errors: Errors = field(default_factory=Errors)


def write(records: Sequence[Mapping[str, Any]], user: str) -> tuple[list[Result], list[Any]]:
    """Write ``records`` in the session's transaction, without committing it.

    Args:
        records: ``{"key", "dataset"}``; a dataset with an ``id`` is updated, others are created,
            and so is one whose record says ``create``: it gets the id it brings.
        user: name of the user the writing is done as.

    Returns:
        One result per record in order, and the new datasets that lack their default views.

    Raises:
        BatchBroken: when a plugin committed or rolled back in the middle of several records.
    """
    session = model.Session()
    outer = session.get_transaction() or session.begin()
    if len(records) == 1:
        outer = None  # a record alone has no others that could be lost with its transaction
    with deferral.deferred(activity=config.writes_activity()) as put_off:
        results = [_write_one(record, user, outer) for record in records]
        model.Session.flush()
    kept = {result.id for result in results if result.id}
    tables.mark_pending(kept, make_uuid())
    views = put_off.views if _has_default_views() else []
    return results, [view for view in views if view.get("id") in kept]


def _has_default_views() -> bool:
    """Say whether any of the configured default views is there to be made."""
    return any(p.plugin_loaded(name) for name in tk.config["ckan.views.default_views"])


def _write_one(record: Mapping[str, Any], user: str, outer: Any) -> Result:
    dataset = dict(record["dataset"])
    key = str(record["key"])
    savepoint = model.Session.begin_nested()
    try:
        written = _save(dataset, user, new=_is_new(record))
        model.Session.flush()
    except tk.ValidationError as err:
        _undo(savepoint, outer)
        # The message is in whatever language the process speaks: validate again in both.
        return Result(key, Written.REFUSED, errors=_bilingual(record, user, err))
    except (tk.ObjectNotFound, tk.NotAuthorized, DatabaseError, ValueError) as err:
        _undo(savepoint, outer)
        log.warning("Record %s could not be written", key, exc_info=True)
        text = str(err).splitlines()[0] if str(err) else type(err).__name__
        return Result(key, Written.REFUSED, errors=[_error("", dict.fromkeys(LANGUAGES, text))])
    if savepoint.is_active:
        savepoint.commit()
    # A commit inside the action released the savepoint early, which is harmless; a second one
    # would have ended the batch's transaction.
    _require(outer)
    return Result(key, Written.CREATED if _is_new(record) else Written.UPDATED, written)


def _is_new(record: Mapping[str, Any]) -> bool:
    return bool(record.get("create")) or not record["dataset"].get("id")


def _save(dataset: dict[str, Any], user: str, *, new: bool) -> str:
    action = "package_create"
    if not new:
        action = "package_update"
        _move(dataset)
    context = _context(user, defer_commit=True, return_id_only=True)
    return str(tk.get_action(action)(context, dataset))


def _move(dataset: Mapping[str, Any]) -> None:
    """Give the dataset's membership to its new organization.

    ``package_owner_org_update`` would commit for that, in the middle of the batch.
    """
    member = model.member_table
    model.Session.execute(
        sa.update(member)
        .where(
            member.c.table_id == dataset["id"],
            member.c.capacity == "organization",
            member.c.group_id != dataset.get("owner_org"),
        )
        .values(group_id=dataset.get("owner_org"), state="active")
    )


def _undo(savepoint: Any, outer: Any) -> None:
    """Roll back to the savepoint, whether or not the action has done it already."""
    if savepoint.is_active:
        savepoint.rollback()
    _require(outer)


def _require(outer: Any) -> None:
    if outer is None:
        return
    if model.Session().get_transaction() is not outer or not outer.is_active:
        raise BatchBroken("the batch's transaction ended with one of its records")


def validate(dataset: Mapping[str, Any], user: str) -> Errors:
    """Return what CKAN's own schema says against a dataset, in both languages; write nothing."""
    record = {"dataset": dataset}
    errors = _validated(record, user)
    return _bilingual(record, user, None) if errors else []


def _validated(record: Mapping[str, Any], user: str) -> Any:
    dataset = record["dataset"]
    plugin = lib_plugins.lookup_package_plugin(str(dataset.get("type", "dataset")))
    context = _context(user)
    action, schema = "package_create", plugin.create_package_schema()
    if not _is_new(record):
        action, schema = "package_update", plugin.update_package_schema()
        context["package"] = model.Package.get(str(dataset["id"]))
    _data, errors = lib_plugins.plugin_validate(plugin, context, dict(dataset), schema, action)
    return errors


def _bilingual(record: Mapping[str, Any], user: str, err: tk.ValidationError | None) -> Errors:
    found: dict[str, dict[str, list[str]]] = {}
    for language in LANGUAGES:
        with force_locale(language):
            for name, message in flat_errors(_validated(record, user)):
                found.setdefault(name, {}).setdefault(language, []).append(message)
    if not found and err is not None:  # raised by something later than the schema
        for name, message in flat_errors(err.error_dict):
            texts = found.setdefault(name, {code: [] for code in LANGUAGES})
            for language in LANGUAGES:
                texts[language].append(message)
    return [
        _error(name, {code: "; ".join(texts.get(code, [])) for code in LANGUAGES})
        for name, texts in found.items()
    ]


def _error(name: str, message: Mapping[str, str]) -> dict[str, Any]:
    return {"field": name, "message": dict(message)}


def make_views(datasets: Sequence[Mapping[str, Any]], user: str) -> None:
    """Make the default views of new datasets. Commits: call it after the batch."""
    for dataset in datasets:
        tk.get_action("package_create_default_resource_views")(
            _context(user), {"package": dict(dataset)}
        )


def _context(user: str, **more: Any) -> Context:
    return Context(
        model=model,
        session=model.Session,
        user=user,
        ignore_auth=True,
        **more,
    )
