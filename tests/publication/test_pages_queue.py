"""The queue, several records at once, roles and standing approvals, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from lxml import html

import factories
from ckanext.ontario.publication.model import OUTBOX
from factories import call

from .pages_people import CONFIRMED, REASON, People, make_people, text_of


@pytest.fixture(scope="module")
def people(clean_module: None, internal: Any) -> People:
    call("ontario_schema_seed")
    return make_people(internal)


@pytest.fixture(scope="module")
def three(people: People) -> list[dict[str, Any]]:
    """Three records that wait for the Director."""
    return [people.ministry.submitted() for _ in range(3)]


def headings(answer: Any) -> list[str]:
    found = html.fromstring(answer.text).xpath("//section/h2")
    return [" ".join(one.text_content().split()) for one in found]


def state(record: dict[str, Any], people: People) -> str:
    return call("ontario_release_show", people.ministry.editor, id=record["id"])["state"]


def test_each_sees_the_work_of_their_own_ministry(
    people: People, three: list[dict[str, Any]]
) -> None:
    assert people.nobody.get("/publication").status_code == 401
    assert "Waiting for me (3)" in headings(people.director.get("/publication"))
    assert "Waiting for me (3)" in headings(people.delegate.get("/publication"))
    for who in ("editor", "member", "outsider", "sysadmin"):
        answer = getattr(people, who).get("/publication")
        assert "Waiting for me (0)" in headings(answer), who
        assert three[0]["title_translated"]["en"] not in answer.text, who
    assert "3 records wait for you" in people.director.get("/dataset/").text
    assert "wait for you" not in people.editor.get("/dataset/").text


def test_what_the_public_portal_did_not_take_is_listed_with_its_answer(people: People) -> None:
    record = people.ministry.live()
    assert "did not take" not in people.director.get(f"/publication/{record['id']}").text
    parked = sa.update(OUTBOX).where(OUTBOX.c.package_id == record["id"])
    model.Session.execute(parked.values(state="parked", reason="409: name taken"))
    model.Session.commit()
    for prefix, heading in (("", "Not delivered (1)"), ("/fr", "Non transmises (1)")):
        answer = people.director.get(f"{prefix}/publication")
        assert heading in headings(answer)
        assert "409: name taken" in answer.text
    assert "409: name taken" in people.director.get(f"/publication/{record['id']}").text
    assert "409: name taken" not in people.outsider.get("/publication").text
    assert (
        call("ontario_release_show", people.ministry.director, id=record["id"])["undelivered"]
        == "409: name taken"
    )


def test_the_queue_goes_on_on_further_pages(
    people: People, three: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ckanext.ontario.publication.pages.queue.ROWS", 2)
    page = people.director.page("/publication")
    (further,) = page.xpath("//a[@rel='next']/@href")
    assert len(page.xpath("//input[@name='id']")) == 2
    page = people.director.page(further)
    assert len(page.xpath("//input[@name='id']")) == 1
    assert page.xpath("//a[@rel='prev']")
    for odd in ("-1", "x", "9999999999", "²"):
        url = f"/publication?section=waiting&offset={odd}"
        assert people.director.get(url).status_code == 200, odd
    assert people.director.get("/publication?section=no&offset=2").status_code == 200


def sent(caller: Any, records: list[dict[str, Any]]) -> dict[str, Any]:
    """What a browser would post of the page of several records."""
    query = "&".join(f"id={one['id']}" for one in records)
    page = caller.page(f"/publication/approve?{query}")
    found: dict[str, Any] = {}
    (form,) = page.xpath("//form[@method='post'][.//input[@name='chosen']]")
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def test_a_batch_without_a_box_or_a_record_is_not_approved(
    people: People, three: list[dict[str, Any]]
) -> None:
    form = sent(people.director, three)
    assert form["chosen"] == [one["id"] for one in three]
    answer = people.director.post("/publication/approve", form)
    assert answer.status_code == 409
    assert "Not confirmed" in text_of(answer)
    answer = people.director.post("/publication/approve", {**form, **CONFIRMED, "chosen": []})
    assert answer.status_code == 409
    assert 'href="#field-chosen"' in answer.text
    assert {state(one, people) for one in three} == {"in_review"}


@pytest.mark.parametrize("who", ["editor", "outsider", "member", "sysadmin"])
def test_others_look_at_nothing_and_approve_nothing(
    people: People, three: list[dict[str, Any]], who: str
) -> None:
    caller = getattr(people, who)
    query = "&".join(f"id={one['id']}" for one in three)
    answer = caller.get(f"/publication/approve?{query}")
    assert 'name="chosen"' not in answer.text
    form = {**sent(people.director, three), **CONFIRMED}
    answer = caller.post("/publication/approve", form)
    assert "may decide about this" in text_of(answer)
    assert {state(one, people) for one in three} == {"in_review"}


def test_a_batch_is_approved_minus_some_with_a_result_for_each(
    people: People, three: list[dict[str, Any]]
) -> None:
    first, second, third = three
    form = {**sent(people.director, three), **CONFIRMED}
    form["chosen"] = [first["id"], second["id"]]
    form[f"hash-{second['id']}"] = ["0" * 64]
    answer = people.director.post("/publication/approve", form)
    page = text_of(answer)
    assert answer.status_code == 200
    assert "This is not what you looked at" in page
    assert "Approved, public from" in page
    assert [state(one, people) for one in three] == ["approved", "in_review", "in_review"]
    rest = {**sent(people.delegate, [second, third]), **CONFIRMED}
    answer = people.delegate.post("/publication/approve", rest)
    assert (answer.status_code, answer.location.endswith("/publication")) == (302, True)
    assert {state(one, people) for one in three} == {"approved"}
    again = people.director.get(f"/publication/approve?id={first['id']}&id=no-such-record")
    assert "You can’t approve it now." in text_of(again)
    assert people.director.get("/publication/approve").status_code == 302


# --- roles -----------------------------------------------------------------------------------

DELEGATION = {"do": "give", "role": "delegate", "valid_until": "2060-01-01"}


def test_a_director_delegates_and_takes_it_back(people: People) -> None:
    values = {**DELEGATION, "user": people.ministry.member, "organization": people.ministry.name}
    assert people.nobody.post("/publication/roles", values).status_code in {302, 401, 403}
    for who in ("editor", "outsider", "delegate", "sysadmin"):
        caller = getattr(people, who)
        assert caller.post("/publication/roles", values).status_code == 403, who
    assert people.director.post("/publication/roles", values).status_code == 302
    page = people.director.page("/publication/roles")
    (row,) = page.xpath(f"//tr[th='{people.ministry.member}']")
    assert "January 1, 2060" in row.text_content()
    (identifier,) = row.xpath(".//input[@name='role_id']/@value")
    end = {"do": "end", "role_id": identifier}
    assert people.outsider.post("/publication/roles", end).status_code == 403
    assert people.director.post("/publication/roles", end).status_code == 302
    assert not people.director.page("/publication/roles").xpath(
        f"//tr[th='{people.ministry.member}']"
    )
    assert people.director.post("/publication/roles", {"do": "end"}).status_code == 404


def test_what_is_wrong_with_a_role_stands_beside_its_field(people: People) -> None:
    values = {**DELEGATION, "user": "nobody-here", "organization": people.ministry.name}
    answer = people.director.post("/publication/roles", values)
    assert (answer.status_code, 'id="wrong-user"' in answer.text) == (409, True)
    assert "nobody-here" not in answer.text, "what is not offered is not chosen"
    values = {**values, "user": people.ministry.member, "valid_until": ""}
    answer = people.director.post("/publication/roles", values)
    assert (answer.status_code, 'id="wrong-valid_until"' in answer.text) == (409, True)


def test_the_form_offers_only_who_may_be_chosen(people: People) -> None:
    ours = people.ministry
    members = {ours.editor, ours.second_editor, ours.second_director, ours.member}
    offered = accounts(people.director)
    assert members | {ours.delegate, ours.deputy} == set(offered), "neither oneself nor others"
    assert len(offered) == len(set(offered))
    assert people.director.page("/publication/roles").xpath("//label[@for='field-user']")
    assert "Choisir une personne" in people.director.get("/fr/publication/roles").text
    gone = factories.make_user()["name"]
    member = {"id": ours.id, "username": gone, "role": "member"}
    call("organization_member_create", **member)
    assert gone in accounts(people.director)
    call("user_delete", id=gone)
    assert gone not in accounts(people.director)
    assert members <= set(accounts(people.sysadmin))


def accounts(caller: Any) -> list[str]:
    page = caller.page("/publication/roles")
    return [one for one in page.xpath("//select[@id='field-user']//option/@value") if one]


def test_ministries_have_their_names_of_the_readers_language(people: People) -> None:
    titles = call("organization_show", id=people.ministry.id)["title_translated"]
    for address, shown, other in (("", "en", "fr"), ("/fr", "fr", "en")):
        page = people.director.page(f"{address}/publication/roles")
        (offered,) = page.xpath("//select[@id='field-organization']/option/text()")
        (group,) = page.xpath("//select[@id='field-user']/optgroup/@label")
        assert (offered, group) == (titles[shown], titles[shown])
        assert titles[other] not in page.text_content()


def test_roles_of_other_ministries_are_not_shown(people: People) -> None:
    assert people.ministry.delegate in text_of(people.editor.get("/publication/roles"))
    assert people.ministry.delegate not in text_of(people.outsider.get("/publication/roles"))
    assert not people.editor.page("/publication/roles").xpath("//*[@id='field-user']")


def test_a_system_administrator_puts_a_deputy_minister_on_record(people: People) -> None:
    values = {"do": "give", "role": "deputy_minister", "user": people.ministry.member,
              "organization": people.ministry.name}  # fmt: skip
    assert people.director.post("/publication/roles", values).status_code == 403
    assert people.sysadmin.post("/publication/roles", values).status_code == 302
    assert "Deputy Minister or agency head" in text_of(people.member.get("/publication/roles"))


def test_a_standing_approval_is_given_shown_and_ended(people: People) -> None:
    record = people.ministry.live()
    url = f"/publication/{record['id']}/standing"
    for who in ("editor", "delegate"):
        assert getattr(people, who).get(url).status_code == 403, who
        answer = getattr(people, who).post(url, {"valid_until": "2060-01-01"})
        assert answer.status_code == 403, who
    assert people.director.get(url).status_code == 200
    wrong = people.director.post(url, {"valid_until": "2001-01-01"})
    assert (wrong.status_code, 'id="wrong-valid_until"' in wrong.text) == (409, True)
    assert people.director.post(url, {"valid_until": "2060-01-01"}).status_code == 302
    assert "until January 1, 2060" in text_of(people.editor.get(f"/publication/{record['id']}"))
    page = people.director.page("/publication/roles")
    (identifier,) = page.xpath("//input[@name='standing_id']/@value")
    end = {"do": "end-standing", "standing_id": identifier}
    assert people.editor.post("/publication/roles", end).status_code == 403
    assert people.director.post("/publication/roles", end).status_code == 302
    assert "January 1, 2060" not in text_of(people.editor.get(f"/publication/{record['id']}"))


def test_returned_work_is_with_its_editors(people: People) -> None:
    record = people.ministry.submitted()
    people.director.post(f"/publication/{record['id']}/return", {"reason": REASON})
    assert REASON in text_of(people.editor.get("/publication"))
    assert REASON not in text_of(people.outsider.get("/publication"))


def test_what_was_removed_waits_for_nobody(people: People) -> None:
    record = people.ministry.live(notes_translated={"en": "Levels.", "fr": "Niveaux."})
    values = {"id": record["id"], "notes_translated": {"en": "Other.", "fr": "Autres."}}
    call("package_patch", people.ministry.editor, **values)
    call("ontario_release_submit", people.ministry.editor, id=record["id"])
    link = f"/publication/{record['id']}/approve"
    assert link in people.director.get("/publication").text
    call("ontario_release_remove", people.ministry.deputy, id=record["id"], reason=REASON)
    assert link not in people.director.get("/publication").text
    page = text_of(people.director.get(f"/publication/{record['id']}"))
    assert record["title_translated"]["en"] in page
    assert "In review" not in page
    assert "As the public will see it" not in page
