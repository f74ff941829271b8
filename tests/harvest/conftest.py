"""What harvest tests share: an inventory as a text, a source of it, and a look at every table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysolr
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib.search.common import make_connection
from ckan.tests.helpers import call_action
from ckanext.harvest import queue

from ckanext.ontario.harvest import harvester, sources

HEADER = {
    "id": "Inventory ID",
    "en": "Public Title (English)",
    "fr": "Public Title (French)",
    "notes_en": "Long Description (English)",
    "notes_fr": "Long Description (French)",
    "publisher": "Publisher",
    "access": "Access Level",
    "exemption": "Exemption",
    "start": "Date Range - Start",
    "end": "Date Range - End",
    "url": "Dataset URL",
    "formats": "File Extensions",
    "internal": "Internal Notes",
}

Row = dict[str, str]


def row(number: int, **cells: str) -> Row:
    """A good row."""
    return {
        "id": str(number),
        "en": f"Water quality {number}",
        "fr": f"Qualité de l’eau {number}",
        "notes_en": "Samples taken every month.",
        "notes_fr": "Échantillons prélevés chaque mois.",
        "access": "Under Review",
        **cells,
    }


def rows(count: int, **cells: str) -> list[Row]:
    """So many good rows."""
    return [row(number, **cells) for number in range(1, count + 1)]


def text(content: list[Row]) -> str:
    """The inventory as CSV."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(HEADER))
    writer.writerow(HEADER)
    writer.writerows(content)
    return buffer.getvalue()


@pytest.fixture
def inventory() -> Any:
    """The harvester of inventories, as the portal has loaded it."""
    return harvester.harvesters()["inventory"]


class Harvests:
    """A source whose document the test writes."""

    def __init__(self, folder: Path, organization: str = "moh") -> None:
        self.folder = folder
        self.organization = organization
        self.config: dict[str, Any] = {}
        self.name = "test-source"
        self.kind = "inventory"
        self.suffix = ".csv"

    @property
    def organization_id(self) -> str:
        return str(model.Group.get(self.organization).id)

    def source(self, content: list[Row] | bytes | None = None) -> str:
        """The id of the source, with this content as its document."""
        stored: Any = sources.find(self.name)
        url = stored.url if stored else ""
        if content is not None:
            path = self.folder / f"{self.name}{self.suffix}"
            path.write_bytes(content if isinstance(content, bytes) else text(content).encode())
            url = sources.keep_file(path, self.organization_id)
        return sources.ensure(
            name=self.name,
            title="Test source",
            url=url,
            kind=self.kind,
            organization_id=self.organization_id,
            config=self.config,
        )

    def run(self, content: list[Row] | bytes | None = None) -> dict[str, Any]:
        """Harvest, and return the run."""
        source_id = self.source(content)
        return sources.run_now(source_id, harvester.harvesters()[self.kind])


MINISTRIES = {
    "moh": ("Ministry of Health", "Ministère de la Santé"),
    "edu": ("Ministry of Education", "Ministère de l’Éducation"),
}


@pytest.fixture
def ministries(clean: None) -> None:
    """Two of the ministries, as the seed data have them: all of them take seconds to make."""
    make_ministries()


def make_ministries() -> None:
    """Make the ministries of the tests."""
    for name, (english, french) in MINISTRIES.items():
        title = {"en": english, "fr": french}
        call_action(
            "organization_create",
            {"user": site_user()},
            name=name,
            title_translated=title,
            jurisdiction="provincial",
            category="ministry",
        )


def site_user() -> str:
    return str(call_action("get_site_user")["name"])


def act(action: str, **data: Any) -> Any:
    """Call an action as the site user: CKAN's activity wants to know who it was."""
    return call_action(action, {"user": site_user()}, **data)


@pytest.fixture
def harvests(ministries: None, tmp_path: Path) -> Harvests:
    return Harvests(tmp_path)


@pytest.fixture
def packages() -> Callable[[], dict[str, dict[str, Any]]]:
    """A function that returns the harvested datasets by their identifier."""

    def read() -> dict[str, dict[str, Any]]:
        model.Session.rollback()
        model.Session.expire_all()
        ids = model.Session.query(model.Package.id).filter_by(type="dataset")
        shown = [call_action("package_show", {"use_cache": False}, id=id_) for (id_,) in ids]
        return {package["harvest_guid"]: package for package in shown}

    return read


CATALOGUE = (
    "package", "package_extra", "package_tag", "resource", "member", "tag", "activity", "group",
    "ontario_harvest_record", "ontario_harvest_upload", "ontario_ingest_pending", "harvest_source",
)  # fmt: skip
"""Tables that a harvest without news leaves alone, row by row."""


@pytest.fixture
def versions() -> Callable[[], dict[str, list[tuple[Any, ...]]]]:
    """A function that returns each row's version in every table but the book-keeping of runs."""

    def read() -> dict[str, list[tuple[Any, ...]]]:
        with model.ensure_engine().connect() as connection:
            return {
                table: [
                    tuple(found)
                    for found in connection.execute(
                        sa.text(f'SELECT ctid::text, xmin::text FROM "{table}" ORDER BY 1')  # noqa: S608 -- names of ours
                    )
                ]
                for table in CATALOGUE
            }

    return read


@pytest.fixture
def solr_requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to Solr's update handler from now on."""
    sent: list[str] = []
    send = pysolr.Solr._send_request

    def listened(self: Any, method: str, path: str = "", *args: Any, **kwargs: Any) -> Any:
        if path.startswith("update"):
            sent.append(path)
        return send(self, method, path, *args, **kwargs)

    monkeypatch.setattr(pysolr.Solr, "_send_request", listened)
    return sent


def deliver() -> None:
    """Consume both queues until they are empty."""
    for consumer, callback in (
        (queue.get_gather_consumer(), queue.gather_callback),
        (queue.get_fetch_consumer(), queue.fetch_callback),
    ):
        while True:
            method, header, body = consumer.basic_get("")
            if body is None:
                break
            callback(consumer, method, header, body)


@pytest.fixture
def indexed() -> Callable[[], set[str]]:
    """A function that returns the names of the datasets in the index."""

    def read() -> set[str]:
        solr = make_connection()
        solr.commit()
        return {doc["name"] for doc in solr.search("dataset_type:dataset", rows=1000)}

    return read
