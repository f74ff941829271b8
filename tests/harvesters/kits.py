"""Documents of each kind of source, for the standard suite."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from standard import Codes, Entry, Kit, entries

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
        return json.dumps(_turned(self.catalogue(content)), ensure_ascii=False, indent=1).encode()


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _turned(each) for key, each in reversed(value.items())}
    return [_turned(each) for each in value] if isinstance(value, list) else value


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
