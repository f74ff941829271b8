"""Documents of each kind of source, for the standard suite."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from standard import Codes, Entry, Kit, entries

from ckanext.ontario.harvesters.arcgis_hub.plugin import ArcgisHubHarvester
from ckanext.ontario.harvesters.ckan_portal.plugin import CkanPortalHarvester
from ckanext.ontario.harvesters.dcat.plugin import DcatHarvester
from ckanext.ontario.harvesters.dcat_us.plugin import DcatUsHarvester
from ckanext.ontario.harvesters.inventory.plugin import InventoryHarvester


class InventoryKit(Kit):
    """Inventories as CSV."""

    reader = InventoryHarvester.reader
    suffix = ".csv"
    codes = Codes(
        empty="inventory_without_rows",
        error="format_unsupported",
        missing_title="title_missing",
        missing_identifier="identifier_missing",
        duplicate="identifier_repeated",
    )
    header = (
        *("Inventory ID", "Public Title (English)", "Public Title (French)"),
        *("Long Description (English)", "Long Description (French)"),
        *("Tags (English)", "Tags (French)", "Publisher", "Access Level", "Dataset URL"),
        "Data Custodian Email",
    )

    def _rows(self, content: Sequence[Entry]) -> list[list[str]]:
        unknown = any(each.unknown for each in content)
        rows = [[*self.header, *(["Favourite colour"] if unknown else [])]]
        for each in content:
            pairs = [
                (each.title.get(code) or "", each.notes.get(code) or "") for code in ("en", "fr")
            ]
            tags = [";".join(each.keywords.get(code, [])) for code in ("en", "fr")]
            row = [each.guid or "", pairs[0][0], pairs[1][0], pairs[0][1], pairs[1][1], *tags]
            row += [each.publisher or "", each.access, each.url or "", each.email or ""]
            rows.append([*row, *([each.unknown or ""] if unknown else [])])
        return rows

    def document(self, content: Sequence[Entry]) -> bytes:
        return self._text(self._rows(content))

    def reordered(self, content: Sequence[Entry]) -> bytes:
        return self._text([row[::-1] for row in self._rows(content)])

    def truncated(self) -> bytes:
        """A row that ends inside quotes."""
        return self.document(entries(9)) + b'10,"Bridges'

    def _text(self, rows: list[list[str]]) -> bytes:
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        return out.getvalue().encode()


class JsonKit(Kit):
    """Catalogues as JSON."""

    suffix = ".json"

    def catalogue(self, content: Sequence[Entry]) -> dict[str, Any]:
        """The document as an object."""
        raise NotImplementedError

    def document(self, content: Sequence[Entry]) -> bytes:
        return json.dumps(self.catalogue(content), ensure_ascii=False).encode()

    def reordered(self, content: Sequence[Entry]) -> bytes:
        return json.dumps(turned(self.catalogue(content)), ensure_ascii=False, indent=1).encode()


def turned(value: Any) -> Any:
    """A value with the keys of its objects in the other order."""
    if isinstance(value, dict):
        return {key: turned(each) for key, each in reversed(value.items())}
    return [turned(each) for each in value] if isinstance(value, list) else value


class CkanPortalKit(JsonKit):
    """One page of ``package_search``, saved."""

    reader = CkanPortalHarvester.reader
    codes = Codes(
        empty="catalogue_empty",
        error="source_said_error",
        missing_title="record_without_title",
        missing_identifier="record_without_identifier",
    )

    def catalogue(self, content: Sequence[Entry]) -> dict[str, Any]:
        results = [self.package(each) for each in content]
        return {"success": True, "result": {"count": len(results), "results": results}}

    def package(self, each: Entry) -> dict[str, Any]:
        """One record."""
        said: dict[str, Any] = {
            "id": each.guid,
            "name": f"bridges-{each.guid}",
            "type": "dataset",
            "title_translated": dict(each.title),
            "notes_translated": dict(each.notes) or None,
            "keywords": {code: list(words) for code, words in each.keywords.items()},
            "access_level": each.access,
            "maintainer_email": each.email,
            "organization": {"name": "moh", "title": each.publisher} if each.publisher else None,
            "resources": [{"id": "r-1", "url": each.url}] if each.url else [],
            "extras": None,
        }
        return said | ({"favourite_colour": each.unknown} if each.unknown else {})


class DcatKit(Kit):
    """DCAT as Turtle."""

    reader = DcatHarvester.reader
    suffix = ".ttl"
    codes = Codes(
        empty="catalogue_empty",
        error="source_said_error",
        missing_title="record_without_title",
        missing_identifier="record_without_identifier",
    )
    head = (
        *(
            "@prefix dcat: <http://www.w3.org/ns/dcat#> .",
            "@prefix dct: <http://purl.org/dc/terms/> .",
        ),
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> .",
        "@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .",
        "<https://a.ca/> a dcat:Catalog .",
    )

    def _statements(self, each: Entry, number: int) -> list[str]:
        rights = "http://publications.europa.eu/resource/authority/access-right/"
        level = {"open": "PUBLIC", "restricted": "RESTRICTED"}[each.access]
        node = f"<https://a.ca/dataset/{number}>" if each.guid else "[]"
        said = ["a dcat:Dataset", f"dct:accessRights <{rights}{level}>"]
        said += [f"dct:identifier {_literal(each.guid)}"] if each.guid else []
        said += [f"dct:title {_literal(text)}@{code}" for code, text in each.title.items()]
        said += [f"dct:description {_literal(text)}@{code}" for code, text in each.notes.items()]
        said += [
            f"dcat:keyword {_literal(w)}@{code}" for code, ws in each.keywords.items() for w in ws
        ]
        if each.publisher:
            said.append(f"dct:publisher [ foaf:name {_literal(each.publisher)}@en ]")
        if each.email:
            said.append(f"dcat:contactPoint [ vcard:hasEmail <mailto:{each.email}> ]")
        if each.url:
            said.append(f"dcat:distribution [ dcat:downloadURL <{each.url}> ]")
        if each.unknown:
            said.append(f"<https://a.ca/favourite-colour> {_literal(each.unknown)}")
        return [f"{node} {said[0]} ; {' ; '.join(said[1:])} ."]

    def document(self, content: Sequence[Entry]) -> bytes:
        statements = [s for n, each in enumerate(content) for s in self._statements(each, n)]
        return "\n".join([*self.head, *statements]).encode()

    def reordered(self, content: Sequence[Entry]) -> bytes:
        numbered = list(enumerate(content))[::-1]
        statements = [s for n, each in numbered for s in self._statements(each, n)]
        return "\n".join([*self.head, *statements]).encode()


def _literal(text: str | None) -> str:
    return json.dumps(text, ensure_ascii=False)


class DcatUsKit(JsonKit):
    """data.json."""

    reader = DcatUsHarvester.reader
    codes = Codes(
        empty="catalogue_empty",
        error="source_said_error",
        missing_title="record_without_title",
        missing_identifier="record_without_identifier",
    )

    def catalogue(self, content: Sequence[Entry]) -> dict[str, Any]:
        return {
            "@type": "dcat:Catalog",
            "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
            "dataset": [self.dataset(each) for each in content],
        }

    def dataset(self, each: Entry) -> dict[str, Any]:
        """One dataset; what is not there is null."""
        levels = {"open": "public", "restricted": "non-public"}
        said: dict[str, Any] = {
            "@type": "dcat:Dataset",
            "identifier": each.guid,
            "accessLevel": levels[each.access],
            "bureauCode": None,
            "spatial": None,
            "publisher": {"name": each.publisher} if each.publisher else None,
            "contactPoint": {"fn": None, "hasEmail": f"mailto:{each.email}"}
            if each.email
            else None,
            "distribution": [{"downloadURL": each.url, "title": None}] if each.url else None,
            "keyword": list(each.keywords.get("en", [])) or None,
            "keyword_fr": list(each.keywords.get("fr", [])),
            "title": each.title.get("en"),
            "description": each.notes.get("en"),
        }
        for key, texts in (("title", each.title), ("description", each.notes)):
            if "fr" in texts:
                said[f"{key}_fr"] = texts["fr"]
        return said | ({"favouriteColour": each.unknown} if each.unknown else {})


class ArcgisHubKit(DcatUsKit):
    """The feed of an ArcGIS Hub."""

    reader = ArcgisHubHarvester.reader

    def dataset(self, each: Entry) -> dict[str, Any]:
        return {**super().dataset(each), "license": "{{licenseInfo}}"}
