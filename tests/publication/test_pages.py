"""The pages of a record and of its steps, over HTTP, as everybody an endpoint must tell apart."""

from __future__ import annotations

from typing import Any

import pytest

from factories import call

from .pages_people import CONFIRMED, REASON, People, filled, make_people, steps_on, text_of


@pytest.fixture(scope="module")
def people(clean_module: None, internal: Any) -> People:
    call("ontario_schema_seed")
    return make_people(internal)


@pytest.fixture(scope="module")
def draft(people: People) -> dict[str, Any]:
    """A draft, for tests that leave it one."""
    return people.ministry.dataset(colby_notes="Keep this inside.")


@pytest.fixture(scope="module")
def submitted(people: People) -> dict[str, Any]:
    """A record in review, for tests that leave it there."""
    return people.ministry.submitted(colby_notes="Keep this inside.")


@pytest.fixture
def live(people: People) -> dict[str, Any]:
    return people.ministry.live()


def url(record: dict[str, Any], step: str = "") -> str:
    return f"/publication/{record['id']}" + (f"/{step}" if step else "")


def status(record: dict[str, Any], people: People) -> dict[str, Any]:
    return call("ontario_release_show", people.ministry.editor, id=record["id"])


# --- who sees what ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "code"),
    [("nobody", 401), ("member", 404), ("outsider", 404), ("sysadmin", 200), ("editor", 200),
     ("director", 200), ("delegate", 200), ("deputy", 200)],
)  # fmt: skip
def test_who_sees_the_page_of_a_draft(
    people: People, draft: dict[str, Any], who: str, code: int
) -> None:
    answer = getattr(people, who).get(url(draft))
    assert answer.status_code == code
    assert "Keep this inside." not in answer.text
    if code != 200:
        assert draft["title_translated"]["en"] not in answer.text


@pytest.mark.parametrize(
    ("who", "code"), [("member", 403), ("outsider", 403), ("sysadmin", 200), ("director", 200)]
)
def test_readers_without_a_part_get_no_more_than_the_record(
    people: People, submitted: dict[str, Any], who: str, code: int
) -> None:
    """Once submitted, all staff may read the record; its workflow they may not."""
    answer = getattr(people, who).get(url(submitted))
    assert answer.status_code == code
    assert "Keep this inside." not in answer.text
    if who == "sysadmin":  # who reads everything and decides about nothing
        assert steps_on(people.sysadmin, submitted) == []


STEPS = {"approve": 200, "return": 200, "submit": 403, "remove": 403, "withdraw": 409}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_says_no_to_those_who_may_not_take_it(
    people: People, submitted: dict[str, Any], step: str
) -> None:
    for who, code in (("member", 403), ("outsider", 403), ("sysadmin", 403), ("nobody", 401)):
        assert getattr(people, who).get(url(submitted, step)).status_code == code, who
    director = people.director.get(url(submitted, step)).status_code
    assert director == (409 if step == "submit" else STEPS[step])


def test_steps_of_what_one_may_not_know_of_do_not_exist(
    people: People, draft: dict[str, Any]
) -> None:
    for step in ("submit", "remove", "standing"):
        assert people.outsider.get(url(draft, step)).status_code == 404, step
        assert people.outsider.post(url(draft, step)).status_code == 404, step
    assert people.editor.get(url(draft, "no-such-step")).status_code == 404
    assert people.editor.post(url(draft, "no-such-step")).status_code == 404
    assert people.editor.get("/publication/no-such-record").status_code == 404
    assert people.editor.get("/publication/no-such-record/submit").status_code == 404


def test_a_form_of_another_site_changes_nothing(people: People, draft: dict[str, Any]) -> None:
    client = people.editor.app.test_client(use_cookies=True)
    answer = client.post(url(draft, "submit"), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code in {302, 401, 403}
    assert status(draft, people)["state"] == "draft"


# --- the walk --------------------------------------------------------------------------------


def test_from_draft_to_public(people: People) -> None:
    draft = people.ministry.dataset(colby_notes="Keep this inside.")
    assert steps_on(people.editor, draft) == ["submit"]
    page = text_of(people.editor.get(url(draft, "submit")))
    assert "As the public will see it" in page
    assert "Keep this inside." not in page
    assert "What stays inside" in page
    answer = people.editor.post(url(draft, "submit"), filled(people.editor, url(draft, "submit")))
    assert (answer.status_code, answer.location.endswith(url(draft))) == (302, True)
    assert status(draft, people)["state"] == "in_review"
    assert steps_on(people.editor, draft) == []
    assert steps_on(people.director, draft) == ["approve", "return"]

    sent = {**filled(people.director, url(draft, "approve"), "/approve"), **CONFIRMED}
    answer = people.director.post(url(draft, "approve"), sent)
    assert answer.status_code == 302
    assert status(draft, people)["public"] == "live"
    page = text_of(people.editor.get(url(draft)))
    assert "On the public portal" in page
    assert "Handed to the public portal" in page


def test_every_point_must_be_confirmed(people: People, submitted: dict[str, Any]) -> None:
    sent = filled(people.director, url(submitted, "approve"), "/approve")
    answer = people.director.post(url(submitted, "approve"), {**sent, **CONFIRMED, "privacy": ""})
    assert answer.status_code == 409
    assert "Not confirmed: privacy." in text_of(answer)
    assert 'href="#field-checklist"' in answer.text
    assert status(submitted, people)["state"] == "in_review"


def test_what_was_not_seen_is_not_approved(people: People, submitted: dict[str, Any]) -> None:
    sent = filled(people.director, url(submitted, "approve"), "/approve")
    sent["content_hash"] = "0" * 64
    answer = people.director.post(url(submitted, "approve"), {**sent, **CONFIRMED})
    assert answer.status_code == 409
    assert "This is not what you looked at" in text_of(answer)
    assert status(submitted, people)["public"] == "none"


@pytest.mark.parametrize("at", ["", "tomorrow", "2001-01-01T09:00"])
def test_a_time_that_is_none_or_has_passed_releases_nothing(
    people: People, submitted: dict[str, Any], at: str
) -> None:
    sent = filled(people.director, url(submitted, "approve"), "/approve")
    more = {**CONFIRMED, "release": "later", "release_at": at}
    answer = people.director.post(url(submitted, "approve"), {**sent, **more})
    assert answer.status_code == 409
    assert 'id="wrong-release_at"' in answer.text
    assert status(submitted, people)["state"] == "in_review"


def test_a_release_is_scheduled_moved_and_cancelled(people: People) -> None:
    submitted = people.ministry.submitted()
    sent = filled(people.delegate, url(submitted, "approve"), "/approve")
    more = {**CONFIRMED, "release": "later", "release_at": "2060-03-01T09:00"}
    assert people.delegate.post(url(submitted, "approve"), {**sent, **more}).status_code == 302
    assert "March 1, 2060" in text_of(people.editor.get(url(submitted)))
    moved = {"do": "move", "release_at": "2060-04-01T09:00"}
    assert people.director.post(url(submitted, "schedule"), moved).status_code == 302
    assert "1er avril 2060" in text_of(people.editor.get(f"/fr{url(submitted)}"))
    assert people.editor.post(url(submitted, "schedule"), moved).status_code == 403
    cancel = {"do": "cancel", "reason": REASON}
    assert people.director.post(url(submitted, "schedule"), cancel).status_code == 302
    assert status(submitted, people)["state"] == "in_review"
    assert status(submitted, people)["public"] == "none"


def test_a_return_needs_a_reason_and_shows_it(people: People) -> None:
    submitted = people.ministry.submitted()
    answer = people.director.post(url(submitted, "return"), {"reason": " "})
    assert answer.status_code == 409
    assert 'id="wrong-reason"' in answer.text
    assert people.director.post(url(submitted, "return"), {"reason": REASON}).status_code == 302
    for page in (url(submitted), f"/dataset/{submitted['name']}"):
        assert REASON in text_of(people.editor.get(page))
    assert people.outsider.get(f"/dataset/{submitted['name']}").status_code == 404


def test_a_submitter_who_directs_is_told_to_leave_it_to_others(people: People) -> None:
    record = people.ministry.dataset(people.ministry.director)
    assert people.director.post(url(record, "submit")).status_code == 302
    answer = people.director.get(url(record, "approve"))
    assert answer.status_code == 403
    assert "Somebody else has to decide" in answer.text


def test_withdraw_and_restore_ask_to_confirm(people: People, live: dict[str, Any]) -> None:
    answer = people.director.post(url(live, "withdraw"), {"reason": REASON})
    assert (answer.status_code, 'id="wrong-confirm"' in answer.text) == (409, True)
    assert REASON in answer.text  # what was typed is kept
    sent = {"reason": REASON, "confirm": "yes"}
    assert people.director.post(url(live, "withdraw"), sent).status_code == 302
    assert status(live, people)["public"] == "withdrawn"
    assert REASON in text_of(people.editor.get(url(live)))
    assert people.director.post(url(live, "restore"), {"confirm": "yes"}).status_code == 302
    assert status(live, people)["public"] == "live"


def test_only_the_deputy_minister_removes_and_types_the_name(
    people: People, live: dict[str, Any]
) -> None:
    sent = {"reason": REASON, "confirm_name": live["name"]}
    for who in ("editor", "director", "delegate", "sysadmin", "outsider"):
        caller = getattr(people, who)
        assert caller.get(url(live, "remove")).status_code == 403, who
        assert caller.post(url(live, "remove"), sent).status_code == 403, who
    assert "for ever" in text_of(people.deputy.get(url(live, "remove")))
    wrong = people.deputy.post(url(live, "remove"), {**sent, "confirm_name": "something else"})
    assert (wrong.status_code, 'id="wrong-confirm_name"' in wrong.text) == (409, True)
    assert status(live, people)["public"] == "live"
    assert people.deputy.post(url(live, "remove"), sent).status_code == 302
    assert status(live, people)["public"] == "removed"


# --- what is shown ---------------------------------------------------------------------------


def test_gaps_lead_to_their_fields(people: People) -> None:
    record = people.ministry.dataset(notes_translated={"en": "Only English.", "fr": ""})
    answer = people.editor.get(url(record, "submit"))
    assert f"/dataset/edit/{record['name']}#field-notes_translated-fr" in answer.text
    assert "fill in what is missing" in text_of(answer)
    assert f'action="{url(record, "submit")}"' in answer.text
    assert '<button class="btn btn-primary" type="submit">Submit' not in answer.text
    sent = people.editor.post(url(record, "submit"))
    assert sent.status_code == 409
    assert "can’t be submitted before these things are corrected" in text_of(sent)


def test_what_changed_since_the_last_release(people: People, live: dict[str, Any]) -> None:
    call(
        "package_patch", people.ministry.editor, id=live["id"],
        short_description_translated={"en": "Hourly levels.", "fr": "Niveaux horaires."},
        colby_notes="A word for us.",
    )  # fmt: skip
    page = text_of(people.director.get(url(live)))
    assert "Daily levels of regulated lakes." in page
    assert "Hourly levels." in page
    assert "A word for us." not in page
    assert "What was changed since then is not public." in page


def test_the_record_page_shows_the_next_step_to_those_who_may_take_it(
    people: People, submitted: dict[str, Any]
) -> None:
    place = f"/dataset/{submitted['name']}"
    director = people.director.get(place)
    assert f'href="{url(submitted, "approve")}"' in director.text
    for who in ("editor", "member", "outsider", "sysadmin"):
        answer = getattr(people, who).get(place)
        assert answer.status_code == 200, who
        assert f'href="{url(submitted, "approve")}"' not in answer.text, who
    assert "Not on the public portal" in text_of(people.outsider.get(place))
    assert "Preview, changes and history" not in text_of(people.outsider.get(place))


@pytest.mark.parametrize("step", ["", "approve", "return"])
def test_pages_in_french_have_no_english(
    people: People, submitted: dict[str, Any], step: str
) -> None:
    page = text_of(people.director.get(f"/fr{url(submitted, step)}"))
    for english in ("Review and approve", "As the public", "What stays", "I confirm", "History"):
        assert english not in page, english
