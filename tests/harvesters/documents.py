"""Documents for the reader, and what it says of them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook

from ckanext.ontario.harvest.reader import DocumentError, Issue, Record, Severity
from ckanext.ontario.harvesters.inventory import reader as inventory

FOLDER = Path(inventory.__file__).parents[1]
SHARED, OWN = (
    yaml.safe_load((FOLDER / slice_ / "messages.yaml").read_text(encoding="utf-8"))
    for slice_ in ("mapping", "inventory")
)
MESSAGES: dict[str, Any] = {**SHARED, **OWN}

HEADER = ("Public Title", "Public Title (French)", "Access Level")


@dataclass(frozen=True)
class Reading:
    """What came of a document."""

    records: list[Record]
    issues: list[Issue]
    """All, those of records included, in document order."""

    @property
    def codes(self) -> list[str]:
        return [issue.code for issue in self.issues]

    @property
    def datasets(self) -> list[dict[str, Any]]:
        return [dict(record.dataset) for record in self.records]

    @property
    def accepted(self) -> list[Record]:
        return [record for record in self.records if not record.refused]

    def issue(self, code: str) -> Issue:
        (found,) = [issue for issue in self.issues if issue.code == code]
        return found


def read(path: Path, **options: Any) -> Reading:
    """Read the document at ``path``; a document that can't be read gives its fatal issue."""
    records: list[Record] = []
    issues: list[Issue] = []
    try:
        for item in inventory.InventoryReader().read(path, options):
            if isinstance(item, Record):
                records.append(item)
                issues.extend(item.issues)
            else:
                issues.append(item)
    except DocumentError as err:
        issues.append(err.issue)
    for issue in issues:
        said(issue)
    return Reading(records, issues)


def said(issue: Issue) -> list[str]:
    """Return an issue's message and suggestion in both languages; fail when one is incomplete."""
    texts = MESSAGES[issue.code]
    result: list[str] = []
    for language in ("en", "fr"):
        params = {
            key: value[language] if isinstance(value, dict) else value
            for key, value in issue.params.items()
        }
        result += [texts[part][language].format(**params) for part in ("message", "suggestion")]
    return result


def text(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Return rows as a CSV text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def table(columns: dict[str, str], *, title: str = "Bridges", access: str = "Open") -> str:
    """Return a CSV text with one row: a title, an access level and ``columns``."""
    all_columns = {"Public Title": title, "Access Level": access, **columns}
    return text([list(all_columns), list(all_columns.values())])


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    """Save a workbook; the first sheet is the first key."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def repacked(source: Path, target: Path, changes: dict[str, bytes | None]) -> Path:
    """Copy an archive with some parts replaced, added, or (``None``) left out."""
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            if part.filename not in changes:
                new.writestr(part, old.read(part))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return target


SEVERITIES = {severity.value: severity for severity in Severity}
