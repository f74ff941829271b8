"""The leak checklist, row by row, as everybody, and what no single answer shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import requests
from tests.leaks import inside
from tests.leaks.checklist import ROWS, walk_rows
from tests.leaks.walking import table

TESTS = Path(__file__).parent.parent
DOORS = {*table("routes.yaml"), *(name for kind in table("actions.yaml").values() for name in kind)}


def test_every_row_is_there() -> None:
    assert list(ROWS) == list(range(1, 63))


@pytest.mark.parametrize("row", ROWS)
def test_a_row_leads_somewhere(row: int) -> None:
    entry = ROWS[row]
    assert entry.keys() & {"in", "calls", "tests"}
    assert set(entry.get("in", ())) - DOORS == set()
    for named in entry.get("tests", ()):
        file, _colons, function = named.partition("::")
        assert f"def {function}(" in (TESTS / file).read_text(encoding="utf-8"), named


@pytest.mark.parametrize("name", inside.HIDDEN)
def test_no_row_leaks(roles: Any, covered: Any, name: str) -> None:
    role = roles[name]
    walk_rows(role)
    covered(f"internal checklist as {name}: {role.summary}")
    assert role.problems == [], "\n".join([f"{len(role.problems)} problems", *role.problems])


def ask(role: Any, action: str, **data: Any) -> Any:
    answer = role.send("POST", f"/api/3/action/{action}", data)
    return json.loads(answer.body).get("result")


def test_the_words_are_found_by_those_who_may_know(roles: Any, world: Any) -> None:
    for name in ("editor", "system administrator"):
        for kind in inside.OURS:
            subject = world.subjects[kind]
            shown = ask(roles[name], "package_show", id=subject.values["record"])
            assert f"{subject.values['word']}colbynotes" in str(shown), (name, kind)
    found = ask(
        roles["editor"], "datastore_search", resource_id=world.subjects["ministry"].values["file"]
    )
    assert "zqministrycell" in str(found)
    for name, told in (("member", True), ("other ministry's editor", False)):
        limited = world.subjects["limited"].values
        assert "colbynotes" in str(ask(roles[name], "package_show", id=limited["record"]))
        figures = ask(roles[name], "datastore_search", resource_id=limited["file"])
        assert ("zqfigurescell" in str(figures)) is told
    reasons = {kind: world.subjects[kind].values["record"] for kind in ("returned", "withdrawn")}
    for kind, record in reasons.items():
        told = ask(roles["delegate"], "ontario_release_history", id=record)
        assert f"zq{kind} reason" in str(told)
    source = ask(roles["editor"], "harvest_source_show", id="zqsource-name")
    assert "zqsourceconfig" in str(source)


def test_counts_are_those_of_what_is_seen(roles: Any) -> None:
    seen = {"editor": 9, "member": 7, "other ministry's editor": 3, "without rights": 0}
    for name, count in seen.items():
        found = ask(roles[name], "package_search", rows=0, **{"facet.field": ["organization"]})
        assert found["count"] == count, name
        assert sum(found["facets"]["organization"].values()) == count, name
        assert len(ask(roles[name], "package_list")) == count, name
        listed = ask(roles[name], "organization_list", all_fields=True)
        assert sum(one["package_count"] for one in listed) == count, name


def test_a_taken_name_says_no_more_than_that(roles: Any, world: Any) -> None:
    """A name is an address: that one is taken can't be hidden; whose and what it is can."""
    sent = {"name": "zqministry-name", "owner_org": "energy", "title_translated": {"en": "x"}}
    answer = roles["other ministry's editor"].send("POST", "/api/3/action/package_create", sent)
    assert answer.status == 409
    assert "zqministry" not in answer.body.replace("zqministry-name", "")
    assert world.subjects["ministry"].values["record_id"] not in answer.body


def test_no_label_inside_is_public(world: Any, solr_url: str) -> None:
    asked = {"q": "*:*", "rows": 0, "facet": "true", "facet.field": "permission_labels"}
    found = requests.get(f"{solr_url}/select", params=asked, timeout=30).json()
    labels = found["facet_counts"]["facet_fields"]["permission_labels"][::2]
    assert len(labels) > 3
    assert "public" not in labels
    assert "ops" in labels


def test_internal_fields_are_those_that_were_agreed(internal: Any) -> None:
    schema = tk.h.scheming_get_dataset_schema("dataset")
    for grouping, agreed in table("internal_fields.yaml").items():
        fields = [f["field_name"] for f in schema[grouping] if f["visibility"] == "internal"]
        assert sorted(fields) == sorted(agreed), grouping
