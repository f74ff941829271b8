"""Catalogues in the form of data.json, 1.1 and 3.0."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kits import DcatUsKit
from standard import Reading, StandardHarvest, StandardReader, read

from ckanext.ontario.harvest.reader import Record, Severity
from ckanext.ontario.harvesters.dcat_us import mapping
from ckanext.ontario.harvesters.dcat_us.plugin import DcatUsHarvester


class TestStandard(StandardReader, StandardHarvest):
    kit = DcatUsKit()


def reading(tmp_path: Path, datasets: Any, language: str = "en", **more: Any) -> Reading:
    path = tmp_path / "data.json"
    path.write_text(json.dumps({"dataset": datasets, **more}), encoding="utf-8")
    return read(DcatUsHarvester.reader, path, language=language)


def dataset(tmp_path: Path, **said: Any) -> dict[str, Any]:
    found = reading(tmp_path, [{"identifier": "1", "title": "Bridges", **said}])
    return found.accepted["1"]


# --- documents -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{}", "catalogue_not_found"),
        (b"[]", "catalogue_not_found"),
        (b'"dataset"', "catalogue_not_found"),
        (b'{"dataset": null}', "catalogue_not_found"),
        (b'{"dataset": []}', "catalogue_empty"),
        (b'{"success": false, "error": {"__type": "Authorization Error"}}', "source_said_error"),
        (b'{"error": "No such page", "dataset": []}', "source_said_error"),
        (b'{"dataset": [{"identifier": "1", "title": "x"}', "json_truncated"),
        (b'{"dataset": [{"identifier": "1", "title": "x"}]', "json_truncated"),
        (b'{"dataset": [{"identifier": "1", "title": "x"}]} more', "json_invalid"),
        (b"identifier,title\n1,x\n", "json_invalid"),
        (b'{"dataset": [{"identifier": "1", "title": "\xc9"}]}', "json_not_utf8"),
        (b'{"dataset": [{"identifier": ' + b"9" * 5000 + b"}]}", "json_number"),
        (b'{"dataset": [{"identifier": 1e999}]}', "json_number"),
        (b'{"dataset": [{"a": ' + b"[" * 5000, "json_too_deep"),
        (b"[" * 100_000, "json_too_deep"),
    ],
)
def test_documents_that_are_none(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "data.json"
    path.write_bytes(content)
    found = read(DcatUsHarvester.reader, path)
    assert found.codes[-1] == code
    assert found.fatal


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_of_a_good_document(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "data.json"
    text = json.dumps({"dataset": [{"identifier": "1", "title": "Écoles"}]}, ensure_ascii=False)
    path.write_text(text, encoding=encoding)
    found = read(DcatUsHarvester.reader, path)
    assert found.accepted["1"]["title_translated"] == {"en": "Écoles"}


def test_catalogues_inside_a_catalogue(tmp_path: Path) -> None:
    inner = {"dataset": [{"identifier": "2", "title": "Two"}]}
    outer = {"dataset": [{"identifier": "3", "title": "Three"}], "catalog": [inner]}
    found = reading(tmp_path, [{"identifier": "1", "title": "One"}], catalog=[outer])
    assert set(found.accepted) == {"1", "2", "3"}


def test_services_and_series_are_named_and_left_out(tmp_path: Path) -> None:
    service = {"@type": "DataService", "identifier": "s", "title": "A service"}
    found = reading(tmp_path, [{"identifier": "1", "title": "One"}], service=[service])
    assert set(found.accepted) == {"1"}
    assert "services_left_out" in found.codes


def test_a_record_that_is_too_large_is_passed_over(tmp_path: Path) -> None:
    many = {"identifier": "2", "title": "x", "references": ["y"] * 300_000}
    found = reading(
        tmp_path, [{"identifier": "1", "title": "One"}, many, {"identifier": "3", "title": "Z"}]
    )
    assert set(found.accepted) == {"1", "3"}
    (issue,) = [each for each in found.issues if each.code == "record_too_large"]
    assert (issue.row, issue.column, issue.guid) == (2, "/dataset/1", "2")


def test_memory_does_not_grow_with_the_document(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    one = json.dumps({"identifier": "%d", "title": "Bridges", "description": "x" * 1000})
    with path.open("w", encoding="utf-8") as out:
        out.write('{"dataset": [')
        out.write(",".join(one.replace("%d", str(n)) for n in range(20_000)))
        out.write("]}")
    tracemalloc.start()
    count = sum(1 for _ in DcatUsHarvester.reader.read(path, {}))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < path.stat().st_size / 4


# --- identity --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identifier", "guid"),
    [
        ("a-1", "a-1"),
        (17, "17"),
        ({"@id": "https://a.ca/1", "notation": "1"}, "https://a.ca/1"),
        ({"@type": "Identifier", "notation": "NCDC-1"}, "NCDC-1"),
    ],
)
def test_identifiers(tmp_path: Path, identifier: Any, guid: str) -> None:
    assert list(reading(tmp_path, [{"identifier": identifier, "title": "x"}]).accepted) == [guid]


@pytest.mark.parametrize("identifier", [None, "", "  ", {}, [], True, {"version": "1"}])
def test_no_identifier_is_an_error_with_its_place(tmp_path: Path, identifier: Any) -> None:
    said = [{"identifier": "1", "title": "x"}, {"identifier": identifier, "title": "y"}]
    found = reading(tmp_path, said)
    assert list(found.accepted) == ["1"]
    (issue,) = [each for each in found.issues if each.severity is Severity.ERROR]
    assert (issue.code, issue.row) == ("record_without_identifier", 2)
    assert issue.column == "/dataset/1/identifier"


@pytest.mark.parametrize("value", [None, "text", 3, [], [{}]])
def test_what_is_no_record(tmp_path: Path, value: Any) -> None:
    found = reading(tmp_path, [{"identifier": "1", "title": "x"}, value])
    assert list(found.accepted) == ["1"]
    assert "record_not_object" in found.codes


# --- fields ----------------------------------------------------------------------------------

KEYS = (
    *("title", "description", "keyword", "theme", "landingPage", "contactPoint", "created"),
    *("temporal", "accrualPeriodicity", "spatial", "accessLevel", "accessRights", "license"),
    *("rights", "issued", "modified", "publisher", "distribution", "describedBy", "references"),
    *("language", "bureauCode"),
)


@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(("@id", "@value", "name", "bbox", "title")), inner
                )
            ),
            max_leaves=6,
        ),
    )
)
@settings(deadline=None, max_examples=150)
def test_no_value_breaks_the_mapping(said: dict[str, Any]) -> None:
    made = mapping.mapped({"identifier": "1", **said}, 1, "/dataset/0", "en")
    assert isinstance(made, Record)
    assert json.dumps(made.dataset)


def test_a_text_in_several_ways(tmp_path: Path) -> None:
    tagged = [{"@value": "Roads", "@language": "en-CA"}, {"@value": "Routes", "@language": "fr"}]
    for title in (tagged, {"en": "Roads", "fr-CA": "Routes"}):
        found = dataset(tmp_path, title=title)
        assert found["title_translated"] == {"en": "Roads", "fr": "Routes"}
    found = dataset(tmp_path, title="Routes", language=["fr-CA"])
    assert found["title_translated"] == {"fr": "Routes"}
    found = reading(tmp_path, [{"identifier": "1", "title": "Routes"}], language="fr")
    assert found.accepted["1"]["title_translated"] == {"fr": "Routes"}


def test_markup_of_other_programs_becomes_text(tmp_path: Path) -> None:
    html = "<p>All&nbsp;<b>bridges</b>.</p><ul><li>old</li><li>new</li></ul><script>x()</script>"
    found = dataset(tmp_path, title="Roads &amp; bridges", description=html)
    assert found["title_translated"] == {"en": "Roads & bridges"}
    assert found["notes_translated"]["en"].replace("\xa0", " ") == "All bridges.\n\n- old\n- new"


@pytest.mark.parametrize(
    ("said", "level", "licence"),
    [
        ({"accessLevel": "public"}, "open", "notspecified"),
        (
            {
                "accessLevel": "public",
                "license": "http://creativecommons.org/publicdomain/zero/1.0",
            },
            *("open", "other-open"),
        ),
        (
            {
                "accessLevel": "Public",
                "license": "https://www.ontario.ca/page/open-government-licence-ontario",
            },
            *("open", "OGL-ON-1.0"),
        ),
        ({"accessLevel": "public", "license": "https://a.ca/ours"}, "open", "notspecified"),
        ({"accessLevel": "restricted public"}, "restricted", "other-closed"),
        ({"accessLevel": "non-public"}, "restricted", "other-closed"),
        ({"accessLevel": None}, "under_review", "other-closed"),
        ({"accessLevel": "whatever"}, "under_review", "other-closed"),
        (
            {
                "accessRights": {
                    "@id": "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
                }
            },
            *("open", "notspecified"),
        ),
    ],
)
def test_access_and_licence(tmp_path: Path, said: dict[str, Any], level: str, licence: str) -> None:
    found = dataset(tmp_path, **said)
    assert (found["access_level"], found["license_id"]) == (level, licence)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        *(("R/P1Y", "yearly"), ("R/P1M", "monthly"), ("R/P1W", "weekly"), ("R/P1D", "daily")),
        *(("R/PT1S", "current"), ("irregular", "periodically"), ("Annual", "yearly")),
        ("http://publications.europa.eu/resource/authority/frequency/QUARTERLY", "quarterly"),
        ("nonsense", None),
    ],
)
def test_frequencies(tmp_path: Path, said: str, value: str | None) -> None:
    assert dataset(tmp_path, accrualPeriodicity=said).get("update_frequency") == value


def test_modified_may_say_how_often(tmp_path: Path) -> None:
    found = dataset(tmp_path, modified="R/P1W", distribution=[{"downloadURL": "https://a.ca/x"}])
    assert found["update_frequency"] == "weekly"
    assert "data_last_updated" not in found["resources"][0]
    assert dataset(tmp_path, modified="R/P1W", accrualPeriodicity="R/P1Y")["update_frequency"] == (
        "yearly"
    )


def test_periods_and_places(tmp_path: Path) -> None:
    found = dataset(
        tmp_path,
        temporal="2015-01-01T00:00:00Z/2016-12",
        spatial=["Ontario", "-95.2,41.7,-74.3,56.9"],
    )
    assert (found["date_range_start"], found["date_range_end"]) == ("2015-01-01", "2016-12-31")
    assert found["geographic_coverage_translated"] == {"en": "Ontario"}
    assert found["spatial"] == "-95.2,41.7,-74.3,56.9"
    newer = dataset(
        tmp_path,
        temporal=[{"@type": "PeriodOfTime", "startDate": "2015-01-01", "endDate": None}],
        spatial={"prefLabel": {"en": "Lake", "fr": "Lac"}, "bbox": "-80,43,-79,44"},
    )
    assert newer["date_range_start"] == "2015-01-01"
    assert newer["geographic_coverage_translated"] == {"en": "Lake", "fr": "Lac"}
    assert newer["spatial"] == "-80,43,-79,44"
    point = {"type": "Point", "coordinates": [-79.4, 43.7]}
    assert json.loads(dataset(tmp_path, spatial=point)["spatial"]) == point


def test_a_period_that_ends_first_is_left_out(tmp_path: Path) -> None:
    assert "date_range_start" not in dataset(tmp_path, temporal="2016-01-01/2015-01-01")


def test_a_person_is_never_published_as_the_contact(tmp_path: Path) -> None:
    person = {"@type": "vcard:Individual", "fn": "Ada L.", "hasEmail": "mailto:ada@a.ca"}
    found = dataset(tmp_path, contactPoint=person)
    assert found["custodian_name"] == "Ada L."
    assert "maintainer_email" not in found
    unit = dataset(tmp_path, contactPoint={"fn": "Data unit", "hasEmail": "MAILTO:data@a.ca"})
    assert unit["maintainer_translated"] == {"en": "Data unit"}
    assert unit["maintainer_email"] == "data@a.ca"


def test_distributions_become_files(tmp_path: Path) -> None:
    found = dataset(
        tmp_path,
        language="en",
        modified="2024-02-03T10:00:00Z",
        describedBy="https://a.ca/dictionary.pdf",
        references=["https://a.ca/guide.html", None],
        distribution=[
            {"downloadURL": "https://a.ca/x", "mediaType": "text/csv", "title": "Rows"},
            {"accessURL": "https://a.ca/api", "format": "API", "byteSize": "12"},
            {"accessService": {"endpointURL": ["https://a.ca/sparql"]}},
            {"title": "No address"},
            {"downloadURL": "ftp://a.ca/x.csv"},
            None,
        ],
    )
    short = [(each["url"], each.get("format"), each["type"]) for each in found["resources"]]
    assert short == [
        ("https://a.ca/x", "CSV", "data"),
        ("https://a.ca/api", "API", "data"),
        ("https://a.ca/sparql", "API", "data"),
        ("https://a.ca/dictionary.pdf", "PDF", "data_dictionary"),
        ("https://a.ca/guide.html", "HTML", "technical_document"),
    ]
    first, second = found["resources"][:2]
    assert first["name_translated"] == {"en": "Rows"}
    assert (first["language"], first["data_last_updated"]) == ("english", "2024-02-03")
    assert second["name_translated"]["fr"] == "Fichier de données (API)"
    assert second["size"] == 12


def test_only_the_wanted_publishers(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    said = [
        {"identifier": str(n), "title": "x", "publisher": {"name": name}}
        for n, name in enumerate(("Ministry of Health", "City of Ottawa", None))
    ]
    path.write_text(json.dumps({"dataset": said}), encoding="utf-8")
    found = read(DcatUsHarvester.reader, path, only_publishers=["ministry of health"])
    assert list(found.accepted) == ["0"]
    assert found.codes[-1] == "publishers_passed_over"


@pytest.mark.parametrize(
    "options", [{"language": "de"}, {"only_publishers": "x"}, {"only_publishers": [1]}]
)
def test_options_that_can_not_be_used(options: dict[str, Any]) -> None:
    issues = DcatUsHarvester.reader.check_options(options)
    assert [issue.code for issue in issues] == ["option_unusable"]


@pytest.mark.parametrize(
    "place",
    [
        {"type": "Point", "coordinates": [200, 0]},
        {"type": "Point", "coordinates": ["x", None]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Circle"},
        {"type": "Point", "coordinates": None},
    ],
)
def test_a_place_that_can_not_be_drawn_is_left_out(tmp_path: Path, place: Any) -> None:
    found = reading(tmp_path, [{"identifier": "1", "title": "Bridges", "spatial": place}])
    assert "spatial" not in found.accepted["1"]
    assert "place_unusable" in found.codes
