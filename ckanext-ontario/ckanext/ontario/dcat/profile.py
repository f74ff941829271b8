"""Our profile of ckanext-dcat: DCAT-AP 3 with both languages, of public fields only.

The library writes what it has words for, from a dictionary made here of a
:class:`~.domain.Dataset`; it never sees the record itself, whose internal fields
(``author``, ``author_email``) it would publish. What it has no words for is added in
:mod:`.graph`. Registered as ``ontario_dcat`` in the entry point group ``ckan.rdf.profiles``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from rdflib import Graph, URIRef
from rdflib.term import Node

from ckanext.dcat.profiles import EuropeanDCATAP3Profile
from ckanext.dcat.profiles.base import namespaces
from ckanext.ontario.dcat import graph, parsing, portal
from ckanext.ontario.dcat.distributions import Distribution
from ckanext.ontario.dcat.domain import Contact, Dataset


class OntarioProfile(EuropeanDCATAP3Profile):
    """DCAT-AP 3 of an Ontario record.

    It extends ``euro_dcat_ap_3``, which already contains the scheming profile's repeating
    fields (publisher, contact, period, place); the scheming profile alone has none of the rest.
    """

    g: Graph

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: Node) -> None:
        """Add a record to the graph.

        Args:
            dataset_dict: the record as ``package_show`` or ``package_search`` returns it.
            dataset_ref: its address.
        """
        dataset = portal.described(dataset_dict)
        super().graph_from_dataset(_in_the_librarys_words(dataset), dataset_ref)
        graph.add_dataset(self.g, dataset, dataset_ref)

    def graph_from_catalog(self, catalog_dict: dict[str, Any] | None, catalog_ref: Node) -> None:
        """Add the catalogue itself; ``catalog_dict`` may say when it was ``modified``.

        The library would ask the index for the last change past the reader's rights.
        """
        for prefix, namespace in cast("Mapping[str, Any]", namespaces).items():
            self.g.bind(prefix, namespace)
        graph.add_catalogue(self.g, URIRef(str(catalog_ref)), (catalog_dict or {}).get("modified"))

    def parse_dataset(self, dataset_dict: dict[str, Any], dataset_ref: Node) -> dict[str, Any]:
        """Read a dataset of a graph into our fields, both languages included."""
        read: dict[str, Any] = super().parse_dataset(dataset_dict, dataset_ref)
        read.update(parsing.dataset_fields(self.g, dataset_ref))
        for resource in read.get("resources", []):
            resource.update(parsing.resource_fields(self.g, resource))
        return read


def _in_the_librarys_words(dataset: Dataset) -> dict[str, Any]:
    """Return the dictionary that the library's own profile reads."""
    words: dict[str, Any] = {
        "id": dataset.id,
        "title_translated": dict(dataset.title),
        "notes_translated": dict(dataset.description),
        "tags_translated": dataset.keywords,
        "url": dataset.page,
        "identifier": dataset.id,
        "issued": dataset.issued,
        "modified": dataset.modified,
        "language": [one.uri for one in dataset.languages],
        "theme": [one.uri for one in (*dataset.themes, *dataset.topics)],
        "resources": [_resource(dataset.id, one) for one in dataset.distributions],
    }
    if dataset.frequency:
        words["frequency"] = dataset.frequency.uri
    if dataset.access_right:
        words["access_rights"] = dataset.access_right.uri
    if dataset.publisher:
        kind = dataset.publisher.kind
        words["publisher"] = [
            {
                "uri": dataset.publisher.uri,
                "name_translated": dict(dataset.publisher.name),
                "url": dataset.publisher.page,
                "type": kind.uri if kind else "",
            }
        ]
    if dataset.contact:
        words["contact"] = [_contact(dataset.contact)]
    if any(dataset.period):
        start, end = dataset.period
        words["temporal_coverage"] = [{"start": start, "end": end}]
    return words


def _contact(contact: Contact) -> dict[str, Any]:
    return {"name_translated": dict(contact.name), "email": contact.email}


def _resource(dataset_id: str, one: Distribution) -> dict[str, Any]:
    words: dict[str, Any] = {
        "id": one.id,
        "package_id": dataset_id,
        "name_translated": dict(one.title),
        "description_translated": dict(one.description),
        "access_url": one.access_url,
        "download_url": one.download_url,
        "language": [code.uri for code in one.languages],
        "license": one.licence.uri if one.licence else "",
        "rights": dict(one.rights),
        "mimetype": one.format.media_type,
        "format": one.format.file_type,
        "issued": one.issued,
        "modified": one.modified,
        "status": one.status.uri if one.status else "",
        "availability": one.availability.uri if one.availability else "",
        "access_services": [
            {
                "uri": service.uri,
                "title": dict(service.title),
                "endpoint_url": [service.endpoint],
                "serves_dataset": [one.uri.partition("/resource/")[0]],
            }
            for service in one.services
        ],
    }
    if one.checksum:
        words |= {"hash": one.checksum.value, "hash_algorithm": one.checksum.algorithm}
    return words
