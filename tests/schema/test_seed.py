"""What every installation has: made once, corrected, and written only when it differs."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from click.testing import CliRunner

from ckanext.ontario.schema import cli, seeding, tables
from factories import call, make_organization

TABLES = (
    "group",
    "group_extra",
    "member",
    "activity",
    "ontario_schema_alias",
    "ontario_schema_organization_alias",
)


def versions() -> dict[str, list[Any]]:
    """The transaction that wrote each row: changes whenever a row is written."""
    model.Session.rollback()
    return {name: sorted(model.Session.execute(_versions_of(name))) for name in TABLES}


def _versions_of(name: str) -> Any:
    table = sa.table(name)
    row = [sa.literal_column(f'"{name}".{column}::text') for column in ("xmin", "ctid")]
    return sa.select(*row).select_from(table)


def test_the_second_run_writes_nothing(seeded: dict[str, Any]) -> None:
    assert seeded["organizations"]["created"] == len(tables.organizations())
    assert seeded["topics"]["created"] == 10
    before = versions()
    again = call("ontario_schema_seed")
    assert versions() == before
    for counts in again.values():
        assert counts["created"] == counts["updated"] == 0
    assert again["organizations"]["unchanged"] == len(tables.organizations())

    mnr = call("organization_show", id="mnr")
    assert mnr["title_translated"]["fr"] == "Ministère des Richesses naturelles"
    assert mnr["title"] == mnr["title_translated"]["en"]
    assert call("organization_show", id="oeb")["responsible_ministry"] == "mem"
    every = {
        name: one["name"]
        for one in tables.organizations()
        for name in (one["title_translated"]["en"], one["title_translated"]["fr"], one["name"])
    }
    every |= {"MNRF": "mnr", "Ministry of Natural Resources and Forestry": "mnr", "MOHLTC": "moh"}
    resolved = call("ontario_organization_resolve", names=list(every))
    assert {name: (found or {}).get("name") for name, found in resolved.items()} == every

    # What an administrator added stays; what the tables say is corrected.
    call("organization_patch", id="mnr", org_contact={"en": "Call us."}, acronym="XXX")
    call("group_delete", id="health-and-care")
    corrected = call("ontario_schema_seed")
    assert corrected["organizations"]["updated"] == corrected["topics"]["updated"] == 1
    mnr = call("organization_show", id="mnr")
    assert mnr["org_contact"] == {"en": "Call us."}
    assert mnr["acronym"] == "MNR / MRN"
    assert call("group_show", id="health-and-care")["state"] == "active"

    printed = CliRunner().invoke(cli.ontario_schema, ["seed", "--json"])
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.stdout.strip().splitlines()[-1])["topics"]["unchanged"] == 10
    spoken = CliRunner().invoke(cli.ontario_schema, ["seed"])
    assert "topics: 0 created, 0 updated, 10 unchanged" in spoken.output


def test_a_name_that_is_taken_by_the_other_kind_is_said(clean: None) -> None:
    make_organization(name="health-and-care")
    with pytest.raises(seeding.NameTaken, match="health-and-care"):
        call("ontario_schema_seed")


def test_only_administrators_seed(editor: Any) -> None:
    assert editor.action("ontario_schema_seed").status_code == 403
