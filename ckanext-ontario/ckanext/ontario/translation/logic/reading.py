"""Texts as actions answer them: of a page of the queue, and of one record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.translation import fields, rows, stored
from ckanext.ontario.translation.domain import Key, Place, Row, State, behind, digests, state

Text = dict[str, Any]
"""A text with its place, its languages and its state."""

AT_ONCE = 200
"""Texts of the table that are read together."""

_NEW: dict[str, datetime] = dict.fromkeys(LANGUAGES, datetime.min.replace(tzinfo=timezone.utc))
"""Times of a text that nobody has seen yet: none is behind the other."""

NO_TEXT: dict[str, str] = dict.fromkeys(LANGUAGES, "")


@dataclass(frozen=True)
class Known:
    """A record that the caller may edit, and its texts."""

    record: dict[str, Any]
    texts: Mapping[Place, Mapping[str, str]]

    @property
    def id(self) -> str:
        """The record's id."""
        return str(self.record["id"])


def organizations(context: Context, chosen: str = "") -> list[dict[str, Any]]:
    """Return the organizations whose records the caller may edit.

    Args:
        context: CKAN's, with the user.
        chosen: id or name of the one that is asked for; ``""`` for all.

    Raises:
        ValidationError: when the one that is asked for is none of them.
    """
    asked = {"permission": "update_dataset", "include_dataset_count": False}
    own = list(tk.get_action("organization_list_for_user")(tk.fresh_context(context), asked))
    if not chosen:
        return own
    found = [one for one in own if chosen in {one["id"], one["name"]}]
    if not found:
        said = tk._("There is no such ministry, or you may not edit its records.")
        raise tk.ValidationError({"organization": [said]})
    return found


def editable(context: Context, reference: str) -> Known:
    """Return a record that the caller may edit.

    Raises:
        ObjectNotFound: when there is none, or the caller may not know of it.
    """
    try:
        shown = tk.get_action("package_show")(tk.fresh_context(context), {"id": reference})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        shown = {}
    if shown.get("type") != fields.TYPE:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    return Known(dict(shown), fields.texts(shown))


def shown(known: Known) -> list[Text]:
    """Return the texts of a record, in the order of its fields and files."""
    remembered = rows.of_records([known.id])
    return [
        text(place, both, remembered.get(Key(known.id, place)))
        for place, both in known.texts.items()
    ]


def text(place: Place, both: Mapping[str, str], remembered: Row | None) -> Text:
    """Return a text as actions answer it.

    Args:
        place: where it stands in its record.
        both: its languages.
        remembered: what is known of it; without that it counts as new.
    """
    hashes = digests(both)
    times = remembered.times if remembered else _NEW
    row = Row(hashes, times)
    return {
        "resource_id": place.resource_id,
        "field": place.field,
        "label": dict(fields.label(place)),
        "state": state(row).value,
        "language": behind(row),
        "texts": dict(both),
        "hashes": hashes,
        "changed": {
            code: remembered.times[code].isoformat() if remembered else None for code in LANGUAGES
        },
    }


def listed(found: Sequence[tuple[Key, Row]]) -> list[Text]:
    """Return texts of the queue with their records, read together."""
    records = stored.read({key.package_id for key, _row in found})
    texts = {one: fields.texts(record) for one, record in records.items()}
    return [
        {"id": key.package_id, **_heading(records[key.package_id], key.place), **one}
        for key, row in found
        if key.package_id in records
        for one in [text(key.place, texts[key.package_id].get(key.place, NO_TEXT), row)]
    ]


def _heading(record: Mapping[str, Any], place: Place) -> dict[str, Any]:
    file = next((one for one in record["resources"] if one["id"] == place.resource_id), {})
    return {
        "name": record["name"],
        "title": dict(record.get("title_translated") or {}),
        "file": dict(file.get("name_translated") or {}),
        "organization": record["owner_org"],
    }


def everything(own: Sequence[str], asked: str) -> Iterator[Text]:
    """Yield all texts in a state, a few hundred at a time.

    Args:
        own: ids of organizations.
        asked: a state, or ``""`` for what waits.
    """
    after: tuple[str, ...] = ()
    while True:
        found = rows.page(own, asked, AT_ONCE, after=after)
        texts = listed(found)
        yield from texts
        if len(found) < AT_ONCE or not texts:
            return
        after = (str(texts[-1]["name"]), found[-1][0].package_id, *found[-1][0].place)


def state_of(written: object) -> str:
    """Return a state that is asked for.

    Raises:
        ValidationError: when there is no such state.
    """
    given = str(written or "")
    if given not in rows.STATES:
        names = ", ".join(one.value for one in State)
        said = tk._("Choose one of: {names}").format(names=names)
        raise tk.ValidationError({"state": [said]})
    return given
