"""A delivery of many releases is written by rows and comes to what one by one comes to."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.publication.conftest import Outside, attach, changed, wired
from tests.publication.receiving import POINTS

from ckanext.ontario.shared import clock

pytestmark = pytest.mark.usefixtures("same_generation")

Make = Callable[..., dict[str, Any]]
Release = dict[str, Any]
Json = dict[str, Any]

SERIES = ("package", "extras", "resources", "tags", "members", "views", "received", "waiting",
          "shown", "solr", "public", "placed")  # fmt: skip
BAD = 5
"""The place of the record that is refused."""

BODY = b"%PDF-1.4 a map of lakes"


class Receiver:
    """The public portal's receiver, and the records that are delivered to it."""

    def __init__(self, outside: Outside, folder: Path, ids: list[str]) -> None:
        self.ini, self.folder, self.ids = outside.server.ini, folder, ids

    def take(self, *deliveries: list[Release], killed: dict[int, str] | None = None) -> Json:
        """Take deliveries, some killed before at a point, in a process of its own.

        Returns what came of each.
        """
        bodies = [base64.b64encode(BODY).decode()]
        points = killed or {}
        steps = [
            {"records": one, "bodies": bodies, "killed": points.get(number)}
            for number, one in enumerate(deliveries)
        ]
        file = self.folder / "deliveries.json"
        file.write_text(json.dumps({"ids": self.ids, "steps": steps}))
        done = subprocess.run(
            [sys.executable, "-m", "tests.publication.receiving", str(file)],
            env={**os.environ, "CKAN_INI": str(self.ini)},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])


def withdrawn(releases: list[Release], sequence: int) -> list[Release]:
    """What takes away again all that were taken."""
    kept = {"id", "name", "generation", "schema_version", "released", "created"}
    taken = [one for number, one in enumerate(releases) if number != BAD]
    hidden = [{key: one[key] for key in kept} for one in taken]
    return numbered([{**one, "operation": "withdraw"} for one in hidden], sequence)


@pytest.fixture
def releases(record: Make) -> list[Release]:
    """Thirteen records of many kinds, one of which the public portal refuses."""
    closed = {"exemption": "privacy", "exemption_rationale": {"en": "Names.", "fr": "Noms."}}
    made = [
        *(record() for _ in range(6)),
        record(resources=[]),
        record(access_level="restricted", **closed),
        record(keywords={"en": ["snow", "lakes and rivers"], "fr": ["neige"]}),
        record(notes_translated={"en": "a\u2028b \\N {x}", "fr": "é\tè"}),
        record(resources=[]),
        record(),
    ]
    attach(made[10]["id"], BODY, "map.pdf", format="PDF")
    sent = [wired(one["id"], 1) for one in made]
    bad = changed(wired(record()["id"], 1), lambda p: p.update(maintainer_email="no address"))
    return [*sent[:BAD], bad, *sent[BAD:]]


@pytest.fixture
def receiver(outside: Outside, releases: list[Release], tmp_path: Path) -> Receiver:
    return Receiver(outside, tmp_path, [one["id"] for one in releases])


def edited(releases: list[Release]) -> list[Release]:
    """The same records later: most changed, some only in a part, one not at all."""

    def edit(number: int, p: Json) -> None:
        p["title_translated"] = {"en": f"Later {number}", "fr": f"Plus tard {number}"}
        if number % 3 == 0:
            p["resources"] = []
        elif number % 3 == 1 and p["resources"]:
            p["resources"][0]["name_translated"] = {"en": "Renamed", "fr": "Renommée"}
        if number % 4 == 0:
            p["groups"] = []
            p["keywords"] = {"en": ["ice"], "fr": ["glace"]}
        if number == 2:
            p["name"] = f"{p['name']}-renamed"

    later: list[Release] = []
    for number, one in enumerate(json.loads(json.dumps(releases))):
        new = one if number in {1, 11} else changed(one, lambda p, n=number: edit(n, p))
        released = (clock.now() + timedelta(minutes=number)).isoformat()
        later.append({**new, "name": new["projection"]["name"], "released": released})
    return later


def numbered(releases: list[Release], sequence: int) -> list[Release]:
    return [{**one, "sequence": sequence} for one in releases]


def answered(step: Json) -> list[Json]:
    return [{**one, "sequence": None, "known": None} for one in step["answers"]]


def same(one: Json, other: Json) -> None:
    for name in SERIES:
        pairs = zip(one[name], other[name], strict=True)
        assert [pair for pair in pairs if pair[0] != pair[1]] == [], name


def test_many_at_once_and_one_by_one_come_to_the_same(
    receiver: Receiver, releases: list[Release]
) -> None:
    later = edited(releases)
    singly = [[one] for series in ((releases, 1), (later, 2)) for one in numbered(*series)]
    at_once = [numbered(*one) for one in ((releases, 4), (later, 5), (later, 5), (releases, 4))]
    found = receiver.take(*singly, withdrawn(releases, 3), *at_once)
    assert found["obstacles"] == []
    *alone, hidden, first, second, again, older = found["steps"]
    assert not hidden["package"]
    assert not hidden["solr"]

    count = len(releases)
    assert {writer for one in alone for writer in one["writers"]} == {"actions"}
    assert answered(first) == [answered(one)[0] for one in alone[:count]]
    assert [one["status"] for one in first["answers"]].count("refused") == 1
    same(first, alone[count - 1])
    assert answered(second) == [answered(one)[0] for one in alone[count:]]
    same(second, alone[-1])
    assert not second["waiting"]
    for step in (first, second):  # one pass of the writer, one of the index
        assert (step["writers"], step["sent"]) == (["rows"], [count - 1])

    expected = ["duplicate"] * count
    expected[BAD] = "refused"
    assert [one["status"] for one in again["answers"]] == expected
    expected = ["older"] * count
    expected[BAD] = "refused"
    assert [one["status"] for one in older["answers"]] == expected
    same(again, second)
    same(older, second)
    assert len(second["public"]) == count - 1


def test_killed_and_delivered_again_it_is_all_there(
    receiver: Receiver, releases: list[Release]
) -> None:
    later = edited(releases)
    deliveries = [numbered(releases, 1), numbered(later, 2)]
    killed: dict[int, str] = {}
    for number, point in enumerate(POINTS, start=1):
        hidden = withdrawn(releases, number * 3)
        killed[len(deliveries) + 2] = point
        deliveries += [
            hidden, numbered(releases, number * 3 + 1), numbered(later, number * 3 + 2)
        ]  # fmt: skip
    steps = receiver.take(*deliveries, killed=killed)["steps"]
    for number, point in killed.items():
        arrived = "applied" if point == "before the commit" else "duplicate"
        assert {one["status"] for one in steps[number]["answers"]} == {arrived, "refused"}, point
        same(steps[number], steps[1])
        assert not steps[number]["waiting"], point
