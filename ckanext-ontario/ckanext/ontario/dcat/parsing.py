"""From a graph back into our fields: for harvesting other catalogues, and to check our own."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from ckanext.dcat.profiles.base import DCAT, DCT, SKOS, VCARD
from ckanext.ontario.dcat import vocabulary
from ckanext.ontario.shared.bilingual import LANGUAGES, language_of

Text2 = dict[str, str]


def dataset_fields(g: Graph, ref: Node) -> dict[str, Any]:
    """Return a dataset's values under our field names; only what the graph says."""
    contact = g.value(ref, DCAT.contactPoint)
    found: dict[str, Any] = {
        "title_translated": _texts(g, ref, DCT.title),
        "notes_translated": _texts(g, ref, DCT.description),
        "keywords": _words(g, ref, DCAT.keyword),
        "maintainer_translated": _texts(g, contact, VCARD.fn),
        "maintainer_branch": _texts(g, contact, VCARD["organization-unit"]),
        "maintainer_email": _mailbox(g, contact),
        "geographic_coverage_translated": _texts(g, g.value(ref, DCT.spatial), SKOS.prefLabel),
        "topics": _topics(g, ref),
        "access_level": _value(g, ref, DCT.accessRights, "access_right"),
        "update_frequency": _value(g, ref, DCT.accrualPeriodicity, "frequency"),
    }
    return {name: value for name, value in found.items() if value}


def resource_fields(g: Graph, resource: dict[str, Any]) -> dict[str, Any]:
    """Return a distribution's values under our field names.

    Args:
        g: the graph.
        resource: what the library read; its ``uri`` says which distribution.
    """
    ref = URIRef(str(resource.get("uri") or ""))
    languages = {str(one) for one in g.objects(ref, DCT.language)}
    found: dict[str, Any] = {
        "name_translated": _texts(g, ref, DCT.title),
        "description_translated": _texts(g, ref, DCT.description),
        "format": next(filter(None, (_format(one) for one in g.objects(ref, DCT["format"]))), None),
        "language": _language(languages),
        "mimetype": _media_type(str(resource.get("mimetype") or "")),
    }
    return {name: value for name, value in found.items() if value}


def _texts(g: Graph, subject: Node | None, predicate: URIRef) -> Text2:
    """Return a text in our languages; one without a language counts as English."""
    if subject is None:
        return {}
    found = [one for one in g.objects(subject, predicate) if isinstance(one, Literal)]
    return {
        language_of(one.language): str(one)
        for one in sorted(found, key=lambda one: bool(one.language))
        if not one.language or one.language.split("-")[0] in LANGUAGES
    }


def _words(g: Graph, subject: Node, predicate: URIRef) -> dict[str, list[str]]:
    words: defaultdict[str, list[str]] = defaultdict(list)
    for one in g.objects(subject, predicate):
        if isinstance(one, Literal) and (not one.language or one.language in LANGUAGES):
            words[language_of(one.language)].append(str(one))
    return {code: sorted(found) for code, found in words.items()}


def _mailbox(g: Graph, contact: Node | None) -> str:
    found = g.value(contact, VCARD.hasEmail) if contact is not None else None
    return str(found or "").removeprefix("mailto:")


def _topics(g: Graph, ref: Node) -> list[str]:
    names = {str(one).rpartition("/group/")[2] for one in g.objects(ref, DCAT.theme)}
    return sorted(names & set(vocabulary.content()["concepts"]["theme"]["of"]))


def _value(g: Graph, ref: Node, predicate: URIRef, name: str) -> str | None:
    for one in g.objects(ref, predicate):
        values = vocabulary.values_of(name, str(one))
        if len(values) == 1:  # several of ours say the same abroad: nobody knows which was meant
            return values[0]
    return None


def _format(node: Node) -> str | None:
    return vocabulary.format_of(str(node))


def _media_type(written: str) -> str:
    """Return a media type by its name, where the library leaves IANA's address."""
    return re.sub(r"^https?://www\.iana\.org/assignments/media-types/", "", written)


def _language(addresses: set[str]) -> str | None:
    for ours in vocabulary.content()["concepts"]["language"]["of"]:
        if {one.uri for one in vocabulary.concepts("language", ours)} == addresses:
            return str(ours)
    return None
