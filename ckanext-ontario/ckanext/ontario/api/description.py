"""The description of the portal that runs here: policy, registered actions, fields, languages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.api import catalogue, openapi, records
from ckanext.ontario.api.domain import Action
from ckanext.ontario.shared import portal

CALLABLE = frozenset({"allow", "gate"})
"""Decisions of the policy that leave an action to its own authorisation."""

_ABOUT = {
    "en": (
        "CKAN’s Action API with the catalogue’s own fields. Every call answers one JSON object: "
        "help, success, and result or error. Parameters that an action does not know are "
        "ignored, save by package_search, which names them; new fields may be added to answers "
        "at any time."
    ),
    "fr": (
        "L’API d’action de CKAN avec les champs propres au catalogue. Chaque appel répond par un "
        "objet JSON : help, success, et result ou error. Les paramètres qu’une action ne connaît "
        "pas sont ignorés, sauf par package_search, qui les nomme; de nouveaux champs peuvent "
        "s’ajouter aux réponses en tout temps."
    ),
}
_TITLES = {
    "internal": {
        "en": "Ontario Data Catalogue (internal)",
        "fr": "Catalogue de données de l’Ontario (interne)",
    },
    "public": {"en": "Ontario Data Catalogue", "fr": "Catalogue de données de l’Ontario"},
}


def this_portal() -> openapi.Portal:
    """Return the portal this process serves, as the description names it."""
    name = portal.current().value
    return openapi.Portal(
        name=name,
        title=_TITLES[name],
        url=str(tk.config["ckan.site_url"]).rstrip("/"),
        version=version("ckanext-ontario"),
        about=_ABOUT,
    )


def answered_actions() -> list[Action]:
    """Return the described actions that this portal's policy lets programs call.

    An action that no loaded plugin registers, or that is for system administrators only, is left
    out: nobody reading the description could call it.
    """
    decisions = tk.h.ontario_visibility_decisions()
    return [
        action
        for action in catalogue.actions().values()
        if decisions.get(action.name) in CALLABLE and _is_registered(action.name)
    ]


def _is_registered(name: str) -> bool:
    try:
        tk.get_action(name)
    except KeyError:
        return False
    return True


@cache
def document(language: str) -> dict[str, Any]:
    """Return the OpenAPI document in ``en`` or ``fr``; made once in a process."""
    return openapi.describe(
        this_portal(),
        answered_actions(),
        _schemas(language),
        catalogue.errors(),
        language,
        catalogue.topics(),
    )


@cache
def served(language: str) -> tuple[bytes, str]:
    """Return the document as it is sent, and its entity tag."""
    text = json.dumps(document(language), ensure_ascii=False, indent=1).encode()
    return text, hashlib.sha256(text).hexdigest()[:32]


def _schemas(language: str) -> dict[str, Any]:
    core = catalogue.answers()["core"]
    dataset = _scheming("dataset", "dataset")
    fields, files = dataset["dataset_fields"], dataset["resource_fields"]
    organization = _scheming("organization", "organization")["fields"]
    group = _scheming("group", "group")["fields"]
    made = {
        name: records.answered(_seen(of), core[name], _choices, language)
        for name, of in (
            ("Dataset", fields),
            ("Resource", files),
            ("Organization", organization),
            ("Group", group),
        )
    }
    if portal.is_internal():
        files_sent = records.written(files, _choices, language)
        made["ResourceInput"] = files_sent
        resources = {"type": "array", "items": {"$ref": "#/components/schemas/ResourceInput"}}
        made["DatasetInput"] = records.written(fields, _choices, language, resources=resources)
    return {**made, **catalogue.answers()["schemas"]}


def _scheming(kind: str, name: str) -> Mapping[str, Any]:
    return tk.get_action(f"scheming_{kind}_schema_show")({"ignore_auth": True}, {"type": name})


def _seen(fields: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the fields that this portal's readers may know of."""
    inside = portal.is_internal()
    return [field for field in fields if inside or field.get("visibility") == "public"]


def _choices(field: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if field.get("kind") == "organization":
        return []
    return list(tk.h.scheming_field_choices(field) or [])
