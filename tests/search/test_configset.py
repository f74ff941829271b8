"""The generated configset: CKAN's schema, and only additions."""

from __future__ import annotations

from pathlib import Path

import ckan
import pytest
import yaml
from lxml import etree

from ckanext.ontario.schema import document, query
from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.stack import configset
from ckanext.ontario.stack.errors import StackError
from ckanext.ontario.stack.paths import config_file

CKAN_SCHEMA = Path(ckan.__file__).parent / "config" / "solr" / "schema.xml"


@pytest.fixture(scope="module")
def additions() -> dict:
    return yaml.safe_load(config_file("solr/fields.yaml").read_text(encoding="utf-8"))


def elements(root: etree._Element) -> list[bytes]:
    plain = etree.fromstring(etree.tostring(root), etree.XMLParser(remove_blank_text=True))
    for comment in plain.xpath("//comment()"):
        comment.getparent().remove(comment)
    parents = [plain, plain.find("types"), plain.find("fields")]
    return [
        b" ".join(etree.tostring(child, method="c14n2", strip_text=True).split())
        for parent in parents
        for child in parent
        if child.tag not in {"types", "fields"}
    ]


def test_everything_of_ckans_schema_is_there_and_nothing_is_changed(additions: dict) -> None:
    theirs = elements(etree.parse(str(CKAN_SCHEMA)).getroot())
    ours = elements(etree.fromstring(configset.schema(additions)))
    assert [element for element in theirs if element not in ours] == []
    added = len(additions["types"]) + len(additions["fields"])
    added += len(additions["dynamic"]) + len(additions["copy"])
    assert len(ours) == len(theirs) + added


@pytest.mark.parametrize(("part", "name"), [("types", "text"), ("fields", "title")])
def test_a_name_of_ckans_is_refused(part: str, name: str) -> None:
    with pytest.raises(StackError, match=name):
        configset.schema({part: {name: {"class": "solr.StrField", "type": "string"}}})


def test_no_stop_words_anywhere(additions: dict) -> None:
    assert b"StopFilter" not in configset.schema(additions)


def test_every_addition_says_what_it_is_for(additions: dict) -> None:
    assert [name for name, field in additions["fields"].items() if not field.get("doc")] == []


def test_the_index_hook_fills_declared_fields_only(additions: dict) -> None:
    names = {*document.CHOICES, *document.DATES, *document.PASSED, "jurisdiction", "category"}
    assert names <= additions["fields"].keys()
    filled = document.build(
        {}, {"name": "x", "title": "y"}, document.Marks(), document.Publisher({"en": ("z",)})
    ).values
    assert filled.keys() <= additions["fields"].keys()


def test_every_searched_field_is_declared_in_both_languages(additions: dict) -> None:
    for code in LANGUAGES:
        searched = {part.split("^")[0] for part in query.fields(code).split()} - {"name"}
        assert searched <= additions["fields"].keys()


def test_the_checksum_follows_the_content(tmp_path: Path) -> None:
    first = configset.write(tmp_path / "one")
    assert configset.write(tmp_path / "two") == first
    assert (tmp_path / "one" / "checksum").read_text() == first
    files = {"schema.xml": b"a", "solrconfig.xml": b"b"}
    assert configset.checksum(files) != configset.checksum({**files, "schema.xml": b"c"})


def test_names_and_contents_cannot_be_mistaken_for_each_other() -> None:
    assert configset.checksum({"a": b"bc"}) != configset.checksum({"ab": b"c"})


def test_the_files_that_ckans_schema_names_are_there(tmp_path: Path) -> None:
    configset.write(tmp_path)
    for name in ("synonyms.txt", "protwords.txt"):
        assert (tmp_path / name).read_bytes() == b""
    assert "qu" in (tmp_path / "lang" / "contractions_fr.txt").read_text().split()
