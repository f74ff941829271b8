"""Organizations and topics of records that arrive: made or brought up to date, by name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.ontario.publication.transfer import mapping, placing
from ckanext.ontario.publication.transfer.wire import Item


def ensure(items: Sequence[Item]) -> tuple[dict[str, str], dict[str, str]]:
    """See to the organizations and topics of releases; commits.

    Returns:
        Why a release can't be taken, by record; the id of the organization of each other one.
    """
    refused: dict[str, str] = {}
    ids: dict[str, str] = {}
    done: dict[str, str] = {}
    for item in items:
        projection = item.projection
        try:
            for topic in projection.get("groups", ()):
                _once(done, "group", topic)
            ids[item.id] = _once(done, "organization", projection["organization"])
        except tk.ValidationError as err:
            model.Session.rollback()
            refused[item.id] = f"organization: {json.dumps(err.error_dict, ensure_ascii=False)}"
    return refused, ids


def _once(done: dict[str, str], kind: str, values: Mapping[str, Any]) -> str:
    key = f"{kind}:{json.dumps(values, sort_keys=True)}"
    if key not in done:
        done[key] = _ensure(kind, values)
    return done[key]


def _ensure(kind: str, values: Mapping[str, Any]) -> str:
    stored = model.Group.get(values["name"])
    if stored is not None and (stored.type != kind or stored.name != values["name"]):
        raise tk.ValidationError({"name": [tk._("Another thing has this name.")]})
    fields = tk.h.scheming_get_schema(kind, kind)["fields"]
    wanted = {**mapping.group(values, fields), "type": kind, "state": "active"}
    if stored is None:
        made = tk.get_action(f"{kind}_create")(placing.as_the_portal(), wanted)
        return str(made["id"])
    if stored.state != model.State.ACTIVE or _differs(stored, values, fields):
        context = placing.as_the_portal()
        tk.get_action(f"{kind}_patch")(context, {**wanted, "id": stored.id})
    return str(stored.id)


def _differs(stored: Any, values: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> bool:
    extras = dict(stored.extras)
    for field in fields:
        name = field["field_name"]
        kept = getattr(stored, name) if name in {"name", "image_url"} else extras.get(name)
        if (_read(kept) or None) != (values.get(name) or None):
            return True
    return False


def _read(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        return json.loads(value)
    return value
