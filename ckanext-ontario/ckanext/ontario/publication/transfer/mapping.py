"""From a projection to what CKAN's actions take.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.ontario.publication.transfer.admission import ATTACHED, RELATED
from ckanext.ontario.shared.bilingual import LANGUAGES

BILINGUAL: Mapping[str, Any] = {"bilingual": "", "keywords": []}
"""Kinds of fields in two languages, and what an empty language is."""


def dataset(
    projection: Mapping[str, Any], schema: Mapping[str, Any], owner_org: str
) -> dict[str, Any]:
    """Return a projection as a whole dataset.

    What is not there is said to be empty: saving would otherwise keep the old value.

    Args:
        projection: of one record.
        schema: this portal's, presets applied.
        owner_org: id of its organization here.
    """
    own = {key: value for key, value in projection.items() if key not in RELATED}
    resources = [
        _complete(
            {
                "url_type": "",
                **{key: value for key, value in resource.items() if key not in ATTACHED},
            },
            schema["resource_fields"],
        )
        for resource in projection["resources"]
    ]
    return {
        **_complete(own, schema["dataset_fields"]),
        "owner_org": owner_org,
        "private": False,
        "state": "active",
        "resources": resources,
    }


def group(projection: Mapping[str, Any], fields: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return an organization's or a topic's projection as its whole values."""
    return _complete(projection, fields)


def _complete(values: Mapping[str, Any], fields: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    found = dict(values)
    for field in fields:
        name, empty = field["field_name"], BILINGUAL.get(str(field.get("kind")))
        if empty is not None:
            given = found.get(name) or {}
            found[name] = {code: given.get(code) or empty for code in LANGUAGES}
        else:
            found.setdefault(name, "")
    return found
