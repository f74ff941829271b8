"""Submitting, approving, returning, withdrawing, removing: through the actions."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import uploader
from tests.publication.ministry import CHECKLIST, Ministry, make_ministry, with_file

import factories
from ckanext.ontario.publication import files
from ckanext.ontario.publication.model import HISTORY, OUTBOX, RELEASE
from ckanext.ontario.shared import sharing
from factories import call


@pytest.fixture(scope="module")
def ministry(clean_module: None) -> Ministry:
    """A ministry with everyone."""
    call("ontario_schema_seed")
    return make_ministry()


def status(record: dict[str, Any], user: str) -> dict[str, Any]:
    return call("ontario_release_show", user, id=record["id"])


def releases(record: dict[str, Any]) -> list[Any]:
    query = sa.select(RELEASE).where(RELEASE.c.package_id == record["id"])
    return list(model.Session.execute(query.order_by(RELEASE.c.sequence)))


def outbox(record: dict[str, Any]) -> list[int]:
    query = sa.select(OUTBOX.c.sequence).where(OUTBOX.c.package_id == record["id"])
    return [row.sequence for row in model.Session.execute(query.order_by(OUTBOX.c.id))]


def steps(record: dict[str, Any], user: str) -> list[str]:
    return [one["step"] for one in call("ontario_release_history", user, id=record["id"])]


def refused(action: str, user: str, **data: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as caught:
        call(action, user, **data)
    return caught.value.error_dict


def test_from_draft_to_live(ministry: Ministry) -> None:
    record = ministry.dataset()
    before = status(record, ministry.editor)
    assert (before["state"], before["public"]) == ("draft", "none")
    assert before["next_steps"] == ["submit"]
    assert not sharing.is_shared(record["id"])
    after = call("ontario_release_submit", ministry.editor, id=record["name"])
    assert (after["state"], after["next_steps"]) == ("in_review", [])
    assert sharing.is_shared(record["id"])
    assert status(record, ministry.director)["next_steps"] == ["approve", "return"]
    live = ministry.approve(record["id"])
    assert (live["state"], live["public"]) == ("approved", "live")
    assert live["next_steps"] == ["withdraw"]
    (row,) = releases(record)
    assert (row.operation, row.source, row.state) == ("put", "approval", "released")
    assert row.projection["title_translated"] == record["title_translated"]
    assert outbox(record) == [1]
    assert steps(record, ministry.editor) == ["release", "approve", "submit"]
    assert call("package_show", id=record["id"])["publication_status"] == "approved"


def test_a_returned_record_is_its_editors_again(ministry: Ministry) -> None:
    record = ministry.submitted(colby_notes="secret")
    assert "reason" in refused("ontario_release_return", ministry.director, id=record["id"])
    back = call(
        "ontario_release_return", ministry.delegate, id=record["id"], reason="Name the lakes."
    )
    assert (back["state"], back["reason"], back["shared"]) == (
        "returned", "Name the lakes.", False,
    )  # fmt: skip
    assert not sharing.is_shared(record["id"])
    call("package_patch", ministry.editor, id=record["id"], update_frequency="monthly")
    assert status(record, ministry.editor)["reason"] == "Name the lakes."
    again = call("ontario_release_submit", ministry.editor, id=record["id"])
    assert (again["state"], again["reason"]) == ("in_review", None)


def test_who_wrote_it_does_not_approve_it(ministry: Ministry) -> None:
    record = ministry.dataset(user=ministry.director)
    call("ontario_release_submit", ministry.editor, id=record["id"])
    with pytest.raises(tk.NotAuthorized, match="last to change"):
        ministry.approve(record["id"], ministry.director)
    mine = ministry.dataset()
    call("ontario_release_submit", ministry.director, id=mine["id"])
    with pytest.raises(tk.NotAuthorized, match="You submitted"):
        ministry.approve(mine["id"], ministry.director)
    assert ministry.approve(mine["id"], ministry.second_director)["public"] == "live"


def test_internal_notes_are_no_edit(ministry: Ministry) -> None:
    record = ministry.submitted()
    call("package_patch", ministry.director, id=record["id"], colby_notes="Looks good to me.")
    assert status(record, ministry.director)["state"] == "in_review"
    assert ministry.approve(record["id"])["public"] == "live"
    call("package_patch", ministry.editor, id=record["id"], colby_notes="Still good.")
    assert status(record, ministry.editor)["state"] == "approved"


def test_an_edit_makes_a_draft_and_what_is_live_stays(ministry: Ministry) -> None:
    record = ministry.live()
    new = {"en": "Lake levels, corrected", "fr": "Niveaux des lacs, corrigés"}
    call("package_patch", ministry.second_editor, id=record["id"], title_translated=new)
    now = status(record, ministry.editor)
    assert (now["state"], now["public"], now["shared"]) == ("draft", "live", True)
    assert now["edited_by"]["name"] == ministry.second_editor
    preview = call("ontario_release_preview", ministry.editor, id=record["id"])
    assert {one["path"] for one in preview["changes"]} >= {"title_translated"}
    call("ontario_release_submit", ministry.editor, id=record["id"])
    ministry.approve(record["id"])
    assert outbox(record) == [1, 2]
    assert releases(record)[1].projection["title_translated"] == new


def test_what_was_not_seen_is_not_approved(ministry: Ministry) -> None:
    record = ministry.submitted()
    given = {"id": record["id"], "content_hash": "0" * 64, "checklist": CHECKLIST}
    assert "content_hash" in refused("ontario_release_approve", ministry.director, **given)
    given |= {"checklist": {**CHECKLIST, "privacy": "true"}}
    assert "privacy" in str(refused("ontario_release_approve", ministry.director, **given))
    assert releases(record) == []


def test_a_file_replaced_after_the_submission_is_not_approved(ministry: Ministry) -> None:
    record = with_file(ministry)
    call("ontario_release_submit", ministry.editor, id=record["id"])
    seen = call("ontario_release_preview", ministry.director, id=record["id"])
    (file,) = seen["files"]
    assert files.path_of(file["sha256"]).read_text() == "lake,level\nHuron,176\n"
    # Past every hook, as somebody with access to the disk would do it.
    path = files.path_of(file["sha256"])
    stored = uploader.get_resource_uploader({}).get_path(record["resources"][0]["id"])
    Path(stored).write_text("lake,level\nHuron,999\n")
    given = {"id": record["id"], "checklist": CHECKLIST}
    answer = refused(
        "ontario_release_approve", ministry.director, content_hash=seen["content_hash"], **given
    )
    assert "replaced" in str(answer)
    new = call("ontario_release_preview", ministry.director, id=record["id"])["content_hash"]
    answer = refused("ontario_release_approve", ministry.director, content_hash=new, **given)
    assert "replaced" in str(answer)
    assert path.read_text() == "lake,level\nHuron,176\n"


def test_the_first_file_sets_the_day_it_opened(ministry: Ministry) -> None:
    record = with_file(ministry)
    call("ontario_release_submit", ministry.editor, id=record["id"])
    assert call("ontario_release_preview", ministry.director, id=record["id"])["opens"]
    ministry.approve(record["id"])
    (row,) = releases(record)
    day = row.projection["opened_date"]
    assert day
    assert call("package_show", id=record["id"])["opened_date"] == day
    # Sent back by a form, it is no edit.
    call("package_patch", ministry.editor, id=record["id"], colby_notes="A note.")
    assert status(record, ministry.editor)["state"] == "approved"


def test_what_breaks_a_rule_is_not_submitted(ministry: Ministry) -> None:
    record = ministry.dataset(access_level="restricted", license_id="other-closed", resources=[])
    answer = refused("ontario_release_submit", ministry.editor, id=record["id"])
    assert "restricted-exemption" in {one["code"] for one in answer["issues"]}


def test_a_withheld_record_is_never_submitted(ministry: Ministry) -> None:
    record = ministry.dataset(existence_withheld="yes")
    answer = refused("ontario_release_submit", ministry.editor, id=record["id"])
    assert "withheld" in str(answer)
    later = ministry.submitted()
    call("package_patch", ministry.editor, id=later["id"], existence_withheld="yes")
    with pytest.raises(tk.ValidationError, match="withheld"):
        ministry.approve(later["id"])


def test_withdrawn_and_restored(ministry: Ministry) -> None:
    record = ministry.live()
    assert "reason" in refused("ontario_release_withdraw", ministry.director, id=record["id"])
    with pytest.raises(tk.NotAuthorized):
        call("ontario_release_withdraw", ministry.delegate, id=record["id"], reason="Wrong.")
    gone = call("ontario_release_withdraw", ministry.director, id=record["id"], reason="Wrong.")
    assert (gone["public"], gone["public_reason"]) == ("withdrawn", "Wrong.")
    back = call("ontario_release_restore", ministry.director, id=record["id"])
    assert back["public"] == "live"
    first, ended, restored = releases(record)
    assert (ended.operation, ended.projection) == ("withdraw", None)
    assert restored.projection == first.projection
    assert restored.content_hash == first.content_hash
    assert outbox(record) == [1, 2, 3]


def test_only_the_deputy_minister_removes_and_that_is_for_ever(ministry: Ministry) -> None:
    record = ministry.live()
    for who in (ministry.director, ministry.delegate, ministry.editor):
        with pytest.raises(tk.NotAuthorized):
            call("ontario_release_remove", who, id=record["id"], reason="Published in error.")
    gone = call("ontario_release_remove", ministry.deputy, id=record["id"], reason="In error.")
    assert gone["public"] == "removed"
    call("package_patch", ministry.editor, id=record["id"], update_frequency="monthly")
    answer = refused("ontario_release_submit", ministry.editor, id=record["id"])
    assert "for ever" in str(answer)


def test_of_two_approvals_at_once_one_wins(ministry: Ministry, internal: Any) -> None:
    record = ministry.submitted()
    seen = call("ontario_release_preview", ministry.director, id=record["id"])["content_hash"]
    model.Session.remove()
    outcomes: list[str] = []

    def approve(user: str) -> None:
        with internal.flask_app.test_request_context():
            try:
                values = {"id": record["id"], "content_hash": seen, "checklist": CHECKLIST}
                call("ontario_release_approve", user, **values)
                outcomes.append("approved")
            except tk.ValidationError as err:
                outcomes.append(str(err.error_dict["state"]))
            finally:
                model.Session.remove()

    people = (ministry.director, ministry.second_director, ministry.delegate)
    threads = [threading.Thread(target=approve, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("approved") == 1
    assert sum("not in review" in one for one in outcomes) == 2
    assert outbox(record) == [1]


def test_many_at_once_minus_some(ministry: Ministry) -> None:
    records = [ministry.submitted() for _ in range(3)]
    queue = call("ontario_release_list", ministry.director, section="waiting", limit=500)
    chosen = [
        {"id": one["id"], "content_hash": one["content_hash"]}
        for one in queue["waiting"]["items"]
        if one["id"] in {record["id"] for record in records}
    ]
    assert len(chosen) == 3
    chosen[1]["content_hash"] = "f" * 64
    answer = call(
        "ontario_release_approve",
        ministry.director,
        records=[*chosen, {"id": "no-such-record", "content_hash": "0"}],
        checklist=CHECKLIST,
        **{"except": [chosen[2]["id"]]},
    )
    results = answer["results"]
    assert [one["approved"] for one in results] == [True, False, False]
    assert "content_hash" in results[1]["error"]
    assert status({"id": chosen[2]["id"]}, ministry.director)["state"] == "in_review"


def test_history_is_never_changed(ministry: Ministry) -> None:
    ministry.submitted()
    for statement in (sa.update(HISTORY).values(step="edit"), sa.delete(HISTORY)):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"):
            model.Session.execute(statement)
        model.Session.rollback()


def test_other_ministries_learn_nothing(ministry: Ministry) -> None:
    other = make_ministry()
    draft = ministry.dataset()
    asked = ("show", "submit", "history", "preview")
    for who in (other.director, other.member):
        for action in (*asked, "approve", "return", "withdraw", "remove"):
            values = {"id": draft["id"], "checklist": CHECKLIST, "reason": "x"}
            with pytest.raises(tk.ObjectNotFound):
                call(f"ontario_release_{action}", who, **values)
    shared = ministry.submitted()
    shown = status(shared, other.member)
    assert set(shown) == {"id", "name", "state", "since", "public", "next_steps"}
    assert shown["next_steps"] == []
    with pytest.raises(tk.NotAuthorized):
        call("ontario_release_history", other.director, id=shared["id"])


def test_administrators_of_the_system_are_no_directors(ministry: Ministry) -> None:
    root = factories.make_user(sysadmin=True)["name"]
    record = ministry.submitted()
    seen = call("ontario_release_preview", root, id=record["id"])["content_hash"]
    values = {"id": record["id"], "content_hash": seen, "checklist": CHECKLIST, "reason": "x"}
    for step in ("submit", "approve", "return", "withdraw", "remove", "restore", "schedule"):
        with pytest.raises(tk.NotAuthorized):
            call(f"ontario_release_{step}", root, **values, release_at="2031-01-01")
        with pytest.raises(tk.NotAuthorized):
            tk.get_action(f"ontario_release_{step}")(
                factories.as_user(root, ignore_auth=True), {**values, "release_at": "2031-01-01"}
            )
    assert releases(record) == []
