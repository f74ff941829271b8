"""What ``make up`` plays on a fresh installation."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ckan import model

from ckanext.ontario.stack.story import __main__ as story
from ckanext.ontario.stack.story import made, people, plan
from ckanext.ontario.stack.story.acting import Stage
from factories import call

PASSWORD = "correct-horse-battery-9"
FATES = (plan.Fate.RELEASED, plan.Fate.RETURNED, plan.Fate.SCHEDULED, plan.Fate.IN_REVIEW)
ENDS = {
    plan.Fate.RELEASED: ("approved", "live"),
    plan.Fate.RETURNED: ("returned", "none"),
    plan.Fate.SCHEDULED: ("approved", "scheduled"),
    plan.Fate.IN_REVIEW: ("in_review", "none"),
}


def test_a_large_ministry_has_records_of_every_fate_most_of_them_released() -> None:
    names = [f"record-{number:02d}" for number in range(40)]
    told = dict(plan.fates(reversed(names)))
    assert told == dict(plan.fates(names))
    assert len(told) == plan.MOST
    counts = Counter(told.values())
    assert set(counts) == set(plan.Fate)
    assert counts[plan.Fate.RELEASED] > plan.MOST / 2


@pytest.fixture
def stage(internal: Any, seeded: Any) -> Stage:
    """A seeded portal with the people of the ministries that have records made by hand."""
    found = Stage(internal.flask_app)
    for ministry in {record["organization"] for record in made.records()}:
        people.join(found, ministry, PASSWORD)
    return found


def test_records_made_by_hand_come_as_far_as_told_and_no_step_is_taken_twice(stage: Stage) -> None:
    for record, fate in zip(made.records(), FATES, strict=False):
        name, ministry = record["name"], record["organization"]
        for again in (False, True):
            made.make(stage, record)
            assert story._play(stage, ministry, name, fate) is not again
        shown = stage.call(people.director_of(ministry), "ontario_release_show", id=name)
        assert (shown["state"], shown["public"]) == ENDS[fate], name
        package = call("package_show", id=name)
        assert [file["url_type"] for file in package["resources"]] == ["upload"]
    assert model.Package.get(made.records()[-1]["name"]) is None
