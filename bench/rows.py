"""A record as the rows that CKAN's own actions would write, many records to a statement.

Follows ``package_dict_save``, ``package_owner_org_update`` and the writer of topics; the test
``tests/costs/test_loader.py`` holds it to what they really write.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import model

from bench.records import TODAY, Record

PACKAGE_COLUMNS = frozenset(
    [
        "name",
        "title",
        "url",
        "maintainer",
        "maintainer_email",
        "notes",
        "license_id",
        "type",
        "owner_org",
    ]
)
RESOURCE_COLUMNS = frozenset(["url", "format", "name", "description", "size", "mimetype"])
PACKAGE_TWINS = {
    "title_translated": "title",
    "notes_translated": "notes",
    "maintainer_translated": "maintainer",
}
RESOURCE_TWINS = {"name_translated": "name", "description_translated": "description"}

Row = dict[str, Any]


@dataclass
class Portal:
    """What rows need to know of the portal they go to.

    Attributes:
        organizations: ids of organizations, by name.
        topics: ids of groups, by name.
        creator: id of the user the records are made by.
        private: whether every record is private (the internal portal).
        tags: ids of tags, by name; grows as records bring new ones.
    """

    organizations: Mapping[str, str]
    topics: Mapping[str, str]
    creator: str
    private: bool
    tags: dict[str, str] = field(default_factory=dict[str, str])


def known(creator: str, *, private: bool) -> Portal:
    """Read from the database what rows need to know."""
    groups = model.Session.query(
        model.Group.name, model.Group.id, model.Group.is_organization
    ).filter(model.Group.state == "active")
    found = [tuple(group) for group in groups]
    tags = model.Session.query(model.Tag.name, model.Tag.id).filter(
        model.Tag.vocabulary_id.is_(None)
    )
    return Portal(
        organizations={name: one for name, one, is_organization in found if is_organization},
        topics={name: one for name, one, is_organization in found if not is_organization},
        creator=creator,
        private=private,
        tags={row.name: row.id for row in tags},
    )


CORE_TABLES = ("tag", "package", "package_extra", "package_tag", "member", "resource")
WORKING_COPIES = "ontario_publication_record"
"""Inside, a record has a row here; without one its audience does not read it."""


def insert(records: Iterable[Record], portal: Portal) -> list[str]:
    """Insert records in the session's transaction and return their ids, in order."""
    tables: defaultdict[str, list[Row]] = defaultdict(list)
    ids = [_rows(record, portal, tables) for record in records]
    for name in (*CORE_TABLES, WORKING_COPIES):
        rows = tables[name]
        if rows:
            model.Session.execute(sa.insert(model.meta.metadata.tables[name]), rows)
    return ids


def _rows(record: Record, portal: Portal, tables: defaultdict[str, list[Row]]) -> str:
    rng = random.Random(str(record["name"]))  # noqa: S311 -- repeatable, not secret
    identifier = _id(rng)
    organization = portal.organizations[record["owner_org"]]
    values = {**record, "owner_org": organization, **_twins(record, PACKAGE_TWINS)}
    values.pop("resources")
    made, changed = _instants(rng)
    tables["package"].append(
        {
            "id": identifier,
            **{name: values.get(name) for name in PACKAGE_COLUMNS},
            "creator_user_id": portal.creator,
            "private": portal.private,
            "state": "active",
            "metadata_created": made,
            "metadata_modified": changed,
        }
    )
    if portal.private:
        copy = {"package_id": identifier, "state": "draft", "since": changed, "shared": True}
        tables[WORKING_COPIES].append({**copy, "edited_by": portal.creator})
    tables["package_extra"] += [
        {"id": _id(rng), "package_id": identifier, "key": key, "value": _text(value)}
        for key, value in values.items()
        if key not in PACKAGE_COLUMNS
    ]
    for tag in record["keywords"]["en"]:
        tag_id = portal.tags.get(tag)
        if tag_id is None:
            tag_id = portal.tags[tag] = _id(rng)
            tables["tag"].append({"id": tag_id, "name": tag})
        tables["package_tag"].append({"id": _id(rng), "package_id": identifier, "tag_id": tag_id})
    memberships = {organization: "organization"}
    memberships |= {portal.topics[name]: "public" for name in record["topics"]}
    tables["member"] += [
        {
            "id": _id(rng),
            "table_name": "package",
            "table_id": identifier,
            "group_id": group,
            "capacity": capacity,
        }
        for group, capacity in memberships.items()
    ]
    tables["resource"] += [
        _resource(rng, identifier, number, resource, made)
        for number, resource in enumerate(record["resources"])
    ]
    return identifier


def _resource(
    rng: random.Random, package_id: str, number: int, resource: Record, made: dt.datetime
) -> Row:
    values = {**resource, **_twins(resource, RESOURCE_TWINS)}
    return {
        "id": _id(rng),
        "package_id": package_id,
        "position": number,
        "hash": "",  # what CKAN gives a resource without one
        **{name: values.get(name) for name in RESOURCE_COLUMNS},
        "url_type": None,
        "created": made,
        "metadata_modified": made,
        "state": "active",
        # CKAN keeps what has no column here, lists and objects as they are.
        "extras": {key: value for key, value in values.items() if key not in RESOURCE_COLUMNS},
    }


def _twins(record: Record, twins: Mapping[str, str]) -> Record:
    return {plain: record[name]["en"] for name, plain in twins.items() if name in record}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _instants(rng: random.Random) -> tuple[dt.datetime, dt.datetime]:
    """Return when a record was made and last changed (UTC without a zone, as CKAN keeps them)."""
    end = dt.datetime.combine(TODAY, dt.time())
    made = end - dt.timedelta(seconds=rng.randint(0, 12 * 365 * 86_400))
    return made, made + (end - made) * rng.random()
