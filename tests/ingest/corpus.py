"""Hard records for both writers: made up from a seed, valid and not, new and changed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ckanext.ontario import harvesters
from ckanext.ontario.harvest.reader import Record
from ckanext.ontario.harvesters.inventory.reader import InventoryReader

Dataset = dict[str, Any]

TEXTS = (
    "Énergie de l’Ontario",
    "line\u2028separator and\u2029paragraph",
    "tab\tand bell\x07 and\x1fmore",
    r"\N and \. and \\ of COPY",
    "quotes ' \" ` $1 %(name)s {brace}",
    "emoji 🦫 and combining e\u0301",
    "  spaces around  ",
    "<b>markup</b> & entity;",
    "x" * 180,
)
TOPICS = ("environment-and-natural-resources", "health-and-care", "economy-and-business")
WORDS = ("eau", "Eau", "l'eau", "R&D", "air quality", "écoles")
LINKS = ("https://example.com/a.csv", "https://example.com/é.xlsx", "http://example.com/x?y=1&z=2")


def samples() -> Iterator[tuple[str, Dataset]]:
    """Yield every valid record of the inventories that come with the portal, and whose it is."""
    folder = Path(harvesters.__file__).parent / "inventory" / "samples"
    manifest = yaml.safe_load((folder / "samples.yaml").read_text(encoding="utf-8"))
    for number, entry in enumerate(manifest):
        settings = {"profile": entry["profile"]} if entry.get("profile") else {}
        for index, found in enumerate(InventoryReader().read(folder / entry["file"], settings)):
            if isinstance(found, Record):
                yield entry["organization"], {**found.dataset, "name": f"sample-{number}-{index}"}


def hard(seed: int, count: int, organizations: list[str]) -> list[Dataset]:
    """Return ``count`` records; about one in eight is refused."""
    rng = random.Random(seed)  # noqa: S311 -- believable, not secret
    return [_record(rng, number, organizations) for number in range(count)]


def _record(rng: random.Random, number: int, organizations: list[str]) -> Dataset:
    record: Dataset = {
        "type": "dataset",
        "name": f"hard-{number}",
        "owner_org": rng.choice(organizations),
        "private": rng.random() < 0.5,
        "title_translated": {"en": f"{rng.choice(TEXTS)[:150]} {number}", "fr": rng.choice(TEXTS)},
        "notes_translated": {"en": rng.choice(TEXTS)},
        "access_level": rng.choice(("open", "under_review", "restricted")),
        "resources": [_resource(rng, one) for one in range(rng.choice((0, 0, 1, 2, 30)))],
    }
    if rng.random() < 0.6:
        words = [rng.choice(WORDS) for _ in range(rng.randint(1, 6))]
        record["keywords"] = {"en": words, "fr": words[:1]}
    if rng.random() < 0.5:
        record["topics"] = rng.sample(TOPICS, rng.randint(1, 2))
    if rng.random() < 0.3:
        record["state"] = rng.choice(("active", "draft"))
    if rng.random() < 0.4:
        record |= {"colby_notes": rng.choice(TEXTS), "harvest_source_id": "a-source"}
    if rng.random() < 0.3:
        record["audience"] = "named"
        record["audience_ministries"] = organizations[:1]
    return record | _mistake(rng)


def _resource(rng: random.Random, number: int) -> Dataset:
    return {
        "url": f"{rng.choice(LINKS)}#{number}",
        "name_translated": {"en": rng.choice(TEXTS), "fr": rng.choice(TEXTS)},
        "format": rng.choice(("CSV", "csv", "", "XLSX")),
        "type": rng.choice(("data", "technical_document")),
    }


def _mistake(rng: random.Random) -> Dataset:
    if rng.random() > 0.13:
        return {}
    return rng.choice(
        [
            {"owner_org": "nobody"},
            {"name": "!"},
            {"name": "hard-0"},
            {"current_as_of": "yesterday"},
            {"notes_translated": {"en": "NUL \x00 in the text"}},
            {"extras": [{"key": "free", "value": "extra"}]},
            {"unknown_field": "1"},
            {"access_level": "secret"},
        ]
    )


def changed(seed: int, shown: list[Dataset], organizations: list[str]) -> list[Dataset]:
    """Return these records (as shown) changed in one way or another, some in none."""
    rng = random.Random(seed)  # noqa: S311 -- as above
    return [_changed(rng, one, organizations) for one in shown]


def _changed(rng: random.Random, record: Dataset, organizations: list[str]) -> Dataset:
    record = {**record, "resources": _changed_resources(rng, list(record["resources"]))}
    if rng.random() < 0.3:
        record["owner_org"] = rng.choice(organizations)
    if rng.random() < 0.4:
        record["topics"] = rng.sample(TOPICS, rng.randint(0, 2))
        record.pop("groups", None)
    if rng.random() < 0.4:
        record.pop("tags", None)
        record["keywords"] = {"en": rng.sample(WORDS, 2)}
    if rng.random() < 0.3:
        record.pop("colby_notes", None)
    record |= rng.choices(
        [{}, {"name": f"{record['name']}-renamed"}, {"state": "deleted"}], (80, 10, 10)
    )[0]
    mistake = _mistake(rng) if rng.random() < 0.3 else {}
    # A name that is in use is refused before the database sees it only by new records.
    return record | {name: value for name, value in mistake.items() if value != "hard-0"}


def _changed_resources(rng: random.Random, resources: list[Dataset]) -> list[Dataset]:
    if rng.random() < 0.3:
        resources.append(_resource(rng, 100))
    if resources and rng.random() < 0.4:
        resources.pop(rng.randrange(len(resources)))
    if rng.random() < 0.4:
        rng.shuffle(resources)
    if resources and rng.random() < 0.4:
        resources[0] = {**resources[0], "url": "https://example.com/moved.csv"}
    return resources
