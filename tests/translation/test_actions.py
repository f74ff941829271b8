"""The queue follows every save; editors write and confirm, and nobody else."""

from __future__ import annotations

import json
from typing import Any, cast

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from click.testing import CliRunner

from callers import Caller
from ckanext.ontario.shared import signals
from ckanext.ontario.translation import cli, domain
from ckanext.ontario.translation.logic import reading, saving
from ckanext.ontario.translation.model import TEXT
from factories import call
from statements import statements

from .people import People, texts_of

TITLE, NOTES, KEYWORDS = ("", "title_translated"), ("", "notes_translated"), ("", "keywords")
REFUSED = {401, 403, 404}


def text(place: tuple[str, str], language: str, words: str, seen: str) -> dict[str, Any]:
    """Return a text to write; ``seen`` is the other language as it was read."""
    where = {"resource_id": place[0], "field": place[1], "language": language}
    return {**where, "text": words, "other_hash": domain.digest(seen)}


def remembered(package_id: str) -> int:
    model.Session.rollback()
    query = sa.select(sa.func.count()).select_from(TEXT).where(TEXT.c.package_id == package_id)
    return int(model.Session.scalar(query) or 0)


def queued(caller: Caller, name: str, **asked: Any) -> list[dict[str, Any]]:
    found = caller.ask("ontario_translation_list", limit=200, **asked)["results"]
    return [one for one in found if one["name"] == name]


# --- what a save does ------------------------------------------------------------------------


def test_a_save_tells_the_queue_what_lacks_a_language(people: People) -> None:
    record = people.record(notes_translated={"en": "Only English."})
    [one] = queued(people.editor, record["name"])
    assert (one["field"], one["state"], one["language"]) == ("notes_translated", "missing", "fr")
    assert one["texts"] == {"en": "Only English.", "fr": ""}
    assert one["label"] == {"en": "Description", "fr": "Description"}
    files = texts_of(people.editor, record["name"])
    assert (record["resources"][0]["id"], "name_translated") in files


def test_a_text_that_changes_alone_leaves_the_other_behind(people: People) -> None:
    record = people.record()
    titles = {"en": "Levels of lakes", "fr": record["title_translated"]["fr"]}
    call("package_patch", people.editor.name, id=record["id"], title_translated=titles)
    [one] = queued(people.editor, record["name"])
    assert (one["field"], one["state"], one["language"]) == ("title_translated", "older", "fr")
    call("package_patch", people.editor.name, id=record["id"], title_translated={"fr": "Niveaux"})
    assert queued(people.editor, record["name"]) == []


def test_the_bulk_writer_tells_the_queue_too(people: People, monkeypatch: Any) -> None:
    monkeypatch.setattr("ckanext.ontario.ingest.config.bulk_from", lambda: 1)
    datasets = [
        {
            "type": "dataset",
            "name": f"bulk-{number}",
            "owner_org": people.ministry["id"],
            "private": True,
            "title_translated": {"en": f"Title {number}"},
            "notes_translated": {"en": "Text", "fr": "Texte"},
            "access_level": "under_review",
            "resources": [{"url": "https://example.com/x.csv", "name_translated": {"en": "X"}}],
        }
        for number in range(2)
    ]
    records = [{"key": one["name"], "dataset": one} for one in datasets]
    answer = call("ontario_ingest_write", records=records)
    model.Session.commit()
    assert answer["writer"] == "rows", answer
    for one in answer["results"]:
        query = sa.select(TEXT.c.field).where(TEXT.c.package_id == one["id"])
        found = sorted(model.Session.scalars(query.where(TEXT.c.fr_hash == "")))
        assert found == ["name_translated", "title_translated"]


def test_what_is_gone_is_not_remembered(people: People) -> None:
    record = people.record()
    count = remembered(record["id"])
    call("package_patch", people.editor.name, id=record["id"], resources=[])
    assert remembered(record["id"]) == count - 1
    signals.records_hidden.send(None, ids=[record["id"]], final=False)
    assert remembered(record["id"]) == count - 1
    signals.records_hidden.send(None, ids=[record["id"]], final=True)
    assert remembered(record["id"]) == 0


def test_the_scan_finds_records_that_were_there(people: People) -> None:
    records = [people.record() for _ in range(3)]
    counts = [remembered(one["id"]) for one in records]
    model.Session.execute(sa.delete(TEXT))
    gone = {"package_id": "gone", "resource_id": "", "field": "title_translated"}
    at = {"en_at": sa.func.now(), "fr_at": sa.func.now()}
    model.Session.execute(sa.insert(TEXT).values(**gone, **at, en_hash="a", fr_hash="a"))
    model.Session.commit()
    done = CliRunner().invoke(cli.ontario_translation, ["scan", "--batch", "2", "--json"])
    assert done.exit_code == 0, done.output
    assert [remembered(one["id"]) for one in records] == counts
    assert remembered("gone") == 0
    again = CliRunner().invoke(cli.ontario_translation, ["scan", "--json"])
    assert json.loads(again.output.splitlines()[-1])["changed"] == 0


# --- who may -----------------------------------------------------------------------------------


def test_editors_and_admins_of_the_ministry_alone(people: People) -> None:
    record = people.record(notes_translated={"en": "Text."})
    sent = {"id": record["id"], "texts": [text(NOTES, "fr", "Texte.", "Text.")]}
    for who in (people.nobody, people.member, people.outsider):
        for action in ("ontario_translation_show", "ontario_translation_update"):
            assert who.action(action, **sent).status_code in REFUSED
    for who in (people.nobody, people.member):
        assert who.action("ontario_translation_list").status_code in REFUSED
    assert queued(people.outsider, record["name"]) == []
    assert people.outsider.refused(
        "ontario_translation_list", organization=people.ministry["name"]
    ).keys() == {"organization"}
    for who in (people.editor, people.admin, people.outsider):
        assert who.action("ontario_translation_scan").status_code in REFUSED
    for who in (people.editor, people.admin):
        assert len(queued(who, record["name"])) == 1
    assert people.admin.ask("ontario_translation_update", **sent)["changed"] == 1
    assert texts_of(people.editor, record["name"])[NOTES]["state"] == "current"


# --- writing -----------------------------------------------------------------------------------


def test_texts_of_the_record_and_its_files_are_saved_at_once(people: People) -> None:
    record = people.record(
        keywords={"en": ["lakes"]},
        resources=[{"url": "https://example.com/x.csv", "name_translated": {"en": "Levels"}}],
    )
    file = (record["resources"][0]["id"], "name_translated")
    texts = [text(KEYWORDS, "fr", "lacs, eau", "lakes"), text(file, "fr", "Niveaux", "Levels")]
    assert people.editor.ask("ontario_translation_update", id=record["name"], texts=texts) == {
        "id": record["id"],
        "changed": 2,
        "confirmed": 0,
    }
    saved = people.editor.ask("package_show", id=record["id"])
    assert saved["keywords"] == {"en": ["lakes"], "fr": ["lacs", "eau"]}
    assert saved["resources"][0]["name_translated"] == {"en": "Levels", "fr": "Niveaux"}
    assert queued(people.editor, record["name"]) == []


def test_a_polished_translation_leaves_nothing_behind(people: People) -> None:
    record = people.record()
    both = record["title_translated"]
    sent = [text(TITLE, "fr", "Niveaux polis", both["en"])]
    people.editor.ask("ontario_translation_update", id=record["id"], texts=sent)
    assert texts_of(people.editor, record["name"])[TITLE]["state"] == "current"


def test_a_text_whose_source_changed_is_refused_by_name(people: People) -> None:
    record = people.record(notes_translated={"en": "First."})
    call("package_patch", people.editor.name, id=record["id"], notes_translated={"en": "Second."})
    sent = [text(NOTES, "fr", "Premier.", "First.")]
    errors = people.editor.refused("ontario_translation_update", "fr", id=record["id"], texts=sent)
    assert list(errors) == ["notes_translated"]
    assert "L’anglais de «\u00a0Description\u00a0» a changé" in errors["notes_translated"][0]
    assert texts_of(people.editor, record["name"])[NOTES]["texts"]["fr"] == ""


def test_what_somebody_else_wrote_is_not_replaced(people: People) -> None:
    record = people.record(notes_translated={"en": "First."})
    call("package_patch", people.editor.name, id=record["id"], notes_translated={"fr": "Un."})
    sent = [{**text(NOTES, "fr", "Premier.", "First."), "hash": ""}]
    errors = people.editor.refused("ontario_translation_update", id=record["id"], texts=sent)
    assert list(errors) == ["notes_translated"]


def test_the_version_is_compared_as_in_forms(people: People) -> None:
    record = people.record(notes_translated={"en": "First."})
    call("package_patch", people.editor.name, id=record["id"], update_frequency="daily")
    sent = [text(NOTES, "fr", "Un.", "First.")]
    errors = people.editor.refused(
        "ontario_translation_update",
        id=record["id"],
        texts=sent,
        version=record["metadata_modified"],
    )
    assert list(errors) == ["ontario_expected_version"]


def test_what_the_schema_refuses_is_named_by_field(people: People) -> None:
    record = people.record()
    file = (record["resources"][0]["id"], "name_translated")
    sent = [
        text(TITLE, "fr", "<b>x</b>", record["title_translated"]["en"]),
        text(file, "fr", "x" * 300, "Levels"),
    ]
    for one in sent:
        errors = people.editor.refused("ontario_translation_update", id=record["id"], texts=[one])
        assert list(errors) == ["/".join(filter(None, (one["resource_id"], one["field"])))]


def test_an_older_text_that_is_still_right_is_confirmed(people: People) -> None:
    record = people.record()
    call("package_patch", people.editor.name, id=record["id"], title_translated={"en": "Levels."})
    one = texts_of(people.editor, record["name"])[TITLE]
    assert one["state"] == "older"
    place = {"field": "title_translated"}
    stale = [{**place, "hashes": {**one["hashes"], "en": "0"}}]
    errors = people.editor.refused("ontario_translation_update", id=record["id"], confirmed=stale)
    assert list(errors) == ["title_translated"]
    right = [{**place, "hashes": one["hashes"]}]
    people.editor.ask("ontario_translation_update", id=record["id"], confirmed=right)
    assert texts_of(people.editor, record["name"])[TITLE]["state"] == "current"


def test_what_changes_while_it_is_confirmed_is_not_confirmed(people: People) -> None:
    record = people.record()
    call("package_patch", people.editor.name, id=record["id"], title_translated={"en": "Levels."})
    context = {"user": people.editor.name, "auth_user_obj": model.User.get(people.editor.name)}
    read = reading.editable(cast("Any", context), record["id"])
    call("package_patch", people.editor.name, id=record["id"], title_translated={"en": "Ponds."})
    with pytest.raises(tk.ValidationError) as caught:
        saving.save(cast("Any", context), read, [], [domain.Place(*TITLE)], "")
    assert list(caught.value.error_dict) == ["title_translated"]
    assert texts_of(people.editor, record["name"])[TITLE]["state"] == "older"


def test_what_is_saved_while_a_text_is_written_stays(people: People) -> None:
    record = people.record(notes_translated={"en": "Text."})
    context = {"user": people.editor.name, "auth_user_obj": model.User.get(people.editor.name)}
    read = reading.editable(cast("Any", context), record["id"])
    call("package_patch", people.editor.name, id=record["id"], title_translated={"en": "Ponds."})
    given = saving.given([text(NOTES, "fr", "Texte.", "Text.")])
    with pytest.raises(tk.ValidationError) as caught:
        saving.save(cast("Any", context), read, given, [], "")
    assert list(caught.value.error_dict) == [saving.EXPECTED]
    texts = texts_of(people.editor, record["name"])
    assert (texts[TITLE]["texts"]["en"], texts[NOTES]["texts"]["fr"]) == ("Ponds.", "")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"texts": "x"}, "texts"),
        ({"texts": [{"field": "title_translated"}]}, "texts"),
        ({"texts": [text(("", "owner_org"), "fr", "x", "")]}, "texts"),
        ({"texts": [text(("none", "name_translated"), "fr", "x", "")]}, "none/name_translated"),
        ({"confirmed": [3]}, "confirmed"),
    ],
)
def test_what_is_not_understood_is_said(people: People, sent: Any, field: str) -> None:
    record = people.record()
    errors = people.editor.refused("ontario_translation_update", id=record["id"], **sent)
    assert list(errors) == [field]


@pytest.mark.parametrize("asked", [{"state": "x"}, {"limit": "x"}, {"offset": "-1"}])
def test_parameters_of_the_queue_are_checked(people: People, asked: dict[str, str]) -> None:
    assert people.editor.refused("ontario_translation_list", **asked).keys() == asked.keys()


def test_the_queue_asks_no_more_for_more_texts(people: People) -> None:
    def asked() -> int:
        people.editor.ask("ontario_translation_list")
        with statements() as seen:
            people.editor.ask("ontario_translation_list")
        return len(seen)

    people.record(notes_translated={"en": "Text."})
    few = asked()
    for _ in range(3):
        people.record(notes_translated={"en": "Text."})
    assert asked() <= few
