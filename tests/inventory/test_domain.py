"""Rows of the inventory: safe, complete, and readable by the reader that harvests them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import dataset_values

from ckanext.ontario.harvest.reader import Record
from ckanext.ontario.harvesters.inventory.reader import InventoryReader
from ckanext.ontario.inventory import domain
from ckanext.ontario.inventory.domain import Words
from ckanext.ontario.schema import tables
from ckanext.ontario.shared import cells

FIELDS = {one["field_name"]: one for one in tables.read("dataset.yaml")["dataset_fields"]}


def words(language: str) -> Words:
    labels = {
        name: {one["value"]: one["label"][language] for one in field["choices"]}
        for name, field in FIELDS.items()
        if "choices" in field
    }
    labels["license_id"] = {one["value"]: one["label"][language] for one in tables.licences()}
    publishers = {"mecp": {"en": "Environment", "fr": "Environnement"}}
    return Words(language, labels, publishers, lambda name, code: f"https://x.ca/{code}/{name}")


def record(**values: Any) -> dict[str, Any]:
    return {**dataset_values(**values), "organization": {"name": "mecp", "title": "Environment"}}


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_headers_are_unique_and_there_in_both_languages(language: str) -> None:
    headers = [column.header[language] for column in domain.columns()]
    assert len(set(headers)) == len(headers) > 30


def test_only_public_fields_are_columns() -> None:
    sources = {column.source for column in domain.columns()} - set(domain.COMPUTED)
    assert {name for name in sources if FIELDS[name]["visibility"] != "public"} == set()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_exported_can_be_harvested(language: str, tmp_path: Path) -> None:
    given_record = record(
        access_level="restricted",
        exemption="privacy",
        license_id="other-closed",
        exemption_rationale={"en": "It names people.", "fr": "Elles nomment des personnes."},
        date_range_start="2019-01-01",
        date_range_end="2020-12-31",
        topics=["health-and-care", "housing-communities-and-social-support"],
        contains_geographic_markers="yes",
        maintainer_branch={"en": "Water Branch", "fr": "Direction de l’eau"},
    )
    path = tmp_path / "inventory.csv"
    path.write_text("".join(domain.lines([given_record], words(language))), encoding="utf-8")
    *notes, found = InventoryReader().read(path, {"profile": "ontario"})
    assert isinstance(found, Record)
    assert {note.code for note in notes} <= {"columns_not_kept"}
    assert [issue.code for issue in found.issues] == []
    assert found.guid == given_record["name"]
    assert found.organization in {"Environment", "Environnement"}
    kept = set(found.dataset) - {"resources"}
    assert {name: found.dataset[name] for name in kept} == {
        name: given_record[name] for name in kept
    }
    assert len(kept) == 17
    (file,) = found.dataset["resources"]
    assert file["url"] == given_record["resources"][0]["url"]
    assert file["format"] == "CSV"


@pytest.mark.parametrize("start", cells.FORMULA_STARTS)
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(start: str) -> None:
    text = f"{start}cmd|' /C calc'!A0"
    (found,) = read(
        "".join(domain.lines([record(title_translated={"en": text, "fr": "x"})], words("en")))
    )
    assert found["Public Title (English)"] == f"'{text}"


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)
)
def test_any_text_comes_back_whole_and_never_runs(text: str) -> None:
    given_record = record(title_translated={"en": text, "fr": "x"})
    (found,) = read("".join(domain.lines([given_record], words("en"))))
    cell = found["Public Title (English)"]
    assert not cell.startswith(cells.FORMULA_STARTS)
    assert cell in {text, f"'{text}"}


def test_a_record_without_files_organization_or_translations_is_a_row() -> None:
    bare = {"name": "bare", "title": "Bare", "resources": [], "organization": None}
    (found,) = read("".join(domain.lines([bare], words("fr"))))
    assert found["Numéro d’inventaire"] == "bare"
    assert found["Page du catalogue (français)"] == "https://x.ca/fr/bare"
