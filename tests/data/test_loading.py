"""From an uploaded file to a table: columns' types, and the whole way on running portals."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.data.domain import columns

# --- types -----------------------------------------------------------------------------------


def column(*values: str) -> columns.Column:
    made = columns.Column("c")
    for row, value in enumerate(values, 2):
        made.see(value, row)
    return made


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("1", "-2.5", "3e4", ""), "numeric"),
        (("007", "12"), "text"),
        (("1,5", "2"), "text"),
        (("NaN",), "text"),
        (("2020-02-29", "2021-01-01"), "date"),
        (("2021-02-29",), "text"),
        (("2020-01-01 00:00:00",), "date"),
        (("2020-01-01 12:30", "2020-01-01"), "timestamp"),
        (("01/02/2020",), "text"),
        (("", ""), "text"),
        ((*["1"] * 3000, "x"), "text"),
        (("١٢",), "text"),
    ],
)
def test_a_columns_type_is_what_every_cell_has(values: tuple[str, ...], kind: str) -> None:
    assert column(*values).type() == kind


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9)))
def test_every_plain_number_is_one(number: Any) -> None:
    assert (
        columns.is_a(f"{number:f}", "numeric")
        or f"{number:f}".lstrip("-").startswith("0")
        or (len(f"{number:f}") > 30)
    )


@given(st.integers(0, 3_000_000))
def test_every_day_is_one(days: int) -> None:
    assert columns.is_a((date(1, 1, 1) + timedelta(days)).isoformat(), "date")


@given(st.text(max_size=40))
def test_no_text_breaks_the_types(text: str) -> None:
    assert column(text).type() in columns.TYPES


def test_a_wanted_type_that_a_cell_contradicts_is_remarked() -> None:
    made = column("1", "n/a")
    assert columns.chosen(made, "numeric") == "text"
    assert made.spoilt["numeric"] == (3, "n/a")
    assert columns.chosen(column("1"), "text") == "text"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ([], "no-columns"),
        (["a", "", "b"], "unnamed"),
        (["a", "a"], "twice"),
        (["é" * 40], "long"),
        (["_a"], "bad-name"),
        (["a\nb"], "bad-name"),
        ([str(n) for n in range(2000)], "too-many"),
    ],
)
def test_headers_that_cannot_be_columns(headers: list[str], code: str) -> None:
    with pytest.raises(columns.ColumnsRefused) as refused:
        columns.require_names(headers)
    assert refused.value.code == code


# --- on running portals ----------------------------------------------------------------------


class Portal:
    """A running portal, called as its administrator; its jobs run when asked."""

    def __init__(self, server: Any) -> None:
        self.server = server
        server.ckan("user", "add", "loader-admin", "email=l@ontario.ca", "password=correct-horse-9")
        server.ckan("sysadmin", "add", "loader-admin")
        self.headers = {"Authorization": server.token("loader-admin")}

    def ask(self, action: str, **data: Any) -> Any:
        url = f"{self.server.url}/api/3/action/{action}"
        files = {"upload": data.pop("upload")} if "upload" in data else None
        sent = {"data": data, "files": files} if files else {"json": data}
        answer = requests.post(url, headers=self.headers, timeout=60, **sent)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def work(self) -> None:
        """Run the jobs that wait, those they make included."""
        self.server.ckan("jobs", "worker", "--burst")

    def upload(self, name: str, body: str, **data: Any) -> Any:
        action = "resource_patch" if "id" in data else "resource_create"
        names = {"name_translated": json.dumps({"en": name, "fr": name}), "type": "data"}
        given = {**names, "format": "CSV", **data}
        return self.ask(action, **given, upload=(name, io.BytesIO(body.encode())))


@pytest.fixture(scope="module")
def portal(internal_server: Any) -> Portal:
    # Outside nobody uploads: files come there with releases.
    return Portal(internal_server)


def test_an_upload_becomes_a_table_and_its_dictionary_outlives_it(portal: Portal) -> None:
    titles = {"en": "Ministry of loading", "fr": "Ministère du chargement"}
    ministry = portal.ask(
        "organization_create",
        name="loading",
        title_translated=titles,
        jurisdiction="provincial",
        category="ministry",
    )
    portal.ask(
        "package_create",
        name="loaded",
        owner_org=ministry["id"],
        title_translated=titles,
        access_level="under_review",
    )
    made = portal.upload("a.csv", "Code,Année,Jour\n007,2020,2020-01-02\n", package_id="loaded")
    bad = portal.upload("b.csv", "a,a\n1,2\n", package_id="loaded")
    modified = portal.ask("package_show", id="loaded")["metadata_modified"]
    portal.work()
    given = {"resource_id": made["id"]}
    assert portal.ask("xloader_status", **given)["status"] == "complete"
    found = portal.ask("datastore_search", **given)
    assert {f["id"]: f["type"] for f in found["fields"] if f["id"] != "_id"} == {
        "Code": "text",
        "Année": "numeric",
        "Jour": "date",
    }
    assert found["records"][0]["Code"] == "007"
    refused = portal.ask("xloader_status", resource_id=bad["id"])
    assert (refused["status"], "both called" in refused["message"]) == ("error", True)
    shown = portal.ask("resource_show", id=made["id"])
    assert not {"task_created", "queue_name", "original_url"} & set(shown)
    # To its editors the record has not changed by being read.
    assert portal.ask("package_show", id="loaded")["metadata_modified"] == modified

    entry = {"id": "Année", "label_fr": "Année civile", "type_override": "text"}
    portal.ask("ontario_data_dictionary_update", **given, fields=[entry])
    portal.upload("c.csv", "Année,Nouveau\n2021,x\n2022,y\n", id=made["id"])
    portal.work()
    fields = portal.ask("ontario_data_dictionary_show", **given)["fields"]
    assert [field["id"] for field in fields] == ["Année", "Nouveau"]
    assert (fields[0]["label_fr"], fields[0]["type"]) == ("Année civile", "text")

    portal.ask("resource_delete", id=made["id"])
    portal.work()
    url = f"{portal.server.url}/api/3/action/datastore_search"
    assert requests.post(url, json=given, headers=portal.headers, timeout=60).status_code == 404


def test_the_public_portals_tables_are_written_by_the_portal_alone(public_server: Any) -> None:
    given = {"resource_id": "x", "force": True, "records": []}
    for action in ("datastore_create", "datastore_upsert", "datastore_delete", "xloader_submit"):
        answer = requests.post(f"{public_server.url}/api/3/action/{action}", json=given, timeout=60)
        assert answer.status_code == 403, action
    for name in ("_table_metadata", "pg_tables"):
        answer = requests.get(f"{public_server.url}/datastore/dump/{name}", timeout=60)
        assert answer.status_code == 404
