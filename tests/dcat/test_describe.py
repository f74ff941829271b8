"""What a description tells of a record, and what it never does."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.dcat.distributions import checksum_of
from ckanext.ontario.dcat.domain import Catalogue, describe, projected
from ckanext.ontario.dcat.places import box_of
from ckanext.ontario.schema.tables import licences, read

BASE = "https://data.example.ca"
SCHEMA = read("dataset.yaml")


def marked(part: str, visibility: str) -> frozenset[str]:
    return frozenset(one["field_name"] for one in SCHEMA[part] if one["visibility"] == visibility)


CATALOGUE = Catalogue(
    base=BASE,
    public=marked("dataset_fields", "public"),
    resource_public=marked("resource_fields", "public"),
    labels={
        "topics": {"health-and-care": {"en": "Health", "fr": "Santé"}},
        "exemption": {"privacy": {"en": "Privacy", "fr": "Vie privée"}},
    },
    licences={one["value"]: one for one in licences()},
)


def record(**more: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "name": "wells",
        "state": "active",
        "type": "dataset",
        "title_translated": {"en": "Wells", "fr": "Puits"},
        "access_level": "open",
        "license_id": "OGL-ON-1.0",
        "metadata_created": "2026-01-01T10:00:00.5",
        "metadata_modified": "2026-01-02T10:00:00.5",
        "organization": {"id": "o", "name": "moh", "title": "Ministry of Health"},
        "resources": [{"id": "r", "url": "https://example.ca/a.csv", "format": "CSV"}],
        **more,
    }


def test_only_public_fields_are_read() -> None:
    hidden = dict.fromkeys(marked("dataset_fields", "internal"), "canary")
    of_file = dict.fromkeys(marked("resource_fields", "internal"), "canary")
    core = {
        "author_name": "canary",
        "maintainer": "canary",
        "notes": "canary",
        "extras": ["canary"],
    }
    given_ = record(**hidden, **core)
    given_["resources"][0] |= of_file | {"cache_url": "canary", "name": "canary"}
    assert "canary" not in json.dumps(projected(given_, CATALOGUE))
    assert "canary" not in json.dumps(dataclasses.asdict(describe(given_, CATALOGUE)))


def test_an_unmarked_field_is_not_told() -> None:
    bare = Catalogue(base=BASE)
    told = describe(record(), bare)
    assert (told.title, told.distributions, told.access_right) == ({"en": "1"}, (), None)


@given(st.dictionaries(st.text(), st.text(min_size=1)))
def test_no_key_passes_that_is_not_on_the_list(extra: dict[str, str]) -> None:
    told = projected({**extra, "resources": [extra]}, CATALOGUE)
    unknown = set(extra) - CATALOGUE.public - {"organization", "id", "state", "resources"}
    assert not (unknown - {"metadata_created", "metadata_modified"}) & set(told)


ODD = st.one_of(
    st.none(), st.text(), st.integers(), st.lists(st.text()), st.dictionaries(st.text(), st.text())
)


@given(st.dictionaries(st.sampled_from(sorted(CATALOGUE.public - {"topics"})), ODD))
def test_odd_values_never_break_it(values: dict[str, Any]) -> None:
    describe(record(**{**values, "keywords": {}}), CATALOGUE)


@pytest.mark.parametrize(
    ("values", "right"),
    [
        ({"access_level": "open"}, "PUBLIC"),
        ({"access_level": "under_review"}, "NON_PUBLIC"),
        ({"access_level": "restricted"}, "NON_PUBLIC"),
        ({"access_level": "restricted", "access_instructions": {"en": "Ask us"}}, "RESTRICTED"),
    ],
)
def test_access_rights(values: dict[str, Any], right: str) -> None:
    told = describe(record(**values), CATALOGUE)
    assert told.access_right is not None
    assert told.access_right.uri.rpartition("/")[2] == right
    assert told.is_open == (right == "PUBLIC")


def test_why_it_is_not_open() -> None:
    told = describe(
        record(
            access_level="restricted",
            exemption="privacy",
            exemption_rationale={"en": "Names.", "fr": "Des noms."},
        ),
        CATALOGUE,
    )
    assert "Exemption: Privacy. Names." in told.rights["en"]
    assert "Exemption\u00a0: Vie privée. Des noms." in told.rights["fr"]
    assert describe(record(), CATALOGUE).rights == {}


def test_a_planned_release_is_told() -> None:
    told = describe(
        record(access_level="under_review", planned_release_date="2031-01-01"), CATALOGUE
    )
    assert "2031-01-01" in told.rights["en"]
    assert "2031-01-01" in told.rights["fr"]


@pytest.mark.parametrize("level", ["restricted", "under_review", None])
def test_files_that_are_not_open_are_not_described(level: str | None) -> None:
    papers = {"id": "p", "url": "https://example.ca/p.pdf", "type": "technical_document"}
    files = [*record()["resources"], papers]
    told = describe(record(access_level=level, resources=files), CATALOGUE)
    assert told.distributions == ()
    assert [one.url for one in told.documents] == ["https://example.ca/p.pdf"]


@pytest.mark.parametrize(
    ("licence", "address"),
    [
        ("OGL-ON-1.0", "https://www.ontario.ca/page/open-government-licence-ontario"),
        ("ministry-tou", f"{BASE}/#licence-ministry-tou"),
        ("other-closed", None),
        ("notspecified", None),
        ("unheard-of", None),
    ],
)
def test_licences(licence: str, address: str | None) -> None:
    told = describe(record(license_id=licence), CATALOGUE).licence
    assert (told.uri if told else None) == address
    assert told is None or set(told.title) == {"en", "fr"}


@pytest.mark.parametrize(
    ("form", "download", "services"),
    [("CSV", True, 0), ("HTML", False, 0), ("WMS", False, 1), ("API", False, 1)],
)
def test_files_pages_and_services(form: str, download: bool, services: int) -> None:
    files = [{"id": "r", "url": "https://example.ca/a", "format": form}]
    (told,) = describe(record(resources=files), CATALOGUE).distributions
    assert told.access_url == "https://example.ca/a"
    assert bool(told.download_url) == download
    assert len(told.services) == services


def test_a_table_of_the_datastore_is_a_service() -> None:
    files = [{"id": "r", "url": "https://x.ca/a.csv", "format": "CSV", "datastore_active": True}]
    (told,) = describe(record(resources=files), CATALOGUE).distributions
    (service,) = told.services
    assert service.endpoint == f"{BASE}/api/3/action/datastore_search?resource_id=r"
    assert set(service.title) == {"en", "fr"}


@pytest.mark.parametrize(
    ("written", "algorithm"),
    [
        ("d41d8cd98f00b204e9800998ecf8427e", "md5"),
        ("MD5:D41D8CD98F00B204E9800998ECF8427E", "md5"),
        ("sha256:" + "ab" * 32, "sha256"),
        ("ab" * 20, "sha1"),
        ("", None),
        ("abc", None),
        ("not a checksum", None),
    ],
)
def test_checksums(written: str, algorithm: str | None) -> None:
    found = checksum_of(written)
    assert (found.algorithm.rpartition("_")[2] if found else None) == algorithm
    assert found is None or found.value == written.lower().rpartition(":")[2]


def test_instants_carry_their_zone() -> None:
    told = describe(record(), CATALOGUE)
    assert told.modified == "2026-01-02T10:00:00.5+00:00"
    assert told.issued == "2026-01-01T10:00:00.5+00:00"
    assert describe(record(opened_date="2020-02-03"), CATALOGUE).issued == "2020-02-03"


def test_the_box_around_a_place() -> None:
    line = {"type": "LineString", "coordinates": [[-80, 43, 5], [-79.5, 44, 5]]}
    point = {"type": "Point", "coordinates": [-90, 50]}
    both = {"type": "GeometryCollection", "geometries": [line, point]}
    assert box_of(both) == (-90, 43, -79.5, 50)
    assert box_of({"type": "Point"}) is None


def test_a_contact_is_a_unit() -> None:
    told = describe(record(maintainer_email="unit@ontario.ca"), CATALOGUE).contact
    assert told is not None
    assert told.name == {"en": "Ministry of Health"}  # no unit named: the ministry answers
    assert describe(record(), CATALOGUE).contact is None


def test_a_topic_nobody_knows_and_a_missing_ministry_are_left_out() -> None:
    told = describe(record(topics=["no-such-topic"], organization=None), CATALOGUE)
    assert told.topics == ()
    assert told.publisher is None
