"""The reader of an ArcGIS Hub's feed.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ckanext.ontario.harvest.reader import Issue, Record, Severity, pages
from ckanext.ontario.harvesters.dcat_us.reader import DcatUsReader, is_dataset
from ckanext.ontario.harvesters.mapping import json_stream
from ckanext.ontario.harvesters.mapping.json_stream import Around

from . import mapping

MAPPING = 1
"""Raise by one whenever the code of this folder maps the same feed to other datasets."""

FEED = "/api/feed/dcat-us/1.1.json"
"""Where a Hub has its feed."""


class ArcgisHubReader(DcatUsReader):
    """Reads the feed of an ArcGIS Hub; its options are those of data.json."""

    kind = "arcgis_hub"
    again = frozenset({"json_truncated", "json_invalid", "json_empty"})
    """A Hub that is still writing its feed sends the beginning of it: asked again, it has more."""

    def __init__(self) -> None:
        super().__init__()
        self.mapping_version = f"{MAPPING}-{self.mapping_version}"

    def first_page(self, url: str, options: Mapping[str, Any]) -> str:
        """Return the address of the feed: of a site, or as it is."""
        del options
        where = urlsplit(url)
        return f"{url.rstrip('/')}{FEED}" if where.path in {"", "/"} and not where.query else url

    def next_page(self, page: Path, address: str, options: Mapping[str, Any]) -> str | None:
        """Read the feed through to its end, and return that there is no other page.

        Raises:
            DocumentError: when it did not arrive whole.
        """
        del address, options
        for _each in json_stream.objects(page, is_dataset, Around()):
            pass
        return None

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Issue]:
        """Yield records in document order, and issues that belong to no record.

        Raises:
            DocumentError: as for data.json.
        """
        found = french = 0
        for page in pages(path):
            for made in self.items(page, options, mapping.mapped):
                if isinstance(made, Record):
                    found += 1
                    french += mapping.has_french(made)
                yield made
        if french < found:
            params = {"count": found - french, "all": found}
            yield Issue(Severity.WARNING, "hub_without_french", params=params)
