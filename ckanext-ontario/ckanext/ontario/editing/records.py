"""One record of a bulk change: what it would become, and making it so, as the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.lib.search import SearchIndexError
from ckan.types import Context
from flask_babel import force_locale

from ckanext.ontario.editing import bulk, fields, model, versions
from ckanext.ontario.shared.bilingual import LANGUAGES

N_ = str
"""Marks a message for the catalogue where it is not yet translated."""

NOT_YOURS = N_("There is no such record, or you may not edit it.")
STALE = N_("Changed on {when} by {who}, after the preview. Nothing was saved.")
STALE_UNKNOWN = N_("Changed on {when}, after the preview. Nothing was saved.")
NO_INDEX = N_("The search index does not answer. Try again later.")


@dataclass
class Outcome:
    """What one record comes to.

    ``status`` is ``ready`` (a preview: it would change), ``changed``, ``unchanged``, ``refused``
    or ``stale`` (somebody saved it since the preview).
    """

    id: str
    status: str
    name: str = ""
    title: Any = None
    version: str = ""
    changes: Any = ()
    problems: Any = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as the action answers it."""
        return {**asdict(self), "changes": list(self.changes), "problems": list(self.problems)}


@dataclass(frozen=True)
class _Found:
    """A record that the user may edit, and the values it would get."""

    record: Mapping[str, Any]
    values: Mapping[str, Any]

    def outcome(self, status: str, problems: Any = ()) -> Outcome:
        record = self.record
        changes = [
            {
                "field": name,
                "label": fields.label(fields.DATASET, name),
                "old": record.get(name),
                "new": value,
            }
            for name, value in self.values.items()
        ]
        return Outcome(
            str(record["id"]), status, str(record["name"]), record.get("title_translated"),
            str(record["metadata_modified"]), changes, problems,
        )  # fmt: skip


def preview(context: Context, package_id: str, changes: bulk.Changes) -> Outcome:
    """Return what ``changes`` would make of a record; nothing is written."""
    found = _find(context, package_id, changes)
    if found is None:
        return _not_yours(package_id)
    if not found.values:
        return found.outcome("unchanged")
    problems = _problems(context, bulk.merged(found.record, found.values))
    return found.outcome("refused" if problems else "ready", problems)


def apply(
    context: Context,
    package_id: str,
    changes: bulk.Changes,
    version: str = "",
    note: Callable[[Outcome], None] = lambda _outcome: None,
) -> Outcome:
    """Change a record by ``package_update``, as the user.

    Args:
        context: CKAN's, with the user.
        package_id: the record.
        changes: what to change.
        version: the version that was previewed; another one is not touched.
        note: called with the outcome before the record is saved, in the same transaction.
    """
    found = _find(context, package_id, changes)
    if found is None:
        return _not_yours(package_id)
    if not found.values:  # done already: before a restart, or by somebody else
        return found.outcome("unchanged")
    if version and version != found.record["metadata_modified"]:
        return found.outcome("stale", [_stale(found.record, version)])
    outcome = found.outcome("changed")
    note(outcome)
    return _saved(context, found) or outcome


def _saved(context: Context, found: _Found) -> Outcome | None:
    """Save a record as it was found to become; return what went wrong, or ``None``."""
    version = str(found.record["metadata_modified"])
    dataset = bulk.merged(found.record, found.values)
    saving = {**dataset, versions.EXPECTED: version}
    try:
        tk.get_action("package_update")(tk.fresh_context(context), saving)
    except tk.ValidationError as err:
        core.Session.rollback()
        if versions.EXPECTED in err.error_dict:
            return found.outcome("stale", [_stale(found.record, version)])
        problems = _problems(context, dataset) or [_problem("", err.error_summary)]
        return found.outcome("refused", problems)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        core.Session.rollback()
        return _not_yours(str(found.record["id"]))
    except SearchIndexError:
        core.Session.rollback()
        return found.outcome("refused", [_said("", fields.both(NO_INDEX))])
    return None


def _find(context: Context, package_id: str, changes: bulk.Changes) -> _Found | None:
    wanted = {"id": package_id}
    try:
        tk.check_access("package_show", tk.fresh_context(context), dict(wanted))
        tk.check_access("package_update", tk.fresh_context(context), dict(wanted))
        record = tk.get_action("package_show")(tk.fresh_context(context), dict(wanted))
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None
    if record.get("type") != "dataset":
        return None
    return _Found(record, bulk.changed(record, changes))


def _problems(context: Context, dataset: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the record's own schema says, in both languages."""
    asking = tk.fresh_context(context, ignore_auth=True)
    found = tk.get_action("ontario_ingest_validate")(asking, {"dataset": dict(dataset)})
    return [_said(one["field"], one["message"]) for one in cast("list[dict[str, Any]]", found)]


def _not_yours(package_id: str) -> Outcome:
    return Outcome(package_id, "refused", problems=[_said("", fields.both(NOT_YOURS))])


def _stale(record: Mapping[str, Any], version: str) -> dict[str, Any]:
    since = versions.instant(version)
    found = model.last_save(str(record["id"]), since)
    who = model.people([found[0]]).get(found[0]) if found else None
    instant = found[1] if found else versions.instant(record.get("metadata_modified"))
    said: dict[str, str] = {}
    for code in LANGUAGES:
        with force_locale(code):
            when = fields.when(instant, code)
            text = tk._(STALE) if who else tk._(STALE_UNKNOWN)
            said[code] = text.format(when=when, who=(who or {}).get("display_name"))
    return _said("", said)


def _problem(name: str, summary: Mapping[str, Any]) -> dict[str, Any]:
    text = "; ".join(f"{key}: {value}" for key, value in summary.items())
    return _said(name, dict.fromkeys(LANGUAGES, text))


def _said(name: str, message: Mapping[str, str]) -> dict[str, Any]:
    label = fields.label(fields.DATASET, name) if name else dict.fromkeys(LANGUAGES, "")
    return {"field": name, "label": label, "message": dict(message)}
