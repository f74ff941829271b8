"""Pages of a source: all records again, its schedule, who may see them, mails about trouble."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckan.tests.helpers import changed_config
from ckanext.harvest.model import HarvestJob

from ckanext.ontario.harvest import model as tables

from .conftest import Harvests, row, rows
from .people import Caller
from .test_http import INSIDERS, people
from .test_pages import page, words

__all__ = ["people"]


def test_all_records_are_written_again(harvests: Harvests, people: dict[str, Caller]) -> None:
    run = harvests.run(rows(3))
    asked = page(people["editor"].get(f"/harvest/{harvests.name}/again"))
    assert asked.xpath("//form//input[@name='guid']") == []
    answer = people["editor"].post(f"/harvest/{harvests.name}/again")
    assert answer.status_code == 302
    assert tables.count_records(run["source_id"], forced=True) == 3
    assert HarvestJob.filter(source_id=run["source_id"]).count() == 2
    assert harvests.run()["counters"]["updated"] == 3


def test_a_schedule_is_checked_shown_and_saved(
    harvests: Harvests, people: dict[str, Caller]
) -> None:
    harvests.source(rows(1))
    address = f"/harvest/{harvests.name}/schedule"
    data = {"expression": "30 2 * * *", "zone": "America/Toronto"}
    would = page(people["editor"].post(address, data={**data, "do": "check"}))
    assert len(would.xpath("//*[@role='status']//li")) == 3
    show = people["editor"].action("ontario_harvest_schedule_show", source_id=harvests.name)
    assert show.json["result"]["expression"] is None
    assert people["editor"].post(address, data={**data, "do": "save"}).status_code == 302
    show = people["editor"].action("ontario_harvest_schedule_show", source_id=harvests.name)
    assert len(show.json["result"]["next"]) == 3
    for expression, zone, said in (
        ("often", "UTC", "no cron expression"),
        ("0 0 1 * mon", "UTC", "no cron expression"),
        ("0 0 31 2 *", "UTC", "never comes"),
        ("0 0 * * *", "Mars/North", "no such time zone"),
    ):
        wrong = people["editor"].post(
            address, data={"expression": expression, "zone": zone, "do": "save"}
        )
        assert said in words(page(wrong)), expression
    assert people["editor"].post(address, data={"expression": ""}).status_code == 302
    show = people["editor"].action("ontario_harvest_schedule_show", source_id=harvests.name)
    assert show.json["result"]["expression"] is None


@pytest.mark.parametrize("name", ["records", "schedule", "again"])
def test_pages_of_a_source_are_for_its_editors(
    harvests: Harvests, people: dict[str, Caller], name: str
) -> None:
    harvests.run(rows(1))
    for who, person in people.items():
        answer = person.get(f"/harvest/{harvests.name}/{name}")
        assert (answer.status_code == 200) == (who in INSIDERS), who
        assert ("Water quality" in answer.text) == (who in INSIDERS and name == "records")


def test_a_mail_about_trouble_goes_to_the_data_owner(
    harvests: Harvests, people: dict[str, Caller], mailbox: Any
) -> None:
    owner = model.User.get(people["director"].name)
    owner.email = "director@ontario.ca"
    model.Session.commit()
    mailbox.taken()
    with changed_config("ckan.harvest.status_mail.errored", True):
        harvests.run(rows(2))
        assert mailbox.taken() == []
        run = harvests.run([row(1, access="?"), row(2)])
    mails = {str(mail["To"]): mail for mail in mailbox.taken()}
    mail = next(mail for to, mail in mails.items() if "director@ontario.ca" in to)
    body = mail.get_content()
    for prefix in ("", "/fr"):
        assert f"{prefix}/harvest/{run['source_id']}/job/{run['job_id']}" in body
    assert (
        people["editor"].get(f"/harvest/{run['source_id']}/job/{run['job_id']}").status_code == 200
    )
