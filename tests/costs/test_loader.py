"""The loader writes what CKAN's own actions write, and what it makes up is valid."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from bench import load
from bench.records import record, records
from ckan import model
from ckan.lib.search.common import make_connection

from ckanext.ontario.schema import domain
from factories import call

ITS_OWN = frozenset(
    [
        "id",
        "package_id",
        "tag_id",
        "created",
        "metadata_created",
        "metadata_modified",
        "index_id",
        "indexed_ts",
        "_version_",
        "revision_id",
    ]
)
"""What differs between two records that are otherwise the same."""

SAMPLE = 12
GIVEN = [record(number, seed=7) for number in range(SAMPLE)]
Answers = list[tuple[Any, Any]]


@pytest.fixture(scope="module")
def both(clean_module: None) -> Callable[[Callable[[str], Any]], Answers]:
    """Ask the same of each record, made by ``package_create`` and made by the loader."""
    assert {one["access_level"] for one in GIVEN} == {"open", "under_review", "restricted"}
    call("ontario_schema_seed")
    made: dict[str, dict[str, Any]] = {}
    for one in GIVEN:
        call("package_create", **one)
        made[one["name"]] = answers(one["name"])
    for one in GIVEN:
        call("dataset_purge", id=one["name"])
    load.fill(GIVEN)
    loaded = {one["name"]: answers(one["name"]) for one in GIVEN}
    return lambda ask: [(ask(made[name]), ask(loaded[name])) for name in made]


def answers(name: str) -> dict[str, Any]:
    """What the portal says of a record: shown, indexed, and as rows."""
    shown = call("package_show", id=name)
    raw = call("package_show", id=name, use_default_schema=True)
    found = make_connection().search("*:*", fq=f'+name:"{name}"', fl="*").docs
    assert len(found) == 1, name
    rows = {table: stored(table, shown["id"]) for table in ("package_extra", "package_tag")}
    rows["member"] = stored("member", shown["id"], "table_id")
    rows["resource"] = stored("resource", shown["id"])
    rows["package"] = stored("package", shown["id"], "id")
    return {"shown": shown, "raw": raw, "document": found[0], "rows": rows}


def stored(table: str, package_id: str, key: str = "package_id") -> list[dict[str, Any]]:
    columns = model.meta.metadata.tables[table]
    chosen = sa.select(columns).where(columns.c[key] == package_id)
    rows = [general(dict(row)) for row in model.Session.execute(chosen).mappings()]
    return sorted(rows, key=str)


def general(value: Any) -> Any:
    """Leave out, at every depth, what two records never have in common."""
    if isinstance(value, dict):
        return {
            key: general(unjson(key, one)) for key, one in value.items() if key not in ITS_OWN
        } | ({"organization": None} if "table_id" in value else {})
    if isinstance(value, list):
        return [general(one) for one in value]
    return value


def unjson(key: str, value: Any) -> Any:
    if key in {"data_dict", "validated_data_dict"}:
        return json.loads(value)
    return None if key == "table_id" else value


@pytest.mark.parametrize("part", ["shown", "raw", "document", "rows"])
def test_a_loaded_record_is_what_package_create_would_have_made(
    both: Callable[[Callable[[str], Any]], Answers], part: str
) -> None:
    for made, loaded in both(lambda answer: general(answer[part])):
        assert list(differences(made, loaded)) == []


def differences(made: Any, loaded: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where two answers differ: the path, the real value, the loader's."""
    if isinstance(made, dict) and isinstance(loaded, dict):
        for key in made.keys() | loaded.keys():
            yield from differences(
                made.get(key, "not there"), loaded.get(key, "not there"), f"{path}/{key}"
            )
    elif isinstance(made, list) and isinstance(loaded, list) and len(made) == len(loaded):
        for number, (one, other) in enumerate(zip(made, loaded, strict=True)):
            yield from differences(one, other, f"{path}/{number}")
    elif made != loaded:
        yield path, made, loaded


def test_the_sample_has_more_than_one_of_everything() -> None:
    given = list(records(300))
    assert len({one["owner_org"] for one in given}) > 20
    assert len({topic for one in given for topic in one["topics"]}) == 10
    formats = {file["format"] for one in given for file in one["resources"]}
    assert {"CSV", "XLSX", "SHP", "PDF"} <= formats
    counts = {len(one["resources"]) for one in given}
    assert (min(counts), max(counts)) == (1, 8)
    names = [one["name"] for one in given]
    assert len(set(names)) == len(names)


def test_what_is_made_up_may_be_published() -> None:
    today = dt.date(2026, 1, 15)
    broken = [
        (one["name"], issue)
        for one in records(300)
        for issue in domain.check({**one, "owner_org": "some"}, today)
        if issue.level == "error"
    ]
    assert broken == []


def test_a_seed_gives_the_same_records_and_another_gives_others() -> None:
    assert list(records(5, seed=3)) == list(records(5, seed=3))
    assert list(records(3, seed=3))[2:] == list(records(1, seed=3, start=2))
    assert not {one["name"] for one in records(50, 3)} & {one["name"] for one in records(50, 4)}


def test_loading_the_same_twice_is_refused_by_name(clean_module: None) -> None:
    load.fill(records(2, seed=11))
    with pytest.raises(load.AlreadyLoaded, match="another --seed"):
        load.fill(records(2, seed=11))
