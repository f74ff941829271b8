"""A dataset of a graph in the form of data.json 3.0, which is DCAT in other letters.

Texts keep their languages. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS
from rdflib.term import Node

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
LOCN = Namespace("http://www.w3.org/ns/locn#")
SCHEMA = Namespace("http://schema.org/")

_NUMBERS = re.compile(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")

Item = dict[str, Any]


def datasets(graph: Graph) -> list[Node]:
    """Return the datasets of a graph, in the order of their addresses."""
    found = set(graph.subjects(RDF.type, DCAT.Dataset)) - set(
        graph.subjects(RDF.type, DCAT.Catalog)
    )
    return sorted(found, key=str)


def item(graph: Graph, node: Node) -> Item:
    """Return a dataset as an object of data.json."""
    one = _Node(graph, node)
    distributions = [_distribution(each) for each in one.nodes(DCAT.distribution)]
    contacts = [_contact(each) for each in one.nodes(DCAT.contactPoint)]
    places = [place for each in one.nodes(DCTERMS.spatial) for place in _places(each)]
    licences = one.codes(DCTERMS.license) or [
        code for each in one.nodes(DCAT.distribution) for code in each.codes(DCTERMS.license)
    ]
    return {
        "identifier": one.first(DCTERMS.identifier) or one.address,
        "title": one.texts(DCTERMS.title),
        "description": one.texts(DCTERMS.description),
        "keyword": one.texts(DCAT.keyword),
        "theme": [each.labels or each.address for each in one.nodes(DCAT.theme)],
        "landingPage": one.codes(DCAT.landingPage),
        "references": one.codes(FOAF.page),
        "language": one.codes(DCTERMS.language),
        "created": one.first(DCTERMS.created),
        "issued": one.first(DCTERMS.issued),
        "modified": one.first(DCTERMS.modified),
        "accrualPeriodicity": next(iter(one.codes(DCTERMS.accrualPeriodicity)), None),
        "accessRights": one.codes(DCTERMS.accessRights),
        "license": licences,
        "rights": [text for each in one.nodes(DCTERMS.rights) for text in each.labels],
        "publisher": _ordered({"name": each.labels} for each in one.nodes(DCTERMS.publisher)),
        "contactPoint": _ordered(contacts),
        "temporal": _ordered(_period(each) for each in one.nodes(DCTERMS.temporal)),
        "spatial": _ordered(places),
        "distribution": _ordered(distributions),
    }


def _ordered(found: Iterable[Any]) -> list[Any]:
    """Return what hangs on nodes without names in one order: a graph has none."""
    return sorted(found, key=lambda each: json.dumps(each, sort_keys=True))


class _Node:
    """A node of a graph and what hangs on it."""

    def __init__(self, graph: Graph, node: Node) -> None:
        self._graph = graph
        self.node = node

    @property
    def address(self) -> str | None:
        """The node's own address, if it has one."""
        return str(self.node) if isinstance(self.node, URIRef) else None

    def values(self, *predicates: URIRef) -> list[Node]:
        """What the first of ``predicates`` that is there says, always in the same order."""
        for predicate in predicates:
            found = list(self._graph.objects(self.node, predicate))
            if found:
                return sorted(found, key=lambda each: each.n3())
        return []

    def nodes(self, *predicates: URIRef) -> list[_Node]:
        """The same, to be looked into."""
        return [_Node(self._graph, each) for each in self.values(*predicates)]

    def texts(self, *predicates: URIRef) -> list[Item]:
        """Literals, each with its language."""
        return [_text(each) for each in self.values(*predicates) if isinstance(each, Literal)]

    def first(self, *predicates: URIRef) -> str | None:
        """The first value as text."""
        return next((str(each) for each in self.values(*predicates)), None)

    def codes(self, *predicates: URIRef) -> list[str]:
        """Addresses and texts; a blank node's label stands for it."""
        found = (each.code for each in self.nodes(*predicates))
        return [code for code in found if code]

    @property
    def code(self) -> str:
        """An address, a text, or the label of a node that has neither."""
        if isinstance(self.node, (URIRef, Literal)):
            return str(self.node)
        return next((each["@value"] for each in self.labels), "")

    @property
    def labels(self) -> list[Item]:
        """What a literal says, or what a node is called."""
        if isinstance(self.node, Literal):
            return [_text(self.node)]
        return self.texts(SKOS.prefLabel, FOAF.name, RDFS.label, DCTERMS.title)

    def is_a(self, kind: URIRef) -> bool:
        """Say whether the node is of a type."""
        return (self.node, RDF.type, kind) in self._graph


def _text(literal: Literal) -> Item:
    said = {"@value": str(literal)}
    return said | ({"@language": literal.language} if literal.language else {})


def _contact(one: _Node) -> Item:
    kind = "Individual" if one.is_a(VCARD.Individual) else "Organization"
    return {
        "@type": f"vcard:{kind}",
        "fn": one.texts(VCARD.fn, FOAF.name),
        "organization-name": one.texts(VCARD["organization-name"]),
        "hasEmail": next(iter(_mail(one)), None),
    }


def _mail(one: _Node) -> Iterator[str]:
    for each in one.nodes(VCARD.hasEmail, VCARD.email):
        yield next(iter(each.codes(VCARD.hasValue)), each.code)


def _period(one: _Node) -> Any:
    if isinstance(one.node, Literal):
        return str(one.node)
    return {
        "startDate": one.first(DCAT.startDate, SCHEMA.startDate),
        "endDate": one.first(DCAT.endDate, SCHEMA.endDate),
    }


def _places(one: _Node) -> Iterator[Any]:
    if isinstance(one.node, Literal):
        yield _text(one.node)
        return
    shapes = [
        shape
        for predicate in (DCAT.bbox, LOCN.geometry)
        for shape in _shapes(map(str, one.values(predicate)))
    ]
    yield {"prefLabel": one.labels, "bbox": next(iter(shapes), None)}


def _shapes(texts: Iterable[str]) -> Iterator[Any]:
    """Yield GeoJSON first, then the boxes around well-known text."""
    said = list(texts)
    for text in said:
        if text.lstrip().startswith("{"):
            try:
                yield json.loads(text)
            except (ValueError, RecursionError):
                continue
    for text in said:
        points = [(float(x), float(y)) for x, y in _NUMBERS.findall(text)]
        if points and not text.lstrip().startswith("{"):
            (west, east), (south, north) = (
                (min(each), max(each)) for each in zip(*points, strict=True)
            )
            yield f"{west},{south},{east},{north}"


def _distribution(one: _Node) -> Item:
    return {
        "title": one.texts(DCTERMS.title),
        "description": one.texts(DCTERMS.description),
        "downloadURL": one.codes(DCAT.downloadURL),
        "accessURL": one.codes(DCAT.accessURL),
        "format": one.codes(DCTERMS["format"]),
        "mediaType": one.codes(DCAT.mediaType),
        "byteSize": one.first(DCAT.byteSize),
        "language": one.codes(DCTERMS.language),
        "modified": one.first(DCTERMS.modified),
        "accessService": [
            {"endpointURL": each.codes(DCAT.endpointURL)} for each in one.nodes(DCAT.accessService)
        ],
    }
