"""Graphs of real records: they conform, tell public fields only, and can be read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckanext.dcat.profiles.base import DCAT, DCT, FOAF
from click.testing import CliRunner
from rdflib import RDF, BNode, Graph, Literal, URIRef
from tests.dcat.conftest import PREFIX, VARIATIONS, canaries, graph_of, parsed

from ckanext.ontario.dcat import cli, config, domain, mapping, validation
from ckanext.ontario.dcat.mapping import MAPPING
from factories import as_user
from statements import statements

FORMATS = {"ttl": "turtle", "xml": "xml", "rdf": "xml", "jsonld": "json-ld", "n3": "n3"}


@pytest.fixture(scope="module")
def full(world: Any) -> str:
    return world.owner.get("/dataset/full.ttl").text


@pytest.fixture(scope="module")
def catalogue(world: Any) -> Graph:
    return graph_of(world.owner.get("/catalog.ttl").text)


def violations(graph: Graph) -> list[validation.Finding]:
    return [one for one in validation.findings(graph) if one.severity == "Violation"]


# --- they conform ----------------------------------------------------------------------------


def test_every_kind_of_record_conforms(catalogue: Graph, world: Any) -> None:
    titles = set(catalogue.subjects(RDF.type, DCAT.Dataset))
    told = {"full", "hidden", *VARIATIONS}
    assert titles == {dataset_uri(world, name) for name in told}
    found = validation.findings(catalogue)
    assert [one for one in found if one.severity == "Violation"] == []
    warned = {one.node for one in found}
    assert warned == {str(dataset_uri(world, "one-language"))}


def dataset_uri(world: Any, name: str) -> URIRef:
    return URIRef(f"{tk.config['ckan.site_url']}/dataset/{world.records[name]['id']}")


@pytest.mark.parametrize(
    ("predicate", "value"),
    [
        (DCT.title, None),
        (DCT.description, None),
        (DCT.publisher, None),
        (DCT.accessRights, Literal("open")),
        (DCT.accrualPeriodicity, URIRef("http://example.com/often")),
        (DCAT.contactPoint, Literal("somebody")),
        (DCAT.theme, URIRef("http://example.com/no-concept")),
        (DCT.language, Literal("en")),
    ],
)
def test_a_broken_graph_is_found(full: str, predicate: URIRef, value: Any) -> None:
    graph = graph_of(full)
    (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
    graph.remove((dataset, predicate, None))
    if value is not None:
        graph.add((dataset, predicate, value))
    assert [one.path for one in violations(graph)].count(str(predicate)) >= 1


def test_the_check_passes_on_this_catalogue(world: Any) -> None:
    done = CliRunner().invoke(cli.check, ["--json"])
    answer = json.loads(done.output)
    assert (done.exit_code, answer["counts"].get("Violation", 0)) == (0, 0)
    assert answer["checked"] == len(VARIATIONS) + 3
    assert answer["counts"]["Warning"] == 2
    assert "one records" not in CliRunner().invoke(cli.check, []).output


def test_the_check_fails_on_a_violation(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Graph()
    broken.add((BNode(), RDF.type, DCAT.Dataset))
    monkeypatch.setattr(validation, "graph_of", lambda _records: broken)
    done = CliRunner().invoke(cli.check, [])
    assert done.exit_code == 1
    assert "Violation:" in done.output
    assert "0 violations" not in done.output


def test_the_check_says_when_it_can_not(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyshacl", None)
    done = CliRunner().invoke(cli.check, [])
    assert done.exit_code == 2
    assert "pyshacl is not installed" in done.output


# --- they tell what the mapping says, and nothing internal -----------------------------------


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_internal_field_is_in_any_format(world: Any, suffix: str) -> None:
    hidden, hidden_of_file = canaries()
    assert len(hidden) >= 12, "the canaries have flown"
    stored = json.dumps(tk.get_action("package_show")(as_user(), {"id": "full"}))
    for value in {**hidden, **hidden_of_file}.values():
        assert value in stored, value
    for address in (f"/dataset/full.{suffix}", f"/catalog.{suffix}"):
        text = world.owner.get(address).text
        leaked = [v for v in {**hidden, **hidden_of_file}.values() if v in text]
        assert (leaked, PREFIX in text) == ([], False)


def test_no_internal_field_is_in_the_pages_data(world: Any) -> None:
    page = world.owner.get("/dataset/full", accept="text/html").text
    data = page.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert json.loads(data)["@type"] == "Dataset"
    assert PREFIX not in data
    assert "1871-" not in data


def test_every_public_field_is_in_the_mapping() -> None:
    schema = tk.h.scheming_get_dataset_schema("dataset")
    for part, kind in (("dataset_fields", "dataset"), ("resource_fields", "resource")):
        public = {f["field_name"] for f in schema[part] if f["visibility"] == "public"}
        assert {row.field for row in MAPPING if row.kind == kind} == public


@pytest.mark.parametrize("row", [r for r in MAPPING if r.property], ids=lambda r: r.field)
def test_the_mapping_is_what_the_graph_says(row: Any, catalogue: Graph) -> None:
    assert row.property in {catalogue.namespace_manager.curie(p) for p in catalogue.predicates()}


def test_both_languages_are_there(full: str) -> None:
    graph = graph_of(full)
    for predicate in (DCT.title, DCT.description, DCAT.keyword, FOAF.name):
        languages = {getattr(o, "language", None) for o in graph.objects(None, predicate)}
        assert languages == {"en", "fr"}, predicate


def test_every_format_says_the_same(world: Any, full: str) -> None:
    counted = {len(graph_of(full))}
    for suffix, form in FORMATS.items():
        counted.add(len(graph_of(world.owner.get(f"/dataset/full.{suffix}").data, form)))
    assert len(counted) == 1


# --- they can be read back -------------------------------------------------------------------


def test_the_way_back_keeps_both_languages(world: Any, full: str) -> None:
    (read,) = parsed(full)
    record = tk.get_action("package_show")(as_user(), {"id": "full"})
    for name in (
        "title_translated",
        "notes_translated",
        "keywords",
        "maintainer_translated",
        "maintainer_branch",
        "maintainer_email",
        "geographic_coverage_translated",
        "topics",
        "access_level",
        "update_frequency",
    ):
        assert read[name] == record[name], name
    files = {one["url"]: one for one in read["resources"]}
    wanted = [one for one in record["resources"] if one["type"] == "data"]
    assert len(files) == len(wanted) == 2
    for one in wanted:
        for name in ("name_translated", "format"):
            assert files[one["url"]][name] == one[name]
    assert files[wanted[0]["url"]]["mimetype"] == "text/csv"
    assert files[wanted[0]["url"]]["language"] == "english_and_french"


# --- what they cost --------------------------------------------------------------------------


def test_a_page_costs_the_same_for_many_records(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: dict[int, int] = {}
    for rows in (2, len(VARIATIONS)):  # the last changed record is withheld
        monkeypatch.setattr(config, "page_size", lambda rows=rows: rows)
        world.owner.get("/catalog.ttl")
        with statements() as seen:
            graph = graph_of(world.owner.get("/catalog.ttl").text)
        counts[len(list(graph.subjects(RDF.type, DCAT.Dataset)))] = len(seen)
    few, many = (counts[rows] for rows in sorted(counts))
    assert len(counts) == 2
    assert many <= few, counts


def test_publishers_of_many_records_are_one_question(world: Any) -> None:
    found = tk.get_action("package_search")(as_user(), {"rows": 5, "include_private": True})
    with statements() as seen:
        told = validation.portal.with_publishers(found["results"])
    assert len(seen) == 1
    assert told[0]["organization"]["title_translated"]["fr"] == "Ministère de l’Eau"
    with statements() as seen:
        domain.describe(told[0], validation.portal.catalogue())
    assert seen == []


def test_the_page_of_the_documentation_holds_the_mapping() -> None:
    page = Path(__file__).parents[2] / "docs" / "explanation" / "dcat.md"
    assert mapping.table() in page.read_text(encoding="utf-8")
