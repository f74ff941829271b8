"""Datasets through the API, with the live catalogue's field names, in both languages."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.logic import get_action
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage

from ckanext.ontario.schema import texts
from ckanext.ontario.shared.bilingual import LANGUAGES
from factories import as_user, call, dataset_values, make_dataset


def test_a_program_creates_patches_and_reads_with_the_published_names(editor: Any) -> None:
    made = editor.ask(
        "package_create", **dataset_values(owner_org=editor.organization["id"], audience="ops")
    )
    shown = editor.ask("package_show", id=made["name"])
    for name in ("title_translated", "notes_translated", "keywords", "maintainer_translated"):
        assert set(shown[name]) == {"en", "fr"}
    assert shown["title"] == shown["title_translated"]["en"]
    assert shown["notes"] == shown["notes_translated"]["en"]
    assert sorted(tag["name"] for tag in shown["tags"]) == sorted(shown["keywords"]["en"])
    assert [group["name"] for group in shown["groups"]] == []  # no topics are seeded here
    assert shown["topics"] == ["environment-and-natural-resources"]
    assert not shown.get("extras")
    assert (shown["record_status"], shown["asset_type"]) == ("active", "dataset")
    assert shown["isopen"] is True
    assert shown["resources"][0]["name"] == "Levels"
    changed = editor.ask("package_patch", id=made["id"], update_frequency="Annuelle")
    assert changed["update_frequency"] == "yearly"
    assert changed["title_translated"] == shown["title_translated"]


def test_what_is_shown_can_be_sent_back(editor: Any, dataset: dict[str, Any]) -> None:
    shown = editor.ask("package_show", id=dataset["id"])
    again = editor.ask("package_update", **shown)
    for volatile in ("metadata_modified",):
        shown.pop(volatile), again.pop(volatile)
        for one in (*shown["resources"], *again["resources"]):
            one.pop(volatile)
            one.pop("mimetype", None)  # CKAN guesses it at the first update
    assert again == shown


def test_letters_are_stored_as_letters(editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization, title_translated={"fr": "L’été"})
    raw = model.Session.execute(
        sa.text("SELECT value FROM package_extra WHERE package_id = :id AND key = :key"),
        {"id": made["id"], "key": "title_translated"},
    ).scalar_one()
    assert raw == '{"fr": "L’été"}'


# --- titles and their twins ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plain", "bilingual"),
    [("title", "title_translated"), ("notes", "notes_translated")],
)
def test_a_plain_client_changes_the_default_language(
    editor: Any, dataset: dict[str, Any], plain: str, bilingual: str
) -> None:
    changed = editor.ask("package_patch", id=dataset["id"], **{plain: "New words"})
    assert changed[plain] == "New words"
    assert changed[bilingual] == {"en": "New words", "fr": dataset[bilingual]["fr"]}


def test_a_plain_client_changes_tags(editor: Any, dataset: dict[str, Any]) -> None:
    changed = editor.ask("package_patch", id=dataset["id"], tags=[{"name": "R&D"}])
    assert changed["keywords"] == {"en": ["R&D"], "fr": dataset["keywords"]["fr"]}
    cleared = editor.ask("package_patch", id=dataset["id"], tags=[])
    assert cleared["keywords"] == {"fr": dataset["keywords"]["fr"]}


def test_one_language_sent_keeps_the_other(editor: Any, dataset: dict[str, Any]) -> None:
    changed = editor.ask("package_patch", id=dataset["id"], title_translated={"fr": "Neuf"})
    assert changed["title_translated"] == {"en": dataset["title"], "fr": "Neuf"}
    resource = {**dataset["resources"][0], "name_translated": {"fr": "Neuf"}}
    changed = editor.ask("package_patch", id=dataset["id"], resources=[resource])
    assert changed["resources"][0]["name_translated"] == {"en": "Levels", "fr": "Neuf"}


def test_a_language_sent_empty_is_cleared(editor: Any, dataset: dict[str, Any]) -> None:
    changed = editor.ask("package_patch", id=dataset["id"], title_translated={"en": ""})
    assert changed["title_translated"] == {"fr": dataset["title_translated"]["fr"]}
    assert changed["title"] == dataset["title_translated"]["fr"]


def test_an_update_without_titles_loses_nothing(editor: Any, dataset: dict[str, Any]) -> None:
    sent = {"id": dataset["id"], "owner_org": dataset["owner_org"], "access_level": "open"}
    changed = editor.ask("package_update", **sent)
    for name in ("name", "title", "title_translated", "notes", "notes_translated"):
        assert changed[name] == dataset[name]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        (
            {"title": "One", "title_translated": {"en": "Other"}},
            {"title", "title_translated"},
        ),
        (
            {"notes": "One", "notes_translated": {"en": "Other"}},
            {"notes", "notes_translated"},
        ),
        ({"tags": [{"name": "one"}], "keywords": {"en": ["other"]}}, {"tags", "keywords"}),
    ],
)
def test_twins_that_disagree_are_both_named(
    editor: Any, dataset: dict[str, Any], sent: dict[str, Any], fields: set[str]
) -> None:
    errors = editor.refused("package_patch", id=dataset["id"], **sent)
    assert set(errors) == fields
    plain, bilingual = sorted(fields, key=lambda name: name in sent and "_" in name)
    assert all(name in str(errors[bilingual]) for name in fields)
    assert plain in errors


def test_french_alone_is_enough_for_a_draft(editor: Any) -> None:
    made = editor.ask(
        "package_create",
        owner_org=editor.organization["id"],
        title_translated={"fr": "Qualité de l’air à l’Île"},
    )
    assert made["title"] == "Qualité de l’air à l’Île"
    assert made["name"] == "qualite-de-l-air-a-l-ile"
    twin = editor.ask(
        "package_create", owner_org=made["owner_org"], title="Qualité de l'air à l'île"
    )
    assert twin["name"] == "qualite-de-l-air-a-l-ile-2"
    assert twin["title_translated"] == {"en": "Qualité de l'air à l'île"}


@pytest.mark.parametrize("title", [{}, {"title_translated": {"en": " "}}, {"title": ""}])
def test_a_draft_needs_a_title(editor: Any, title: dict[str, Any]) -> None:
    errors = editor.refused("package_create", owner_org=editor.organization["id"], **title)
    assert set(errors) == {"title_translated"}


some_text = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>&[]"))
some_title = st.dictionaries(st.sampled_from(LANGUAGES), some_text.filter(str.strip), min_size=1)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(title=some_title, notes=st.dictionaries(st.sampled_from(LANGUAGES), some_text))
def test_what_is_sent_is_shown_and_a_form_keeps_it(
    editor: Any, title: dict[str, str], notes: dict[str, str]
) -> None:
    title = {code: text[:200] for code, text in title.items() if texts.clean(text[:200])}
    made = make_dataset(
        editor.name, editor.organization, title_translated=title, notes_translated=notes
    )
    expected = texts.merged(texts.text(title), {})
    assert made["title_translated"] == expected
    assert made.get("notes_translated", {}) == texts.merged(texts.text(notes), {})
    typed = {
        f"{name}-{code}": made.get(name, {}).get(code, "")
        for name in ("title_translated", "notes_translated")
        for code in LANGUAGES
    }
    again = call("package_update", editor.name, id=made["id"], owner_org=made["owner_org"], **typed)
    assert again["title_translated"] == made["title_translated"]
    assert again.get("notes_translated") == made.get("notes_translated")


# --- CKAN's other ways to write ------------------------------------------------------------------


def test_files_one_at_a_time(editor: Any, dataset: dict[str, Any]) -> None:
    made = editor.ask(
        "resource_create",
        package_id=dataset["id"],
        url="https://example.com/b.json",
        name_translated={"en": "Second", "fr": "Deuxième"},
        publicly_available_date="2020-01-01",
    )
    assert (made["name"], made["format"]) == ("Second", "JSON")
    assert made["publically_available_date"] == "2020-01-01"
    changed = editor.ask("resource_patch", id=made["id"], name="Other")
    assert changed["name_translated"] == {"en": "Other", "fr": "Deuxième"}
    changed = editor.ask("resource_patch", id=made["id"], name_translated={"fr": "Autre"})
    assert changed["name_translated"] == {"en": "Other", "fr": "Autre"}
    assert changed["publically_available_date"] == "2020-01-01"
    assert "format" in editor.refused("resource_patch", id=made["id"], format="papyrus")


def test_a_file_is_uploaded(editor: Any, dataset: dict[str, Any]) -> None:
    file = FileStorage(io.BytesIO(b"lake,level\n"), filename="niveaux.csv")
    made = call("resource_create", editor.name, package_id=dataset["id"], upload=file, name="Up")
    assert made["url_type"] == "upload"
    assert made["url"].endswith("/niveaux.csv")
    assert (made["format"], made["size"]) == ("CSV", 11)
    again = editor.ask("resource_patch", id=made["id"], name_translated={"fr": "Téléversé"})
    assert again["url"] == made["url"]


def test_a_revision_changes_one_thing(editor: Any, dataset: dict[str, Any]) -> None:
    editor.ask(
        "package_revise", match={"id": dataset["id"]}, update={"title_translated": {"fr": "Revu"}}
    )
    shown = editor.ask("package_show", id=dataset["id"])
    assert shown["title_translated"] == {"en": dataset["title"], "fr": "Revu"}


# --- traps of CKAN 2.11.6 --------------------------------------------------------------------


def test_words_with_apostrophes_and_signs_are_tags(editor: Any) -> None:
    words = ["l'eau", "l’énergie", "R&D", "24/7", "eau (potable)"]
    made = make_dataset(editor.name, editor.organization, keywords={"en": words, "fr": words})
    assert sorted(tag["name"] for tag in made["tags"]) == sorted(words)


def test_a_description_longer_than_solrs_longest_string_is_saved_and_found(editor: Any) -> None:
    # Two languages of 30,000 bytes make one stored value far over Solr's 32,766.
    notes = {"en": "word " * 5_999 + "finis", "fr": "é" * 14_999 + "x"}
    made = make_dataset(editor.name, editor.organization, notes_translated=notes)
    assert made["notes_translated"] == notes
    found = editor.ask("package_search", q=f"name:{made['name']}")
    assert [one["id"] for one in found["results"]] == [made["id"]]


def test_names_of_the_field_are_told_for_a_form_and_a_program_alike(editor: Any) -> None:
    values = dataset_values(owner_org=editor.organization["id"], access_level="x")
    by_program = editor.refused("package_create", **values)
    form = {
        "title_translated-en": "Title",
        "owner_org": editor.organization["id"],
        "access_level": "x",
        "_ckan_phase": "dataset_new_1",
        "pkg_name": "",
        "save": "",
    }
    page = editor.post("/dataset/new", form)
    assert by_program["access_level"][0].split("”")[0] in page.text


def test_a_name_of_somebody_elses_is_refused(editor: Any, dataset: dict[str, Any]) -> None:
    values = dataset_values(owner_org=editor.organization["id"], name=dataset["name"])
    assert "name" in editor.refused("package_create", **values)


# --- the publish check -----------------------------------------------------------------------


def test_the_check_of_a_record(editor: Any, dataset: dict[str, Any]) -> None:
    assert editor.ask("ontario_dataset_check", id=dataset["name"]) == {
        "publishable": True,
        "issues": [],
    }
    editor.ask("package_patch", id=dataset["id"], access_level="restricted", exemption="none")
    result = editor.ask("ontario_dataset_check", id=dataset["id"])
    assert result["publishable"] is False
    assert {one["code"] for one in result["issues"]} == {
        "restricted-exemption",
        "restricted-rationale",
    }
    (first, _second) = result["issues"]
    assert first["level"] == "error"
    assert first["field"] == "exemption"
    assert set(first["message"]) == set(first["suggestion"]) == {"en", "fr"}


def test_the_check_of_what_is_not_saved_asks_no_database(editor: Any) -> None:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    context = as_user(editor.name)
    values = dataset_values(owner_org="mnr")
    sa.event.listen(model.meta.engine, "before_cursor_execute", note)
    try:
        answer = get_action("ontario_dataset_check")(context, {"dataset": values})
    finally:
        sa.event.remove(model.meta.engine, "before_cursor_execute", note)
    assert answer["publishable"] is True
    assert [one for one in statements if "package" in one or "group" in one] == []


@pytest.mark.parametrize("sent", [{}, {"id": "x", "dataset": {}}, {"dataset": "text"}])
def test_the_check_needs_one_record(editor: Any, sent: dict[str, Any]) -> None:
    assert editor.refused("ontario_dataset_check", **sent)


def test_the_check_of_a_record_one_may_not_read(editor: Any, internal: Any) -> None:
    hidden = make_dataset(audience="ministry")
    answer = editor.action("ontario_dataset_check", id=hidden["id"])
    assert answer.status_code in {403, 404}
