"""Records, people and readers of the internal portal, for tests that only read."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ckan.tests.helpers import call_action
from lxml import html
from tests import factories

HEALTH = "moh"
ENVIRONMENT = "mecp"


@pytest.fixture(scope="module")
def catalogue(internal: Any, clean_module: None) -> Any:
    """Ministries, topics, people and a handful of records that differ in every facet."""
    call_action("ontario_schema_seed")
    people = SimpleNamespace(
        member=factories.make_user(), editor=factories.make_user(), other=factories.make_user()
    )
    for user, organization, role in (
        (people.member, HEALTH, "member"),
        (people.editor, HEALTH, "editor"),
        (people.other, ENVIRONMENT, "editor"),
    ):
        call_action("organization_member_create", id=organization, username=user["name"], role=role)
    ids = {name: call_action("organization_show", id=name)["id"] for name in (HEALTH, ENVIRONMENT)}
    for record in RECORDS:
        values = {**record, "owner_org": ids[record["owner_org"]]}
        factories.make_dataset(**values)
    return people


def _titles(english: str, french: str) -> dict[str, str]:
    return {"en": english, "fr": french}


_CLOSED = {
    "access_level": "restricted",
    "license_id": "other-closed",
    "exemption": "privacy",
    "exemption_rationale": {"en": "Names.", "fr": "Des noms."},
}

RECORDS: list[dict[str, Any]] = [
    {
        "name": "lake-levels",
        "title_translated": _titles("Lake levels", "Niveaux des lacs"),
        "owner_org": ENVIRONMENT,
        "update_frequency": "daily",
        "keywords": {"en": ["water"], "fr": ["eau"]},
    },
    {
        "name": "school-water",
        "title_translated": _titles("Water in schools", "Eau dans les écoles"),
        "owner_org": ENVIRONMENT,
        "update_frequency": "yearly",
        "topics": ["education-and-training"],
        "keywords": {"en": ["water", "schools"], "fr": ["eau", "écoles"]},
    },
    {
        "name": "hospital-beds",
        "title_translated": _titles("Hospital beds", "Lits d’hôpital"),
        "owner_org": HEALTH,
        "topics": ["health-and-care"],
        "keywords": {"en": ["beds"], "fr": ["lits"]},
    },
    {
        "name": "epidemics",
        "title_translated": _titles("Outbreaks of influenza", "Éclosions de grippe"),
        "owner_org": HEALTH,
        "topics": ["health-and-care"],
        "access_level": "under_review",
        "license_id": "other-closed",
        "planned_release_date": "2031-01-01",
        "keywords": {"en": ["influenza"], "fr": ["grippe"]},
    },
    {
        "name": "patients",
        "title_translated": _titles("Patients", "Patients"),
        "owner_org": HEALTH,
        "topics": ["health-and-care"],
        **_CLOSED,
    },
    {
        "name": "ministry-only",
        "title_translated": _titles("Ministry only", "Pour le ministère seulement"),
        "owner_org": HEALTH,
        "topics": ["health-and-care"],
        "audience": "ministry",
        **_CLOSED,
    },
]


@pytest.fixture(scope="module")
def reader(internal: Any, catalogue: Any) -> Callable[..., Any]:
    """Read a page as a person: ``reader("/dataset/?q=…", "member")`` gives status and tree."""
    tokens = {
        name: call_action("api_token_create", user=user["name"], name="tests")["token"]
        for name, user in vars(catalogue).items()
    }

    def get(address: str, person: str = "editor") -> Any:
        headers = {"Authorization": tokens[person]} if person else {}
        client = internal.test_client(use_cookies=False)
        answer = client.get(
            address, headers={**headers, "Accept": "text/html"}, follow_redirects=False
        )
        return Page(answer.status_code, answer.data, answer.headers)

    return get


class Page:
    """What a page says."""

    def __init__(self, status: int, data: bytes, headers: Any) -> None:
        self.status, self.data, self.headers = status, data, headers
        self.tree = html.fromstring(data) if data else None

    def names(self) -> list[str]:
        """The records listed, in order."""
        links = self.tree.xpath("//li[contains(@class,'ontario-item')]//h2//a/@href")
        return [link.rpartition("/")[2] for link in links]

    def facet(self, name: str) -> dict[str, str]:
        """Values of a facet and their counts."""
        found: dict[str, str] = {}
        for box in self.tree.xpath(f"//input[@type='checkbox'][@name='{name}']"):
            count = box.getparent().xpath(".//*[@class='ontario-facet-count']/text()")
            found[box.get("value")] = count[0].strip() if count else ""
        return found

    def checked(self, name: str) -> list[str]:
        """Selected values of a facet."""
        return list(self.tree.xpath(f"//input[@name='{name}'][@checked]/@value"))

    def pills(self) -> dict[str, str]:
        """Words of each pill, and the address without it."""
        links = self.tree.xpath("//a[@class='ontario-pill']")
        return {" ".join(a.text_content().split()): a.get("href") for a in links}

    def text(self, path: str = "//body") -> str:
        """The words in a part of the page."""
        return " ".join(" ".join(one.text_content().split()) for one in self.tree.xpath(path))
