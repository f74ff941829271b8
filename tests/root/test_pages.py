"""What every page has: language, skip link, portal banner, language switch, titles, errors."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.tests import factories
from ckan.tests.helpers import call_action
from lxml import html
from werkzeug.exceptions import default_exceptions

from ckanext.ontario.helpers import ontario_error_detail, ontario_error_notices


@pytest.fixture(scope="module")
def staff(internal: Any, clean_module: None) -> Any:
    user = factories.User()
    token = call_action("api_token_create", user=user["name"], name="tests")["token"]

    def get(path: str) -> Any:
        client = internal.test_client(use_cookies=False)
        headers = {"Authorization": token, "Accept": "text/html"}
        return client.get(path, headers=headers, follow_redirects=False)

    return get


PAGES = ["/", "/dataset/", "/organization/", "/group/", "/about", "/user/login"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("/fr", "fr")])
def test_a_page(staff: Any, prefix: str, language: str, path: str) -> None:
    answer = staff(prefix + path)
    assert answer.status_code == 200
    page = html.fromstring(answer.data)
    assert page.get("lang") == language
    links = page.xpath("//body//a[@href]")
    target = links[0].get("href").removeprefix("#")  # a keyboard meets the skip link first
    assert page.xpath(f"//*[@id='{target}']")
    banner = page.xpath("//*[contains(@class, 'ontario-portal--internal')]")
    assert len(banner) == 1
    switch = {a.get("hreflang"): a for a in banner[0].xpath(".//a[@hreflang]")}
    assert set(switch) == {"en", "fr"}
    assert switch[language].get("aria-current") == "true"
    assert page.xpath("//header//h1") == []  # a page's heading is its own
    heads = page.xpath("//head/link[@rel='alternate'][@hreflang]")
    assert [one.get("hreflang") for one in heads] == ["en", "fr"]
    assert all(one.get("href").startswith("http://test.ontario.localhost/") for one in heads)


@pytest.mark.parametrize(
    ("path", "english", "french"),
    [
        ("/dataset/?q=eau&page=1", "/en/dataset/?q=eau&page=1", "/fr/dataset/?q=eau&page=1"),
        ("/fr/organization/", "/en/organization/", "/fr/organization/"),
    ],
)
def test_the_switch_leads_to_this_page(staff: Any, path: str, english: str, french: str) -> None:
    page = html.fromstring(staff(path).data)
    links = {a.get("hreflang"): a.get("href") for a in page.xpath("//a[@hreflang]")}
    assert links["fr"].endswith(french)
    assert links["en"].endswith((english, english.removeprefix("/en")))


def test_the_log_in_page_leads_nowhere_else(internal: Any) -> None:
    answer = internal.test_client(use_cookies=False).get("/user/login")
    page = html.fromstring(answer.data)
    inside = {a.get("href") for a in page.xpath("//header//a[@href] | //footer//a[@href]")}
    assert not any("/dataset" in href or "/organization" in href for href in inside)


@pytest.mark.parametrize(
    ("path", "code"), [("/missing", 404), ("/dataset/none", 404), ("/ckan-admin/", 403)]
)
@pytest.mark.parametrize(("prefix", "first"), [("", "en"), ("/fr", "fr")])
def test_an_error_page_speaks_both_languages(
    staff: Any, prefix: str, first: str, path: str, code: int
) -> None:
    answer = staff(prefix + path)
    assert answer.status_code == code
    page = html.fromstring(answer.data)
    notices = page.xpath("//article[contains(@class, 'ontario-error')]//section")
    assert [notice.get("lang") for notice in notices] == [first, "fr" if first == "en" else "en"]
    assert len(page.xpath("//h1")) == 1
    titles = page.xpath("//article[contains(@class, 'ontario-error')]//h1 | //article//h2")
    assert all(title.text_content().strip() for title in titles)


@pytest.mark.parametrize(
    ("code", "content", "shown"),
    [
        (404, "No such dataset", "No such dataset"),
        (404, default_exceptions[404].description, None),
        ([500], "Internal server error", None),
        (403, "", None),
        (599, "x", None),
    ],
)
def test_stock_phrases_are_left_out(code: Any, content: str, shown: str | None) -> None:
    assert ontario_error_detail(code, content) == shown


def test_a_fault_is_a_page_too(internal: Any) -> None:
    with internal.flask_app.test_request_context():
        for code in (500, [500], 418, 400, 401, 403, 404, 410, 503):
            notices = ontario_error_notices(code)
            assert [notice.language for notice in notices] == ["en", "fr"]
            assert all(notice.title and notice.advice for notice in notices)
