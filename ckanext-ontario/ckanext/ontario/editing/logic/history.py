"""What changed in a record since an instant or a save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.types import Context, DataDict

from ckanext.ontario.editing import fields, model, versions
from ckanext.ontario.editing.domain import Change, Difference, FileChange, compare
from ckanext.ontario.editing.logic.reading import readable
from ckanext.ontario.shared.bilingual import language_of

__all__ = ["ontario_dataset_changes"]

MOST_SAVES = 100
"""Saves that are told one by one; the difference as a whole always covers all."""


@tk.side_effect_free
def ontario_dataset_changes(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what changed in a record since an instant or a save, and who saved it when.

    The earlier state is the one that the activity stream kept; the later one is the record now.

    Args:
        context: CKAN's, with the user, who may edit the record.
        data_dict: ``id``; ``since``, an instant (ISO 8601; UTC without a zone; a bare date begins
            in Toronto) or the id of an activity of the record. Without it: the latest 100 saves.

    Returns:
        ``{"id", "name", "title", "since", "from": {"activity_id", "timestamp"} or null,
        "complete", "fields": [{"field", "label", "kind", "old", "new"}], "resources": [{"id",
        "kind", "name", "fields"}], "resources_moved", "saves": [{"activity_id", "timestamp",
        "made", "user", "fields", "resources"}], "more_saves"}``. ``kind`` is ``added``,
        ``removed`` or ``changed``; labels are ``{"en", "fr"}``. ``complete`` is false when no
        state was kept as old as ``since``: then the oldest one is the beginning. Instants are
        UTC.

    Raises:
        ObjectNotFound: when there is no such dataset, or the user may not know of it.
        ValidationError: when ``since`` is neither an instant nor a save of this record.
    """
    record = readable(context, tk.get_or_bust(data_dict, "id"))
    tk.check_access("ontario_dataset_changes", context, {"id": record["id"]})
    since = str(data_dict.get("since") or "").strip()
    start, instant = _start(record, since)
    states = model.states_after(record["id"], instant, MOST_SAVES + 1)
    old = start if start is not None else (states[0] if states else None)
    complete = start is not None or _is_new_since(record, instant)
    earlier: Mapping[str, Any] = _package(old) if old is not None else record
    if start is None and complete and instant is not None:
        earlier = {}
    more = len(states) > MOST_SAVES
    told = states[1:] if more else states
    before = _package(states[0]) if more else (_package(start) if start is not None else {})
    return {
        "id": record["id"],
        "name": record["name"],
        "title": record.get("title_translated") or {},
        "since": since or None,
        "from": _beginning(old) if earlier else None,
        "complete": complete,
        **_view(_difference(earlier, record)),
        "saves": _saves(before, told),
        "more_saves": more,
    }


def _start(record: Mapping[str, Any], since: str) -> tuple[Any, datetime | None]:
    """Return the kept state to begin with, if there is one, and the instant it stands for."""
    if not since:
        return None, None
    activity = model.stored_activity(record["id"], since)
    if activity is not None:
        return activity, activity.timestamp
    try:
        instant = _instant(since)
    except versions.Unreadable as err:
        said = tk._("Neither an instant such as 2026-05-31T12:00 nor a save of this record.")
        raise tk.ValidationError({"since": [said]}) from err
    return model.state_at(record["id"], instant), instant


def _instant(written: str) -> datetime:
    read = versions.instant(written)
    if len(written) == len("2026-05-31"):
        return read.replace(tzinfo=fields.TORONTO).astimezone(timezone.utc).replace(tzinfo=None)
    return read


def _is_new_since(record: Mapping[str, Any], instant: datetime | None) -> bool:
    return instant is None or versions.instant(record["metadata_created"]) > instant


def _package(activity: Any) -> Mapping[str, Any]:
    data = cast("Mapping[str, Any]", activity.data or {})
    return cast("Mapping[str, Any]", data.get("package") or {})


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    return compare(old, new, fields.names(fields.DATASET), fields.names(fields.RESOURCE))


def _beginning(activity: Any) -> dict[str, str] | None:
    if activity is None:
        return None
    return {"activity_id": activity.id, "timestamp": activity.timestamp.isoformat()}


def _view(found: Difference) -> dict[str, Any]:
    return {
        "fields": [_change(one, fields.DATASET) for one in found.fields],
        "resources": [_file(one) for one in found.files],
        "resources_moved": found.moved,
    }


def _change(change: Change, level: str) -> dict[str, Any]:
    label = fields.label(level, change.field)
    return {
        "field": change.field, "label": label, "kind": change.kind.value,
        "old": change.old, "new": change.new,
    }  # fmt: skip


def _file(change: FileChange) -> dict[str, Any]:
    shown = change.new or change.old or {}
    name = shown.get("name_translated") or {"en": shown.get("name") or shown.get("url") or ""}
    return {
        "id": change.id, "kind": change.kind.value, "name": name,
        "fields": [_change(one, fields.RESOURCE) for one in change.fields],
    }  # fmt: skip


def _saves(before: Mapping[str, Any], states: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what each save changed, the latest first."""
    people = model.people(state.user_id for state in states)
    told: list[dict[str, Any]] = []
    for state in states:
        after = _package(state)
        found = _difference(before, after)
        told.append(
            {
                "activity_id": state.id,
                "timestamp": state.timestamp.isoformat(),
                "made": state.activity_type == "new package",
                "user": people.get(state.user_id),
                "fields": [one.field for one in found.fields],
                "resources": len(found.files),
            }
        )
        before = after
    return told[::-1]


def choices(package_id: str) -> list[tuple[str, str]]:
    """Return the latest saves as choices of a page: ``(activity id, when and who)``."""
    found = model.saves(package_id, MOST_SAVES)
    people = model.people(user_id for _id, _instant, user_id in found)
    return [
        (activity_id, " – ".join(filter(None, (_when(instant), _who(people.get(user_id))))))
        for activity_id, instant, user_id in found
    ]


def _when(instant: datetime) -> str:
    return fields.when(instant, language_of(str(tk.h.lang())))


def _who(person: Mapping[str, Any] | None) -> str:
    return str((person or {}).get("display_name", ""))
