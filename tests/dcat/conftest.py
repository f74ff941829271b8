"""Records of every kind, as graphs, and callers of the internal portal."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from ckan import model
from ckan.lib import search
from ckanext.dcat.processors import RDFParser
from rdflib import Graph

from ckanext.ontario.schema.tables import read
from factories import call, create_shared, dataset_values, make_organization, make_user

PREFIX = "canary"


@dataclass(frozen=True)
class Caller:
    """Somebody who asks the portal over HTTP, with an API token or without."""

    app: Any
    token: str = ""

    def get(self, url: str, accept: str = "", **query: Any) -> Any:
        headers = {"Authorization": self.token} if self.token else {}
        headers |= {"Accept": accept} if accept else {}
        client = self.app.test_client(use_cookies=False)
        return client.get(url, query_string=query, headers=headers, follow_redirects=False)

    def action(self, name: str, /, **data: Any) -> Any:
        headers = {"Authorization": self.token} if self.token else {}
        client = self.app.test_client(use_cookies=False)
        return client.post(f"/api/3/action/{name}", json=data, headers=headers)


def canaries() -> tuple[dict[str, str], dict[str, str]]:
    """A value for every internal field that takes free text: of a dataset, of a resource."""
    schema = read("dataset.yaml")
    return _canaries(schema["dataset_fields"]), _canaries(schema["resource_fields"])


def _canaries(fields: list[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, field in enumerate(fields):
        if field["visibility"] != "internal":
            continue
        name, preset = field["field_name"], field.get("preset", "")
        if preset in {"ontario_text", "ontario_notes", "ontario_system"}:
            found[name] = f"{PREFIX}-{name}"
        elif preset == "ontario_email":
            found[name] = f"{PREFIX}-{name.replace('_', '-')}@ontario.ca"
        elif preset == "ontario_day":
            found[name] = f"1871-{number % 12 + 1:02d}-{number % 27 + 1:02d}"
    return found


def full_values(**more: Any) -> dict[str, Any]:
    """A record with every public field filled, and a canary in every internal one."""
    hidden, hidden_of_file = canaries()
    values = dataset_values(
        geographic_coverage_translated={"en": "Algonquin Park", "fr": "Parc Algonquin"},
        geographic_granularity="district",
        spatial="-79.2,45.2,-77.5,46.2",
        url="https://www.ontario.ca/page/lakes",
        maintainer_branch={"en": "Water Branch", "fr": "Direction de l’eau"},
        current_as_of="2026-01-31",
        date_range_start="2001-01-01",
        date_range_end="2020-12-31",
        date_created="2000-05-06",
        opened_date="2010-07-08",
        update_frequency="quarterly",
        **hidden,
        **more,
    )
    values["resources"] = [
        {
            **values["resources"][0],
            "description_translated": {"en": "One row a day.", "fr": "Une ligne par jour."},
            "publically_available_date": "2010-07-08",
            "data_last_updated": "2025-12-31",
            "size": 1234,
            "mimetype": "text/csv",
            "hash": "0123456789abcdef0123456789abcdef",
            **hidden_of_file,
        },
        {
            "url": "https://files.ontario.ca/lakes-guide.pdf",
            "format": "PDF",
            "type": "technical_document",
            "language": "english",
            "name_translated": {"en": "Guide", "fr": "Guide d’utilisation"},
        },
        {
            "url": "https://ws.lioservices.lrc.gov.on.ca/lakes",
            "format": "Esri REST",
            "type": "data",
            "name_translated": {"en": "Map service", "fr": "Service cartographique"},
        },
    ]
    return values


VARIATIONS: dict[str, dict[str, Any]] = {
    "open": {},
    "under-review": {
        "access_level": "under_review",
        "license_id": "other-closed",
        "planned_release_date": "2031-01-01",
        "resources": [],
    },
    "restricted": {
        "access_level": "restricted",
        "license_id": "other-closed",
        "exemption": "privacy",
        "exemption_rationale": {"en": "It names people.", "fr": "Des gens y sont nommés."},
    },
    "restricted-with-a-way-in": {
        "access_level": "restricted",
        "license_id": "other-closed",
        "exemption": "security",
        "exemption_rationale": {"en": "It maps dams.", "fr": "Barrages cartographiés."},
        "access_instructions": {"en": "Ask the unit.", "fr": "Écrire à l’unité."},
    },
    "one-language": {
        "title_translated": {"fr": "Puits"},
        "notes_translated": {},
        "short_description_translated": {},
        "keywords": {},
        "topics": [],
    },
    "inactive": {"record_status": "inactive", "license_id": "ministry-tou"},
    "no-contact": {
        "maintainer_translated": {},
        "maintainer_email": "",
        "license_id": "notspecified",
    },
}


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> Any:
    """A ministry, its people, another ministry's editor, and a record of every kind."""
    member, editor, other = (make_user()["name"] for _ in range(3))
    ministry = make_organization(
        name="mwat",
        title_translated={"en": "Ministry of Water", "fr": "Ministère de l’Eau"},
        users=[
            {"name": member, "capacity": "member"},
            {"name": editor, "capacity": "editor"},
        ],
    )
    make_organization(users=[{"name": other, "capacity": "editor"}])
    records = {"full": create_shared(editor, **full_values(owner_org=ministry["id"], name="full"))}
    for name, values in VARIATIONS.items():
        given = dataset_values(**{"name": name, "owner_org": ministry["id"], **values})
        records[name] = create_shared(editor, **given)
    hidden = dataset_values(name="hidden", owner_org=ministry["id"], audience="ministry")
    records["hidden"] = create_shared(editor, **hidden)
    draft = dataset_values(name="a-draft", owner_org=ministry["id"])
    records["a-draft"] = create_shared(editor, **draft)
    model.Package.get(records["a-draft"]["id"]).state = "draft"
    model.Session.commit()
    search.rebuild(records["a-draft"]["id"])
    withheld = dataset_values(name="withheld", owner_org=ministry["id"], existence_withheld="yes")
    records["withheld"] = create_shared(editor, **withheld)
    search.commit()

    def caller(name: str) -> Caller:
        return Caller(internal, call("api_token_create", user=name, name="tests")["token"])

    return SimpleNamespace(
        ministry=ministry,
        records=records,
        anonymous=Caller(internal),
        member=caller(member),
        owner=caller(editor),
        other=caller(other),
    )


def graph_of(text: str | bytes, form: str = "turtle") -> Graph:
    """Read what the portal wrote."""
    graph = Graph()
    graph.parse(data=text, format=form)
    return graph


def parsed(text: str) -> list[dict[str, Any]]:
    """Read a Turtle text back with ckanext-dcat's parser and our profile."""
    parser = RDFParser(profiles=["ontario_dcat"])
    parser.parse(text, _format="ttl")
    return list(parser.datasets())
