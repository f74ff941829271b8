"""Bad input in the forms: a clear error beside the field, in the reader's language, never a 500."""

from __future__ import annotations

import io
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.common import g
from ckan.views import resource as core_resource
from flask_login import login_user
from lxml import html
from tests.editing.form_people import People, filled, form_of, make_people, summary

from factories import as_user, call, make_dataset, make_organization


@pytest.fixture(scope="module")
def people(clean_module: None, internal: Any) -> People:
    return make_people(internal)


@pytest.fixture(scope="module")
def record(people: People) -> dict[str, Any]:
    """A complete record with a file."""
    return make_dataset(people.editor.name, people.ministry)


@pytest.fixture(scope="module")
def draft(people: People) -> dict[str, Any]:
    """A draft with a file."""
    made = make_dataset(people.editor.name, people.ministry)
    patch = tk.get_action("package_patch")
    patch(as_user(allow_state_change=True), {"id": made["id"], "state": "draft"})
    return made


@pytest.fixture(scope="module")
def gone(people: People) -> dict[str, Any]:
    """A ministry that was deleted."""
    made = make_organization(users=[{"name": people.editor.name, "capacity": "editor"}])
    call("organization_delete", id=made["id"])
    return made


def refused(answer: Any) -> Any:
    """Return the page with the form again; it must say what is wrong."""
    assert answer.status_code == 200, answer.text[-500:]
    page = html.fromstring(answer.text)
    for text, anchor in summary(page).items():
        if anchor:
            (control,) = page.xpath(f"//*[@id='{anchor}']")
            named = control.get("aria-describedby") or ""
            errors = [one for one in named.split() if one.endswith("-errors")]
            assert errors, text
            assert page.get_element_by_id(errors[0]).text_content().strip()
    return page


def post_new(people: People, prefix: str = "", **values: Any) -> Any:
    sent = {"title_translated-en": "Wells", "owner_org": people.ministry["id"], **values}
    return people.editor.post(f"{prefix}/dataset/new", {"save": "draft", **sent})


@pytest.mark.parametrize(
    ("prefix", "field", "said"),
    [
        ("", "name", "already in use"),
        ("/fr", "maintainer_email", "« nobody » n’est pas une adresse courriel."),
        ("/fr", "title_translated-fr", "français : Le balisage"),
        ("", "date_range_end", "comes before"),
        ("", "owner_org", "no longer exists"),
        ("/fr", "spatial", "GeoJSON"),
        ("", "url", "is not a web address"),
        ("", "update_frequency", "is not one of the choices"),
    ],
)
def test_each_mistake_is_beside_its_field(
    people: People, record: Any, gone: Any, prefix: str, field: str, said: str
) -> None:
    wrong = {
        "name": record["name"],
        "maintainer_email": "nobody",
        "title_translated-fr": "<b>Puits</b>",
        "date_range_end": "2019-01-01",
        "owner_org": gone["id"],
        "spatial": "everywhere",
        "url": "example.com",
        "update_frequency": "often",
    }
    page = refused(post_new(people, prefix, date_range_start="2020-01-01", **{field: wrong[field]}))
    ((text, anchor),) = summary(page).items()
    assert said in text
    assert anchor == f"field-{field}"
    assert page.get_element_by_id(anchor).get("aria-invalid") == "true"
    assert page.xpath("//title")[0].text_content().strip().startswith(("To correct", "À corriger"))


HOSTILE: list[dict[str, Any]] = [
    {"tags": "x"},
    {"resources": "x"},
    {"tags__0__name": "x"},
    {"title_translated__0__x": "x"},
    {"a__b__c": "x"},
    {"__extras": "x", "__junk": "y", "__before": "z"},
    {"topics": ["nowhere", "health-and-care"]},
    {"title_translated-de": "x"},
    {"title_translated": "not json"},
    {"maintainer_email": ["a", "b"]},
    {"current_as_of": ["2020-01-01", "x"]},
    {"state": "deleted", "id": "x", "type": "harvest", "private": "maybe"},
    {"extras": "x"},
    {"groups": "x"},
    {"owner_org": ["a", "b"]},
    {"name": "é" * 200},
    {"colby_notes": "x" * 40_000},
    {"title_translated-en": "\x00\ud7ff"},
    {"save": ["a", "b"]},
]


@pytest.mark.parametrize("wrong", HOSTILE, ids=lambda wrong: next(iter(wrong)))
def test_hostile_forms_get_an_answer(people: People, record: Any, wrong: dict[str, Any]) -> None:
    answer = post_new(people, **wrong)
    assert answer.status_code in {200, 302, 400}
    if answer.status_code == 200:
        assert summary(html.fromstring(answer.text))
    if answer.status_code == 302:
        made = call("package_show", id=answer.headers["Location"].rpartition("/")[2])
        assert (made["state"], made["type"]) == ("draft", "dataset")
    sent = {"save": "save", "title_translated-en": "Wells", **wrong}
    answer = people.editor.post(f"/dataset/edit/{record['id']}", sent)
    assert answer.status_code in {200, 302, 400}
    again = call("package_show", id=record["id"])
    assert (again["state"], again["type"]) == ("active", "dataset")


@pytest.mark.parametrize(
    "wrong",
    [{"tags": "x"}, {"name_translated-de": "x"}, {"type": ["a", "b"]}, {"size": "-1"}, {"id": "x"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_hostile_forms_of_files_get_an_answer(
    people: People, record: Any, wrong: dict[str, Any]
) -> None:
    sent = {"url": "https://example.com/a.csv", **wrong}
    answer = people.editor.post(f"/dataset/{record['id']}/resource/new", sent)
    assert answer.status_code in {200, 400, 404}
    if answer.status_code == 200:
        assert summary(html.fromstring(answer.text))
    assert len(files_of(record)) == 1


def test_an_empty_form_is_answered(people: People, draft: Any) -> None:
    file = f"/dataset/{draft['id']}/resource"
    for url in ("/dataset/new", f"{file}/new", f"{file}/{draft['resources'][0]['id']}/edit"):
        page = refused(people.editor.post(url, {}))
        assert summary(page)
    assert people.editor.post(f"{file}/no-such-file/edit", {}).status_code == 404
    assert people.editor.post("/dataset/none/resource/new", {}).status_code == 404
    assert people.editor.post("/dataset/edit/none", {}).status_code == 404
    assert people.editor.post("/dataset/none/finish", {}).status_code == 404


# --- files -----------------------------------------------------------------------------------


def csv(text: str = "a,b\n1,2\n", name: str = "niveaux.csv") -> dict[str, Any]:
    return {"upload": (io.BytesIO(text.encode()), name)}


def files_of(record: dict[str, Any]) -> list[dict[str, Any]]:
    return call("package_show", id=record["id"])["resources"]


def test_a_file_is_uploaded_changed_and_replaced_by_a_link(people: People) -> None:
    made = make_dataset(people.editor.name, people.ministry, resources=[])
    new = f"/dataset/{made['name']}/resource/new"
    sent = {**filled(form_of(people.editor.page(new))), "name_translated-fr": "Niveaux", **csv()}
    sent["type"] = "information"
    assert people.editor.post(new, {**sent, "save": "again"}).headers["Location"].endswith(new)
    (file,) = files_of(made)
    assert (file["url_type"], file["format"], file["type"]) == ("upload", "CSV", "information")
    assert people.editor.get(file["url"]).text.startswith("a,b")

    call("resource_patch", id=file["id"], harvested_resource="yes", hash="abc")
    edit = f"/dataset/{made['name']}/resource/{file['id']}/edit"
    form = form_of(people.editor.page(edit))
    assert "niveaux.csv" in form.text_content()
    sent = {**filled(form), "name_translated-en": "Levels", "save": "done"}
    assert people.editor.post(edit, sent).status_code == 302
    (file,) = files_of(made)
    assert file["name_translated"] == {"en": "Levels", "fr": "Niveaux"}
    assert (file["url_type"], file["harvested_resource"], file["hash"]) == ("upload", "yes", "abc")
    assert people.editor.get(file["url"]).text.startswith("a,b")

    sent = {**filled(form_of(people.editor.page(edit))), "save": "done"}
    sent |= {"url": "https://example.com/other.json", "format": ""}
    assert people.editor.post(edit, sent).status_code == 302
    (file,) = files_of(made)
    assert (file["url"], file["url_type"]) == ("https://example.com/other.json", "")


@pytest.mark.parametrize(
    ("prefix", "wrong", "anchor", "said"),
    [
        ("", {"url": "example.com"}, "field-url-link", "is not a web address"),
        ("/fr", {"url": ""}, "field-url-link", "Choisissez un fichier"),
        ("/fr", {"language": "klingon"}, "field-language", "ne fait pas partie des choix"),
        ("", {"data_range_end": "2001-01-01"}, "field-data_range_end", "comes before"),
        ("/fr", {"name_translated-en": "<i>x</i>"}, "field-name_translated-en", "anglais"),
        ("", {"format": "wordperfect"}, "field-format", "is not one of the choices"),
    ],
)
def test_each_mistake_in_a_file_is_beside_its_field(
    people: People, record: Any, draft: Any, prefix: str, wrong: Any, anchor: str, said: str
) -> None:
    sent = {"url": "https://example.com/a.csv", "data_range_start": "2002-01-01", **wrong}
    file = draft["resources"][0]["id"]
    for place in (f"{record['id']}/resource/new", f"{draft['id']}/resource/{file}/edit"):
        page = refused(people.editor.post(f"{prefix}/dataset/{place}", {**sent, "save": "done"}))
        ((text, target),) = summary(page).items()
        assert said in text
        assert target == anchor
    assert len(files_of(record)) == len(files_of(draft)) == 1


def test_an_error_of_an_upload_is_beside_the_file(people: People, record: Any) -> None:
    url = f"/dataset/{record['id']}/resource/new"
    environ = {"CKAN_LANG": "en", "CKAN_CURRENT_URL": url}
    with people.editor.app.flask_app.test_request_context(url, environ_overrides=environ):
        login_user(model.User.get(people.editor.name))
        g.user = people.editor.name
        errors = {"upload": ["Programs are not accepted."]}
        text = core_resource.CreateView().get("dataset", record["id"], {}, errors)
    page = html.fromstring(text)
    assert list(summary(page).values()) == ["field-upload"]
    control = page.get_element_by_id("field-upload")
    assert control.get("aria-invalid") == "true"
    assert control.get("aria-describedby") == "field-upload-errors"
