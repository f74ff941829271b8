"""The pages of translation, as everybody who might ask for them."""

from __future__ import annotations

import csv
import io
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib.search import SearchIndexError
from ckan.lib.search.index import PackageSearchIndex
from lxml import html

from callers import Caller
from ckanext.ontario.shared import guard
from ckanext.ontario.translation import sheet
from ckanext.ontario.translation.logic import importing, saving
from factories import call
from statements import statements

from .people import People, texts_of

TITLE, NOTES = ("", "title_translated"), ("", "notes_translated")
REFUSED = {401, 403, 404}


def filled(caller: Caller, address: str) -> dict[str, str]:
    """What a browser would post of a page's form as it stands."""
    forms = caller.page(address).xpath("//*[@role='main']//form[@method='post']")
    return {name: value or "" for name, value in forms[-1].form_values()}


def table_of(caller: Caller, address: str) -> list[dict[str, str]]:
    answer = caller.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def send(caller: Caller, rows: list[dict[str, str]], prefix: str = "") -> Any:
    """Bring rows back as a page's form does."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    document = (io.BytesIO(out.getvalue().encode("utf-8-sig")), "translations.csv")
    return caller.post(f"{prefix}/translations", {"document": document})


def words(answer: Any) -> str:
    return " ".join(html.fromstring(answer.text).text_content().split())


def test_pages_are_for_editors(people: People) -> None:
    record = people.record(notes_translated={"en": "Text."})
    addresses = ["/translations", "/translations.csv", f"/translations/{record['name']}"]
    for address in addresses:
        assert people.member.get(address).status_code in REFUSED
        assert people.nobody.get(address).status_code in {302, *REFUSED}
        assert people.editor.get(address).status_code == 200
    assert people.outsider.get(addresses[2]).status_code in REFUSED
    assert people.outsider.post(addresses[2], {}).status_code in REFUSED
    assert people.editor.get("/translations/none-such").status_code == 404
    assert people.member.post("/translations", {}).status_code in REFUSED
    names = {one["Record"] for one in table_of(people.outsider, addresses[1])}
    assert record["name"] not in names


def test_the_queue_shows_texts_in_their_language(people: People) -> None:
    record = people.record(notes_translated={"fr": "Un texte."})
    page = people.editor.page(f"/fr/translations?organization={people.ministry['name']}")
    [row] = page.xpath(f"//tr[.//a[contains(@href, '/translations/{record['name']}')]]")
    assert row.xpath("./td[@lang='fr']")[0].text_content() == "Un texte."
    assert "L’anglais manque" in row.text_content()
    older = people.editor.page("/translations?state=older")
    assert not older.xpath(f"//a[contains(@href, '/translations/{record['name']}')]")
    assert people.editor.get("/translations?state=none").status_code == 400
    assert people.editor.get("/translations?organization=none").status_code == 400


def test_a_record_is_translated_side_by_side(people: People) -> None:
    record = people.record(notes_translated={"en": "Text."})
    address = f"/translations/{record['name']}"
    sent = filled(people.editor, address)
    assert people.editor.post(address, sent).status_code == 302  # nothing to do
    sent["notes_translated:fr"] = "Texte.\r\nDeux lignes."
    assert people.editor.post(address, sent).status_code == 302
    one = texts_of(people.editor, record["name"])[NOTES]
    assert (one["state"], one["texts"]["fr"]) == ("current", "Texte.\nDeux lignes.")


def test_an_older_text_is_confirmed_on_the_page(people: People) -> None:
    record = people.record()
    call("package_patch", people.editor.name, id=record["id"], title_translated={"en": "Levels."})
    address = f"/translations/{record['name']}"
    sent = {**filled(people.editor, address), "title_translated:right": "true"}
    assert people.editor.post(address, sent).status_code == 302
    assert texts_of(people.editor, record["name"])[TITLE]["state"] == "current"


def test_errors_lead_to_their_fields_and_nothing_typed_is_lost(people: People) -> None:
    record = people.record(notes_translated={"en": "First."})
    address = f"/translations/{record['name']}"
    sent = {**filled(people.editor, address), "notes_translated:fr": "Premier."}
    call("package_patch", people.editor.name, id=record["id"], notes_translated={"en": "Second."})
    answer = people.editor.post(f"/fr{address}", sent)
    assert answer.status_code == 409
    page = html.fromstring(answer.text)
    [link] = page.xpath("//*[@role='alert']//a")
    [field] = page.xpath(f"//*[@id='{link.get('href')[1:]}']")
    assert field.get("aria-invalid") == "true"
    described = field.get("aria-describedby").split()
    assert all(page.xpath(f"//*[@id='{one}']") for one in described)
    assert "a changé après votre lecture" in link.text_content()
    [typed] = page.xpath("//textarea[@name='notes_translated:fr']")
    assert (typed.text_content().strip(), typed.get("lang")) == ("Premier.", "fr")
    [source] = page.xpath("//textarea[@name='notes_translated:en']")
    assert source.text_content().strip() == "Second."


def test_nothing_typed_is_lost_when_its_file_is_gone(people: People) -> None:
    record = people.record(
        resources=[{"url": "https://example.com/x.csv", "name_translated": {"en": "Levels"}}]
    )
    address = f"/translations/{record['name']}"
    name = f"{record['resources'][0]['id']}/name_translated:fr"
    sent = {**filled(people.editor, address), name: "Niveaux"}
    call("package_patch", people.editor.name, id=record["id"], resources=[])
    answer = people.editor.post(address, sent)
    assert answer.status_code == 409
    page = html.fromstring(answer.text)
    assert page.xpath(f"//input[@name='{name}']/@value") == ["Niveaux"]
    assert "no such file" in page.xpath("//*[@role='alert']")[0].text_content()


def test_the_form_of_a_large_record_comes_through(people: People) -> None:
    record = people.record(notes_translated={"en": "Text."})
    address = f"/translations/{record['name']}"
    long = {f"file-{number}/description_translated:en": "é" * 10_000 for number in range(20)}
    sent = {**filled(people.editor, address), **long, "notes_translated:fr": "Texte."}
    assert people.editor.post(address, sent).status_code == 302
    assert texts_of(people.editor, record["name"])[NOTES]["texts"]["fr"] == "Texte."


def test_a_field_of_the_record_that_hinders_is_named_in_the_readers_language(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = people.record(notes_translated={"en": "Text."})
    found = table_of(people.editor, "/translations.csv?headers=en")
    rows = [{**one, "French": "Texte."} for one in found if one["Record"] == record["name"]]
    sent = {
        **filled(people.editor, f"/translations/{record['name']}"),
        "notes_translated:fr": "Texte.",
    }

    def refuse(*_args: Any, **_more: Any) -> None:
        raise tk.ValidationError({"access_level": ["Non."]})

    monkeypatch.setattr(saving.records, "agreeing", refuse)
    expected = "Niveau d’accès\u00a0: Non."
    for answer in (
        people.editor.post(f"/fr/translations/{record['name']}", sent),
        send(people.editor, rows, "/fr"),
    ):
        said = html.fromstring(answer.text).xpath("//*[@role='main']")[0].text_content()
        assert expected in said


def test_a_search_index_that_does_not_answer_is_said_and_nothing_is_saved(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = people.record(notes_translated={"en": "Text."})
    address = f"/translations/{record['name']}"
    sent = {**filled(people.editor, address), "notes_translated:fr": "Texte."}

    def silent(*_args: Any, **_more: Any) -> None:
        raise SearchIndexError("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(PackageSearchIndex, "index_package", silent)
        answer = people.editor.post(address, sent)
    assert answer.status_code == 409
    assert "index does not answer" in words(answer)
    assert texts_of(people.editor, record["name"])[NOTES]["texts"]["fr"] == ""


def test_a_post_needs_the_forms_token(people: People, internal: Any) -> None:
    record = people.record()
    rules = {rule.endpoint for rule in internal.flask_app.url_map.iter_rules()}
    ours = {one for one in rules if one.startswith("ontario_translation.")}
    assert ours == {f"ontario_translation.{name}" for name in ("queue", "record", "table")}
    assert not ours & set(guard.unguarded(internal.flask_app))
    stranger = Caller(internal)
    for address in ("/translations", f"/translations/{record['name']}"):
        assert stranger.post(address, {}).status_code in {302, 400, *REFUSED}


def test_a_record_page_leads_editors_to_its_texts(people: People) -> None:
    record = people.record()
    link = f"//a[contains(@href, '/translations/{record['name']}')]"
    assert people.editor.page(f"/dataset/{record['name']}").xpath(link)
    assert not people.member.page(f"/dataset/{record['name']}").xpath(link)


# --- the table ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_table_goes_out_and_comes_back(people: People, language: str) -> None:
    record = people.record(notes_translated={"en": "=Text, “quoted”;\nsecond line"})
    head = {name: texts[language] for name, texts in sheet.HEADERS.items()}
    found = table_of(people.editor, f"/translations.csv?headers={language}")
    rows = [one for one in found if one[head["name"]] == record["name"]]
    [row] = rows
    assert row[head["en"]].startswith("'=Text")
    assert row[head["state"]] == {"en": "missing", "fr": "manquant"}[language]
    assert "1 row was unchanged" in words(send(people.editor, rows))
    row[head["fr"]] = "Texte"
    assert "1 row was applied" in words(send(people.editor, rows))
    one = texts_of(people.editor, record["name"])[NOTES]
    assert (one["state"], one["texts"]["fr"]) == ("current", "Texte")
    assert one["texts"]["en"].startswith("=Text")


def test_rows_are_refused_one_by_one(people: People) -> None:
    record = people.record(
        notes_translated={"en": "Text."}, short_description_translated={"en": "Short."}
    )
    other = people.record(notes_translated={"en": "Other."})
    found = table_of(people.editor, "/translations.csv?headers=en")
    rows = [one for one in found if one["Record"] in {record["name"], other["name"]}]
    by_field = {(one["Record"], one["Field"]): one for one in rows}
    by_field[record["name"], "notes_translated"]["French"] = "Texte."
    by_field[record["name"], "short_description_translated"]["French"] = "x" * 300
    by_field[other["name"], "notes_translated"] |= {"French": "Autre.", "English": "Changed."}
    rows.append({**rows[0], "Record": "none-such", "French": "x"})
    answer = send(people.editor, rows, "/fr")
    assert answer.status_code == 200
    said = words(answer)
    assert "1 ligne a été appliquée" in said
    assert "3 lignes ont été refusées" in said
    assert "Courte description" in said
    assert "Les deux langues ont été modifiées" in said
    assert "none-such" in said
    saved = texts_of(people.editor, record["name"])
    assert saved[NOTES]["texts"]["fr"] == "Texte."
    assert saved["", "short_description_translated"]["texts"]["fr"] == ""


def test_a_row_twice_is_refused_once(people: People) -> None:
    record = people.record(notes_translated={"en": "Text."})
    found = table_of(people.editor, "/translations.csv?headers=en")
    [row] = [one for one in found if one["Record"] == record["name"]]
    said = words(send(people.editor, [{**row, "French": "Un"}, {**row, "French": "Deux"}]))
    assert "1 row was applied" in said
    assert "This text is in the file twice" in said
    assert texts_of(people.editor, record["name"])[NOTES]["texts"]["fr"] == "Un"


def test_the_same_table_again_goes_on_where_it_ended(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MOST_RECORDS", 1)
    names = {people.record(notes_translated={"en": "Text."})["name"] for _ in range(3)}
    found = table_of(people.editor, "/translations.csv?headers=en")
    rows = [{**one, "French": "Texte."} for one in found if one["Record"] in names]
    assert "2 rows are left for the next time" in words(send(people.editor, rows))
    said = words(send(people.editor, rows))
    assert "1 row was unchanged" in said
    assert "1 row is left for the next time" in said
    assert "0 rows were refused" in words(send(people.editor, rows))
    assert all(texts_of(people.editor, one)[NOTES]["texts"]["fr"] == "Texte." for one in names)


def test_rows_that_change_nothing_ask_the_database_nothing(people: People) -> None:
    def asked(rows: list[dict[str, str]]) -> int:
        with statements() as seen:
            send(people.editor, rows)
        return len(seen)

    names = [people.record(notes_translated={"en": "Text."})["name"] for _ in range(4)]
    found = table_of(people.editor, "/translations.csv?headers=en")
    rows = [one for one in found if one["Record"] in names]
    asked(rows)
    assert asked(rows) == asked(rows[:1])
    wrong = [{**one, "Field": "none", "French": "x"} for one in rows]
    assert asked(wrong) == asked(wrong[:1])  # read together, however many


def test_rows_of_another_ministry_are_refused(people: People) -> None:
    record = people.record(notes_translated={"en": "Text."})
    found = table_of(people.editor, "/translations.csv?headers=en")
    rows = [{**one, "French": "Texte."} for one in found if one["Record"] == record["name"]]
    assert "1 row was refused" in words(send(people.outsider, rows))
    assert texts_of(people.editor, record["name"])[NOTES]["state"] == "missing"


def test_what_is_no_table_is_said_beside_the_field(people: People) -> None:
    for sent in ({}, {"document": (io.BytesIO(b"a,b\r\n1,2\r\n"), "x.csv")}):
        answer = people.editor.post("/translations", sent)
        assert answer.status_code == 409
        page = html.fromstring(answer.text)
        [link] = page.xpath("//*[@role='alert']//a")
        [field] = page.xpath(f"//*[@id='{link.get('href')[1:]}']")
        assert field.get("aria-invalid") == "true"
        assert "wrong-document" in field.get("aria-describedby")


def test_headers_are_in_a_language_of_the_catalogue(people: People) -> None:
    assert people.editor.get("/translations.csv?headers=de").status_code == 400
    assert "Fiche" in people.editor.get("/fr/translations.csv").get_data(as_text=True)
