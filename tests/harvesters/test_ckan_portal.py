"""Another CKAN: a real second portal, and what its answers may look like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ckan import model
from ckan.tests.helpers import call_action, changed_config
from kits import CkanPortalKit
from standard import Reading, StandardHarvest, StandardReader, read
from tests.catalogue.filling import fill

from ckanext.ontario.harvest import harvester, report, sources
from ckanext.ontario.harvest.config import ALLOWED_HOSTS
from ckanext.ontario.harvest.reader import DocumentError
from ckanext.ontario.harvesters.ckan_portal import addresses
from ckanext.ontario.harvesters.ckan_portal.plugin import CkanPortalHarvester
from harvest.conftest import act

READER = CkanPortalHarvester.reader


class TestStandard(StandardReader, StandardHarvest):
    kit = CkanPortalKit()


# --- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *("https://a.ca", "https://a.ca/", "https://a.ca/api/3", "https://a.ca/dataset/"),
        "https://a.ca/api/3/action/package_search?q=x",
    ],
)
def test_the_portal_is_found_from_any_of_its_addresses(url: str) -> None:
    assert addresses.search(url, {}).startswith("https://a.ca/api/3/action/package_search?")


def test_a_portal_below_a_path() -> None:
    found = addresses.search("https://a.ca/data/dataset", {})
    assert found.startswith("https://a.ca/data/api/3/action/package_search?")


def test_pages_are_ordered_and_narrowed() -> None:
    query = parse_qs(urlsplit(addresses.search("https://a.ca", {"only_publishers": ["moh"]})).query)
    assert query["sort"] == ["id asc"]
    assert query["fq"] == ["+dataset_type:dataset +organization:(moh)"]
    titles = {"only_publishers": ["Ministry of Health"]}  # no names: told apart when they are read
    assert parse_qs(urlsplit(addresses.search("https://a.ca", titles)).query)["fq"] == [
        "+dataset_type:dataset"
    ]


def answer(*packages: dict[str, Any], count: int | None = None) -> bytes:
    result = {"count": len(packages) if count is None else count, "results": list(packages)}
    return json.dumps({"success": True, "result": result}).encode()


def following(tmp_path: Path, content: bytes, address: str = "") -> str | None:
    page = tmp_path / "page"
    page.write_bytes(content)
    return READER.next_page(page, address or addresses.search("https://a.ca", {}), {})


def test_a_page_begins_after_the_last_id(tmp_path: Path) -> None:
    found = following(tmp_path, answer({"id": "a" * 3}, {"id": "bbb"}, count=5))
    assert found is not None
    assert addresses.after_of(found) == "bbb"
    assert following(tmp_path, answer({"id": "ccc"}, count=1), found) is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (answer({"id": "bbb"}, {"id": "aaa"}, count=5), "ckan_pages_unordered"),
        (answer({"id": 'x" TO *] OR id:["'}, count=5), "ckan_pages_unordered"),
        (answer({"name": "no-id"}, count=5), "ckan_pages_unordered"),
        (answer(count=5), "ckan_count_differs"),
        (b'{"success": false, "error": {"message": "Down"}}', "source_said_error"),
        (b'{"success": true, "result": {}}', "catalogue_not_found"),
        (b'{"success": true, "result": {"count": 9, "results": [{"id"', "json_truncated"),
    ],
)
def test_pages_that_are_none(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        following(tmp_path, content)
    assert caught.value.issue.code == code


def test_a_portal_that_ignores_the_order_is_found_out(tmp_path: Path) -> None:
    again = answer({"id": "aaa"}, {"id": "bbb"}, count=5)
    second = following(tmp_path, again)
    with pytest.raises(DocumentError) as caught:
        following(tmp_path, again, second or "")
    assert caught.value.issue.code == "ckan_pages_unordered"


def test_less_than_was_counted_closes_the_gate(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_bytes(answer({"id": "aaa", "title": "x"}, count=2))
    assert "ckan_count_differs" in read(READER, path).codes


# --- fields ----------------------------------------------------------------------------------


def reading(tmp_path: Path, **said: Any) -> Reading:
    path = tmp_path / "page.json"
    path.write_bytes(answer({"id": "aaa", "title": "Bridges", **said}))
    return read(READER, path)


def dataset(tmp_path: Path, **said: Any) -> dict[str, Any]:
    return reading(tmp_path, **said).accepted["aaa"]


def test_languages_in_suffixes_and_extras(tmp_path: Path) -> None:
    extras = [{"key": "title_fr", "value": "Ponts"}, {"key": "keywords_fr", "value": "routes"}]
    found = dataset(tmp_path, notes_en="Text", notes_fr="Texte", extras=extras)
    assert found["title_translated"] == {"en": "Bridges", "fr": "Ponts"}
    assert found["notes_translated"] == {"en": "Text", "fr": "Texte"}
    assert found["keywords"] == {"fr": ["routes"]}


def test_tags_when_there_is_nothing_better(tmp_path: Path) -> None:
    found = dataset(tmp_path, tags=[{"name": "roads", "display_name": "Roads"}], keywords={})
    assert found["keywords"] == {"en": ["Roads"]}


@pytest.mark.parametrize(
    ("said", "level", "licence"),
    [
        ({"access_level": "open", "license_id": "OGL-ON-1.0"}, "open", "OGL-ON-1.0"),
        ({"isopen": True, "license_id": "some-licence"}, "open", "other-open"),
        ({"isopen": False, "license_id": "ca-ogl-lgo"}, "open", "other-open"),
        ({"license_id": "notspecified"}, "under_review", "other-closed"),
        ({"access_level": "restricted", "license_id": "cc-by"}, "restricted", "other-closed"),
        ({}, "under_review", "other-closed"),
    ],
)
def test_access_and_licence(tmp_path: Path, said: Any, level: str, licence: str) -> None:
    found = dataset(tmp_path, **said)
    assert (found["access_level"], found["license_id"]) == (level, licence)


def test_frequencies_of_other_portals(tmp_path: Path) -> None:
    assert dataset(tmp_path, frequency="P1M")["update_frequency"] == "monthly"
    assert dataset(tmp_path, update_frequency="yearly")["update_frequency"] == "yearly"


def test_files(tmp_path: Path) -> None:
    said = {
        "id": "0b7d08d3-a6b2-4800-bd15-4b1cac4e4233",
        "url": "https://a.ca/x.pdf",
        "name_translated": {"en": "Guide", "fr": "Guide"},
        "resource_type": "technical_document",
        "language": ["en"],
        "last_modified": "2024-02-03T10:00:00.123",
        "size": 12,
    }
    (resource,) = dataset(tmp_path, resources=[said, {"url": ""}, None])["resources"]
    assert resource == {
        "id": said["id"],
        "url": "https://a.ca/x.pdf",
        "type": "technical_document",
        "format": "PDF",
        "name_translated": {"en": "Guide", "fr": "Guide"},
        "language": "english",
        "data_last_updated": "2024-02-03",
        "size": 12,
    }


# --- a real portal ---------------------------------------------------------------------------

MINISTRIES = ("remote-health", "remote-education")
IDS = [f"{n:08}-0000-4000-8000-000000000000" for n in range(1, 8)]


def package(n: int, organization: str = "remote-health") -> dict[str, Any]:
    return {
        "id": IDS[n - 1],
        "name": f"remote-{n}",
        "title_translated": {"en": f"Remote {n}", "fr": f"Distant {n}"},
        "notes_translated": {"en": "Text.", "fr": "Texte."},
        "keywords": {"en": ["roads"], "fr": ["routes"]},
        "access_level": "open",
        "license_id": "OGL-ON-1.0",
        "update_frequency": "yearly",
        "owner_org": organization,
        "resources": [
            {
                "id": f"{n:08}-0000-4000-9000-000000000000",
                "url": f"https://files.ontario.ca/{n}.csv",
                "name_translated": {"en": "Rows", "fr": "Lignes"},
            }
        ],
    }


@pytest.fixture(scope="module")
def remote(public_server: Any) -> Iterator[Any]:
    """The other portal, with six records of one ministry and one of another."""
    ministries = [
        (
            "organization_create",
            {"name": name, "title_translated": {"en": english, "fr": french}}
            | {"jurisdiction": "provincial", "category": "ministry"},
        )
        for name, english, french in (
            ("remote-health", "Ministry of Health", "Ministère de la Santé"),
            ("remote-education", "Ministry of Education", "Ministère de l’Éducation"),
        )
    ]
    records = [("package_create", package(n)) for n in range(1, 7)]
    last = ("package_create", package(7, "remote-education"))
    fill(public_server, *ministries, *records, last)
    yield public_server
    purges = [("dataset_purge", {"id": id_}) for id_ in IDS]
    homes = [("organization_purge", {"id": data["name"]}) for _action, data in ministries]
    fill(public_server, *purges, *homes)


class Portal:
    """A source that reads the other portal."""

    def __init__(self, remote: Any, name: str, organization_id: str) -> None:
        self.url, self.name, self.organization_id = remote.url, name, organization_id
        self.config: dict[str, Any] = {"page_size": 2, "only_publishers": list(MINISTRIES)}

    def run(self) -> dict[str, Any]:
        """Harvest, and return the run."""
        source_id = sources.ensure(
            name=self.name,
            title=self.name,
            url=self.url,
            kind="ckan_portal",
            organization_id=self.organization_id,
            config=self.config,
        )
        return sources.run_now(source_id, harvester.harvesters()["ckan_portal"])


@pytest.fixture
def portal(remote: Any, harvests: Any) -> Iterator[Portal]:
    host = urlsplit(remote.url)
    with changed_config(ALLOWED_HOSTS, [f"{host.hostname}:{host.port}"]):
        yield Portal(remote, "remote-portal", harvests.organization_id)


def counts(run: dict[str, Any]) -> dict[str, int]:
    return {name: number for name, number in report.counts(run).items() if number}


def codes(run: dict[str, Any], severity: str) -> list[str]:
    return [issue["code"] for issue in report.issues(run, severity=[severity], limit=100)]


def test_a_portal_is_read_page_by_page(portal: Portal, packages: Any, versions: Any) -> None:
    run = portal.run()
    assert counts(run) == {"rows": 7, "new": 6, "invalid": 1}, report.issues(run, limit=20)
    assert codes(run, "error") == ["other_organization"]
    found = packages()
    assert set(found) == set(IDS[:6])
    first = found[IDS[0]]
    assert first["title_translated"] == {"en": "Remote 1", "fr": "Distant 1"}
    assert (first["access_level"], first["license_id"]) == ("open", "OGL-ON-1.0")
    assert first["id"] != IDS[0]
    assert first["name"].startswith("remote-1-")
    before = versions()
    assert counts(portal.run()) == {"rows": 7, "unchanged": 6, "invalid": 1}
    assert versions() == before


def test_only_one_organization_is_asked_for(portal: Portal, packages: Any) -> None:
    portal.config["only_publishers"] = ["remote-education"]
    portal.config["publishers"] = "source"
    assert counts(portal.run()) == {"rows": 1, "new": 1}
    assert packages()[IDS[6]]["organization"]["name"] == "moh"


def test_what_the_portal_no_longer_has_becomes_inactive(
    portal: Portal, packages: Any, remote: Any
) -> None:
    portal.config["only_publishers"] = ["remote-health"]
    assert counts(portal.run()) == {"rows": 6, "new": 6}
    fill(remote, ("package_delete", {"id": IDS[2]}))
    try:
        assert counts(portal.run()) == {"rows": 5, "unchanged": 5, "gone": 1, "inactive": 1}
        assert packages()[IDS[2]]["record_status"] == "inactive"
    finally:
        fill(remote, ("package_patch", {"id": IDS[2], "state": "active"}))


def test_a_takeover_keeps_ids_names_and_files(portal: Portal, packages: Any) -> None:
    portal.config |= {"takeover": True, "publishers": "source"}
    assert counts(portal.run()) == {"rows": 7, "new": 7}
    for n in range(1, 8):
        kept = packages()[IDS[n - 1]]
        assert (kept["id"], kept["name"]) == (IDS[n - 1], f"remote-{n}")
        assert [each["id"] for each in kept["resources"]] == [package(n)["resources"][0]["id"]]
    assert counts(portal.run()) == {"rows": 7, "unchanged": 7}


def test_nothing_of_another_source_is_taken_over(
    portal: Portal, packages: Any, harvests: Any
) -> None:
    mine = package(1, harvests.organization_id) | {"resources": []}
    act("package_create", **mine)  # a person's, with the same id and name
    other = package(2, harvests.organization_id) | {
        "id": "f0000000-0000-4000-8000-000000000002",
        "name": "elsewhere",
    }
    act("package_create", **other)  # has a file with the id of one of theirs
    named = package(3, harvests.organization_id) | {
        "id": "f0000000-0000-4000-8000-000000000003",
        "resources": [],
    }
    act("package_create", **named)  # has one of their names
    portal.config |= {"takeover": True, "publishers": "source"}
    run = portal.run()
    assert counts(run) == {"rows": 7, "new": 4, "invalid": 3}
    assert codes(run, "error") == ["takeover_taken"] * 3
    for data in (mine, other, named):
        shown = call_action("package_show", {"use_cache": False}, id=data["id"])
        assert not shown.get("harvest_guid")
        assert len(shown["resources"]) == len(data["resources"])
    second = Portal.__new__(Portal)
    second.url, second.name = portal.url, "second-portal"
    second.organization_id, second.config = (
        portal.organization_id,
        {**portal.config, "page_size": 3},
    )
    assert counts(second.run()) == {"rows": 7, "invalid": 7}


def test_an_address_inside_is_refused(remote: Any, harvests: Any) -> None:
    run = Portal(remote, "remote-portal", harvests.organization_id).run()
    assert codes(run, "fatal") == ["download_address_refused"]
    assert model.Session.query(model.Package).filter_by(type="dataset").count() == 0
