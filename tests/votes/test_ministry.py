"""The ministry's side over HTTP: counts, answers, decisions; as everybody who might try."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.plugins import toolkit as tk
from lxml import html
from sqlalchemy.exc import DatabaseError
from tests.publication.pages_people import People, filled, make_people, text_of

from ckanext.ontario.publication.model import MAIL, PARCEL
from ckanext.ontario.votes.ministry import pulling
from ckanext.ontario.votes.model_inside import PULLED, RESPONSE
from factories import call

TEXT = {"en": "We plan to open it next spring.", "fr": "Nous comptons l’ouvrir au printemps."}
REVIEW = {
    "access_level": "under_review", "planned_release_date": "2031-01-01", "resources": [],
    "license_id": "other-closed",
}  # fmt: skip


@pytest.fixture(scope="module")
def people(clean_module: None, internal: Any) -> People:
    call("ontario_schema_seed")
    return make_people(internal)


@pytest.fixture(scope="module")
def records(people: People) -> list[dict[str, Any]]:
    """Three records of one ministry that the public asks for, the last one most."""
    made = [people.ministry.submitted(**REVIEW) for _ in range(3)]
    search.commit()
    count([(one["id"], 2 * place, place) for place, one in enumerate(made, start=1)])
    return made


def count(rows: list[tuple[str, int, int]]) -> None:
    """Put pulled counts where they are kept: (record, votes with, votes without an account)."""
    given = [
        {"id": one, "access_level": "under_review", "count_user": user, "count_anonymous": anon}
        for one, user, anon in rows
    ]
    model.Session.execute(sa.delete(PULLED))
    model.Session.execute(sa.insert(PULLED), pulling.read(given))
    model.Session.commit()


def answer(people: People, record: dict[str, Any], **more: Any) -> dict[str, Any]:
    given = {"id": record["id"], "kind": "planned", "text_translated": TEXT, **more}
    return people.editor.ask("ontario_vote_response_add", **given)


def decide(record: dict[str, Any], written: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": record["id"], "sequence": written["sequence"], "approve": True, **more}


def parcels(record: dict[str, Any]) -> list[Any]:
    rows = model.Session.execute(sa.select(PARCEL).where(PARCEL.c.package_id == record["id"]))
    return [(row.kind, row.sequence, row.content) for row in rows]


# --- counts ----------------------------------------------------------------------------------


def test_what_the_public_asks_for_most_comes_first(
    people: People, records: list[dict[str, Any]]
) -> None:
    found = people.member.ask("ontario_vote_tally_list", organization=people.ministry.name)
    shown = [(one["id"], one["rank"], one["votes"]) for one in found["results"]]
    first, second, third = (one["id"] for one in records)
    assert shown == [(third, 1, 9), (second, 2, 6), (first, 3, 3)]
    assert found["results"][0]["count_user"] == 6
    assert people.outsider.ask("ontario_vote_tally_list", organization="nobody")["count"] == 0
    assert people.nobody.action("ontario_vote_tally_list").status_code in {401, 403}


def test_counts_stand_on_records_and_in_lists(people: People, records: list[Any]) -> None:
    shown = people.member.ask("package_show", id=records[2]["id"])
    assert (shown["vote_count"], shown["vote_rank"], shown["vote_responses"]) == (9, 1, [])
    query = f"id:{records[1]['id']}"
    [found] = people.member.ask("package_search", q=query)["results"]
    assert (found["vote_count"], found["vote_rank"]) == (6, 2)
    page = people.member.page(f"/dataset/?organization={people.ministry.name}")
    assert "9 votes (rank 1)" in " ".join(page.text_content().split())


def test_the_queue_of_work_can_be_sorted_by_votes(people: People, records: list[Any]) -> None:
    found = people.director.ask("ontario_release_list", section="waiting", sort="votes")
    items = [one for one in found["waiting"]["items"] if one["votes"]]
    assert [one["id"] for one in items] == [one["id"] for one in reversed(records)]
    assert (items[0]["votes"], items[0]["vote_rank"]) == (9, 1)
    for url in ("/publication", "/publication?sort=votes"):
        assert "9 (rank 1)" in text_of(people.director.get(url))


def test_the_ranking_has_a_page_in_both_languages(people: People, records: list[Any]) -> None:
    assert people.nobody.get("/votes").status_code == 401
    assert "No answer yet" in text_of(people.member.get("/votes"))
    assert "Pas encore de réponse" in text_of(people.member.get("/fr/votes?unanswered=true"))
    assert people.member.page("/inventory").xpath("//a[@href='/votes']")


# --- answers ---------------------------------------------------------------------------------


def test_who_may_answer(people: People, records: list[dict[str, Any]]) -> None:
    given = {"id": records[0]["id"], "kind": "planned", "text_translated": TEXT}
    for who in ("nobody", "member", "outsider", "sysadmin", "deputy"):
        refused = getattr(people, who).action("ontario_vote_response_add", **given)
        assert refused.status_code in {401, 403, 404}, who
    errors = people.editor.refused("ontario_vote_response_add", id=records[0]["id"], kind="maybe")
    assert set(errors) == {"kind", "text_translated"}
    draft = people.ministry.dataset()
    assert people.outsider.action(
        "ontario_vote_response_add", **{**given, "id": draft["id"]}
    ).status_code == 404  # fmt: skip


def test_a_director_approves_and_the_record_stays_approved(people: People) -> None:
    record = people.ministry.live(**REVIEW)
    written = answer(people, record)
    assert (written["sequence"], written["state"]) == (1, "waiting")
    assert people.member.ask("ontario_vote_response_list", id=record["id"]) == []
    asked = decide(record, written)
    for who in ("nobody", "editor", "member", "outsider", "sysadmin"):
        refused = getattr(people, who).action("ontario_vote_response_decide", **asked)
        assert refused.status_code in {401, 403}, who
    assert parcels(record) == []
    search.commit()
    [waiting] = [
        one
        for one in people.delegate.ask("ontario_vote_decision_list")
        if one["id"] == record["id"]
    ]
    assert waiting["text"] == TEXT
    assert people.delegate.ask("ontario_vote_response_decide", **asked)["state"] == "approved"
    assert "sequence" in people.director.refused("ontario_vote_response_decide", **asked)
    [(kind, sequence, content)] = parcels(record)
    assert (kind, sequence, content["text_fr"]) == ("vote_response", 1, TEXT["fr"])
    [shown] = people.member.ask("package_show", id=record["id"])["vote_responses"]
    assert (shown["kind"], shown["text"]) == ("planned", TEXT)
    assert call("ontario_release_show", people.ministry.editor, id=record["id"])["state"] == (
        "approved"
    )
    changed = people.editor.ask("package_show", id=record["id"])
    call("package_update", people.ministry.editor, **{**changed, "colby_notes": "inside"})


def test_nobody_approves_their_own(people: People, records: list[dict[str, Any]]) -> None:
    given = {"id": records[1]["id"], "kind": "declined", "text_translated": TEXT}
    written = people.director.ask("ontario_vote_response_add", **given)
    refused = people.director.action("ontario_vote_response_decide", **decide(records[1], written))
    assert refused.status_code == 403
    people.delegate.ask(
        "ontario_vote_response_decide",
        **decide(records[1], written, approve=False, reason="Say why."),
    )
    assert parcels(records[1]) == []
    [kept] = people.editor.ask("ontario_vote_response_list", id=records[1]["id"])
    assert (kept["state"], kept["reason"]) == ("returned", "Say why.")


def test_an_answer_is_never_changed(people: People, records: list[dict[str, Any]]) -> None:
    answer(people, records[0])
    for statement in (sa.update(RESPONSE).values(text_en="x"), sa.delete(RESPONSE)):
        with pytest.raises(DatabaseError, match="never changed"):
            model.Session.execute(statement)
        model.Session.rollback()


def test_nothing_is_said_of_what_is_withheld(people: People) -> None:
    hidden = people.ministry.dataset(**REVIEW)
    written = answer(people, hidden)
    withheld = {"existence_withheld": "yes", "existence_withheld_reason": "An investigation."}
    call("package_patch", people.ministry.editor, id=hidden["id"], **withheld)
    given = {"id": hidden["id"], "kind": "planned", "text_translated": TEXT}
    assert "id" in people.editor.refused("ontario_vote_response_add", **given)
    asked = decide(hidden, written)
    assert "id" in people.director.refused("ontario_vote_response_decide", **asked)
    assert parcels(hidden) == []


def test_forms_without_a_script(people: People) -> None:
    record = people.ministry.submitted(**REVIEW)
    address = f"/votes/answer/{record['name']}"
    sent = {**filled(people.editor, address, "/votes/answer"), "kind": "planned"}
    assert people.editor.post(address, {**sent, "text-en": "Only one"}).status_code == 409
    done = people.editor.post(address, {**sent, "text-en": TEXT["en"], "text-fr": TEXT["fr"]})
    assert done.status_code == 302
    assert people.editor.page(address).xpath("//textarea[@name='text-fr']")
    assert not people.member.page(address).xpath("//textarea[@name='text-fr']")
    assert "Only editors of the ministry" in text_of(people.member.get(address))
    assert "Waits for a Director’s approval" in text_of(people.editor.get(address))
    assert people.outsider.post(address, sent).status_code == 403
    assert "No answer waits" in text_of(people.editor.get("/votes/waiting"))
    search.commit()
    page = people.director.get("/votes/waiting")
    assert TEXT["fr"] in page.text
    wanted = {"id": record["id"], "sequence": "1"}
    refused = people.director.post("/votes/waiting", {**wanted, "decision": "return"})
    assert refused.status_code == 409
    done = people.director.post("/votes/waiting", {**wanted, "decision": "approve"})
    assert done.status_code == 302
    assert len(parcels(record)) == 1
    shown = people.member.get(f"/fr/dataset/{record['name']}")
    assert TEXT["fr"] in html.fromstring(shown.text).text_content()


def test_a_post_without_the_guard_s_token_is_refused(internal: Any) -> None:
    client = internal.flask_app.test_client()
    for address in ("/votes/waiting", "/votes/answer/x"):
        assert client.post(address, data={"decision": "approve"}).status_code in {401, 403}


# --- reminders -------------------------------------------------------------------------------


def test_directors_are_reminded_once_a_month(people: People, records: list[Any]) -> None:
    model.Session.execute(sa.delete(MAIL))
    for _ in range(2):
        call("ontario_vote_remind")
    mine = MAIL.c.kind == "votes_unanswered"
    rows = model.Session.execute(sa.select(MAIL).where(mine)).mappings().all()
    names = {model.User.get(row["user_id"]).name for row in rows}
    ministry = people.ministry
    assert names - {tk.config["ckan.site_id"]} == {
        ministry.director,
        ministry.second_director,
        ministry.delegate,
    }
    assert len(rows) == len(names)
    assert {row["data"]["count"] for row in rows} == {3}
    assert people.director.action("ontario_vote_remind").status_code == 403


@pytest.mark.parametrize("top", [0, 1])
def test_only_the_most_wanted_count(
    people: People, records: list[Any], top: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckanext.ontario.votes.remind_top", top)
    told = call("ontario_vote_remind")["told"]
    assert bool(told) == bool(top)
