"""Bad input in the forms: a clear error beside the field, in the reader's language, never a 500."""

from __future__ import annotations

import io
from typing import Any

import pytest
from lxml import html
from tests.editing.form_people import People, filled, form_of, make_people, summary

from factories import call, make_dataset, make_organization


@pytest.fixture(scope="module")
def people(clean_module: None, internal: Any) -> People:
    return make_people(internal)


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
    people: People, prefix: str, field: str, said: str
) -> None:
    taken = make_dataset(people.editor.name, people.ministry)
    gone = make_organization(users=[{"name": people.editor.name, "capacity": "editor"}])
    call("organization_delete", id=gone["id"])
    wrong = {
        "name": taken["name"],
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


def test_a_record_whose_organization_is_gone_is_shown_as_it_is(people: People) -> None:
    gone = make_organization(users=[{"name": people.editor.name, "capacity": "editor"}])
    made = make_dataset(people.editor.name, gone)
    administrator = call("get_site_user")["name"]
    call("organization_delete", administrator, id=gone["id"])
    answer = people.editor.get(f"/dataset/edit/{made['name']}")
    assert answer.status_code in {403, 404}  # CKAN takes away the roles with the organization
    answer = people.editor.post(f"/dataset/edit/{made['name']}", {"save": "save"})
    assert answer.status_code in {403, 404}


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
def test_hostile_forms_get_an_answer(people: People, wrong: dict[str, Any]) -> None:
    made = make_dataset(people.editor.name, people.ministry)
    answer = post_new(people, **wrong)
    assert answer.status_code in {200, 302, 400}
    if answer.status_code == 200:
        assert summary(html.fromstring(answer.text))
    if answer.status_code == 302:
        record = call("package_show", id=answer.headers["Location"].rpartition("/")[2])
        assert (record["state"], record["type"]) == ("draft", "dataset")
    sent = {"save": "save", "title_translated-en": "Wells", **wrong}
    answer = people.editor.post(f"/dataset/edit/{made['name']}", sent)
    assert answer.status_code in {200, 302, 400}
    answer = people.editor.post(f"/dataset/{made['name']}/resource/new", {"url": "x", **wrong})
    assert answer.status_code in {200, 302, 400}
    record = call("package_show", id=made["id"])
    assert (record["state"], record["type"]) == ("active", "dataset")


def test_an_empty_form_is_answered(people: People) -> None:
    made = make_dataset(people.editor.name, people.ministry)
    file = f"/dataset/{made['name']}/resource"
    for url in ("/dataset/new", f"{file}/new", f"{file}/{made['resources'][0]['id']}/edit"):
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
    assert people.editor.post(new, {**sent, "save": "again"}).headers["Location"].endswith(new)
    (file,) = files_of(made)
    assert (file["url_type"], file["format"], file["type"]) == ("upload", "CSV", "data")
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

    sent |= {"url": "https://example.com/other.json", "format": ""}
    assert people.editor.post(edit, sent).status_code == 302
    (file,) = files_of(made)
    assert (file["url"], file["url_type"]) == ("https://example.com/other.json", "")


@pytest.mark.parametrize("state", ["draft", "active"])
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
    people: People, state: str, prefix: str, wrong: dict[str, str], anchor: str, said: str
) -> None:
    made = make_dataset(people.editor.name, people.ministry)
    if state == "draft":
        context = {"user": call("get_site_user")["name"], "allow_state_change": True}
        from ckan.tests.helpers import call_action

        call_action("package_patch", context, id=made["id"], state="draft")
    sent = {"url": "https://example.com/a.csv", "data_range_start": "2002-01-01", **wrong}
    place = f"{prefix}/dataset/{made['name']}/resource"
    for url in (f"{place}/new", f"{place}/{made['resources'][0]['id']}/edit"):
        page = refused(people.editor.post(url, {**sent, "save": "done"}))
        ((text, target),) = summary(page).items()
        assert said in text
        assert target == anchor
    assert len(files_of(made)) == 1


def test_an_error_of_an_upload_is_beside_the_file(people: People) -> None:
    errors = {"upload": ["Programs are not accepted."]}
    made = make_dataset(people.editor.name, people.ministry)
    from ckan.views import resource as core_resource

    url = f"/dataset/{made['name']}/resource/new"
    with people.editor.app.flask_app.test_request_context(url):
        from ckan.common import g
        from ckan.model import User
        from flask_login import login_user

        login_user(User.get(people.editor.name))
        g.user = people.editor.name
        page = html.fromstring(core_resource.CreateView().get("dataset", made["id"], {}, errors))
    assert list(summary(page).values()) == ["field-upload"]
    control = page.get_element_by_id("field-upload")
    assert control.get("aria-invalid") == "true"
    assert control.get("aria-describedby") == "field-upload-errors"
