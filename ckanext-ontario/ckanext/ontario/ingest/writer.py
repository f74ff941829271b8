"""Writing records: by rows where many are written, else through CKAN's own actions.

Both ways come to the same result; see :mod:`~ckanext.ontario.ingest.bulk`. A record that is
refused leaves the others of its batch alone: each has a savepoint. Nothing is committed here, and
nothing is indexed: what was written is marked as pending in the same transaction, and
:mod:`~ckanext.ontario.ingest.index` sees to it after the caller's commit.
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
from ckanext.ontario.ingest.bulk.known import obstacles_to_writing
from ckanext.ontario.ingest.bulk.writer import Bulk, is_new
from ckanext.ontario.ingest.domain import Written, flat_errors
from ckanext.ontario.shared import collecting
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


@dataclass
class Answer:
    """What became of a batch."""

    results: list[Result]
    """One per record, in order."""
    views: list[Any]
    """New datasets that lack their default views."""
    writer: str
    """``rows`` or ``actions``: which way it went."""
    aside: list[str] = field(default_factory=list[str])
    """Why the bulk writer stepped aside, if it did."""


@collecting.seldom()
def write(records: Sequence[Mapping[str, Any]], user: str) -> Answer:
    """Write ``records`` in the session's transaction, without committing it.

    Args:
        records: ``{"key", "dataset"}``; a dataset with an ``id`` is updated, others are created,
            and so is one whose record says ``create``: it gets the id it brings.
        user: name of the user the writing is done as.

    Raises:
        BatchBroken: when a plugin committed or rolled back in the middle of several records.
    """
    session = model.Session()
    outer = session.get_transaction() or session.begin()
    aside: list[str] = []
    by_rows = len(records) >= config.bulk_from()
    if by_rows and (aside := obstacles_to_writing(user)):
        log.warning("Records are written one by one, because of %s", ", ".join(aside))
    by_rows = by_rows and not aside
    if len(records) == 1:
        outer = None  # a record alone has no others that could be lost with its transaction
    with deferral.deferred(activity=config.writes_activity()) as put_off:
        if by_rows:
            results, fresh = _write_rows(records, user, outer)
        else:
            results, fresh = [_write_one(record, user, outer) for record in records], []
        model.Session.flush()
    kept = {result.id for result in results if result.id}
    tables.mark_pending(kept, make_uuid())
    views = [*put_off.views, *fresh] if _has_default_views() else []
    views = [view for view in views if view.get("id") in kept]
    return Answer(results, views, "rows" if by_rows else "actions", aside)


def _write_rows(
    records: Sequence[Mapping[str, Any]], user: str, outer: Any
) -> tuple[list[Result], list[Any]]:
    """Write what rows alone make by rows, and the rest through the actions, in order."""
    found: dict[int, Result] = {}

    def singly(record: Mapping[str, Any]) -> None:
        found[id(record)] = _refused_early(record, user) or _write_one(record, user, outer)

    def written(record: Mapping[str, Any], package_id: str) -> None:
        status = Written.CREATED if is_new(record) else Written.UPDATED
        found[id(record)] = Result(str(record["key"]), status, package_id)

    bulk = Bulk(model.User.get(user), singly, written)
    bulk.write(records)
    _require(outer)
    model.Session.expire_all()  # what the session knows of them is older than the rows
    return [found[id(record)] for record in records], bulk.views


def _refused_early(record: Mapping[str, Any], user: str) -> Result | None:
    """Refuse a record by the schema alone, as the action would in the end."""
    if not is_new(record) and model.Package.get(str(record["dataset"]["id"])) is None:
        return None
    errors = _bilingual(record, user, None)
    return Result(str(record["key"]), Written.REFUSED, errors=errors) if errors else None


def _has_default_views() -> bool:
    """Say whether any of the configured default views is there to be made."""
    return any(p.plugin_loaded(name) for name in tk.config["ckan.views.default_views"])


def _write_one(record: Mapping[str, Any], user: str, outer: Any) -> Result:
    dataset = dict(record["dataset"])
    key = str(record["key"])
    savepoint = model.Session.begin_nested()
    try:
        written = _save(dataset, user, new=is_new(record))
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
    return Result(key, Written.CREATED if is_new(record) else Written.UPDATED, written)


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
    owner = model.Group.get(str(dataset.get("owner_org") or ""))
    if owner is None or not owner.is_organization:  # none is meant, or the schema will refuse it
        return
    member = model.member_table
    model.Session.execute(
        sa.update(member)
        .where(
            member.c.table_id == dataset["id"],
            member.c.capacity == "organization",
            member.c.group_id != owner.id,
        )
        .values(group_id=owner.id, state="active")
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


@collecting.seldom()
def validate(datasets: Sequence[Mapping[str, Any]], user: str) -> list[Errors]:
    """Return what CKAN's own schema says against each dataset, in both languages; write nothing."""
    records = [{"dataset": dataset} for dataset in datasets]
    doubtful: Sequence[Mapping[str, Any]] = records
    if len(records) > 1 and not obstacles_to_writing(user):
        doubtful = _bulk(user).doubtful(records)
    places = {id(record) for record in doubtful}
    return [_wrong(record, user) if id(record) in places else [] for record in records]


def _bulk(user: str) -> Bulk:
    return Bulk(model.User.get(user), lambda _record: None, lambda _record, _id: None)


def _wrong(record: Mapping[str, Any], user: str) -> Errors:
    return _bilingual(record, user, None) if _validated(record, user) else []


def _validated(record: Mapping[str, Any], user: str) -> Any:
    dataset = record["dataset"]
    plugin = lib_plugins.lookup_package_plugin(str(dataset.get("type", "dataset")))
    context = _context(user)
    action, schema = "package_create", plugin.create_package_schema()
    if not is_new(record):
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
