"""JSON-LD contexts: those that a document writes out, and a few that are known here.

rdflib would fetch a context that a document names by its address; none is left when it gets to see
the document. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from typing import Any, cast

from ckanext.ontario.harvesters.mapping.json_stream import MAX_DEPTH, fatal

_DCT = "http://purl.org/dc/terms/"
_DCAT = "http://www.w3.org/ns/dcat#"
_FOAF = "http://xmlns.com/foaf/0.1/"
_VCARD = "http://www.w3.org/2006/vcard/ns#"


def _iri(term: str) -> dict[str, str]:
    return {"@id": term, "@type": "@id"}


DATA_JSON: dict[str, Any] = {
    "dcat": _DCAT,
    "dct": _DCT,
    "dcterms": _DCT,
    "foaf": _FOAF,
    "vcard": _VCARD,
    "org": "http://www.w3.org/ns/org#",
    **{name: _DCT + name for name in ("title", "description", "identifier", "issued", "modified")},
    **{name: _DCT + name for name in ("created", "rights", "accrualPeriodicity", "spatial")},
    **{name: _DCT + name for name in ("language", "format", "publisher", "temporal")},
    **{name: _DCAT + name for name in ("dataset", "distribution", "keyword", "theme", "mediaType")},
    **{name: _DCAT + name for name in ("byteSize", "contactPoint", "startDate", "endDate", "bbox")},
    **{name: _iri(_DCAT + name) for name in ("accessURL", "downloadURL", "landingPage")},
    "license": _iri(_DCT + "license"),
    "accessLevel": _DCT + "accessRights",
    "name": _FOAF + "name",
    "fn": _VCARD + "fn",
    "hasEmail": _iri(_VCARD + "hasEmail"),
}
"""The words of data.json and of DCAT, as the standards say what they mean."""

_ADDRESSES = (
    "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
    "https://project-open-data.cio.gov/v1.1/schema/data.jsonld",
    "https://www.w3.org/ns/dcat.jsonld",
    "http://www.w3.org/ns/dcat.jsonld",
    "https://www.w3.org/ns/dcat2.jsonld",
    "https://www.w3.org/ns/dcat3.jsonld",
)

KNOWN: dict[str, dict[str, Any]] = dict.fromkeys(_ADDRESSES, DATA_JSON)
"""Contexts that a document may name by their address."""


def inlined(document: Any) -> Any:
    """Return a JSON-LD document with every context written out.

    Raises:
        DocumentError: for a context that is not known, and for one that imports another.
    """
    return _inlined(document, 0)


def _inlined(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise fatal("json_too_deep", cap=MAX_DEPTH)
    if isinstance(value, list):
        return [_inlined(each, depth + 1) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for key, each in cast("dict[str, Any]", value).items():
        if key == "@import":
            raise fatal("rdf_context_unknown", address=str(each)[:200])
        result[key] = _inlined(_known(each) if key == "@context" else each, depth + 1)
    return result


def _known(context: Any) -> Any:
    """Return a context, or a list of them, without addresses."""
    if isinstance(context, list):
        return [_known(each) for each in cast("list[Any]", context)]
    if not isinstance(context, str):
        return context
    if context not in KNOWN:
        raise fatal("rdf_context_unknown", address=context[:200])
    return KNOWN[context]
