"""One row → one record of the dataset schema, with everything that is wrong with it.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from typing import Any

from ckanext.ontario.harvest.reader import Issue, Record, Severity
from ckanext.ontario.harvesters.mapping import dates
from ckanext.ontario.harvesters.mapping.folding import one_line, spelled
from ckanext.ontario.harvesters.mapping.problems import Unusable

from . import cells, files
from .fields import FIELDS, TITLE, Field, Kind
from .headers import Column, Layout
from .identity import fallback_guid
from .profile import Profile
from .table import Row

MAX_IDENTIFIER = 200
SHOWN = 200
"""Characters of a cell that a message repeats."""

_GARBLED = re.compile("�|Ã[\u0080-\u00bf©¨ª«¢´‰€ŠŽ]|â€[™œ\u009d“”˜¦]|Â[\u00a0«»°©]")


class Mapper:
    """Maps the rows of one table.

    Attributes:
        unplaced: How many rows named file formats and no file, and the first of them.
    """

    def __init__(self, profile: Profile, layout: Layout, *, mac_dates: bool = False) -> None:
        self._profile = profile
        self._layout = layout
        self._mac = mac_dates
        self.unplaced: tuple[int, int] = (0, 0)

    def map(self, row: Row) -> Record | tuple[Issue, ...]:
        """Return the row's record, or only its issues when nothing says which record it is."""
        reading = _Reading(row, self._profile, self._layout, mac=self._mac)
        reading.read_columns()
        reading.read_period()
        reading.read_access()
        reading.read_files()
        reading.check_title()
        if reading.formats_without_file:
            count, first = self.unplaced
            self.unplaced = (count + 1, first or row.number)
        return reading.record() or reading.issues()


class _Reading:
    """A row while it is read."""

    def __init__(self, row: Row, profile: Profile, layout: Layout, *, mac: bool) -> None:
        self._row = row
        self._profile = profile
        self._mac = mac
        self._columns = {(c.field, c.language): c for c in layout.columns}
        self._issues: list[Issue] = list(row.issues)
        self._texts: dict[tuple[str, str | None], str] = {}
        self._values: dict[str, Any] = {}
        self._refused: set[str] = set()
        self.formats_without_file = False

    # --- columns ---

    def read_columns(self) -> None:
        """Turn each cell's text into its field's value."""
        for key, column in self._columns.items():
            cell = self._row.cells[column.index] if column.index < len(self._row.cells) else ""
            text = spelled(cell) if cell else ""
            if not text or text.casefold() in self._profile.blank:
                continue
            self._texts[key] = text
            if not text.isascii() and _GARBLED.search(text):
                self._say(Severity.WARNING, "text_garbled", column.header)
            self._read(FIELDS[column.field], column, text)

    def _read(self, field: Field, column: Column, text: str) -> None:
        if field.kind is Kind.PERIOD:
            return  # after the columns that say the same more plainly
        try:
            if field.kind is Kind.KEYWORDS:
                value = self._keywords(column, text)
            else:
                value = cells.value(field, text, self._profile, mac=self._mac)
        except Unusable as err:
            self._refuse(err, column.header, field.name)
            return
        if field.bilingual:
            self._values.setdefault(field.name, {})[column.language] = value
        elif value != "":  # a choice may mean "none"
            self._values[field.name] = value

    def _keywords(self, column: Column, text: str) -> list[str]:
        kept, dropped = cells.keywords(text)
        if dropped:
            self._say(Severity.WARNING, "keyword_dropped", column.header, value=", ".join(dropped))
        return kept

    # --- what several columns say together ---

    def read_period(self) -> None:
        """Read the period that is written as one text, and check its order."""
        text = self._texts.get(("date_range", None))
        if text is not None:
            try:
                start, end = dates.period(one_line(text), mac=self._mac)
            except Unusable as err:
                self._refuse(err, self._header("date_range"), "date_range_start")
            else:
                self._default("date_range_start", start)
                self._default("date_range_end", end)
        start, end = self._values.get("date_range_start"), self._values.get("date_range_end")
        if start and end and start > end:
            header = self._header("date_range_end", "date_range")
            self._say(Severity.ERROR, "dates_in_wrong_order", header, start=start, end=end)

    def read_access(self) -> None:
        """Derive what follows from the level of access, or the level from what was released."""
        eligible = self._values.get("eligible_for_release")
        portal = self._values.get("portal_record", {})
        if eligible == "no":
            self._default("access_level", "restricted")
        elif eligible == "yes":
            released = portal or self._values.get("date_released")
            self._default("access_level", "open" if released else "under_review")
        self._default("url", portal.get("en") or portal.get("fr"))
        if self._values.get("access_level") in {"under_review", "restricted"}:
            self._values["license_id"] = "other-closed"

    def read_files(self) -> None:
        """Make resources of addresses; formats without an address describe no file yet."""
        data = self._addresses("dataset_url")
        said = self._formats()
        self.formats_without_file = bool(said) and not self._text("dataset_url")
        made = files.resources(data, said, "data", self._profile)
        documents = self._addresses("technical_documents")
        made += files.resources(documents, [], "technical_document", self._profile)
        if made:
            self._values["resources"] = made

    def _formats(self) -> list[str]:
        said, unknown = files.formats(self._text("file_formats"), self._profile)
        if unknown and self._text("dataset_url"):
            header = self._header("file_formats")
            self._say(Severity.WARNING, "format_unknown", header, value=", ".join(unknown))
        return said

    def _addresses(self, field: str) -> list[str]:
        header = self._header(field)
        try:
            if field == "dataset_url":
                return files.addresses(self._text(field))
            found, named = files.documents(self._text(field))
        except Unusable as err:
            self._refuse(err, header, field)
            return []
        if named:
            said = ", ".join(named)
            self._say(Severity.WARNING, "document_without_address", header, value=said)
        return found

    def check_title(self) -> None:
        """Refuse a row without a title in any language."""
        if not self._values.get(TITLE) and TITLE not in self._refused:
            self._say(Severity.ERROR, "title_missing", self._header(TITLE))

    # --- the record ---

    def record(self) -> Record | None:
        """Return the record, unless nothing says which it is."""
        publisher = self._values.get("publisher", {})
        organization = one_line(publisher.get("en") or publisher.get("fr") or "") or None
        guid = self._guid(organization)
        if guid is None:
            return None
        dataset = {
            **self._profile.defaults,
            **{name: value for name, value in self._values.items() if _is_stored(name)},
        }
        return Record(guid, self._row.number, dataset, organization, tuple(self._issues))

    def issues(self) -> tuple[Issue, ...]:
        """Return what is wrong with the row."""
        return tuple(self._issues)

    def _guid(self, organization: str | None) -> str | None:
        written = one_line(self._text("identifier"))
        if len(written) > MAX_IDENTIFIER:
            size = {"size": len(written), "cap": MAX_IDENTIFIER}
            self._say(Severity.ERROR, "text_too_long", self._header("identifier"), **size)
            return written[:MAX_IDENTIFIER]
        if written:
            return written
        titles = {
            language: text
            for (field, language), text in self._texts.items()
            if field == TITLE and language is not None
        }
        if not titles:
            return None
        if ("identifier", None) in self._columns:
            self._say(Severity.WARNING, "identifier_missing", self._header("identifier"))
        return fallback_guid(organization, titles)

    # --- small things ---

    def _text(self, field: str) -> str:
        return self._texts.get((field, None), "")

    def _default(self, field: str, value: Any) -> None:
        if value and field not in self._refused:
            self._values.setdefault(field, value)

    def _header(self, *fields: str) -> str:
        """Return the header of the first of ``fields`` that has a column, else its name."""
        written = (
            column.header
            for field in fields
            for column in self._columns.values()
            if column.field == field
        )
        return next(written, fields[0])

    def _refuse(self, err: Unusable, header: str, field: str) -> None:
        self._refused.add(field)
        self._say(Severity.ERROR, err.code, header, **err.params)

    def _say(self, severity: Severity, code: str, header: str, **params: Any) -> None:
        shown = {key: _shortened(value) for key, value in params.items()}
        issue = Issue(severity, code, self._row.number, header, params=shown)
        self._issues.append(issue)


def _shortened(value: Any) -> Any:
    """Return a parameter of a message as a report can show it."""
    if isinstance(value, str) and len(value) > SHOWN:
        return value[: SHOWN - 1] + "…"
    return value


def _is_stored(name: str) -> bool:
    return name == "resources" or FIELDS[name].stored
