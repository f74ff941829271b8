"""Sources that are harvested by themselves: when, once, and in the place of a frequency."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ckan import model
from ckan.tests.helpers import changed_config
from ckanext.harvest.model import HarvestJob, HarvestSource

from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest import schedules
from ckanext.ontario.shared import clock

from .conftest import Harvests, act, deliver, rows

NIGHT = datetime(2026, 3, 7, 12, 0, tzinfo=timezone.utc)
"""Noon before the night in which Toronto's clocks go forward."""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that sets the clock."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_to(NIGHT)
    return set_to


@pytest.fixture(autouse=True)
def together() -> Any:
    with changed_config("ckanext.ontario.harvest.schedule_spread", 0):
        yield


def scheduled(harvests: Harvests, expression: str = "30 2 * * *") -> str:
    source_id = harvests.source(rows(1))
    act("ontario_harvest_schedule_update", source_id=source_id, expression=expression)
    return source_id


def test_the_next_times_follow_the_wall_clock(harvests: Harvests, at: Any) -> None:
    source_id = scheduled(harvests)
    found = act("ontario_harvest_schedule_show", source_id=source_id)["next"]
    moments = [datetime.fromisoformat(each).astimezone(timezone.utc) for each in found]
    assert [each.strftime("%d %H:%M") for each in moments] == ["08 07:30", "09 06:30", "10 06:30"]


def test_a_due_source_is_harvested_once(harvests: Harvests, at: Any) -> None:
    source_id = scheduled(harvests)
    assert schedules.start_due() == []
    at(NIGHT + timedelta(days=4))  # nobody was there for three nights
    act("harvest_jobs_run")
    deliver()
    assert HarvestJob.filter(source_id=source_id).count() == 1
    assert tables.count_records(source_id) == 1
    assert schedules.start_due() == []
    found = schedules.find(source_id)
    assert found is not None
    assert found["next_run"] > NIGHT + timedelta(days=4)


def test_a_source_that_is_under_way_is_left_to_its_next_time(harvests: Harvests, at: Any) -> None:
    source_id = scheduled(harvests)
    act("harvest_job_create", source_id=source_id, run=False)
    at(NIGHT + timedelta(days=1))
    assert schedules.start_due() == []
    assert HarvestJob.filter(source_id=source_id).count() == 1


def test_a_deleted_source_is_not_harvested(harvests: Harvests, at: Any) -> None:
    source_id = scheduled(harvests)
    act("harvest_source_delete", id=source_id)
    at(NIGHT + timedelta(days=1))
    assert schedules.start_due() == []


def test_a_schedule_takes_the_place_of_a_frequency(harvests: Harvests, at: Any) -> None:
    source_id = harvests.source(rows(1))
    act("harvest_source_patch", id=source_id, frequency="DAILY")
    act("ontario_harvest_schedule_update", source_id=source_id, expression="0 3 * * mon")
    model.Session.expire_all()
    assert HarvestSource.get(source_id).frequency == "MANUAL"
    act("ontario_harvest_schedule_update", source_id=source_id, expression="")
    assert schedules.find(source_id) is None


def test_sources_are_spread_and_each_is_late_by_the_same(harvests: Harvests, at: Any) -> None:
    source_id = scheduled(harvests)
    with changed_config("ckanext.ontario.harvest.schedule_spread", 3600):
        late = schedules.delay(source_id)
        assert schedules.delay(source_id) == late
        assert timedelta(0) <= late <= timedelta(hours=1)
        assert len({schedules.delay(str(number)) for number in range(50)}) > 30
        due = datetime(2026, 3, 8, 7, 30, tzinfo=timezone.utc)
        at(due + late - timedelta(seconds=1))
        assert schedules.start_due() == []
        at(due + late)
        assert schedules.start_due() == [source_id]
