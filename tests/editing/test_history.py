"""What changed since: the page and the action, for those who may edit the record and no others."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckanext.activity.model import Activity
from lxml import html

from factories import call, make_dataset

from .conftest import People


@pytest.fixture(scope="module")
def told(people: People) -> dict[str, Any]:
    """A record that two people changed after it was made."""
    made = make_dataset(people.owner.name, people.ministry, colby_notes="Secret of the day")
    file = made["resources"][0]
    call(
        "package_patch", people.colleague.name,
        id=made["id"], update_frequency="daily",
        title_translated={"en": "New title", "fr": "Nouveau titre"}, title="New title",
    )  # fmt: skip
    call("resource_patch", people.owner.name, id=file["id"], type="information")
    call(
        "resource_create", people.owner.name,
        package_id=made["id"], url="https://example.com/b.csv", name_translated={"en": "Second"},
    )  # fmt: skip
    return made


def activities(record: dict[str, Any]) -> list[Any]:
    query = sa.select(Activity.id, Activity.timestamp).where(Activity.object_id == record["id"])
    return list(model.Session.execute(query.order_by(Activity.timestamp)))


def test_fields_files_and_who(people: People, told: dict[str, Any]) -> None:
    first = activities(told)[0]
    found = people.owner.ask("ontario_dataset_changes", id=told["name"], since=first.id)
    assert [(one["field"], one["kind"]) for one in found["fields"]] == [
        ("title_translated", "changed"),
        ("update_frequency", "changed"),
    ]
    frequency = found["fields"][1]
    assert (frequency["old"], frequency["new"]) == ("other", "daily")
    assert frequency["label"] == {"en": "Update frequency", "fr": "Fréquence de mise à jour"}
    assert [(one["kind"], one["name"]["en"]) for one in found["resources"]] == [
        ("changed", "Levels"),
        ("added", "Second"),
    ]
    assert [one["user"]["display_name"] for one in found["saves"]] == [
        "Owner",
        "Owner",
        "Colleague",
    ]
    assert found["saves"][2]["fields"] == ["title_translated", "update_frequency"]
    # CKAN itself notes a link's media type at the first save after the one that made it.
    assert [one["resources"] for one in found["saves"]] == [1, 1, 1]
    assert found["complete"]


def test_an_instant_takes_the_state_of_that_time(people: People, told: dict[str, Any]) -> None:
    second = activities(told)[1]
    since = f"{second.timestamp.isoformat()}Z"
    found = people.owner.ask("ontario_dataset_changes", id=told["id"], since=since)
    assert found["fields"] == []
    assert len(found["saves"]) == 2
    old = people.owner.ask("ontario_dataset_changes", id=told["id"], since="2020-01-01")
    assert {one["kind"] for one in old["fields"]} == {"added"}
    assert old["from"] is None
    future = people.owner.ask("ontario_dataset_changes", id=told["id"], since="2999-01-01T00:00")
    assert (future["fields"], future["resources"], future["saves"]) == ([], [], [])


def test_what_is_no_longer_kept_is_said(people: People) -> None:
    made = make_dataset(people.owner.name, people.ministry)
    model.Session.execute(sa.delete(Activity).where(Activity.object_id == made["id"]))
    model.Session.commit()
    instant = made["metadata_created"]
    found = people.owner.ask("ontario_dataset_changes", id=made["id"], since=instant)
    assert (found["complete"], found["fields"], found["from"]) == (False, [], None)
    page = people.owner.get(f"/dataset/{made['name']}/changes?since={instant}")
    assert "No earlier state is kept" in page.text


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "0", "' OR 1=1", "9" * 4000, "é"])
def test_what_is_no_instant_is_refused(people: People, told: dict[str, Any], since: str) -> None:
    answer = people.owner.action("ontario_dataset_changes", id=told["id"], since=since)
    assert answer.status_code == 409
    assert list(answer.json["error"]) == ["__type", "since"] or "since" in answer.json["error"]
    page = people.owner.get(f"/dataset/{told['name']}/changes?since={since[:200]}")
    assert page.status_code == 400
    assert "since-error" in page.text


def test_an_activity_of_another_record_is_none(people: People, told: dict[str, Any]) -> None:
    other = make_dataset(people.outsider.name, people.other)
    (theirs, *_) = activities(other)
    answer = people.owner.action("ontario_dataset_changes", id=told["id"], since=theirs.id)
    assert answer.status_code == 409


@pytest.mark.parametrize(("prefix", "words"), [("", "Update frequency"), ("/fr", "Quotidienne")])
def test_the_page_shows_it_in_the_readers_language(
    people: People, told: dict[str, Any], prefix: str, words: str
) -> None:
    first = activities(told)[0]
    answer = people.owner.get(f"{prefix}/dataset/{told['name']}/changes?since={first.id}")
    assert answer.status_code == 200
    page = html.fromstring(answer.text)
    table = page.xpath("//table")[0].text_content()
    assert words in table
    assert "Nouveau titre" in table
    assert "Secret of the day" not in table


@pytest.mark.parametrize("who", ["member", "outsider", "nobody"])
def test_history_is_for_those_who_may_edit(people: People, told: dict[str, Any], who: str) -> None:
    caller = getattr(people, who)
    answer = caller.action("ontario_dataset_changes", id=told["id"])
    assert answer.status_code in {401, 403}
    page = caller.get(f"/dataset/{told['name']}/changes")
    assert page.status_code == (403 if who != "nobody" else 302 if page.location else 401)
    assert "Secret" not in answer.text + page.text


def test_who_may_not_know_of_a_record_gets_what_a_missing_one_gives(people: People) -> None:
    hidden = make_dataset(people.owner.name, people.ministry, audience="ministry")
    for path in ("changes", "duplicate"):
        answer = people.outsider.get(f"/dataset/{hidden['name']}/{path}")
        missing = people.outsider.get(f"/dataset/no-such-record/{path}")
        assert answer.status_code == missing.status_code == 404
    answer = people.outsider.action("ontario_dataset_changes", id=hidden["id"])
    missing = people.outsider.action("ontario_dataset_changes", id="no-such-record")
    assert answer.status_code == missing.status_code == 404
