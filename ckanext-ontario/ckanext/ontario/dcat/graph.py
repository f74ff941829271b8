"""Triples that ckanext-dcat's profile has no words for.

Labels of concepts in both languages, the unit's branch, the place and its geometry, statements
of rights, titles of licences and documents, sizes, the catalogue itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geomet import InvalidGeoJSONException, wkt
from rdflib import RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from ckanext.dcat.profiles.base import DCAT, DCT, FOAF, GSP, SKOS, VCARD, CleanedURIRef
from ckanext.ontario.dcat import config, vocabulary
from ckanext.ontario.dcat.distributions import Distribution, Licence
from ckanext.ontario.dcat.domain import Dataset, Publisher
from ckanext.ontario.dcat.places import Place
from ckanext.ontario.dcat.vocabulary import Concept, Text2

_DECIMALS = 6
"""Of degrees: a tenth of a metre."""


def add_dataset(g: Graph, dataset: Dataset, ref: Node) -> None:
    """Add to a record's triples what the library left out."""
    _add_themes(g, dataset)
    if dataset.access_right:
        _texts(g, URIRef(dataset.access_right.uri), RDFS.label, dataset.access_right.label)
    if dataset.rights:
        statement = _node(g, ref, DCT.rights, DCT.RightsStatement)
        _texts(g, statement, RDFS.label, dataset.rights)
    if dataset.created:
        g.add((ref, DCT.created, Literal(dataset.created, datatype=XSD.date)))
    if dataset.publisher:
        _add_publisher(g, dataset.publisher)
    if dataset.contact and dataset.contact.branch:
        for contact in g.objects(ref, DCAT.contactPoint):
            _texts(g, contact, VCARD["organization-unit"], dataset.contact.branch)
    if dataset.place:
        _add_place(g, dataset.place, ref)
    _add_documents(g, dataset, ref)
    for distribution in dataset.distributions:
        _add_distribution(g, distribution)


def add_catalogue(g: Graph, ref: URIRef, modified: str | None) -> None:
    """Add the catalogue: names, publisher, languages, themes."""
    said: Mapping[str, Any] = vocabulary.content()["catalogue"]
    g.add((ref, RDF.type, DCAT.Catalog))
    _texts(g, ref, DCT.title, said["title"])
    _texts(g, ref, DCT.description, said["description"])
    home = URIRef(f"{config.base_uri()}/")
    g.add((ref, FOAF.homepage, home))
    g.add((home, RDF.type, FOAF.Document))
    publisher = URIRef(said["publisher_home"])
    g.add((ref, DCT.publisher, publisher))
    kind = vocabulary.concept("publisher_type", "provincial")
    _add_publisher(g, Publisher(str(publisher), str(publisher), said["publisher"], kind))
    for language in vocabulary.concepts("language", "english_and_french"):
        g.add((ref, DCT.language, URIRef(language.uri)))
        g.add((URIRef(language.uri), RDF.type, DCT.LinguisticSystem))
    schemes = {URIRef(uri): title for uri, title in said["taxonomies"].items()}
    for scheme, title in {**schemes, _topic_scheme(): {"en": "Topics", "fr": "Thèmes"}}.items():
        g.add((ref, DCAT.themeTaxonomy, scheme))
        g.add((scheme, RDF.type, SKOS.ConceptScheme))
        _texts(g, scheme, DCT.title, title)
    if modified:
        g.add((ref, DCT.modified, Literal(modified, datatype=XSD.dateTime)))


def add_concept(g: Graph, concept: Concept) -> None:
    """Say what kind of thing a concept is, and its name in both languages."""
    ref = URIRef(concept.uri)
    g.add((ref, RDF.type, SKOS.Concept))
    _texts(g, ref, SKOS.prefLabel, concept.label)


def _add_themes(g: Graph, dataset: Dataset) -> None:
    for concept in (*dataset.themes, *dataset.topics):
        add_concept(g, concept)
    for topic in dataset.topics:
        g.add((URIRef(topic.uri), SKOS.inScheme, _topic_scheme()))


def _add_publisher(g: Graph, publisher: Publisher) -> None:
    ref = URIRef(publisher.uri)
    g.add((ref, RDF.type, FOAF.Agent))
    g.add((ref, RDF.type, FOAF.Organization))
    _texts(g, ref, FOAF.name, publisher.name)
    g.add((ref, FOAF.homepage, URIRef(publisher.page)))
    if publisher.kind:
        g.add((ref, DCT.type, URIRef(publisher.kind.uri)))
        add_concept(g, publisher.kind)


def _add_place(g: Graph, place: Place, dataset: Node) -> None:
    ref = _node(g, dataset, DCT.spatial, DCT.Location)
    _texts(g, ref, SKOS.prefLabel, place.name)
    if place.box:
        west, south, east, north = place.box
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        box = {"type": "Polygon", "coordinates": [ring]}
        _wkt(g, ref, DCAT.bbox, box)
        if place.geometry != box:
            # Not locn:geometry: DCAT-AP's shapes want a node there, which ckanext-dcat's own
            # parser can't read, and it takes a text there, which the shapes refuse.
            geometry = _node(g, ref, GSP.hasGeometry, GSP.Geometry)
            _wkt(g, geometry, GSP.asWKT, place.geometry or box)


def _wkt(g: Graph, subject: Node, predicate: URIRef, geometry: Mapping[str, Any]) -> None:
    try:
        written = wkt.dumps(dict(geometry), decimals=_DECIMALS)
    except (InvalidGeoJSONException, ValueError, TypeError):
        return  # a shape that WKT has no word for; its box stays
    g.add((subject, predicate, Literal(written, datatype=GSP.wktLiteral)))


def _add_documents(g: Graph, dataset: Dataset, ref: Node) -> None:
    if dataset.source_page:
        page = CleanedURIRef(dataset.source_page)
        g.add((ref, FOAF.page, page))
        g.add((page, RDF.type, FOAF.Document))
    for document in dataset.documents:
        page = CleanedURIRef(document.url)
        g.add((ref, FOAF.page, page))
        g.add((page, RDF.type, FOAF.Document))
        _texts(g, page, DCT.title, document.title)


def _add_distribution(g: Graph, one: Distribution) -> None:
    ref = CleanedURIRef(one.uri)
    for concept in (one.status, one.availability):
        if concept:
            add_concept(g, concept)
    if one.size is not None:
        g.add((ref, DCAT.byteSize, Literal(one.size, datatype=XSD.nonNegativeInteger)))
    if one.format_name and not one.format.file_type:
        node = _node(g, ref, DCT["format"], DCT.MediaTypeOrExtent)
        g.add((node, RDFS.label, Literal(one.format_name)))
    elif one.format.file_type:
        g.add((URIRef(one.format.file_type), RDFS.label, Literal(one.format_name)))
    if one.licence:
        _add_licence(g, one.licence)


def _add_licence(g: Graph, licence: Licence) -> None:
    ref = CleanedURIRef(licence.uri)
    g.add((ref, RDF.type, DCT.LicenseDocument))
    _texts(g, ref, DCT.title, licence.title)
    if licence.french_page and licence.french_page != licence.uri:
        g.add((ref, RDFS.seeAlso, CleanedURIRef(licence.french_page)))
    # The library says of every licence that it does not know what it grants.
    g.remove((ref, DCT.type, None))
    if licence.kind:
        g.add((ref, DCT.type, URIRef(licence.kind.uri)))
        add_concept(g, licence.kind)


def _topic_scheme() -> URIRef:
    return URIRef(f"{config.base_uri()}/group")


def _node(g: Graph, subject: Node, predicate: URIRef, kind: URIRef) -> BNode:
    node = BNode()
    g.add((subject, predicate, node))
    g.add((node, RDF.type, kind))
    return node


def _texts(g: Graph, subject: Node, predicate: URIRef, text: Text2) -> None:
    for code, written in text.items():
        g.add((subject, predicate, Literal(written, lang=code)))
