"""The feed of an ArcGIS Hub, as Esri writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ckan.tests.helpers import changed_config
from hostile import HostileServer, body, in_turn
from kits import ArcgisHubKit
from standard import Reading, StandardHarvest, StandardReader, read

from ckanext.ontario.harvest import harvester, paging, report, sources
from ckanext.ontario.harvest.config import ALLOWED_HOSTS
from ckanext.ontario.harvest.download import Policy
from ckanext.ontario.harvest.reader import DocumentError
from ckanext.ontario.harvesters.arcgis_hub.plugin import ArcgisHubHarvester

READER: Any = ArcgisHubHarvester.reader


class TestStandard(StandardReader, StandardHarvest):
    kit = ArcgisHubKit()


ITEM = {
    "@type": "dcat:Dataset",
    "identifier": "https://www.arcgis.com/home/item.html?id=1&sublayer=3",
    "title": "Bridges of the North",
    "description": "<p>All the bridges of the north, and the roads to them.</p>",
    "keyword": ["bridges"],
    "issued": "2015-01-01T00:00:00.000Z",
    "modified": "2024-02-03T10:00:00.000Z",
    "publisher": {"name": "Ministry of Natural Resources"},
    "contactPoint": {"@type": "vcard:Contact", "fn": "LIO", "hasEmail": "mailto:lio@ontario.ca"},
    "accessLevel": "public",
    "spatial": "-95.2,41.7,-74.3,56.9",
    "license": "{{licenseInfo}}",
    "theme": ["geospatial"],
    "distribution": [
        {
            "@type": "dcat:Distribution",
            "title": "ArcGIS GeoService",
            "format": "ArcGIS GeoServices REST API",
            "mediaType": "application/json",
            "accessURL": "https://ws.lioservices.lrc.gov.on.ca/arcgis/rest/services/x/3",
        },
        {"title": "Shapefile", "format": "ZIP", "accessURL": "https://a.ca/x.zip"},
        {"title": "{{name}}", "format": "CSV", "accessURL": "{{url}}"},
    ],
}


def reading(tmp_path: Path, *items: Any, **options: Any) -> Reading:
    path = tmp_path / "feed.json"
    path.write_text(json.dumps({"dataset": list(items)}), encoding="utf-8")
    return read(READER, path, **options)


def test_an_item_as_a_hub_writes_it(tmp_path: Path) -> None:
    found = reading(tmp_path, ITEM)
    dataset = found.accepted[str(ITEM["identifier"])]
    assert dataset["notes_translated"] == {
        "en": "All the bridges of the north, and the roads to them."
    }
    assert dataset["license_id"] == "notspecified"
    formats = [each["format"] for each in dataset["resources"]]
    assert formats == ["Esri REST", "ZIP"]
    assert "{{" not in json.dumps(dataset)
    assert found.codes == ["file_without_address", "hub_without_french"]


def test_french_is_recognized(tmp_path: Path) -> None:
    french = {
        **ITEM,
        "title": "Ponts du Nord",
        "description": "Tous les ponts du nord de la province et les routes qui y mènent.",
    }
    found = reading(tmp_path, french)
    (dataset,) = found.accepted.values()
    assert dataset["title_translated"] == {"fr": "Ponts du Nord"}
    assert "hub_language_guessed" in found.codes
    assert "hub_without_french" not in found.codes
    said = reading(tmp_path, {**french, "language": "en"})  # what says so is believed
    assert said.records[0].dataset["title_translated"] == {"en": "Ponts du Nord"}


def test_one_ministry_of_a_shared_hub(tmp_path: Path) -> None:
    other = {**ITEM, "identifier": "2", "publisher": {"name": "City of Ottawa"}}
    found = reading(tmp_path, ITEM, other, only_publishers=["Ministry of Natural Resources"])
    assert list(found.accepted) == [ITEM["identifier"]]
    assert "publishers_passed_over" in found.codes


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://a.ca", "https://a.ca/api/feed/dcat-us/1.1.json"),
        ("https://a.ca/", "https://a.ca/api/feed/dcat-us/1.1.json"),
        ("https://a.ca/data.json", "https://a.ca/data.json"),
        ("https://a.ca/?page=1", "https://a.ca/?page=1"),
    ],
)
def test_the_feed_of_a_site(url: str, address: str) -> None:
    assert READER.first_page(url, {}) == address


# --- a feed that is still being written ------------------------------------------------------

WHOLE = json.dumps({"dataset": [ITEM]}).encode()


def fetch(hostile: HostileServer, tmp_path: Path, pauses: list[float], **changes: Any) -> str:
    policy = Policy(
        allowed_hosts=frozenset({hostile.host}), backoff=1, sleep=pauses.append, **changes
    )
    return paging.fetch(READER, hostile.url("/data.json"), {}, tmp_path, policy)


def test_a_truncated_feed_is_asked_for_again(hostile: HostileServer, tmp_path: Path) -> None:
    pauses: list[float] = []
    hostile.on("/data.json", in_turn(body(WHOLE[:300]), body(WHOLE[:500]), body(WHOLE)))
    fetch(hostile, tmp_path, pauses)
    assert pauses == [1, 2]
    assert [page.read_bytes() for page in tmp_path.iterdir()] == [WHOLE]


def test_a_feed_that_stays_truncated_is_given_up(hostile: HostileServer, tmp_path: Path) -> None:
    pauses: list[float] = []
    hostile.on("/data.json", body(WHOLE[:300]))
    with pytest.raises(DocumentError) as caught:
        fetch(hostile, tmp_path, pauses, retries=2)
    assert caught.value.issue.code == "json_truncated"
    assert len(hostile.asked) == 3
    hostile.on("/data.json", body(b"<!doctype html>"))  # no feed at all is not asked for again
    with pytest.raises(DocumentError):
        fetch(hostile, tmp_path, pauses)
    assert len(hostile.asked) == 4


def test_a_hub_is_harvested(hostile: HostileServer, harvests: Any, packages: Any) -> None:
    hostile.on("/api/feed/dcat-us/1.1.json", body(WHOLE))
    with changed_config(ALLOWED_HOSTS, [f"127.0.0.1:{hostile.port}"]):
        source_id = sources.ensure(
            name="hub",
            title="A hub",
            url=hostile.url(""),
            kind="arcgis_hub",
            organization_id=harvests.organization_id,
            config={"publishers": "source"},
        )
        run = sources.run_now(source_id, harvester.harvesters()["arcgis_hub"])
    assert run["counters"]["new"] == 1, report.issues(run, limit=10)
    assert packages()[ITEM["identifier"]]["title_translated"]["en"] == "Bridges of the North"
