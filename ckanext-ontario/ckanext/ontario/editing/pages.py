"""What the pages of bulk changes show, and how their forms are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context
from werkzeug.datastructures import MultiDict

from ckanext.ontario.editing import bulk, fields
from ckanext.ontario.shared.bilingual import LANGUAGES, language_of, pick

LISTED = 50
"""Records that the page lists one by one; a choice may cover all that match."""

Form = MultiDict[str, str]


@dataclass(frozen=True)
class BulkField:
    """One field of the form."""

    name: str
    label: str
    help: str
    kind: str
    """``choice``, ``choices``, ``bilingual``, ``keywords``, ``day``, ``email`` or ``text``."""
    choices: list[tuple[str, str]]


@dataclass(frozen=True)
class Listed:
    """A record that may be chosen."""

    id: str
    title: str
    ministry: str
    chosen: bool


@dataclass(frozen=True)
class Selection:
    """The page on which records and fields are chosen."""

    query: str
    organization: str
    ministries: list[tuple[str, str]]
    records: list[Listed]
    found: int
    most: int
    everything: bool
    fields: list[BulkField]
    typed: Form
    errors: Mapping[str, str]


def context() -> Context:
    """Return a context of the reader."""
    user = tk.current_user
    return Context(user=user.name, auth_user_obj=user)


def language() -> str:
    """Return the reader's language."""
    return language_of(str(tk.h.lang()))


def bulk_fields() -> list[BulkField]:
    """Return the fields that the form offers."""
    known = fields.by_name(fields.DATASET)
    return [_bulk_field(known[name]) for name in bulk.fields()]


def _bulk_field(field: fields.Field) -> BulkField:
    name, kind = str(field["field_name"]), str(field.get("kind") or "text")
    listed = [(value, pick(label, language()) or value)
              for value, label in fields.choices(field).items()]  # fmt: skip
    hint = field.get("help_text") or {}
    kinds = {"organization": "text", "notes": "text", "date": "day"}
    return BulkField(
        name,
        pick(field["label"], language()) or name,
        str(pick(hint, language()) or ""),
        kinds.get(kind, kind),
        [one for one in listed if one[0]],
    )


def selection(form: Form, errors: Mapping[str, str] | None = None) -> Selection:
    """Return the page for a query, with what was chosen and typed before."""
    query, organization = form.get("q", ""), form.get("organization", "")
    chosen = set(form.getlist("ids"))
    ministries = own_ministries()
    found = search(query, organization, LISTED)
    return Selection(
        query=query,
        organization=organization,
        ministries=ministries,
        records=[_listed(one, chosen) for one in found["results"]],
        found=found["count"],
        most=bulk.MOST,
        everything=form.get("everything") == "yes",
        fields=bulk_fields(),
        typed=form,
        errors=errors or {},
    )


def _listed(record: Mapping[str, Any], chosen: set[str]) -> Listed:
    return Listed(
        record["id"],
        str(tk.h.dataset_display_name(record)),
        str(tk.h.get_translated(record.get("organization") or {}, "title") or ""),
        record["id"] in chosen,
    )


def own_ministries() -> list[tuple[str, str]]:
    """Return the ministries whose records the reader may edit: ``(name, title)``, by title."""
    own = tk.h.ontario_schema_owners("update_dataset")
    return [(one["name"], one["title"]) for one in own]


def search(query: str, organization: str, rows: int) -> dict[str, Any]:
    """Return records that match and that the reader may edit."""
    own = [name for name, _title in own_ministries()]
    if organization:
        own = [name for name in own if name == organization]
    if not own:
        return {"count": 0, "results": []}
    quoted = " OR ".join(f'"{name}"' for name in own)
    fq = f"organization:({quoted})"
    wanted = {"q": query, "fq": fq, "rows": rows, "sort": "score desc, metadata_modified desc"}
    return dict(tk.get_action("package_search")(context(), wanted))


def chosen_ids(form: Form) -> list[str]:
    """Return the records that a form chose: those ticked, or all that match up to the cap."""
    if form.get("everything") != "yes":
        return form.getlist("ids")
    found = search(form.get("q", ""), form.get("organization", ""), bulk.MOST)
    return [str(one["id"]) for one in found["results"]]


def changes(form: Form) -> dict[str, Any]:
    """Return the changes that a form asks for; what is left empty stays as it is."""
    found: dict[str, Any] = {}
    for field in bulk_fields():
        ways = _ways(form, field)
        if ways:
            found[field.name] = ways
    return found


def _ways(form: Form, field: BulkField) -> dict[str, Any]:
    name = field.name
    if field.kind == "choices":
        lists = {way: form.getlist(f"{way}-{name}") for way in (bulk.ADD, bulk.REMOVE)}
        return {way: given for way, given in lists.items() if given}
    if field.kind == "keywords":
        words = {
            way: {code: found for code in LANGUAGES if (found := _words(form, way, name, code))}
            for way in (bulk.ADD, bulk.REMOVE)
        }
        return {way: given for way, given in words.items() if given}
    if field.kind == "bilingual":
        texts = {code: form.get(f"set-{name}-{code}", "").strip() for code in LANGUAGES}
        given = {code: text for code, text in texts.items() if text}
        return {bulk.SET: given} if given else {}
    text = form.get(f"set-{name}", "").strip()
    return {bulk.SET: text} if text else {}


def _words(form: Form, way: str, name: str, code: str) -> list[str]:
    typed = form.get(f"{way}-{name}-{code}", "")
    return [word.strip() for word in typed.split(",") if word.strip()]


def said(errors: Mapping[str, Any]) -> dict[str, str]:
    """Return the first message of each error."""
    return {
        str(name): str(found[0]) if isinstance(found, list) and found else json.dumps(found)
        for name, found in errors.items()
    }
