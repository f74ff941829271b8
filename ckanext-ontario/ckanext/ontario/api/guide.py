"""What the page for developers shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.ontario.api import catalogue, description, openapi
from ckanext.ontario.api.catalogue import Error
from ckanext.ontario.api.domain import Action, Kind, Parameter
from ckanext.ontario.api.examples import Snippets, snippets

_LOOKED_AT = 20
"""Datasets in which things for the examples are looked for."""


@dataclass(frozen=True)
class ShownParameter:
    """One row of an action's table."""

    name: str
    kind: str
    required: bool
    deprecated: bool
    about: str


@dataclass(frozen=True)
class ShownAction:
    """One action as the page shows it."""

    name: str
    methods: str
    summary: str
    parameters: list[ShownParameter]
    errors: list[Error]
    snippets: Snippets | None


@dataclass(frozen=True)
class Topic:
    """Actions about one thing."""

    key: str
    title: str
    actions: list[ShownAction]


@dataclass(frozen=True)
class Guide:
    """The page."""

    site: str
    internal: bool
    language: str
    topics: list[Topic]
    errors: list[Error]
    dataset: str


def of_reader(language: str) -> Guide:
    """Return the page in a language, with examples that work for the present reader."""
    known = dict(_existing())
    here = description.this_portal()
    shown: dict[str, list[ShownAction]] = {}
    for action in description.answered_actions():
        shown.setdefault(action.topic, []).append(_shown(action, here, known, language))
    titles = catalogue.topics()
    return Guide(
        site=here.url,
        internal=here.closed,
        language=language,
        topics=[Topic(key, titles[key][language], shown[key]) for key in titles if key in shown],
        errors=[one for one in catalogue.errors().values() if here.closed or one.key != "login"],
        dataset=known.get("dataset", ""),
    )


def _shown(
    action: Action, here: openapi.Portal, known: dict[str, str], language: str
) -> ShownAction:
    example = action.topic != "writing" and action.can_be_tried
    return ShownAction(
        name=action.name,
        methods=", ".join(action.methods),
        summary=action.summary[language],
        parameters=[_parameter(one, language) for one in action.parameters],
        errors=openapi.errors_of(action, here, catalogue.errors()),
        snippets=snippets(action, here.url, known, token=here.closed) if example else None,
    )


def _parameter(parameter: Parameter, language: str) -> ShownParameter:
    kinds = {
        Kind.TEXT: tk._("text"),
        Kind.NUMBER: tk._("whole number"),
        Kind.FLAG: tk._("true or false"),
        Kind.WORDS: tk._("text, or list of texts"),
        Kind.TEXTS: tk._("list of texts"),
        Kind.OBJECT: tk._("object"),
        Kind.ANY: tk._("text or object"),
    }
    choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
    return ShownParameter(
        name=parameter.name,
        kind=f"{kinds[parameter.kind]}{choices}",
        required=parameter.required,
        deprecated=parameter.deprecated,
        about=parameter.about[language],
    )


def _existing() -> Iterator[tuple[str, str]]:
    """Yield names and ids of things this reader may see, for the examples."""
    context = Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
    found = tk.get_action("package_search")(context, {"rows": _LOOKED_AT, "sort": "id asc"})
    records: list[dict[str, Any]] = found["results"]
    files = [resource for record in records for resource in record["resources"]]
    tables = [resource for resource in files if resource.get("datastore_active")]
    yield from ((key, str(one["name"])) for key, one in (("dataset", r) for r in records[:1]))
    yield from (("resource", str(one["id"])) for one in files[:1])
    yield from (("table", str(one["id"])) for one in (tables or files)[:1])
    tags = [tag for record in records for tag in record.get("tags", ())]
    yield from (("tag", str(tag["name"])) for tag in tags[:1])
    owners = [record["organization"] for record in records if record.get("organization")]
    yield from (("organization", str(one["name"])) for one in owners[:1])
