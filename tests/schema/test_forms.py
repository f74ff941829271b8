"""The forms of datasets, files and organizations: in both languages, and accessible."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html

from factories import call, make_dataset

POSTED = {"save": "", "_ckan_phase": "dataset_new_1", "pkg_name": ""}


def form_of(page: Any) -> Any:
    (form,) = html.fromstring(page.text).xpath("//form[.//input[@name='title_translated-en']]")
    return form


def filled(form: Any) -> dict[str, Any]:
    """What a browser would post of a form as it stands."""
    sent: dict[str, Any] = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    return {**sent, "save": ""}


def typed(editor: Any, **values: Any) -> dict[str, Any]:
    return {
        **POSTED,
        "title_translated-en": "Summer 2020",
        "title_translated-fr": "L’été 2020",
        "owner_org": editor.organization["id"],
        **values,
    }


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_a_dataset_is_made_with_the_form(editor: Any, prefix: str) -> None:
    sent = typed(
        editor,
        **{
            "name": f"summer{prefix.replace('/', '-')}",
            "keywords-fr": "l'eau, R&D, l'eau",
            "topics": ["", "health-and-care", "justice-and-public-safety"],
            "update_frequency": "daily",
            "notes_translated-fr": "Une ligne\r\nune autre",
        },
    )
    answer = editor.post(f"{prefix}/dataset/new", sent)
    assert answer.status_code == 302, answer.text
    made = call("package_show", id=sent["name"])
    assert made["title_translated"] == {"en": "Summer 2020", "fr": "L’été 2020"}
    assert made["keywords"] == {"fr": ["l'eau", "R&D"]}
    assert made["topics"] == ["health-and-care", "justice-and-public-safety"]
    assert made["notes_translated"] == {"fr": "Une ligne\nune autre"}
    assert "update_frequency" in made
    assert "access_level" not in made

    file = {
        "id": "",
        "url": "https://example.com/a.csv",
        "name_translated-en": "File",
        "name_translated-fr": "Fichier",
        "type": "data",
        "save": "go-metadata",
    }
    answer = editor.post(f"{prefix}/dataset/{made['name']}/resource/new", file)
    assert answer.status_code == 302, answer.text
    (resource,) = call("package_show", id=made["id"])["resources"]
    assert resource["name_translated"] == {"en": "File", "fr": "Fichier"}
    assert (resource["name"], resource["format"]) == ("File", "CSV")


def test_a_form_saved_as_it_stands_changes_nothing(editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization, spatial="-95,42,-74,57")
    form = form_of(editor.get(f"/dataset/edit/{made['name']}"))
    answer = editor.post(f"/dataset/edit/{made['name']}", filled(form))
    assert answer.status_code == 302, answer.text
    again = call("package_show", id=made["id"])
    for volatile in ("metadata_modified", "resources", "relationships_as_subject"):
        made.pop(volatile), again.pop(volatile)
    assert {k: v for k, v in again.items() if v} == {k: v for k, v in made.items() if v}


def test_a_cleared_language_is_cleared_by_the_form(editor: Any) -> None:
    made = make_dataset(editor.name, editor.organization)
    sent = filled(form_of(editor.get(f"/dataset/edit/{made['name']}")))
    sent |= {"title_translated-en": "", "keywords-en": "", "topics": ""}
    assert editor.post(f"/dataset/edit/{made['name']}", sent).status_code == 302
    again = call("package_show", id=made["id"])
    assert again["title_translated"] == {"fr": made["title_translated"]["fr"]}
    assert again["keywords"] == {"fr": made["keywords"]["fr"]}
    assert not again.get("topics")


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("", ["English: At most 200 characters", "is not an e-mail address", "not one of the"]),
        (
            "/fr",
            ["anglais\u00a0: Au plus 200 caractères", "pas une adresse courriel", "pas partie des"],
        ),
    ],
)
def test_errors_are_beside_their_fields_in_the_readers_language(
    editor: Any, prefix: str, said: list[str]
) -> None:
    sent = typed(
        editor,
        **{
            "title_translated-en": "x" * 201,
            "maintainer_email": "nobody",
            "update_frequency": "often",
            "keywords-fr": "l'eau, R&D",
        },
    )
    form = form_of(editor.post(f"{prefix}/dataset/new", sent))
    fields = ["title_translated-en", "maintainer_email", "update_frequency"]
    for name, text in zip(fields, said, strict=True):
        (control,) = form.xpath(f".//*[@name='{name}']")
        assert control.get("aria-invalid") == "true"
        (errors,) = [one for one in control.get("aria-describedby").split() if "errors" in one]
        assert text in form.get_element_by_id(errors).text_content()
    assert form.xpath(".//*[@name='title_translated-en']")[0].get("value") == "x" * 201
    assert form.xpath(".//*[@name='keywords-fr']")[0].get("value") == "l'eau, R&D"


PAGES = ["/dataset/new", "/fr/dataset/new", "/organization/new", "/fr/organization/new"]


@pytest.mark.parametrize("url", PAGES)
def test_every_control_has_a_label_and_its_descriptions(administrator: Any, url: str) -> None:
    page = html.fromstring(administrator.get(url).text)
    (form,) = page.xpath("//form[.//input[@name='title_translated-en']]")
    labelled = {label.get("for") for label in page.xpath("//label[@for]")}
    controls = form.xpath(
        ".//input[not(@type='hidden')][@name] | .//select[@name] | .//textarea[@name]"
    )
    assert len(controls) > 5
    ours = [one for one in controls if (one.get("id") or "").startswith("field-")]
    assert [one.get("name") for one in ours if one.get("id") not in labelled] == []
    known = set(page.xpath("//@id"))
    described = {name for ids in form.xpath(".//@aria-describedby") for name in ids.split()}
    assert described
    assert described - known == set()
    for code in ("en", "fr"):
        bilingual = form.xpath(f".//*[substring(@name, string-length(@name) - 2) = '-{code}']")
        assert bilingual
        assert {one.get("lang") for one in bilingual} == {code}
    assert all(fieldset.xpath("./legend") for fieldset in form.xpath(".//fieldset"))
    ids = [one for one in form.xpath(".//@id") if one.startswith("field-")]
    assert len(ids) == len(set(ids))


def test_the_readers_language_comes_first(editor: Any) -> None:
    for url, first in (("/dataset/new", "en"), ("/fr/dataset/new", "fr")):
        names = form_of(editor.get(url)).xpath(".//input[starts-with(@name, 'title_tr')]/@name")
        assert names[0] == f"title_translated-{first}"


def test_what_publishing_needs_is_said_on_the_form(editor: Any) -> None:
    text = form_of(editor.get("/fr/dataset/new")).text_content()
    assert "Indiquez si le jeu de données est ouvert, en examen ou restreint." in text


def test_a_page_shows_the_readers_language_and_marks_the_other(editor: Any) -> None:
    made = make_dataset(
        editor.name,
        editor.organization,
        short_description_translated={"en": "Only English here."},
        maintainer_branch={"en": "Water Branch", "fr": "Direction de l’eau"},
        colby_notes="Ask Robin first.",
    )
    page = html.fromstring(editor.get(f"/fr/dataset/{made['name']}").text)
    text = page.text_content()
    assert "Direction de l’eau" in text
    assert "Water Branch" not in text
    assert "Licence du gouvernement ouvert – Ontario" in text
    (other,) = page.xpath("//*[@lang='en'][contains(text(), 'Only English here.')]")
    assert other.tag == "span"
    assert "Ask Robin first." in text
    assert "Calendrier de conservation" not in text


def test_an_organization_is_made_with_the_form(administrator: Any) -> None:
    sent = {
        "name": "made-with-the-form",
        "title_translated-en": "Board of Forms",
        "title_translated-fr": "Conseil des formulaires",
        "former_names": "Office of Forms\r\nBureau des formulaires",
        "category": "agency",
        "save": "",
    }
    answer = administrator.post("/organization/new", sent)
    assert answer.status_code == 302, answer.text
    made = call("organization_show", id="made-with-the-form")
    assert made["title_translated"] == {"en": "Board of Forms", "fr": "Conseil des formulaires"}
    assert made["former_names"] == ["Office of Forms", "Bureau des formulaires"]
    assert made["title"] == "Board of Forms"
    found = call("ontario_organization_resolve", names=["bureau des FORMULAIRES"])
    assert found["bureau des FORMULAIRES"]["id"] == made["id"]
