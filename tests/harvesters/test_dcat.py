"""DCAT in Turtle, RDF/XML and JSON-LD, in one document and in pages."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from ckan.tests.helpers import changed_config
from hostile import HostileServer, body
from kits import DcatKit
from rdflib import Graph
from standard import Reading, StandardHarvest, StandardReader, read
from tests.catalogue.filling import fill

from ckanext.ontario.harvest import harvester, report, sources
from ckanext.ontario.harvest.config import ALLOWED_HOSTS
from ckanext.ontario.harvesters.dcat.plugin import DcatHarvester

READER = DcatHarvester.reader
EU = "http://publications.europa.eu/resource/authority/"


class TestStandard(StandardReader, StandardHarvest):
    kit = DcatKit()


@pytest.fixture(autouse=True)
def nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A reader that opens a connection fails its test."""
    if "harvests" in request.fixturenames:
        return

    def refuse(*_args: Any, **_more: Any) -> Any:
        raise AssertionError("the reader wants to connect")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def reading(tmp_path: Path, content: str | bytes) -> Reading:
    path = tmp_path / "document"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(READER, path)


TURTLE = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://a.ca/> a dcat:Catalog ; dcat:dataset <https://a.ca/1> .
<https://a.ca/1> a dcat:Dataset ;
  dct:title "Bridges"@en-CA, "Ponts"@fr, "Brücken"@de ;
  dct:description "All."@en, "Tous."@fr ; dcat:keyword "roads"@en, "routes"@fr ;
  dct:accessRights <{EU}access-right/PUBLIC> ;
  dct:accrualPeriodicity <{EU}frequency/QUARTERLY> ;
  dct:publisher [ a foaf:Organization ; foaf:name "Ministry of Health"@en, "Santé"@fr ] ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "Data unit"@en ;
    vcard:hasEmail <mailto:data@ontario.ca> ] ;
  dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2015-01-01" ; dcat:endDate "2016-12-31" ] ;
  dct:spatial [ a dct:Location ; skos:prefLabel "Lake"@en, "Lac"@fr ;
    dcat:bbox "POLYGON((-80 43, -79 43, -79 44, -80 44, -80 43))" ] ;
  dcat:theme [ skos:prefLabel "Health"@en ] ;
  dcat:distribution [ a dcat:Distribution ; dct:title "Rows"@en, "Lignes"@fr ;
    dcat:downloadURL <https://a.ca/1.csv> ; dct:language <{EU}language/ENG> ;
    dct:license <https://www.ontario.ca/page/open-government-licence-ontario> ;
    dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ] ,
  [ a dcat:Distribution ; dcat:accessURL <https://a.ca/2> ; dct:format <{EU}file-type/JSON> ] .
"""


@pytest.mark.parametrize("form", ["turtle", "xml", "json-ld", "nt"])
def test_one_dataset_in_every_form(tmp_path: Path, form: str) -> None:
    content = Graph().parse(data=TURTLE, format="turtle").serialize(format=form)
    found = reading(tmp_path, content)
    assert [issue.code for issue in found.issues] == []
    (record,) = found.records
    assert (record.guid, record.organization) == ("https://a.ca/1", "Ministry of Health")
    dataset = dict(record.dataset)
    resources = dataset.pop("resources")
    assert dataset == {
        "title_translated": {"en": "Bridges", "fr": "Ponts"},
        "notes_translated": {"en": "All.", "fr": "Tous."},
        "keywords": {"en": ["roads"], "fr": ["routes"]},
        "topics": ["health-and-care"],
        "maintainer_translated": {"en": "Data unit"},
        "maintainer_email": "data@ontario.ca",
        "date_range_start": "2015-01-01",
        "date_range_end": "2016-12-31",
        "update_frequency": "quarterly",
        "geographic_coverage_translated": {"en": "Lake", "fr": "Lac"},
        "spatial": "-80.0,43.0,-79.0,44.0",
        "access_level": "open",
        "license_id": "OGL-ON-1.0",
    }
    files = {each["url"]: each for each in resources}
    assert files["https://a.ca/1.csv"]["format"] == "CSV"
    assert files["https://a.ca/1.csv"]["language"] == "english"
    assert files["https://a.ca/1.csv"]["name_translated"] == {"en": "Rows", "fr": "Lignes"}
    assert files["https://a.ca/2"]["format"] == "JSON"


def test_the_order_of_nameless_nodes_is_stable(tmp_path: Path) -> None:
    seen = {json.dumps(reading(tmp_path, TURTLE).records[0].dataset) for _ in range(5)}
    assert len(seen) == 1


def test_what_nobody_may_have_is_left_for_people_to_decide(tmp_path: Path) -> None:
    found = reading(tmp_path, TURTLE.replace("right/PUBLIC", "right/NON_PUBLIC"))
    assert found.records[0].dataset["access_level"] == "under_review"
    assert "choice_unknown" in found.codes


# --- documents that do harm ------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{}</rdf:RDF>'
TITLE = (
    '<rdf:Description rdf:about="https://a.ca/1"><t xmlns="https://a.ca/">{}</t></rdf:Description>'
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (
            '<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            + RDF.format(TITLE.format("&x;")),
            "rdf_has_entities",
        ),
        (
            f'<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY l0 "ha">{LAUGHS}]>'
            + RDF.format(TITLE.format("&l9;")),
            "rdf_has_entities",
        ),
        (
            '<?xml version="1.0"?><!DOCTYPE rdf:RDF SYSTEM "http://169.254.169.254/x.dtd">'
            + RDF.format(""),
            "rdf_has_entities",
        ),
        ('<?xml version="1.0"?><rdf:RDF', "rdf_invalid"),
        ('{"@context": "http://169.254.169.254/context", "@graph": []}', "rdf_context_unknown"),
        ('{"@graph": [{"@context": ["file:///etc/passwd"]}]}', "rdf_context_unknown"),
        ('{"@context": {"@import": "https://a.ca/context"}}', "rdf_context_unknown"),
        (
            '{"@context": {"p": {"@id": "https://a.ca/p", "@context": "https://a.ca/c"}}}',
            "rdf_context_unknown",
        ),
        ('{"a": ' + "[" * 100 + "]" * 100 + "}", "json_too_deep"),
        ("[" * 100_000, "json_too_deep"),
        ('{"a": ' + "9" * 5_000 + "}", "json_number"),
        ('{"@graph": [{"@id": "https://a.ca/1"', "json_truncated"),
        ('{"@graph": [}', "json_invalid"),
        ('{"success": false}', "source_said_error"),
        ("@prefix dcat: <http://www.w3.org/ns/dcat#> . <https://a.ca/1> a dcat:", "rdf_invalid"),
        ("Not Turtle at all.", "rdf_invalid"),
        ("<https://a.ca/1> <https://a.ca/p> 1 .", "catalogue_not_found"),
    ],
)
def test_documents_that_are_refused(tmp_path: Path, content: str, code: str) -> None:
    found = reading(tmp_path, content)
    assert found.codes == [code]
    assert found.fatal


def test_a_graph_is_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ckanext.ontario.harvesters.dcat.parsing.MAX_BYTES", 100)
    assert reading(tmp_path, TURTLE).codes == ["rdf_too_large"]


def test_a_context_that_is_known_is_not_fetched(tmp_path: Path) -> None:
    said = {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dataset": [{"@type": "dcat:Dataset", "identifier": "1", "title": "Bridges"}],
    }
    found = reading(tmp_path, json.dumps(said))
    assert found.accepted["1"]["title_translated"] == {"en": "Bridges"}


# --- pages -----------------------------------------------------------------------------------


class Source:
    """A source of this kind at an address."""

    def __init__(self, url: str, organization_id: str) -> None:
        self.url, self.organization_id = url, organization_id
        self.config: dict[str, Any] = {"publishers": "source"}

    def run(self) -> dict[str, Any]:
        """Harvest, and return the run."""
        source_id = sources.ensure(
            name="remote-graph",
            title="A graph",
            url=self.url,
            kind="dcat",
            organization_id=self.organization_id,
            config=self.config,
        )
        return sources.run_now(source_id, harvester.harvesters()["dcat"])


def counts(run: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in report.counts(run).items() if number}


def fatal(run: dict[str, Any]) -> list[str]:
    return [issue["code"] for issue in report.issues(run, severity=["fatal"], limit=100)]


@pytest.fixture
def served(hostile: HostileServer, harvests: Any) -> Iterator[Any]:
    def source(path: str = "/1") -> Source:
        return Source(hostile.url(path), harvests.organization_id)

    with changed_config(ALLOWED_HOSTS, [f"127.0.0.1:{hostile.port}"]):
        yield source


def page(number: int, following: str = "", total: int = 2) -> bytes:
    link = f"; hydra:next <{following}>" if following else ""
    return f"""
    @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
    <https://a.ca/> a dcat:Catalog .
    <https://a.ca/pages> a hydra:PagedCollection ; hydra:totalItems {total} {link} .
    <https://a.ca/{number}> a dcat:Dataset ; dct:title "Bridges {number}"@en .
    """.encode()


def test_pages_are_followed_and_loops_end(
    hostile: HostileServer, served: Any, packages: Any
) -> None:
    hostile.on("/1", body(page(1, hostile.url("/2"))))
    hostile.on("/2", body(page(2)))
    assert counts(served().run()) == {"rows": 2, "new": 2}
    assert "text/turtle" in hostile.asked[0][1]["Accept"]
    assert counts(served().run()) == {"rows": 2, "unchanged": 2}

    for number, (second, code) in enumerate(
        [
            (page(2, hostile.url("/1")), "download_page_again"),
            (page(2, hostile.url("/2")), "download_page_again"),
            (page(1, hostile.url("/2")), "download_page_again"),
            (page(2, "http://169.254.169.254/latest"), "download_page_elsewhere"),
            (page(2, "file:///etc/passwd"), "download_page_elsewhere"),
            (b"<!doctype html><title>Log in</title>", "document_is_web_page"),
            (page(2, total=3), ""),
        ]
    ):
        hostile.on("/2", body(second))
        run = served().run()
        assert fatal(run) == ([code] if code else []), number
        assert "inactive" not in run["counters"]
    assert len(packages()) == 2


def test_our_own_catalogue_comes_back_whole(
    public_server: Any, harvests: Any, packages: Any
) -> None:
    organization = {
        "name": "graph-health",
        "title_translated": {"en": "Ministry of Health", "fr": "Ministère de la Santé"},
        "jurisdiction": "provincial",
        "category": "ministry",
    }
    said = {
        "name": "graph-record",
        "title_translated": {"en": "A graph", "fr": "Un graphe"},
        "notes_translated": {"en": "Text.", "fr": "Texte."},
        "keywords": {"en": ["roads"], "fr": ["routes"]},
        "access_level": "open",
        "license_id": "OGL-ON-1.0",
        "update_frequency": "yearly",
        "owner_org": "graph-health",
        "resources": [{"url": "https://files.ontario.ca/1.csv", "name_translated": {"en": "Rows"}}],
    }
    fill(public_server, ("organization_create", organization), ("package_create", said))
    host = urlsplit(public_server.url)
    try:
        with changed_config(ALLOWED_HOSTS, [f"{host.hostname}:{host.port}"]):
            run = Source(f"{public_server.url}/catalog.ttl", harvests.organization_id).run()
    finally:
        purges = ("dataset_purge", "graph-record"), ("organization_purge", "graph-health")
        fill(public_server, *((action, {"id": name}) for action, name in purges))
    assert fatal(run) == [], report.issues(run, limit=10)
    (found,) = [each for each in packages().values() if each["title_translated"]["en"] == "A graph"]
    for key in ("title_translated", "notes_translated", "keywords", "access_level", "license_id"):
        assert found[key] == said[key]
    assert found["update_frequency"] == "yearly"
    assert found["resources"][0]["url"] == "https://files.ontario.ca/1.csv"
