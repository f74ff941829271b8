"""A catalogue that is small first and grows while its pages are asked."""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import load
from bench.records import record

from ckanext.ontario.harvest import sources
from ckanext.ontario.harvest.harvester import harvesters
from factories import call, create_shared, make_organization, make_user

TOPIC = "environment-and-natural-resources"
KEYWORDS = {"en": ["lakes"], "fr": ["lacs"]}


@dataclass
class World:
    """One of everything that has a page, and how much hangs on it."""

    organization: dict[str, Any]
    user: str
    token: str
    dataset: dict[str, Any]
    source: str
    job: str
    large: bool = False

    @property
    def names(self) -> dict[str, str]:
        """What stands for the placeholders in addresses of pages."""
        return {
            "organization": self.organization["name"],
            "topic": TOPIC,
            "dataset": self.dataset["name"],
            "resource": self.dataset["resources"][0]["id"],
            "user": self.user,
            "source": self.source,
            "job": self.job,
            "some_organizations": "" if self.large else "Energy",
            "some_topics": "" if self.large else "Health",
            "few_or_many": "25" if self.large else "2",
        }


_numbers = itertools.count(1)


def small() -> World:
    """Make the small world: a few of everything."""
    call("ontario_schema_seed")
    user = make_user()
    member = {"name": user["name"], "capacity": "admin"}
    organization = make_organization(users=[member])
    token = call("api_token_create", user=user["name"], name="costs")["token"]
    given = {**_record(organization), "resources": [_file(number) for number in range(2)]}
    dataset = create_shared(user["name"], **given)
    source = _source(user["name"], organization)
    _harvested(source, organization["id"], 8)
    job = _harvested(source, organization["id"], 4)
    world = World(organization, user["name"], token, dataset, source, job)
    _more(world, records=3, others=1)
    return world


def grow(world: World) -> None:
    """Make it large: more records, files, organizations, members, sources, changes."""
    files = [*world.dataset["resources"], *(_file(number) for number in range(2, 40))]
    keywords = {code: [f"{code} {number}" for number in range(30)] for code in ("en", "fr")}
    world.dataset = call(
        "package_patch", world.user, id=world.dataset["id"], resources=files, keywords=keywords
    )
    _more(world, records=30, others=6)
    _harvested(world.source, world.organization["id"], 40)
    world.job = _harvested(world.source, world.organization["id"], 20)
    world.large = True


def _more(world: World, records: int, others: int) -> None:
    load.fill(_record(world.organization) for _number in range(records))
    for _number in range(others):
        organization = make_organization(users=[{"name": world.user, "capacity": "admin"}])
        _source(world.user, organization)
        _source(world.user, world.organization)
        create_shared(world.user, **_record(world.organization))
        colleague = make_user()["name"]
        call(
            "organization_member_create",
            id=world.organization["id"],
            username=colleague,
            role="editor",
        )
        call("api_token_create", world.user, user=world.user, name=f"token {next(_numbers)}")
        call("follow_dataset", colleague, id=world.dataset["id"])


def _record(organization: dict[str, Any]) -> dict[str, Any]:
    made = record(next(_numbers), seed=21, files=(2, 4))
    return {
        **made,
        "owner_org": organization["name"],
        "topics": [TOPIC],
        "keywords": KEYWORDS,
        "audience": "ops",
    }


def _file(number: int) -> dict[str, Any]:
    return {
        "url": f"https://files.ontario.ca/levels-{number}.csv",
        "format": "CSV",
        "type": "data",
        "name_translated": {"en": f"Levels {number}", "fr": f"Niveaux {number}"},
    }


def _source(user: str, organization: dict[str, Any]) -> str:
    number = next(_numbers)
    made = call(
        "harvest_source_create",
        user,
        name=f"source-{number}",
        title=f"Source {number}",
        url=f"https://example.com/inventory-{number}.csv",
        source_type="inventory",
        owner_org=organization["id"],
    )
    return str(made["name"])


def _harvested(source: str, organization_id: str, count: int) -> str:
    """Harvest so many rows into a source, each changed, and return the job."""
    made = next(_numbers)
    lines = ["Inventory ID,Public Title (English),Access Level"]
    lines += [f"{number},Levels {number} of {made},Under Review" for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"inventory-{made}.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        url = sources.keep_file(path, organization_id)
    source_id = call("harvest_source_patch", id=source, url=url)["id"]
    return str(sources.run_now(source_id, harvesters()["inventory"])["job_id"])
