"""What every reader must do: a suite that each reader's tests inherit.

A reader's tests name a :class:`Kit`, which writes the reader's documents; the tests here say what
has to come of them. :class:`StandardReader` needs no database, :class:`StandardHarvest` harvests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from ckanext.ontario.harvest import domain, harvester, messages
from ckanext.ontario.harvest import model as tables
from ckanext.ontario.harvest.reader import DocumentError, Issue, Reader, Record, Severity


@dataclass(frozen=True)
class Entry:
    """A record as a document may hold it, whatever the document's form."""

    guid: str | None = "1"
    title: Mapping[str, str] = field(default_factory=lambda: {"en": "Bridges"})
    notes: Mapping[str, str] = field(default_factory=dict)
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    publisher: str | None = None
    access: str = "open"
    url: str | None = None
    email: str | None = None
    unknown: str | None = None
    """A value under a key that no reader knows."""


FULL = Entry(
    guid="full",
    title={"en": "Bridges", "fr": "Ponts"},
    notes={"en": "All bridges.", "fr": "Tous les ponts."},
    keywords={"en": ["roads"], "fr": ["routes"]},
    publisher="Ministry of Health",
    url="https://files.ontario.ca/bridges.csv",
    email="data@ontario.ca",
)


def entries(count: int) -> list[Entry]:
    """So many records."""
    return [Entry(str(n), {"en": f"Bridges {n}", "fr": f"Ponts {n}"}) for n in range(1, count + 1)]


ACCENTS = {"fr": "Écoles élémentaires fréquentées l'été à Orléans"}


@dataclass(frozen=True)
class Codes:
    """What a reader says of documents that can't be used."""

    empty: str
    error: str
    missing_title: str
    missing_identifier: str
    duplicate: str = "duplicate_identifier"


class Kit:
    """Writes the documents of one reader."""

    reader: Reader
    suffix: str
    codes: Codes
    config: Mapping[str, Any] = {}

    def document(self, content: Sequence[Entry]) -> bytes:
        """A document with these records."""
        raise NotImplementedError

    def reordered(self, content: Sequence[Entry]) -> bytes:
        """The same records with their keys in another order."""
        raise NotImplementedError

    def truncated(self) -> bytes:
        """The beginning of a document with ten records."""
        whole = self.document(entries(10))
        return whole[: len(whole) * 2 // 3]

    def error_body(self) -> bytes:
        """What a server sends with status 200 when something is wrong."""
        return b'{"error": {"message": "Internal error"}}'

    def wrong_encoding(self) -> bytes:
        """A document in Latin-1 although it should be UTF-8."""
        text = self.document([replace(FULL, title=ACCENTS)]).decode()
        return text.replace("utf-8", "UTF-8").encode("latin-1")


@dataclass(frozen=True)
class Reading:
    """What came of a document."""

    records: list[Record]
    issues: list[Issue]

    @property
    def codes(self) -> list[str]:
        return [issue.code for issue in self.issues]

    @property
    def fatal(self) -> bool:
        return any(issue.severity is Severity.FATAL for issue in self.issues)

    @property
    def accepted(self) -> dict[str, dict[str, Any]]:
        """The datasets of the records that go in, each identifier once, as the engine does it."""
        found: dict[str, dict[str, Any]] = {}
        for record in self.records:
            if not record.refused and not list(domain.excess(record.guid, record.dataset)):
                found.setdefault(record.guid, dict(record.dataset))
        return found


def read(reader: Reader, path: Path, **options: Any) -> Reading:
    """Read a document; each issue must be said in both languages."""
    records: list[Record] = []
    issues: list[Issue] = []
    try:
        for item in reader.read(path, options):
            if isinstance(item, Record):
                records.append(item)
                issues.extend(item.issues)
            else:
                issues.append(item)
    except DocumentError as err:
        issues.append(err.issue)
    for issue in issues:
        said(reader.kind, issue)
    return Reading(records, issues)


def said(kind: str, issue: Issue) -> None:
    """Fail unless an issue is said in both languages, with everything filled in."""
    files = messages_of(kind)
    both = messages.bilingual(issue.code, issue.params, files)
    assert both["message"]["en"] != issue.code, f"{issue.code} has no message"
    assert both["message"]["en"] != both["message"]["fr"]
    texts = messages.catalogue(files)[issue.code]
    for part in ("message", "suggestion"):
        for language in ("en", "fr"):
            assert texts[part][language].format(**issue.params)


def messages_of(kind: str) -> tuple[Path, ...]:
    """The message files of a kind of source; its plugin need not be loaded."""
    found = [each for each in _all(harvester.EngineHarvester) if each.reader.kind == kind]
    return found[0].messages


def _all(cls: Any) -> list[Any]:
    return [
        each
        for sub in cls.__subclasses__()
        for each in (sub, *_all(sub))
        if hasattr(each, "reader")
    ]


class StandardReader:
    """What comes of a document, before anything is written."""

    kit: Kit

    @pytest.fixture
    def reading(self, tmp_path: Path) -> Any:
        def call(content: bytes | Sequence[Entry], **options: Any) -> Reading:
            path = tmp_path / f"document{self.kit.suffix}"
            path.write_bytes(content if isinstance(content, bytes) else self.kit.document(content))
            return read(self.kit.reader, path, **{**self.kit.config, **options})

        return call

    def test_a_minimal_record(self, reading: Any) -> None:
        found = reading([Entry()])
        assert list(found.accepted) == ["1"]
        assert found.accepted["1"]["title_translated"] == {"en": "Bridges"}

    def test_a_full_record_in_both_languages(self, reading: Any) -> None:
        found = reading([FULL])
        (record,) = found.records
        dataset = record.dataset
        assert record.guid == "full"
        assert dataset["title_translated"] == {"en": "Bridges", "fr": "Ponts"}
        assert dataset["notes_translated"] == {"en": "All bridges.", "fr": "Tous les ponts."}
        assert dataset["keywords"] == {"en": ["roads"], "fr": ["routes"]}
        assert dataset["access_level"] == "open"
        assert dataset["maintainer_email"] == "data@ontario.ca"
        assert record.organization == "Ministry of Health"
        (resource,) = dataset["resources"]
        assert (resource["url"], resource["format"]) == (FULL.url, "CSV")
        assert [i for i in found.issues if i.severity is not Severity.WARNING] == []

    def test_what_is_not_open_stays_closed(self, reading: Any) -> None:
        dataset = reading([replace(FULL, access="restricted")]).accepted["full"]
        assert (dataset["access_level"], dataset["license_id"]) == ("restricted", "other-closed")

    def test_a_missing_title_is_an_error_of_its_record(self, reading: Any) -> None:
        found = reading([Entry("1"), Entry("2", {}, notes={"en": "Text"})])
        assert list(found.accepted) == ["1"]
        assert self.kit.codes.missing_title in found.codes

    def test_a_missing_identifier_does_not_stop_the_others(self, reading: Any) -> None:
        found = reading([Entry("1"), Entry(None), Entry("3", {"en": "Roads"})])
        assert self.kit.codes.missing_identifier in found.codes
        assert {"1", "3"} <= set(found.accepted)
        (issue,) = [i for i in found.issues if i.code == self.kit.codes.missing_identifier]
        assert issue.row is not None

    def test_one_bad_record_of_two(self, reading: Any) -> None:
        found = reading([Entry("1"), Entry("2", {"en": "<script>alert(1)</script> " + "x" * 300})])
        assert list(found.accepted) == ["1"]

    def test_an_empty_document_is_no_document(self, reading: Any) -> None:
        for content in (self.kit.document([]), b"", b" \n"):
            found = reading(content)
            assert found.fatal
            assert found.accepted == {}
        assert self.kit.codes.empty in reading(self.kit.document([])).codes

    def test_a_truncated_document_closes_the_gate(self, reading: Any) -> None:
        found = reading(self.kit.truncated())
        assert {i.severity for i in found.issues} & {Severity.FATAL, Severity.ERROR}

    def test_an_error_with_status_200_is_no_document(self, reading: Any) -> None:
        found = reading(self.kit.error_body())
        assert found.fatal
        assert self.kit.codes.error in found.codes

    def test_a_web_page_is_no_document(self, reading: Any) -> None:
        found = reading(b"<!doctype html><html><title>Log in</title></html>")
        assert found.codes == ["document_is_web_page"]

    def test_a_wrong_encoding_is_never_taken_silently(self, reading: Any) -> None:
        found = reading(self.kit.wrong_encoding())
        if not found.fatal:
            assert found.accepted["full"]["title_translated"] == ACCENTS
            assert found.issues

    def test_a_huge_field_is_refused(self, reading: Any) -> None:
        found = reading([Entry("1"), Entry("2", notes={"en": "x" * 2_000_000})])
        assert list(found.accepted) == ["1"]

    def test_unknown_keys_are_ignored(self, reading: Any) -> None:
        plain = reading([FULL]).accepted
        assert reading([replace(FULL, unknown="something")]).accepted == plain

    def test_the_order_of_keys_makes_no_change(self, reading: Any) -> None:
        def hashes(found: Reading) -> list[str]:
            return [domain.record_hash(each, "o", "1") for each in found.accepted.values()]

        content = [FULL, *entries(2)]
        first, second = reading(content), reading(self.kit.reordered(content))
        assert len(hashes(first)) == 3
        assert hashes(first) == hashes(second)

    def test_options_that_do_not_exist_are_refused(self) -> None:
        check = getattr(self.kit.reader, "check_options", lambda _options: [])
        issues = check({"no_such_option": 1})
        assert [issue.code for issue in issues] == ["option_unknown"]
        assert check(dict(self.kit.config)) == []

    def test_the_mapping_has_a_version(self) -> None:
        assert self.kit.reader.mapping_version


class StandardHarvest:
    """What a harvest of such documents leaves in the catalogue."""

    kit: Kit

    @pytest.fixture
    def source(self, harvests: Any) -> Any:
        harvests.kind, harvests.suffix = self.kit.reader.kind, self.kit.suffix
        harvests.config = dict(self.kit.config)
        return harvests

    def counts(self, run: Mapping[str, Any]) -> dict[str, int]:
        known = ("new", "changed", "unchanged", "gone", "inactive", "invalid")
        return {name: run["counters"][name] for name in known if run["counters"].get(name)}

    def test_unchanged_again_writes_nothing(
        self, source: Any, versions: Any, solr_requests: list[str]
    ) -> None:
        content = [replace(FULL, publisher=None), *entries(2)]
        assert self.counts(source.run(self.kit.document(content))) == {"new": 3}
        # Other bytes, the same records: the source is told of its new document first.
        source.source(self.kit.reordered(content))
        before = versions()
        solr_requests.clear()
        run = source.run()
        assert (run["status"], self.counts(run)) == ("finished", {"unchanged": 3})
        assert versions() == before
        assert solr_requests == []

    def test_what_is_gone_is_never_deleted(self, source: Any, packages: Any) -> None:
        source.run(self.kit.document(entries(10)))
        run = source.run(self.kit.document(entries(9)))
        assert self.counts(run) == {"unchanged": 9, "gone": 1, "inactive": 1}
        found = packages()
        assert {each["state"] for each in found.values()} <= {"active", "draft"}
        assert found["10"]["record_status"] == "inactive"
        run = source.run(self.kit.document(entries(2)))
        assert run["details"]["withheld"] == 7
        assert len(packages()) == 10

    def test_no_broken_document_changes_anything(
        self, source: Any, packages: Any, versions: Any
    ) -> None:
        source_id = source.source(self.kit.document(entries(10)))
        source.run()
        for content in (self.kit.document([]), self.kit.error_body(), self.kit.truncated()):
            source.source(content)
            before = versions()
            run = source.run()
            assert "inactive" not in run["counters"]
            assert versions() == before
            assert run["status"] == "failed" or run["details"]["withheld"]
        assert tables.count_records(source_id) == 10
        assert len(packages()) == 10

    def test_a_duplicate_and_a_bad_record_are_reported(self, source: Any, packages: Any) -> None:
        bad = Entry("3", {"en": "x" * 300})
        run = source.run(self.kit.document([Entry("1"), Entry("1", {"en": "Other"}), bad]))
        assert self.counts(run) == {"new": 1, "invalid": 2}
        assert self.kit.codes.duplicate in run["details"]["codes"]
        assert packages()["1"]["title_translated"]["en"] == "Bridges"
