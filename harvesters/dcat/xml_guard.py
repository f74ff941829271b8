"""RDF/XML that defines entities or points outside is refused before any RDF parser sees it.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from io import BytesIO
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml import sax as guarded

from ckanext.ontario.harvesters.mapping.json_stream import fatal


def check(content: bytes) -> None:
    """Read a document through once, with entities and everything external forbidden.

    Raises:
        DocumentError: ``rdf_has_entities``.
        xml.sax.SAXException: when it is no XML.
    """
    try:
        guarded.parse(
            BytesIO(content),
            ContentHandler(),
            forbid_dtd=False,
            forbid_entities=True,
            forbid_external=True,
        )
    except DefusedXmlException as err:
        raise fatal("rdf_has_entities") from err
