"""The pages over HTTP on the internal portal: who reads what, in both languages, at what cost."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ckan import model
from ckan.lib import search
from ckan.tests.helpers import call_action
from lxml import html

from ckanext.ontario.catalogue import home_views
from factories import (
    call,
    create_shared,
    dataset_values,
    make_dataset,
    make_organization,
    make_user,
)
from statements import statements

Get = Callable[..., Any]


def client(app: Any, name: str | None) -> Get:
    token = call_action("api_token_create", user=name, name="tests")["token"] if name else ""

    def get(path: str) -> Any:
        headers = {"Accept": "text/html", **({"Authorization": token} if token else {})}
        asked = app.test_client(use_cookies=False)
        return asked.get(path, headers=headers, follow_redirects=False)

    return get


@pytest.fixture(scope="module")
def people(internal: Any, clean_module: None) -> Any:
    editor, member, other, reader = (make_user() for _ in range(4))
    ministry = make_organization(
        name="water",
        org_contact={"en": "Call [the **centre**](https://example.ca)", "fr": "Appeler le centre"},
        users=[
            {"name": editor["name"], "capacity": "editor"},
            {"name": member["name"], "capacity": "member"},
        ],
    )
    elsewhere = make_organization(
        users=[
            {"name": other["name"], "capacity": "editor"},
            {"name": reader["name"], "capacity": "member"},
        ]
    )
    return SimpleNamespace(
        ministry=ministry,
        elsewhere=elsewhere,
        editor_name=editor["name"],
        anonymous=client(internal, None),
        editor=client(internal, editor["name"]),
        member=client(internal, member["name"]),
        other=client(internal, other["name"]),
        reader=client(internal, reader["name"]),
    )


@pytest.fixture(scope="module")
def lakes(people: Any) -> dict[str, Any]:
    """A record with a file in each part of the page, and with fields for staff."""
    record = dataset_values(
        name="lakes",
        title_translated={"en": "Lake levels", "fr": "Niveaux des lacs"},
        maintainer_branch={"en": "Water Branch"},
        other_title="Working title",
        custodian_name="Person Who Keeps It",
        owner_org=people.ministry["id"],
    )
    file = record["resources"][0]
    record["resources"] = [
        {**file, "data_range_start": "2024-01-01", "data_range_end": "2024-12-31", "size": 88_000},
        {**file, "data_range_start": "2020-01-01", "data_range_end": "2020-12-31"},
        {**file, "type": "data_dictionary", "format": "PDF", "name_translated": {"en": "Columns"}},
    ]
    return dict(create_shared(people.editor_name, **record))


def parsed(answer: Any) -> Any:
    assert answer.status_code == 200, answer.status_code
    return html.fromstring(answer.data)


def words(page: Any, path: str = "//main | //*[@role='main']") -> str:
    return " ".join(" ".join(node.text_content() for node in page.xpath(path)).split())


def test_a_stranger_is_asked_to_log_in(people: Any, lakes: dict[str, Any]) -> None:
    file = lakes["resources"][0]["id"]
    for path in ("/", "/dataset/lakes", f"/dataset/lakes/resource/{file}"):
        assert people.anonymous(path).status_code == 302
    for form in ("bib", "ris"):
        answer = people.anonymous(f"/dataset/lakes/citation.{form}")
        assert answer.status_code in {302, 401}
        assert b"Lake" not in answer.data


@pytest.mark.parametrize("who", ["editor", "member", "other", "reader"])
def test_staff_read_it_and_only_editors_of_the_ministry_work_on_it(
    people: Any, lakes: dict[str, Any], who: str
) -> None:
    page = parsed(getattr(people, who)("/dataset/lakes"))
    assert [one.text for one in page.xpath("//h1")] == ["Lake levels"]
    assert bool(page.xpath("//a[contains(@href, '/dataset/edit/lakes')]")) is (who == "editor")
    # Fields for staff are marked as such.
    assert "Working title" in words(page, "//*[contains(@class, 'record-internal')]")


@pytest.mark.parametrize("who", ["anonymous", "other", "reader"])
def test_what_one_may_not_see_does_not_exist(people: Any, who: str) -> None:
    hidden = make_dataset(people.editor_name, people.ministry, name=f"hidden-{who}")
    model.Package.get(hidden["id"]).extras["audience"] = "ministry"
    model.Session.commit()
    search.rebuild(hidden["id"])
    assert people.member(f"/dataset/hidden-{who}").status_code == 200
    assert f"hidden-{who}" not in people.reader("/").text
    ask = getattr(people, who)
    file = hidden["resources"][0]["id"]
    for path in ("", f"/resource/{file}", "/citation.bib", "/citation.ris"):
        there = ask(f"/dataset/hidden-{who}{path}")
        absent = ask(f"/dataset/no-such-record{path}")
        assert there.status_code == absent.status_code
        assert there.status_code in {302, 401, 404}
    call("dataset_purge", id=hidden["id"])


def test_absent_files_and_deleted_records(people: Any, lakes: dict[str, Any]) -> None:
    assert people.editor("/dataset/lakes/resource/none").status_code == 404
    gone = make_dataset(people.editor_name, people.ministry, name="gone-one")
    model.Package.get(gone["id"]).state = "deleted"
    model.Session.commit()
    search.rebuild(gone["id"])
    assert people.other("/dataset/gone-one").status_code == 404
    assert people.other("/dataset/gone-one/citation.bib").status_code == 404


def test_by_its_id_and_by_its_old_name(people: Any) -> None:
    made = make_dataset(people.editor_name, people.ministry, name="called-before")
    call("package_patch", id=made["id"], name="called-now")
    for asked in (made["id"], "called-before"):
        answer = people.member(f"/fr/dataset/{asked}")
        assert answer.status_code in {301, 302}
        assert answer.headers["Location"].endswith("/fr/dataset/called-now")
    answer = people.member("/dataset/called-before/citation.bib")
    assert answer.headers["Location"].endswith("/dataset/called-now/citation.bib")


def test_a_past_version_is_shown_as_ckan_shows_it(people: Any, lakes: dict[str, Any]) -> None:
    activity = call("package_activity_list", id=lakes["id"])[0]["id"]
    answer = people.editor(f"/dataset/lakes?activity_id={activity}")
    assert answer.status_code == 302
    past = people.editor(answer.headers["Location"].split("localhost", 1)[-1])
    assert parsed(past).xpath("//h1")[0].text_content().split() == ["Lake", "levels"]


def test_a_page_in_french(people: Any, lakes: dict[str, Any]) -> None:
    page = parsed(people.member("/fr/dataset/lakes"))
    assert page.get("lang") == "fr"
    assert page.xpath("//h1")[0].text == "Niveaux des lacs"
    assert page.xpath("//title")[0].text.startswith("Niveaux des lacs")
    shown = words(page)
    for expected in ("Obtenir les données", "Licence du gouvernement ouvert – Ontario"):
        assert expected in shown
    assert "Télécharger PDF" in shown
    # What is only in English says so, to people and to programs that read aloud.
    (branch,) = page.xpath("//*[text()='Water Branch']")
    assert branch.get("lang") == "en"
    assert "(en anglais seulement)" in branch.getparent().text_content()
    (columns,) = page.xpath("//a[text()='Columns']")
    assert columns.get("lang") == "en"


def test_the_head_of_a_page(people: Any, lakes: dict[str, Any]) -> None:
    for prefix, language in (("", "en"), ("/fr", "fr")):
        page = parsed(people.member(f"{prefix}/dataset/lakes"))
        address = f"http://test.ontario.localhost{prefix}/dataset/lakes"
        assert page.xpath("//link[@rel='canonical']/@href") == [address]
        alternates = page.xpath("//head/link[@rel='alternate'][@hreflang]")
        assert {one.get("hreflang") for one in alternates} == {"en", "fr", "x-default"}
        (title,) = page.xpath("//meta[@property='og:title']/@content")
        assert title == lakes["title_translated"][language]
        (description,) = page.xpath("//meta[@name='description']/@content")
        assert description == lakes["short_description_translated"][language]


def test_the_data_comes_first_and_is_grouped(people: Any, lakes: dict[str, Any]) -> None:
    page = parsed(people.member("/dataset/lakes"))
    headings = [one.text_content() for one in page.xpath("//*[@role='main']//h2")]
    assert headings[0] == "Get the data"
    periods = [one.text_content() for one in page.xpath("//*[contains(@class,'record-period')]")]
    assert periods == ["2024", "2020"]
    (button,) = page.xpath("//a[contains(@class,'record-get')][contains(., '88')]")
    assert " ".join(button.text_content().split()) == "Download CSV (88 KB) Levels ↗ (another site)"


def test_the_contact_chain_is_rendered_safely(people: Any, lakes: dict[str, Any]) -> None:
    page = parsed(people.member("/dataset/lakes"))
    (contact,) = page.xpath("//section[@aria-labelledby='record-contact']")
    assert contact.xpath(".//a/@href")[:2] == [
        "mailto:surface.water@ontario.ca",
        "/organization/water",
    ]
    assert contact.xpath(".//strong/text()") == ["centre"]


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_a_files_page(people: Any, lakes: dict[str, Any], prefix: str) -> None:
    data, _older, columns = lakes["resources"]
    page = parsed(people.member(f"{prefix}/dataset/lakes/resource/{data['id']}"))
    assert page.xpath("//h1")[0].text == data["name_translated"][prefix[1:] or "en"]
    siblings = page.xpath("//section[@aria-labelledby='record-siblings']//a/@href")
    assert f"{prefix}/dataset/lakes/resource/{columns['id']}" in siblings
    shown = words(page)
    assert ("format ouvert" if prefix else "open format") in shown
    pdf = words(parsed(people.member(f"{prefix}/dataset/lakes/resource/{columns['id']}")))
    assert ("format ouvert" if prefix else "open format") not in pdf


def test_citations_to_download(people: Any, lakes: dict[str, Any]) -> None:
    bib = people.member("/fr/dataset/lakes/citation.bib")
    assert bib.headers["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert bib.headers["Content-Disposition"] == 'attachment; filename="lakes.bib"'
    assert "Niveaux des lacs" in bib.text
    ris = people.member("/dataset/lakes/citation.ris")
    assert "TI  - Lake levels" in ris.text
    assert people.member("/dataset/lakes/citation.exe").status_code == 404


@pytest.mark.parametrize(
    ("values", "english", "french"),
    [
        (
            {"access_level": "under_review", "planned_release_date": "2031-01-01"},
            "Planned release: January 1, 2031",
            "Publication prévue : 1er janvier 2031",
        ),
        (
            {"access_level": "under_review", "planned_release_date": "2001-01-01"},
            "This day has passed",
            "Cette date est passée",
        ),
        (
            {
                "access_level": "under_review",
                "exemption_rationale": {"en": "Owner unknown.", "fr": "Propriétaire inconnu."},
            },
            "No release date is planned yet. Reasons of the ministry Owner unknown.",
            "Aucune date de publication n’est encore prévue. Motifs du ministère Propriétaire",
        ),
        (
            {
                "access_level": "restricted",
                "exemption": "security",
                "exemption_rationale": {"en": "A reason.", "fr": "Une raison."},
            },
            "Exemption: Security.",
            "Exemption : Sécurité.",
        ),
        ({"record_status": "inactive"}, "is discontinued", "est abandonné"),
    ],
)
def test_access_is_explained(
    people: Any, values: dict[str, Any], english: str, french: str
) -> None:
    closed = values.get("access_level", "open") != "open"
    more = {"license_id": "other-closed", "resources": []} if closed else {}
    made = make_dataset(people.editor_name, people.ministry, **more, **values)
    for prefix, expected in (("", english), ("/fr", french)):
        shown = words(parsed(people.member(f"{prefix}/dataset/{made['name']}")))
        assert expected in shown


def test_hostile_values_are_shown_as_they_are_written(people: Any) -> None:
    bad = "<script>alert(1)</script>"
    made = make_dataset(
        people.editor_name,
        people.ministry,
        title_translated={"en": "A < B & \"C\" '{{ 7*7 }}' %s {x}", "fr": "A"},
        notes_translated={"en": f"{bad} [x](javascript:alert(1)) " + "word " * 5500, "fr": "b"},
        keywords={"en": ["w" * 100, "R&D (a/b)"], "fr": ["xx"]},
    )
    # Past every validator, as a careless importer would.
    resource = model.Resource.get(made["resources"][0]["id"])
    resource.url = "javascript:alert(1)"
    extras = dict(resource.extras)
    resource.extras = {**extras, "name_translated": {"en": bad}, "size": "big", "type": bad}
    package = model.Package.get(made["id"])
    package.extras["maintainer_email"] = "a@b.ca?cc=x'\"><b>"
    package.extras["access_level"] = bad
    package.extras["spatial"] = "{"
    model.Session.commit()
    search.rebuild(made["id"])
    for path in ("", f"/resource/{resource.id}"):
        answer = people.member(f"/dataset/{made['name']}{path}")
        page = parsed(answer)
        assert bad not in answer.text
        assert not page.xpath("//a[starts-with(@href, 'javascript:')]")
        # JSON-LD is data: nothing in it runs, and "<" is written otherwise.
        runs = page.xpath("//script[not(@type='application/ld+json')]")
        assert not [one for one in runs if "alert(1)" in (one.text or "")]
        assert not page.xpath("//a[starts-with(@href, 'mailto:')][contains(@href, 'cc=')]")


def test_many_files_cost_no_more_questions_than_one(people: Any) -> None:
    # Asked as somebody without activities: CKAN's own header asks for each of the reader's.
    asked: dict[int, list[int]] = {}
    file = dataset_values()["resources"][0]
    for files in (1, 300):
        made = make_dataset(people.editor_name, people.ministry, resources=[file] * files)
        page = f"/dataset/{made['name']}"
        for path in (page, f"{page}/resource/{made['resources'][-1]['id']}"):
            asked.setdefault(files, []).append(min(questions(people.other, path) for _ in "123"))
    assert all(many <= one for one, many in zip(asked[1], asked[300], strict=True)), asked


def questions(ask: Any, path: str) -> int:
    """Return how many statements a page takes; more where names that are kept a while ran out."""
    model.Session.remove()
    with statements() as seen:
        assert ask(path).status_code == 200
    return len(seen)


def test_home(people: Any, lakes: dict[str, Any]) -> None:
    page = parsed(people.reader("/fr/"))
    assert page.xpath("//h1")[0].text == "Les données du gouvernement de l’Ontario"
    (opened,) = page.xpath("//a[contains(@class, 'home-level--open')]")
    assert opened.get("href") == "/fr/dataset/?access_level=open"
    assert int(opened.xpath("./strong")[0].text) >= 1
    assert "Environnement et richesses naturelles" in words(page)
    assert page.xpath("//form[@role='search']/@action") == ["/fr/dataset/"]
    ministry = page.xpath("//a[@href='/fr/organization/water']")
    assert ministry[0].text.startswith("Ministère")


def test_home_stands_when_the_search_does_not_answer(
    people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home_views, "_search", lambda **_asked: None)
    page = parsed(people.reader("/"))
    assert "not available" in words(page)
