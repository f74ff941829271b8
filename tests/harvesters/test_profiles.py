"""Profiles: what a wrong file is told, and that a changed mapping is noticed."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from documents import read

from ckanext.ontario.harvesters.inventory import profile
from ckanext.ontario.harvesters.inventory.profile import ProfileError
from ckanext.ontario.harvesters.inventory.reader import InventoryReader

GOOD = """
title: {en: Test, fr: Essai}
columns:
  title_translated: {en: [Title]}
"""


def load(folder: Path, text: str, shared: str = "") -> profile.Profile:
    (folder / "test.yaml").write_text(text, encoding="utf-8")
    (folder / "values.yaml").write_text(shared or "values: {}", encoding="utf-8")
    return profile.read(folder / "test.yaml", folder / "values.yaml")


def test_every_profile_loads() -> None:
    assert {"federal", "ontario"} <= set(profile.names())
    assert next(iter(InventoryReader.profiles)) == "ontario"
    for title in InventoryReader.profiles.values():
        assert title["en"] != title["fr"]


def test_the_smallest_profile(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).headings["title"].field == "title_translated"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a list", "holds no mapping"),
        ("title: {en", "is not YAML"),
        (GOOD + "colums: {}", "unknown key 'colums'"),
        (GOOD.replace("fr: Essai", "de: Test"), "title needs a text under 'en' and one under 'fr'"),
        (GOOD.replace("title_translated", "titel"), "there is no field 'titel'"),
        (GOOD + "  other_title: {en: [title]}", "given to title_translated and to other_title"),
        (GOOD + "  other_title: {de: [Titel]}", "lists of headers stand under"),
        (GOOD + "  other_title: {en: Titel}", "lists of headers stand under"),
        (GOOD + "  other_title: [Titel]", "must be a mapping"),
        (GOOD + "  other_title: {en: [2020]}", "is no header; put it in quotes"),
        (GOOD + "defaults: {colour: red}", "there is no field 'colour'"),
        (GOOD + "values: {colour: {}}", "there is no field 'colour'"),
        (GOOD + "values: {other_title: {}}", "has no closed list"),
        (GOOD + "values: {access_level: {secret: [x]}}", "access_level has no value 'secret'"),
        (GOOD + "values: {access_level: {open: [Closed]}}", "stands for restricted and for open"),
        ("title: {en: a, fr: b}\ncolumns: {}", "columns has no 'title_translated'"),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ProfileError, match="yaml: ") as caught:
        load(tmp_path, text)
    assert problem in str(caught.value)


def test_the_version_changes_with_a_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = profile.mapping_version()
    copy = shutil.copytree(profile.FOLDER, tmp_path / "profiles")
    monkeypatch.setattr(profile, "FOLDER", copy)
    ontario = copy / "ontario.yaml"
    ontario.write_text("# a comment\n" + ontario.read_text(encoding="utf-8"), encoding="utf-8")
    profile.load.cache_clear()
    try:
        assert profile.mapping_version() == before
        text = ontario.read_text(encoding="utf-8")
        ontario.write_text(text.replace("Public Title", "Main Title"), encoding="utf-8")
        profile.load.cache_clear()
        assert profile.mapping_version() != before
    finally:
        profile.load.cache_clear()


GOLDEN = """Inventory ID,Public Title,Titre,Long Description,Access Level,Exemption,Tags,\
Update Frequency,Date Range,Date Published,Licence Type,File Extensions,Dataset URL,\
Contains Geographic Markers,Technical Documents
A-1,Bridges,Ponts,Long  text,Open/Public,None,"roads; bridges",annual,"January 1, 2016 - present",\
"December 22, 2017",Open Government Licence,csv,https://a.ca/b.csv,Vrai,https://a.ca/g.pdf
,Roads,,Text,Restreint,Vie privée,,,2016,,OGL,csv,,,
"""
DIGEST = {1: "005786f269020979"}


def test_a_changed_mapping_has_a_new_number(tmp_path: Path) -> None:
    # Fails when the code maps the same document to other datasets: raise profile.MAPPING by one
    # and put the new digest here, so that harvested records are brought up to date.
    document = tmp_path / "golden.csv"
    document.write_text(GOLDEN, encoding="utf-8")
    mapped = [(r.guid, r.organization, r.dataset) for r in read(document).records]
    digest = hashlib.sha256(json.dumps(mapped, sort_keys=True).encode()).hexdigest()[:16]
    assert {profile.MAPPING: digest} == DIGEST
