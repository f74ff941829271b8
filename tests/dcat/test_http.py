"""Over HTTP: who gets a graph, in which format, and what hostile callers are told."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from ckanext.dcat.processors import HYDRA
from ckanext.dcat.profiles.base import DCAT
from lxml import html
from rdflib import RDF, URIRef
from tests.dcat.conftest import graph_of

from ckanext.ontario.dcat import config
from ckanext.ontario.dcat.logic.parameters import FORMATS

CALLERS = ("member", "owner", "other")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


# --- who ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/catalog.ttl", "/dataset/full.ttl", "/dataset/nope.xml"])
def test_anonymous_callers_are_told_nothing(world: Any, path: str) -> None:
    assert world.anonymous.get(path).status_code == 401
    assert world.anonymous.get(path, accept="text/html").status_code == 302


def test_negotiation_opens_no_door(world: Any) -> None:
    for path in ("/", "/dataset/full", "/dataset/nope"):
        assert world.anonymous.get(path, accept="text/turtle").status_code == 401
    assert world.anonymous.action("dcat_dataset_show", id="full").status_code == 401
    assert world.anonymous.action("dcat_catalog_show").status_code == 401


@pytest.mark.parametrize("who", CALLERS)
def test_staff_read_what_all_staff_may_read(world: Any, who: str) -> None:
    assert getattr(world, who).get("/dataset/open.ttl").status_code == 200


@pytest.mark.parametrize(
    ("name", "readers"), [("hidden", ("member", "owner")), ("a-draft", ()), ("withheld", ())]
)
def test_other_records_are_as_if_they_were_not(
    world: Any, name: str, readers: tuple[str, ...]
) -> None:
    address = f"{config.base_uri()}/dataset/{world.records[name]['id']}"
    for who in CALLERS:
        caller = getattr(world, who)
        answers = [caller.get(f"/dataset/{name}.ttl"), caller.get(f"/dataset/{name}.jsonld")]
        by_api = caller.action("dcat_dataset_show", id=name, format="ttl")
        expected = 200 if who in readers else 404
        assert {answer.status_code for answer in [*answers, by_api]} == {expected}, who
        listed = address in caller.get("/catalog.ttl").text
        assert listed == (who in readers), who
        if expected == 404:
            nothing = caller.action("dcat_dataset_show", id="nope", format="ttl")
            assert nothing.status_code == 404
            assert world.records[name]["id"] not in by_api.text


def test_the_second_name_of_the_catalogue_is_refused(world: Any) -> None:
    for who in CALLERS:
        assert getattr(world, who).action("dcat_catalog_search").status_code == 403


# --- in which format -------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("path", ["/catalog", "/dataset/full"])
def test_each_format_has_its_media_type(world: Any, path: str, suffix: str) -> None:
    answer = world.owner.get(f"{path}.{suffix}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{FORMATS[suffix]}; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/dataset/full"])
@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/html;q=0.2, text/turtle", "text/turtle"),
        ("text/turtle;q=0.2, text/html", "text/html"),
        (BROWSER, "text/html"),
        ("*/*", "text/html"),
        ("nonsense", "text/html"),
    ],
)
def test_negotiation(world: Any, path: str, accept: str, kind: str) -> None:
    answer = world.owner.get(path, accept=accept)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == kind
    assert "Accept" in answer.headers["Vary"]


def test_a_page_still_redirects_and_creates(world: Any) -> None:
    assert world.owner.get("/dataset/new", accept="text/turtle").status_code == 200
    assert world.owner.get("/dataset/nope", accept="text/turtle").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_pages_link_to_their_graphs(world: Any, prefix: str) -> None:
    page = html.fromstring(world.owner.get(f"{prefix}/dataset/full", accept=BROWSER).data)
    found = {a.get("type"): a.get("href") for a in page.xpath("//link[@rel='alternate'][@type]")}
    assert {"text/turtle", "application/ld+json", "application/rdf+xml"} <= set(found)
    for kind in ("text/turtle", "application/ld+json"):
        answer = world.owner.get(found[kind].removeprefix(config.base_uri()))
        assert answer.headers["Content-Type"].startswith(kind)
    home = html.fromstring(world.owner.get(f"{prefix}/", accept=BROWSER).data)
    assert home.xpath("//link[@rel='alternate'][@type='text/turtle'][contains(@href,'catalog')]")
    assert len(page.xpath("//head//script[@type='application/ld+json']")) == 1


# --- what hostile callers are told -----------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "abc"},
        {"page": "١"},
        {"page": "1.5"},
        {"page": "9" * 400},
        {"modified_since": "nonsense"},
        {"modified_since": "2026-13-45"},
        {"modified_since": "0001-01-01T00:00:00+14:00"},
        {"modified_since": "2026-01-01 TO *] OR *:*"},
        {"profiles": "schemaorg"},
        {"profiles": "euro_dcat_ap_3"},
        {"profiles": "ontario_dcat,croissant"},
        {"profiles": "../../etc/passwd"},
        {"q": "permission_labels:public"},
        {"q": "{!lucene}x"},
        {"fq": "nofield:1"},
        {"fq": "title:["},
    ],
)
def test_what_is_not_understood_is_a_clear_400(world: Any, query: dict[str, str]) -> None:
    answer = world.owner.get("/catalog.ttl", **query)
    assert answer.status_code == 400, (query, answer.status_code)


@pytest.mark.parametrize(
    "path",
    ["/catalog.exe", "/catalog.", "/catalog.TTL", "/dataset/full.exe", "/dataset/full.ttl.ttl"],
)
def test_an_unknown_format_is_not_found(world: Any, path: str) -> None:
    assert world.owner.get(path).status_code == 404


def test_a_page_behind_the_last_is_not_found(world: Any) -> None:
    assert world.owner.get("/catalog.ttl", page="2").status_code == 404
    assert world.owner.get("/catalog.ttl", page="100000").status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        {"id": "full", "format": "exe"},
        {"id": "full", "format": ["ttl"]},
        {"id": "full", "profiles": ["schemaorg"]},
        {"format": "ttl"},
    ],
)
def test_the_action_refuses_the_same(world: Any, data: dict[str, Any]) -> None:
    answer = world.owner.action("dcat_dataset_show", **data)
    assert answer.status_code == 409
    assert answer.json["error"]["__type"] == "Validation Error"


@pytest.mark.parametrize("data", [{"page": 0}, {"q": {"a": 1}}, {"fq": ["x"]}, {"page": [1]}])
def test_the_catalogue_action_refuses_the_same(world: Any, data: dict[str, Any]) -> None:
    assert world.owner.action("dcat_catalog_show", **data).status_code == 409


def test_messages_are_in_the_readers_language(world: Any) -> None:
    answer = world.owner.get("/fr/catalog.ttl", page="abc")
    assert "nombre entier" in answer.text


# --- paging ----------------------------------------------------------------------------------


def test_pages_are_linked_and_hold_everything_once(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "page_size", lambda: 4)
    seen: list[str] = []
    address: str | None = "/catalog.ttl?q=&fq=access_level:open"
    visited = 0
    while address:
        path, _, query = address.partition("?")
        asked = dict(part.split("=", 1) for part in query.split("&"))
        answer = world.owner.get(path, **{k: requests.utils.unquote(v) for k, v in asked.items()})
        graph = graph_of(answer.text)
        seen += [str(one) for one in graph.subjects(RDF.type, DCAT.Dataset)]
        following = graph.value(None, HYDRA.next)
        links = list(graph.objects(None, HYDRA.next))
        address = str(links[0]).removeprefix(config.base_uri()) if links else None
        visited += 1
        assert following is None or not links
        assert graph.value(URIRef(config.base_uri()), RDF.type) == DCAT.Catalog
    assert visited == 2
    assert len(seen) == len(set(seen))
    opened = ("full", "open", "one-language", "inactive", "no-contact", "hidden")
    assert set(seen) == {
        f"{config.base_uri()}/dataset/{world.records[name]['id']}" for name in opened
    }


def test_changed_since(world: Any) -> None:
    def told(since: str) -> int:
        graph = graph_of(world.owner.get("/catalog.ttl", modified_since=since).text)
        return len(list(graph.subjects(RDF.type, DCAT.Dataset)))

    assert told("2020-01-01") == told("2020-01-01T00:00:00Z") > 5
    assert told("2999-12-31") == 0


# --- the public portal -----------------------------------------------------------------------


def test_the_public_portal_answers_everybody(public_server: Any) -> None:
    url = public_server.url
    for suffix, kind in FORMATS.items():
        answer = requests.get(f"{url}/catalog.{suffix}", timeout=30)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    negotiated = requests.get(f"{url}/", headers={"Accept": "text/turtle"}, timeout=30)
    assert "dcat:Catalog" in negotiated.text
    assert requests.get(f"{url}/dataset/nope.ttl", timeout=30).status_code == 404
    assert requests.get(f"{url}/catalog.ttl?page=abc", timeout=30).status_code == 400
    action = f"{url}/api/3/action/dcat_catalog_show?format=ttl"
    assert "dcat:Catalog" in requests.get(action, timeout=30).json()["result"]
    done = public_server.ckan("ontario-dcat", "check", check=False)
    assert (done.returncode, "0 violations" in done.stdout) == (0, True)
