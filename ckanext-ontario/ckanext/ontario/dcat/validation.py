"""Does the catalogue's graph conform to DCAT-AP 3 and to our own shapes?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.types import Context
from rdflib import RDF, Graph, Namespace
from rdflib.term import Node

from ckanext.dcat.processors import RDFSerializer
from ckanext.ontario.dcat import config, portal

SHAPES = ("dcat-ap-3.0.0.jsonld", "ontario.ttl")
"""Files of ``shapes/``; where they come from is written there."""

BATCH = 50
"""Records validated at a time: one graph of the whole catalogue would not fit into memory."""

_SH = Namespace("http://www.w3.org/ns/shacl#")


class ValidatorMissing(RuntimeError):
    """The optional package that validates is not installed."""


@dataclass(frozen=True)
class Finding:
    """One thing that does not conform."""

    severity: str
    """``Violation``, ``Warning`` or ``Info``."""
    node: str
    """What it is about: an address, or the text of a nameless node."""
    path: str
    value: str
    message: str


def findings(graph: Graph) -> list[Finding]:
    """Return what in a graph does not conform.

    Raises:
        ValidatorMissing: when pyshacl is not installed.
    """
    try:
        import pyshacl  # noqa: PLC0415 -- optional: only this needs it
    except ImportError as err:
        raise ValidatorMissing(
            "pyshacl is not installed: pip install 'ckanext-ontario[dcat]'"
        ) from err
    _conforms, report, _text = pyshacl.validate(graph, shacl_graph=shapes(), inference="none")

    return sorted(
        _read(cast("Graph", report)), key=lambda one: (one.severity, one.node, one.path, one.value)
    )


@cache
def shapes() -> Graph:
    """Return every shape."""
    graph = Graph()
    for name in SHAPES:
        text = (
            resources.files("ckanext.ontario.dcat")
            .joinpath("shapes")
            .joinpath(name)
            .read_text(encoding="utf-8")
        )
        graph.parse(data=text, format="turtle" if name.endswith(".ttl") else "json-ld")
    return graph


def graph_of(records: Iterable[Mapping[str, Any]]) -> Graph:
    """Return the graph of records, as a page of the catalogue has it."""
    serializer = RDFSerializer(profiles=[config.PROFILE])
    serializer.serialize_catalog({}, portal.with_publishers(list(records)), _format="ttl")
    graph = Graph()
    for triple in serializer.g:
        graph.add(triple)
    return graph


def records() -> Iterator[list[dict[str, Any]]]:
    """Yield every active dataset of the portal, some at a time."""
    start = 0
    while True:
        query = {
            "fq": f"+dataset_type:{portal.RECORD_TYPE} +state:active",
            "include_private": True,
            "rows": BATCH,
            "start": start,
            "sort": "name asc",
        }
        found = tk.get_action("package_search")(Context(ignore_auth=True), query)["results"]
        if not found:
            return
        yield found
        start += len(found)


def _read(report: Graph) -> Iterator[Finding]:
    for result in report.subjects(RDF.type, _SH.ValidationResult):
        yield Finding(
            severity=_name(report.value(result, _SH.resultSeverity)),
            node=str(report.value(result, _SH.focusNode)),
            path=str(report.value(result, _SH.resultPath) or ""),
            value=str(report.value(result, _SH.value) or ""),
            message=str(report.value(result, _SH.resultMessage) or ""),
        )


def _name(severity: Node | None) -> str:
    return str(severity or "Violation").rpartition("#")[2]
