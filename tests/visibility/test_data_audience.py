"""Who may use the files of a record, over HTTP: downloads, tables, addresses and the index."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from ckan import model
from ckan.lib import search
from ckan.tests.helpers import call_action
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.visibility import domain

READERS = ("member", "other", "outsider", "sysadmin")
MINISTRY = {"member", "sysadmin"}
STAFF = MINISTRY | {"other"}
LINK = "https://files.ontario.ca/canary-address.csv"


# --- the rule ---------------------------------------------------------------------------------

ORGANIZATIONS = ("health", "energy", "transport")
AUDIENCES = st.sampled_from([None, "", "ministry", "named", "ops", "nonsense"])
LABELS = st.lists(
    st.sampled_from(
        [
            "ops",
            "collaborator-r",
            "collaborator-x",
            "creator-a",
            *[f"{kind}-{name}" for kind in ("member", "editor") for name in ORGANIZATIONS],
        ]
    )
)
RECORDS = st.builds(
    domain.Record,
    id=st.just("r"),
    type=st.sampled_from(["dataset", "harvest"]),
    state=st.sampled_from(["active", "draft", "deleted"]),
    owner_org=st.sampled_from([*ORGANIZATIONS, None]),
    creator=st.just("a"),
    audience=AUDIENCES,
    audience_ministries=st.lists(st.sampled_from(ORGANIZATIONS)).map(tuple),
    access_level=st.sampled_from([None, "open", "restricted", "under_review"]),
    data_audience=AUDIENCES,
    shared=st.booleans(),
)


def core(record: domain.Record) -> list[str]:
    owner = f"member-{record.owner_org}" if record.owner_org else f"creator-{record.creator}"
    return ["collaborator-r", owner]


@given(record=RECORDS, held=LABELS)
def test_nobody_uses_data_unread(record: domain.Record, held: list[str]) -> None:
    if domain.may_read_data(held, record, core(record)):
        assert set(held) & set(domain.internal_labels(record, core(record)))


@given(record=RECORDS, held=LABELS, other=LABELS)
def test_a_grant_adds_exactly_its_reader(
    record: domain.Record, held: list[str], other: list[str]
) -> None:
    without = core(record)[1:]
    shared = record.state == "active" and record.type == "dataset" and record.shared
    granted = [*held, "collaborator-r"]
    assert domain.may_read_data(granted, record, core(record)) == (
        shared or domain.may_read_data(held, record, without)
    )
    others = [label for label in other if label != "collaborator-r"]
    assert domain.may_read_data(others, record, core(record)) == domain.may_read_data(
        others, record, without
    )


@given(record=RECORDS, held=LABELS)
def test_what_nobody_understands_is_for_the_ministry(
    record: domain.Record, held: list[str]
) -> None:
    known = {**vars(record), "data_audience": "nonsense"}
    strict = domain.Record(**{**known, "data_audience": "ministry"})
    assert domain.may_read_data(held, domain.Record(**known), core(record)) == domain.may_read_data(
        held, strict, core(record)
    )


# --- over HTTP --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> Any:
    """People, and a record with an uploaded table and a link to a file elsewhere."""
    from tests.visibility.conftest import make_people, make_record  # noqa: PLC0415

    people = make_people(internal)
    people.record = make_record(people, "wells")
    people.editor.ask("package_patch", id="wells", resources=[{"url": LINK, "format": "CSV"}])
    app = people.editor.app
    sent = app.test_client(use_cookies=False).post(
        "/api/3/action/resource_create",
        data={
            "package_id": "wells",
            "format": "CSV",
            "name": "Levels",
            "upload": (io.BytesIO(b"lake,level\nErie,canary-cell\n"), "levels.csv"),
        },
        headers=people.editor.headers,
    )
    assert sent.status_code == 200, sent.text
    people.upload = sent.json["result"]
    people.link = next(
        one for one in call_action("package_show", id="wells")["resources"] if one["url"] == LINK
    )
    fields = [{"id": "lake", "type": "text"}, {"id": "level", "type": "text"}]
    call_action(
        "datastore_create",
        resource_id=people.upload["id"],
        fields=fields,
        records=[{"lake": "Erie", "level": "canary-cell"}],
        force=True,
    )
    return people


def set_audience(data: str | None, *, level: str = "restricted", audience: str = "ops") -> None:
    package = model.Package.get("wells")
    values = {"data_audience": data, "access_level": level, "audience": audience}
    for key, value in {**values, "audience_ministries": '["energy"]'}.items():
        package.extras.pop(key, None)
        if value:
            package.extras[key] = value
    model.Session.commit()
    search.rebuild(package.id)


def users_of(world: Any) -> set[str]:
    """Who may use the data, found out by trying every way to it as each."""
    found = set()
    for reader in READERS:
        person = getattr(world, reader)
        ways = list(ways_to(person, world))
        assert len(set(ways)) == 1, (reader, ways)
        if ways[0]:
            found.add(reader)
    return found


def pages_with_data(person: Any, world: Any) -> Any:
    upload = world.upload["id"]
    yield LINK in person.get("/dataset/wells").text
    yield LINK in person.get(f"/dataset/wells/resource/{world.link['id']}").text
    yield "canary-cell" in person.get(f"/dataset/wells/resource/{upload}").text
    yield "canary-cell" in person.get(f"/dataset/wells/resource/{upload}/table").text


def ways_to(person: Any, world: Any) -> Any:
    upload = world.upload["id"]
    file = f"dataset/wells/resource/{upload}/download/levels.csv"
    yield person.get(f"/fr/{file}").status_code == 200
    yield person.get(f"/datastore/dump/{upload}").status_code == 200
    for action in ("datastore_search", "datastore_info", "ontario_data_dictionary_show"):
        key = "id" if action == "datastore_info" else "resource_id"
        answer = person.action(action, **{key: upload})
        assert answer.status_code in {200, 404}
        yield answer.status_code == 200
    shown = person.action("package_show", id="wells")
    yield shown.status_code == 200 and LINK in shown.text
    yield LINK in person.action("resource_show", id=world.link["id"]).text
    yield LINK in person.action("package_show", id="wells", use_default_schema=True).text
    yield LINK in person.action("package_search", fq="name:wells").text


@pytest.mark.parametrize(
    ("data", "level", "audience", "users"),
    [
        (None, "restricted", "ops", MINISTRY),
        (None, "open", "ops", STAFF),
        (None, "open", "ministry", MINISTRY),
        ("ministry", "open", "ops", MINISTRY),
        ("ops", "restricted", "ops", STAFF),
        ("ops", "restricted", "ministry", MINISTRY),
        ("named", "under_review", "ops", STAFF),
        ("nonsense", "under_review", "ops", MINISTRY),
    ],
)
def test_data_is_for_its_audience(
    world: Any, data: str | None, level: str, audience: str, users: set[str]
) -> None:
    set_audience(data, level=level, audience=audience)
    assert users_of(world) == users


def test_pages_show_data_to_its_audience(world: Any) -> None:
    set_audience(None)
    assert set(pages_with_data(world.member, world)) == {True}
    assert set(pages_with_data(world.other, world)) == {False}
    set_audience("named")
    assert set(pages_with_data(world.other, world)) == {True}


def test_a_collaborator_uses_the_data(world: Any) -> None:
    set_audience(None)
    user = world.users.other["id"]
    call_action("package_collaborator_create", id="wells", user_id=user, capacity="member")
    try:
        assert users_of(world) == STAFF
    finally:
        call_action("package_collaborator_delete", id="wells", user_id=user)
    assert users_of(world) == MINISTRY


READS = (
    "recently_changed_packages_activity_list",
    "package_activity_list?id=wells",
    "package_activity_list?id=wells&include_data=true",
    "user_activity_list?id={editor}",
    "organization_activity_list?id=health",
    "dashboard_activity_list",
    "current_package_list_with_resources",
    "organization_show?id=health&include_datasets=true",
    "package_search?fl=id,res_url,urls,url",
    "package_search?q=wells&use_default_schema=true",
    "resource_view_list?id={upload}",
    "dcat_dataset_show?id=wells",
)


@pytest.mark.parametrize("read", READS)
def test_no_other_answer_holds_an_address(world: Any, read: str) -> None:
    set_audience(None)
    asked = read.format(editor=world.users.editor["name"], upload=world.upload["id"])
    if "dashboard" in read:
        world.other.action("follow_dataset", id="wells")
    answer = world.other.get(f"/api/3/action/{asked}")
    found = re.search(".{200}canary-address.{60}", answer.text)
    assert "canary-address" not in answer.text, found


def test_one_activity_holds_no_address(world: Any) -> None:
    set_audience(None)
    for activity in world.other.ask("package_activity_list", id="wells"):
        for action in ("activity_show", "activity_data_show", "activity_diff"):
            asked = {"id": activity["id"], "include_data": True, "object_type": "package"}
            answer = world.other.action(action, **asked)
            assert "canary-address" not in answer.text, (action, answer.text)
        for page in ("changes", "activity"):
            shown = world.other.get(f"/dataset/{page}/{activity['id']}")
            assert "canary-address" not in shown.text, page
        past = world.other.get("/dataset/wells", activity_id=activity["id"])
        assert "canary-address" not in past.text


def test_activity_quotes_addresses_to_those_who_may_use_them(world: Any) -> None:
    set_audience(None)
    for read in ("package_activity_list?id=wells", "recently_changed_packages_activity_list"):
        assert "canary-address" in world.member.get(f"/api/3/action/{read}").text


@pytest.mark.parametrize(
    "page",
    [
        "/dataset/wells.ttl",
        "/dataset/wells.jsonld",
        "/dataset/inventory.csv",
        "/catalog.jsonld",
        "/feeds/dataset.atom",
        "/dataset/activity/wells",
        "/dataset/?q=wells",
        "/organization/health",
        "/dataset/wells/resource/{link}/table",
    ],
)
def test_no_page_holds_an_address(world: Any, page: str) -> None:
    set_audience(None)
    assert "canary-address" not in world.other.get(page.format(link=world.link["id"])).text


def test_addresses_are_not_searched_for(world: Any) -> None:
    for data, count in ((None, 0), ("ops", 1)):
        set_audience(data)
        for question in (f'res_url:"{LINK}"', "res_url:*canary*", "urls:*canary*"):
            found = world.other.ask("package_search", fq=question)
            assert found["count"] == count, question


def test_a_file_of_another_record_does_not_open_with_a_readable_one(world: Any) -> None:
    from tests.visibility.conftest import make_record  # noqa: PLC0415

    set_audience(None)
    make_record(world, "rivers", data_audience="ops")
    path = f"/dataset/rivers/resource/{world.upload['id']}/download/levels.csv"
    assert world.other.get(path).status_code == 404


def test_readers_are_told_that_files_can_be_asked_for(world: Any) -> None:
    set_audience(None)
    path = f"/dataset/wells/resource/{world.upload['id']}/download/levels.csv"
    assert "You can ask for them" in world.other.get(path).text
    assert "Vous pouvez les demander" in world.other.get(f"/fr{path}").text
