"""Scheduled releases, routine refreshes, and the roles that last from a date to another."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from tests.publication.ministry import Ministry, csv, give, make_ministry, with_file

import factories
from ckanext.ontario.publication.model import MAIL, RELEASE, STANDING
from ckanext.ontario.shared import clock
from factories import call


@pytest.fixture(scope="module")
def ministry(clean_module: None) -> Ministry:
    """A ministry with everyone."""
    call("ontario_schema_seed")
    return make_ministry()


def status(record: dict[str, Any], user: str) -> dict[str, Any]:
    return call("ontario_release_show", user, id=record["id"])


def latest(record: dict[str, Any]) -> Any:
    query = sa.select(RELEASE).where(RELEASE.c.package_id == record["id"])
    return model.Session.execute(query.order_by(RELEASE.c.sequence.desc())).first()


def mails(record: dict[str, Any], kind: str) -> set[str]:
    query = sa.select(MAIL.c.user_id).where(
        MAIL.c.kind == kind, MAIL.c.data["package_id"].astext == record["id"]
    )
    return {model.User.get(row.user_id).name for row in model.Session.execute(query)}


def in_days(days: float) -> Any:
    return clock.stopped_at(datetime.now(timezone.utc) + timedelta(days=days))


def scheduled(ministry: Ministry, days: int = 2) -> dict[str, Any]:
    record = ministry.submitted()
    at = (datetime.now(timezone.utc) + timedelta(days=days)).isoformat()
    answer = ministry.approve(record["id"], release_at=at)
    assert (answer["state"], answer["public"]) == ("approved", "scheduled")
    return record


def due() -> dict[str, int]:
    return call("ontario_release_due")


def test_released_at_its_instant_and_not_before(ministry: Ministry) -> None:
    record = scheduled(ministry)
    assert due()["released"] == 0
    with in_days(2.001):
        assert due()["released"] == 1
        assert due()["released"] == 0
    assert status(record, ministry.editor)["public"] == "live"
    assert mails(record, "late") == set()


def test_what_was_missed_goes_out_late_and_says_so(ministry: Ministry) -> None:
    record = scheduled(ministry)
    with in_days(3):
        assert due()["released"] == 1
    assert mails(record, "late") == {ministry.director, ministry.editor}


def test_a_changed_record_is_not_released_and_says_so(ministry: Ministry) -> None:
    record = scheduled(ministry)
    call("package_patch", ministry.editor, id=record["id"], update_frequency="monthly")
    with in_days(3):
        assert due() == {"released": 0, "cancelled": 1, "refreshed": 0, "failed": 0}
    now = status(record, ministry.editor)
    assert (now["state"], now["public"]) == ("draft", "none")
    assert "changed" in now["cancelled"]["reason"]
    assert mails(record, "cancelled") == {ministry.director, ministry.editor}


def test_a_record_withheld_since_is_not_released(ministry: Ministry) -> None:
    record = scheduled(ministry)
    call("package_patch", ministry.editor, id=record["id"], existence_withheld="yes")
    with in_days(3):
        assert due()["cancelled"] == 1
    assert latest(record).reason == "withheld"


def test_a_deleted_record_is_not_released(ministry: Ministry) -> None:
    record = scheduled(ministry)
    call("package_delete", ministry.director, id=record["id"])
    assert latest(record).reason == "deleted"
    with in_days(3):
        assert due() == {"released": 0, "cancelled": 0, "refreshed": 0, "failed": 0}


def test_a_record_deleted_past_the_actions_is_not_released(ministry: Ministry) -> None:
    record = scheduled(ministry)
    model.Session.execute("UPDATE package SET state = 'deleted' WHERE id = :id", record)
    model.Session.commit()
    with in_days(3):
        assert due()["cancelled"] == 1
    assert latest(record).reason == "deleted"


def test_another_time_and_no_time(ministry: Ministry) -> None:
    record = scheduled(ministry)
    with pytest.raises(tk.NotAuthorized):
        call("ontario_release_schedule", ministry.editor, id=record["id"], cancel=True)
    given = {"id": record["id"], "release_at": "2999-07-01T09:00"}
    moved = call("ontario_release_schedule", ministry.delegate, **given)
    assert moved["scheduled"]["release_at"] == "2999-07-01T09:00:00-04:00"
    assert latest(record).approved_by == model.User.get(ministry.director).id
    with in_days(3):
        assert due()["released"] == 0
    back = call("ontario_release_schedule", ministry.director, id=record["id"], cancel=True)
    assert (back["state"], back["public"]) == ("in_review", "none")
    assert ministry.approve(record["id"])["public"] == "live"


def test_a_withdrawal_stops_the_next_release(ministry: Ministry) -> None:
    record = ministry.live()
    call("package_patch", ministry.editor, id=record["id"], update_frequency="monthly")
    call("ontario_release_submit", ministry.editor, id=record["id"])
    ministry.approve(record["id"], release_at="2999-01-01")
    call("ontario_release_withdraw", ministry.director, id=record["id"], reason="An error.")
    now = status(record, ministry.director)
    assert (now["public"], now["scheduled"], now["state"]) == ("withdrawn", None, "in_review")


@pytest.mark.parametrize("written", ["tomorrow", "2027-13-01", 5, "9999999"])
def test_a_time_that_is_none_is_an_error_of_that_field(ministry: Ministry, written: Any) -> None:
    record = ministry.submitted()
    with pytest.raises(tk.ValidationError) as caught:
        ministry.approve(record["id"], release_at=written)
    assert list(caught.value.error_dict) == ["release_at"]


# --- routine refreshes -----------------------------------------------------------------------


def stand(ministry: Ministry, record: dict[str, Any], days: int = 30) -> dict[str, Any]:
    until = (datetime.now(timezone.utc) + timedelta(days=days)).isoformat()
    return call(
        "ontario_standing_approval_create", ministry.director, id=record["id"], valid_until=until
    )


def live_file(ministry: Ministry) -> dict[str, Any]:
    record = with_file(ministry)
    call("ontario_release_submit", ministry.editor, id=record["id"])
    ministry.approve(record["id"])
    return call("package_show", id=record["id"])


def replace_file(ministry: Ministry, record: dict[str, Any], text: str) -> None:
    resource = record["resources"][0]
    call("resource_patch", ministry.editor, id=resource["id"], upload=csv(text))


def test_new_data_goes_out_under_a_standing_approval(ministry: Ministry) -> None:
    record = live_file(ministry)
    stand(ministry, record)
    replace_file(ministry, record, "lake,level\nHuron,177\n")
    assert due()["refreshed"] == 1
    row = latest(record)
    assert (row.source, row.state, row.sequence) == ("refresh", "released", 2)
    assert row.approved_by == model.User.get(ministry.director).id
    assert status(record, ministry.editor)["state"] == "approved"
    assert due()["refreshed"] == 0


def test_other_columns_wait_for_approval(ministry: Ministry) -> None:
    record = live_file(ministry)
    stand(ministry, record)
    replace_file(ministry, record, "lake,level,owner\nHuron,177,J. Doe\n")
    assert due()["refreshed"] == 0
    assert status(record, ministry.editor)["state"] == "draft"
    assert latest(record).sequence == 1


def test_a_file_whose_columns_nothing_tells_waits_for_approval(ministry: Ministry) -> None:
    record = with_file(ministry)
    (file,) = record["resources"]
    for level in (176, 177):
        upload = csv(f'[{{"lake": "Huron", "level": {level}}}]', "levels.json")
        call("resource_patch", ministry.editor, id=file["id"], upload=upload, format="JSON")
        if level == 176:
            call("ontario_release_submit", ministry.editor, id=record["id"])
            ministry.approve(record["id"])
            stand(ministry, record)
    assert due()["refreshed"] == 0
    assert (status(record, ministry.editor)["state"], latest(record).sequence) == ("draft", 1)


@pytest.mark.parametrize(
    "values",
    [
        {"title_translated": {"en": "Levels of lakes", "fr": "Niveaux de lacs"}},
        {"access_level": "under_review", "license_id": "other-closed"},
        {"license_id": "other-open"},
    ],
)
def test_what_is_not_data_waits_for_approval(ministry: Ministry, values: dict[str, Any]) -> None:
    record = live_file(ministry)
    stand(ministry, record)
    replace_file(ministry, record, "lake,level\nHuron,178\n")
    call("package_patch", ministry.editor, id=record["id"], **values)
    assert due()["refreshed"] == 0
    assert (status(record, ministry.editor)["state"], latest(record).sequence) == ("draft", 1)


def test_a_standing_approval_ends(ministry: Ministry) -> None:
    record = live_file(ministry)
    given = stand(ministry, record)
    with pytest.raises(tk.NotAuthorized):
        call("ontario_standing_approval_revoke", ministry.editor, id=given["id"])
    call("ontario_standing_approval_revoke", ministry.director, id=given["id"])
    other = live_file(ministry)
    stand(ministry, other, days=1)
    third = live_file(ministry)
    stand(ministry, third)
    giver = model.User.get(ministry.director).id
    others = model.User.get(ministry.editor).id
    where = STANDING.c.package_id == third["id"]
    model.Session.execute(sa.update(STANDING).where(where).values(given_by=others))
    model.Session.commit()
    assert giver != others
    for one in (record, other, third):
        replace_file(ministry, one, "lake,level\nErie,174\n")
    with in_days(2):
        assert due()["refreshed"] == 0
    assert status(record, ministry.editor)["state"] == "draft"


def test_a_source_is_covered_as_a_whole(ministry: Ministry) -> None:
    source = call(
        "harvest_source_create",
        name="lakes-source",
        title="Lakes",
        url="https://files.ontario.ca/lakes.csv",
        source_type="inventory",
        owner_org=ministry.id,
    )
    until = (datetime.now(timezone.utc) + timedelta(days=9)).isoformat()
    given = {"harvest_source_id": source["id"], "valid_until": until}
    with pytest.raises(tk.NotAuthorized):
        call("ontario_standing_approval_create", ministry.delegate, **given)
    made = call("ontario_standing_approval_create", ministry.director, **given)
    assert (made["harvest_source"], made["in_force"]) == (True, True)
    listed = call("ontario_standing_approval_list", ministry.editor)
    (shown,) = (one for one in listed if one["package"]["id"] == source["id"])
    assert (shown["id"], shown["in_force"]) == (made["id"], True)
    record, _beside = (
        factories.make_dataset(
            None, {"id": ministry.id}, shared=False, harvest_source_id=source["id"], harvest_guid=n
        )
        for n in "12"
    )
    assert status(record, ministry.editor)["shared"], "an inventory's record is shared at once"
    call("ontario_release_submit", ministry.editor, id=record["id"])
    ministry.approve(record["id"])
    other = ministry.live()
    due()  # what other tests of the module left to do
    before, untouched = latest(record), latest(other).sequence
    for one in (record, other):
        call("package_patch", id=one["id"], current_as_of="2026-11-01")
    assert due() == {"released": 0, "cancelled": 0, "refreshed": 1, "failed": 0}
    now = latest(record)
    assert (now.sequence, now.source, now.state) == (before.sequence + 1, "refresh", "released")
    assert settled(now) == {**settled(before), "current_as_of": "2026-11-01"}
    assert latest(other).sequence == untouched, "of no source, so not covered"
    assert status(other, ministry.editor)["state"] == "draft"


def settled(release: Any) -> dict[str, Any]:
    """Return a projection without what CKAN guesses when a record is saved again."""
    files = [
        {key: value for key, value in one.items() if key not in {"mimetype", "views"}}
        for one in release.projection["resources"]
    ]
    return {**release.projection, "resources": files}


# --- roles -----------------------------------------------------------------------------------


def test_a_delegate_approves_while_in_date(ministry: Ministry) -> None:
    record = ministry.submitted()
    now = datetime.now(timezone.utc)
    before, after = (now - timedelta(days=9), now - timedelta(days=1))
    over = factories.make_user()["name"]
    member = {"id": ministry.id, "username": over, "role": "member"}
    call("organization_member_create", **member)
    give("delegate", over, ministry.id, ministry.director, valid_from=before, valid_until=after)
    give("delegate", over, ministry.id, ministry.editor)  # an editor's word is no delegation
    with pytest.raises(tk.NotAuthorized):
        ministry.approve(record["id"], over)
    assert ministry.approve(record["id"], ministry.delegate)["public"] == "live"


def test_a_delegation_ends_with_its_givers_role(clean_module: None) -> None:
    other = make_ministry()
    record = other.submitted()
    call("organization_member_create", id=other.id, username=other.director, role="editor")
    with pytest.raises(tk.NotAuthorized):
        other.approve(record["id"], other.delegate)
    (listed,) = [
        one
        for one in call("ontario_delegation_list", other.editor, ended=True)
        if one["role"] == "delegate"
    ]
    assert not listed["in_force"]


def test_only_a_director_delegates_and_in_person(ministry: Ministry) -> None:
    given = {
        "user": ministry.member,
        "organization": ministry.name,
        "valid_until": "2999-01-01",
    }
    for who in (ministry.delegate, ministry.editor, ministry.deputy):
        with pytest.raises(tk.NotAuthorized):
            call("ontario_delegation_create", who, **given)
    with pytest.raises(tk.NotAuthorized):
        call("ontario_delegation_create", ministry.director, **{**given, "user": ministry.director})
    with pytest.raises(tk.ValidationError):
        call("ontario_delegation_create", ministry.director, **{**given, "valid_until": ""})
    made = call("ontario_delegation_create", ministry.director, **given)
    assert (made["role"], made["in_force"]) == ("delegate", True)
    record = ministry.submitted()
    ended = call("ontario_delegation_revoke", ministry.second_director, id=made["id"])
    assert not ended["in_force"]
    with pytest.raises(tk.NotAuthorized):
        ministry.approve(record["id"], ministry.member)


def test_other_roles_are_put_on_record_by_administrators(ministry: Ministry) -> None:
    root = factories.make_user(sysadmin=True)["name"]
    helper = factories.make_user()["name"]
    given = {"user": helper, "role": "catalogue_administrator"}
    with pytest.raises(tk.NotAuthorized):
        call("ontario_delegation_create", ministry.director, **given)
    with pytest.raises(tk.NotAuthorized):
        call("ontario_delegation_create", root, **{**given, "user": root})
    call("ontario_delegation_create", root, **given)
    record = ministry.live()
    gone = call("ontario_release_withdraw", helper, id=record["id"], reason="Personal data.")
    assert gone["public"] == "withdrawn"
    with pytest.raises(tk.NotAuthorized):
        call("ontario_release_remove", helper, id=record["id"], reason="For ever.")


def test_the_queue_shows_each_their_work(clean_module: None) -> None:
    other = make_ministry()
    waiting, back = other.submitted(), other.submitted()
    call("ontario_release_return", other.director, id=back["id"], reason="Name the lakes.")
    at = scheduled(other)
    late = other.submitted()

    def queue(user: str) -> dict[str, set[str]]:
        found = call("ontario_release_list", user)
        for section in found.values():
            assert section["count"] == len(section["items"])
        return {name: {one["id"] for one in part["items"]} for name, part in found.items()}

    with in_days(30):
        editor = queue(other.editor)
        assert editor == {
            "to_fix": {back["id"]},
            "waiting": set(),
            "scheduled": {at["id"]},
            "overdue": {waiting["id"], late["id"]},
            "undelivered": set(),
        }
    assert queue(other.director)["waiting"] == {waiting["id"], late["id"]}
    assert queue(other.delegate)["waiting"] == {waiting["id"], late["id"]}
    assert set(map(len, queue(other.member).values())) == {0}
