"""Organizations, topics, their lists, and feeds; in both languages, as each kind of reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from lxml import etree
from tests import factories

from ckanext.ontario.catalogue import feeds
from ckanext.ontario.shared.collation import sort_key

Reader = Callable[..., Any]
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def test_an_organization_says_who_it_is_and_is_searched_within(reader: Reader) -> None:
    factories.call(
        "organization_patch",
        id="moh",
        former_names=["Ministry of Health and Long-Term Care"],
        org_contact={"en": "health@ontario.ca", "fr": "sante@ontario.ca"},
        description_translated={"en": "Runs **health**.", "fr": "Gère la **santé**."},
    )
    page = reader("/fr/organization/moh?access_level=open&access_level=restricted")
    assert page.text("//h1") == "Ministère de la Santé"
    header = page.text("//header[@class='ontario-group']")
    for words in ("Gère la santé.", "Long-Term Care", "sante@ontario.ca"):
        assert words in header
    assert sorted(page.names()) == ["hospital-beds", "ministry-only", "patients"]
    assert page.facet("organization") == {}
    assert page.facet("access_level")["under_review"] == "1"
    assert len(page.pills()) == 2
    assert all("/fr/organization/moh?" in address for address in page.pills().values())
    assert "ministry-only" not in reader("/organization/moh", "other").names()
    assert reader("/organization/moh", "").status == 302


def test_an_organizations_old_name_leads_to_it(reader: Reader) -> None:
    made = factories.make_organization(name="old-name")
    factories.call("organization_patch", id=made["id"], name="new-name")
    answer = reader("/organization/old-name?q=a")
    assert answer.status == 301
    assert answer.headers["Location"].endswith("/organization/new-name?q=a")


def test_a_topic_is_searched_within(reader: Reader) -> None:
    page = reader("/fr/group/health-and-care?organization=moh&q=lits")
    assert page.text("//h1") == "Santé"
    assert page.names() == ["hospital-beds"]
    assert page.facet("groups") == {}


@pytest.mark.parametrize("kind", ["organization", "group"])
def test_what_is_missing_or_deleted_is_not_found(reader: Reader, kind: str) -> None:
    assert reader(f"/{kind}/no-such").status == 404
    assert reader(f"/feeds/{kind}/no-such.atom").status == 404
    make = factories.make_organization if kind == "organization" else None
    made = (
        make()
        if make
        else factories.call(
            "group_create", name="gone-topic", title_translated={"en": "Gone", "fr": "Parti"}
        )
    )
    factories.call(f"{kind}_delete", id=made["id"])
    assert reader(f"/{kind}/{made['name']}").status == 404
    assert reader(f"/feeds/{kind}/{made['name']}.atom").status == 404
    assert made["name"] not in reader(f"/{kind}/").data.decode()


@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("/fr", "fr")])
def test_the_list_of_organizations_is_in_order_by_kind(
    reader: Reader, prefix: str, language: str
) -> None:
    page = reader(f"{prefix}/organization/")
    headings = page.text("//h2")
    assert ("Ministries" if language == "en" else "Ministères") in headings
    sections = page.tree.xpath("//ul[@class='ontario-index-list']")
    for section in sections:
        titles = [a.text_content() for a in section.xpath(".//li/a")]
        assert titles == sorted(titles, key=lambda title: sort_key(title, language))
    health = page.tree.xpath(f"//li[a/@href='{prefix}/organization/moh']")[0]
    assert "4 " in " ".join(health.text_content().split())
    other = reader(f"{prefix}/organization/", "other")
    seen = other.tree.xpath(f"//li[a/@href='{prefix}/organization/moh']")[0]
    assert "3 " in " ".join(seen.text_content().split())


@pytest.mark.parametrize("typed", ["SANTE", "santé", "MOH", "x" * 5000, "%01", "\\"])
def test_the_list_is_narrowed_by_name(reader: Reader, typed: str) -> None:
    page = reader(f"/fr/organization/?q={typed}")
    assert page.status == 200
    if len(typed) == 5:
        assert "/fr/organization/moh" in page.tree.xpath("//li/a/@href")
        assert "/fr/organization/mto" not in page.tree.xpath("//li/a/@href")


def test_topics_are_listed_with_counts(reader: Reader) -> None:
    page = reader("/fr/group/")
    topic = page.tree.xpath("//li[a/@href='/fr/group/health-and-care']")[0]
    assert "Santé" in topic.text_content()
    assert "4 " in " ".join(topic.text_content().split())


def atom(page: Any) -> Any:
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("application/atom+xml")
    return etree.fromstring(page.data)


def test_each_search_links_a_feed_of_the_same_records(reader: Reader) -> None:
    page = reader("/fr/dataset/?organization=moh&organization=mecp&access_level=open&sort=title")
    [link] = page.tree.xpath("//head/link[@type='application/atom+xml']/@href")
    feed = atom(reader(link))
    titles = feed.xpath("//a:entry/a:title/text()", namespaces=ATOM)
    assert sorted(titles) == ["Eau dans les écoles", "Lits d’hôpital", "Niveaux des lacs"]
    addresses = feed.xpath("//a:entry/a:link[@rel='alternate']/@href", namespaces=ATOM)
    assert all("/fr/dataset/" in one and one.startswith("http") for one in addresses)
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr-CA"
    dates = feed.xpath("//a:entry/a:updated/text()", namespaces=ATOM)
    assert dates == sorted(dates, reverse=True)
    assert all(datetime.fromisoformat(one).tzinfo for one in dates)


def test_ids_of_a_feed_are_the_records_and_never_change(reader: Reader) -> None:
    english, french = atom(reader("/feeds/dataset.atom")), atom(reader("/fr/feeds/dataset.atom"))
    path = "//a:entry/a:id/text()"
    ids = english.xpath(path, namespaces=ATOM)
    assert ids == french.xpath(path, namespaces=ATOM)
    assert len(set(ids)) == len(ids) == 6
    shown = factories.call("package_show", id="lake-levels")["id"]
    assert f"urn:uuid:{shown}" in ids


@pytest.mark.parametrize(
    "address",
    [
        "/feeds/dataset.atom",
        "/feeds/custom.atom?organization=moh",
        "/feeds/organization/moh.atom",
        "/feeds/group/health-and-care.atom",
    ],
)
def test_a_feed_tells_a_reader_only_what_they_may_see(reader: Reader, address: str) -> None:
    assert b"Ministry only" in reader(address, "editor").data
    other = reader(address, "other")
    assert b"Hospital beds" in other.data
    assert b"Ministry only" not in other.data
    assert reader(address, "").status in {302, 401}


@pytest.mark.parametrize(
    ("query", "status"), [("page=zzz&q=%01", 200), ("page=99999999", 200), ("q=no_such:x", 400)]
)
def test_a_feed_of_a_bad_address(reader: Reader, query: str, status: int) -> None:
    assert reader(f"/feeds/custom.atom?{query}").status == status


def test_a_feed_without_records_and_with_odd_signs_is_valid() -> None:
    now = datetime(2031, 1, 1, tzinfo=timezone.utc)
    empty = feeds.Feed("A\x00b", "", "en-CA", "http://x/f", "http://x/", "Me")
    tree = etree.fromstring(feeds.atom(empty, "http://x/f", now))
    assert tree.xpath("string(a:title)", namespaces=ATOM) == "Ab"
    assert tree.xpath("string(a:updated)", namespaces=ATOM).startswith("2031-01-01")
    assert feeds.instant("2031-01-01T05:00:00.1").tzinfo
    assert feeds.instant(None).year == 1970
