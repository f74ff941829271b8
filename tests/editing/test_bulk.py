"""Changing many records: each by its own rules, none stopped by another, the same when repeated."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model as core
from lxml import html

from ckanext.ontario.editing import model, runs
from factories import call, make_dataset

from .conftest import Caller, People

DAILY = {"update_frequency": {"set": "daily"}}
MANY = {
    "update_frequency": {"set": "daily"},
    "topics": {"add": ["health-and-care"], "remove": ["environment-and-natural-resources"]},
    "keywords": {"add": {"fr": ["santé"]}, "remove": {"en": ["lakes"]}},
    "maintainer_translated": {"set": {"fr": "Unité nouvelle"}},
}
WORDS = {"en": ["water level"], "fr": ["lacs", "niveau d'eau", "santé"]}
"""The keywords of a dataset of the factory after ``MANY``."""

BULK = "ontario_dataset_bulk_update"


@pytest.fixture
def mine(people: People) -> list[dict[str, Any]]:
    return [make_dataset(people.owner.name, people.ministry) for _ in range(2)]


@pytest.fixture(scope="module")
def untouched(people: People) -> list[dict[str, Any]]:
    """Records for tests in which nothing is changed."""
    return [make_dataset(people.owner.name, people.ministry) for _ in range(2)]


def ids(records: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in records]


def shown(record: dict[str, Any]) -> dict[str, Any]:
    return call("package_show", id=record["id"])


def statuses(results: list[dict[str, Any]]) -> list[str]:
    return [one["status"] for one in results]


# --- the action ------------------------------------------------------------------------------


def test_a_dry_run_shows_and_changes_nothing(
    people: People, untouched: list[dict[str, Any]]
) -> None:
    done = people.owner.ask(BULK, ids=ids(untouched), changes=MANY, dry_run=True)
    assert statuses(done["results"]) == ["ready"] * 2
    changes = {one["field"]: one for one in done["results"][0]["changes"]}
    assert changes["topics"]["old"] == ["environment-and-natural-resources"]
    assert changes["topics"]["new"] == ["health-and-care"]
    assert changes["keywords"]["new"] == WORDS
    unit = {"en": "Surface Water Unit", "fr": "Unité nouvelle"}
    assert changes["maintainer_translated"]["new"] == unit
    assert shown(untouched[0])["metadata_modified"] == untouched[0]["metadata_modified"]


def test_it_changes_what_was_asked_and_twice_is_once(
    people: People, mine: list[dict[str, Any]]
) -> None:
    done = people.owner.ask(BULK, ids=ids(mine), changes=MANY)
    assert done["counts"]["changed"] == 2
    now = shown(mine[0])
    assert now["update_frequency"] == "daily"
    assert now["topics"] == ["health-and-care"]
    assert [one["name"] for one in now["groups"]] in ([], ["health-and-care"])
    assert now["keywords"] == WORDS
    assert [one["name"] for one in now["tags"]] == ["water level"]
    assert now["title_translated"] == mine[0]["title_translated"]
    assert now["resources"][0]["url"] == mine[0]["resources"][0]["url"]
    again = people.owner.ask(BULK, ids=ids(mine), changes=MANY)
    assert statuses(again["results"]) == ["unchanged"] * 2
    assert shown(mine[0])["metadata_modified"] == now["metadata_modified"]


def test_one_bad_record_stops_nobody_and_is_told_in_both_languages(
    people: People, mine: list[dict[str, Any]]
) -> None:
    theirs = make_dataset(people.outsider.name, people.other)
    wanted = [mine[0]["id"], theirs["id"], "no-such-record", mine[1]["id"]]
    changes = {"maintainer_email": {"set": "no address"}, **DAILY}
    done = people.owner.ask(BULK, ids=wanted, changes=changes)["results"]
    assert statuses(done) == ["refused"] * 4
    (problem,) = done[0]["problems"]
    assert problem["field"] == "maintainer_email"
    assert problem["label"]["fr"] == "Courriel du responsable"
    assert problem["message"]["en"] != problem["message"]["fr"]
    # What one may not edit and what is not there are told apart by nobody.
    assert done[1]["problems"] == done[2]["problems"]
    assert done[1]["title"] is None

    done = people.owner.ask(BULK, ids=wanted, changes=DAILY)["results"]
    assert statuses(done) == ["changed", "refused", "refused", "changed"]
    assert shown(theirs)["update_frequency"] == "other"


def test_a_record_saved_since_the_preview_is_left_alone(
    people: People, mine: list[dict[str, Any]]
) -> None:
    versions = {one["id"]: one["metadata_modified"] for one in mine}
    call("package_patch", people.colleague.name, id=mine[1]["id"], url="https://a.ca/")
    done = people.owner.ask(BULK, ids=ids(mine), changes=DAILY, versions=versions)["results"]
    assert statuses(done) == ["changed", "stale"]
    assert "Colleague" in done[1]["problems"][0]["message"]["en"]
    assert "Colleague" in done[1]["problems"][0]["message"]["fr"]
    assert shown(mine[1])["update_frequency"] == "other"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"ids": [], "changes": DAILY}, "ids"),
        ({"ids": "a", "changes": DAILY}, "ids"),
        ({"ids": [1], "changes": DAILY}, "ids"),
        ({"ids": [f"r{n}" for n in range(501)], "changes": DAILY}, "ids"),
        ({"ids": ["a"]}, "changes"),
        ({"ids": ["a"], "changes": {}}, "changes"),
        ({"ids": ["a"], "changes": [1]}, "changes"),
        ({"ids": ["a"], "changes": {"access_level": {"set": "open"}}}, "access_level"),
        ({"ids": ["a"], "changes": {"update_frequency": "daily"}}, "update_frequency"),
        ({"ids": ["a"], "changes": {"update_frequency": {"set": ""}}}, "update_frequency"),
        ({"ids": ["a"], "changes": {"update_frequency": {"set": "x"}}}, "update_frequency"),
        ({"ids": ["a"], "changes": {"update_frequency": {"add": ["daily"]}}}, "update_frequency"),
        ({"ids": ["a"], "changes": {"topics": {"add": "health-and-care"}}}, "topics"),
        ({"ids": ["a"], "changes": {"topics": {"add": ["no topic"]}}}, "topics"),
        ({"ids": ["a"], "changes": {"keywords": {"add": ["x"]}}}, "keywords"),
        ({"ids": ["a"], "changes": {"keywords": {"add": {"de": ["x"]}}}}, "keywords"),
        ({"ids": ["a"], "changes": {"maintainer_email": {"set": {"en": 1}}}}, "maintainer_email"),
        ({"ids": ["a"], "changes": DAILY, "versions": "x"}, "versions"),
    ],
)
def test_what_is_not_understood_is_named(people: People, given: dict[str, Any], field: str) -> None:
    answer = people.owner.action(BULK, **given)
    assert answer.status_code == 409, answer.text
    assert field in answer.json["error"]


@pytest.mark.parametrize("who", ["member", "nobody"])
@pytest.mark.parametrize("action", [BULK, "ontario_bulk_run_create"])
def test_who_edits_nothing_changes_nothing(
    people: People, untouched: list[dict[str, Any]], who: str, action: str
) -> None:
    answer = getattr(people, who).action(action, ids=ids(untouched), changes=DAILY)
    assert answer.status_code in {401, 403}
    assert shown(untouched[0])["update_frequency"] == "other"


# --- the pages -------------------------------------------------------------------------------


def preview(caller: Caller, sent: dict[str, Any], prefix: str = "") -> tuple[str, Any]:
    answer = caller.post(f"{prefix}/editing/bulk", sent)
    assert answer.status_code == 302, answer.text
    address = answer.location.replace("http://test.ontario.localhost", "")
    return address, html.fromstring(caller.get(address).text)


def text(page: Any) -> str:
    return " ".join(page.text_content().split())


def test_choose_preview_apply_report(people: People, mine: list[dict[str, Any]]) -> None:
    found = people.owner.get(f"/editing/bulk?organization={people.ministry['name']}")
    page = html.fromstring(found.text)
    offered = set(page.xpath("//input[@name='ids']/@value"))
    assert set(ids(mine)) <= offered
    sent = {"ids": ids(mine), "set-update_frequency": "daily", "add-keywords-fr": "santé, eau"}
    address, page = preview(people.owner, sent)
    assert "Change 2 datasets" in text(page)
    assert shown(mine[0])["update_frequency"] == "other"
    call("package_patch", people.colleague.name, id=mine[1]["id"], url="https://a.ca/")
    assert people.owner.post(address).status_code == 302
    report = text(html.fromstring(people.owner.get(address).text))
    assert "Report of the change" in report
    assert "Has changed: 1" in report
    assert "Saved by somebody meanwhile: 1" in report
    assert shown(mine[0])["keywords"]["fr"] == ["lacs", "niveau d'eau", "santé", "eau"]
    assert shown(mine[1])["update_frequency"] == "other"
    before = shown(mine[0])["metadata_modified"]
    assert people.owner.post(address).status_code == 302  # pressed twice
    assert shown(mine[0])["metadata_modified"] == before


def test_all_that_match_are_those_one_may_edit(people: People, mine: list[dict[str, Any]]) -> None:
    titles = {"en": "Zephyrine", "fr": "Zéphyrine"}
    theirs = make_dataset(people.outsider.name, people.other, title_translated=titles)
    call("package_patch", id=mine[0]["id"], title_translated=titles, title="Zephyrine")
    sent = {"everything": "yes", "q": "zéphyrine", "set-update_frequency": "weekly"}
    _, page = preview(people.owner, sent, "/fr")
    links = page.xpath("//th[@scope='rowgroup']/a/@href")
    assert any(mine[0]["name"] in link for link in links)
    assert not any(theirs["name"] in link for link in links)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"set-update_frequency": "daily"},
        {"ids": ["x"]},
        {"ids": ["x"], "set-asset_type": "?"},
    ],
)
def test_a_form_with_something_missing_comes_back(people: People, sent: dict[str, Any]) -> None:
    answer = people.owner.post("/editing/bulk", sent)
    assert answer.status_code == 409
    assert html.fromstring(answer.text).xpath("//div[@role='alert']//li")


def test_a_change_is_its_owners_alone(people: People, untouched: list[dict[str, Any]]) -> None:
    address, _ = preview(people.owner, {"ids": ids(untouched), "set-update_frequency": "daily"})
    for caller in (people.colleague, people.outsider):
        assert caller.get(address).status_code == 404
        assert caller.post(address).status_code == 404
        run = address.rpartition("/")[2]
        assert caller.action("ontario_bulk_run_show", id=run).status_code == 404
    for caller in (people.member, people.nobody):
        assert caller.get(address).status_code in {302, 401, 403}
        assert caller.post(address).status_code in {401, 403}
        assert caller.get("/editing/bulk").status_code in {302, 401, 403}
    assert shown(untouched[0])["update_frequency"] == "other"


# --- killed and taken up again ---------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


def test_a_killed_run_goes_on_where_it_was(
    people: People, mine: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    more = mine + [make_dataset(people.owner.name, people.ministry) for _ in range(1)]
    run = people.owner.ask("ontario_bulk_run_create", ids=ids(more), changes=DAILY)
    assert run["phase"] == "ready"
    with monkeypatch.context() as patched:
        noted, note = [], model.note

        def dying(*given: Any) -> None:
            note(*given)
            noted.append(given)
            if len(noted) == 3:  # the second record is noted, and not yet saved
                core.Session.rollback()
                raise Killed

        patched.setattr(model, "note", dying)
        model.advance(run["id"], "ready", "applying")
        core.Session.commit()
        with pytest.raises(Killed):
            runs.work(run["id"])
    core.Session.remove()
    half = people.owner.ask("ontario_bulk_run_show", id=run["id"])
    assert half["phase"] == "applying"
    assert half["counts"]["waiting"] == 2
    saved = {one["id"]: shown(one)["metadata_modified"] for one in more}
    runs.work(run["id"])
    done = people.owner.ask("ontario_bulk_run_show", id=run["id"])
    assert (done["phase"], done["counts"]["changed"]) == ("done", 3)
    assert {shown(one)["update_frequency"] for one in more} == {"daily"}
    kept = [one for one in more if shown(one)["metadata_modified"] == saved[one["id"]]]
    assert len(kept) == 1


def test_two_workers_do_not_do_the_same_twice(people: People, mine: list[dict[str, Any]]) -> None:
    run = people.owner.ask("ontario_bulk_run_create", ids=ids(mine), changes=DAILY)
    model.advance(run["id"], "ready", "applying")
    core.Session.commit()
    other = model.claim(run["id"])
    runs.work(run["id"])
    assert shown(mine[0])["update_frequency"] == "other"
    model.release(other, run["id"])
    runs.work(run["id"])
    assert shown(mine[0])["update_frequency"] == "daily"


def test_a_large_one_waits_for_the_background_and_can_be_taken_up(
    people: People, untouched: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", 1)
    run = people.owner.ask("ontario_bulk_run_create", ids=ids(untouched), changes=DAILY)
    assert (run["phase"], run["counts"]["waiting"], run["still"]) == ("previewing", 2, False)
    page = people.owner.get(f"/editing/bulk/{run['id']}")
    assert "<progress" in page.text
    old = sa.update(model.RUN).values(seen=sa.func.now() - runs.STILL * 2)
    core.Session.execute(old)
    core.Session.commit()
    page = people.owner.get(f"/editing/bulk/{run['id']}")
    assert "Go on" in page.text
    monkeypatch.setattr(runs, "AT_ONCE", 20)
    assert people.owner.post(f"/editing/bulk/{run['id']}").status_code == 302
    assert people.owner.ask("ontario_bulk_run_show", id=run["id"])["phase"] == "ready"


def test_a_closed_account_changes_nothing(people: People, untouched: list[dict[str, Any]]) -> None:
    run = people.owner.ask("ontario_bulk_run_create", ids=ids(untouched), changes=DAILY)
    model.advance(run["id"], "ready", "applying")
    user = core.User.get(people.owner.name)
    user.state = core.State.DELETED
    core.Session.commit()
    try:
        runs.work(run["id"])
        assert {one["result"]["status"] for one in model.items(run["id"])} == {"refused"}
        assert shown(untouched[0])["update_frequency"] == "other"
    finally:
        core.User.get(people.owner.name).state = core.State.ACTIVE
        core.Session.commit()
