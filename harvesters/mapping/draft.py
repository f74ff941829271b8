"""A record while a reader puts it together.

What a record can't do without is an error when it is wrong; anything else that can't be used is
left out with a warning, because documents of other programs are seldom right in everything. Pure:
imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ckanext.ontario.harvest.reader import Issue, Record, Severity

from . import dates, places, texts, words
from .folding import spelled
from .problems import Unusable

TITLE = "title_translated"
SHOWN = 200
"""Characters of a value that a message repeats."""


class Draft:
    """One record: fields as they are found, and everything that is wrong with them.

    Pointers are places in the document, below the record's own.
    """

    def __init__(self, row: int | None, pointer: str) -> None:
        self.values: dict[str, Any] = {}
        self.issues: list[Issue] = []
        self._row = row
        self._pointer = pointer

    # --- issues ---

    def say(self, severity: Severity, code: str, pointer: str, **params: Any) -> None:
        """Add an issue about the value at ``pointer``."""
        shown = {
            key: f"{value[: SHOWN - 1]}…"
            if isinstance(value, str) and len(value) > SHOWN
            else value
            for key, value in params.items()
        }
        self.issues.append(Issue(severity, code, self._row, self._pointer + pointer, params=shown))

    def warn(self, code: str, pointer: str, **params: Any) -> None:
        """Add a warning."""
        self.say(Severity.WARNING, code, pointer, **params)

    def tried(
        self, convert: Callable[[str], Any], text: str, pointer: str, *, needed: bool = False
    ) -> Any:
        """Return what ``convert`` makes of a text; ``None``, with an issue, when it can't.

        Args:
            convert: raises :class:`Unusable`.
            text: nothing at all is no problem.
            pointer: where the text is.
            needed: the record is refused when the text can't be used.
        """
        if not text:
            return None
        try:
            return convert(text)
        except Unusable as err:
            severity = Severity.ERROR if needed else Severity.WARNING
            self.say(severity, err.code, pointer, **err.params)
            return None

    # --- fields ---

    def put(self, field: str, value: Any) -> None:
        """Set a field, unless the value says nothing."""
        if value not in (None, "", [], {}):
            self.values[field] = value

    def text(
        self,
        field: str,
        said: Mapping[str, str],
        pointer: str,
        convert: Callable[[str], str] = texts.line,
        *,
        needed: bool = False,
        markdown: bool = False,
    ) -> None:
        """Set a bilingual text; HTML becomes plain text first, unless the text is Markdown."""
        spell = spelled if markdown else texts.plain
        found = {
            language: value
            for language, text in said.items()
            if (value := self.tried(convert, spell(text), pointer, needed=needed))
        }
        self.put(field, found)

    def title(self, said: Mapping[str, str], pointer: str) -> None:
        """Set the title; without one in any language the record is refused."""
        self.text(TITLE, said, pointer, needed=True)
        if TITLE not in self.values and not self.refused:
            self.say(Severity.ERROR, "record_without_title", pointer)

    def keywords(self, said: Mapping[str, Iterable[str]], pointer: str) -> None:
        """Set the keywords; those that no search could hold are named."""
        found: dict[str, list[str]] = {}
        for language, items in said.items():
            spelled = [word for item in items if (word := " ".join(texts.plain(item).split()))]
            try:
                kept, dropped = texts.keywords(spelled)
            except Unusable as err:
                self.say(Severity.ERROR, err.code, pointer, **err.params)
                continue
            if kept:
                found[language] = kept
            if dropped:
                self.warn("keyword_dropped", pointer, value=", ".join(dropped))
        self.put("keywords", found)

    def choice(self, field: str, text: str, pointer: str) -> None:
        """Set a field with a closed list."""
        self.put(field, self.tried(lambda word: words.choice(field, word), text, pointer))

    def day(self, field: str, text: str, pointer: str) -> None:
        """Set a date; a month or a year is its first day."""
        self.put(field, self.tried(first_day, text, pointer))

    def period(self, start: str, end: str, pointer: str) -> None:
        """Set the period covered; one that ends before it starts is left out."""
        first = self.tried(first_day, start, pointer)
        last = self.tried(last_day, end, pointer)
        if first and last and first > last:
            self.warn("dates_in_wrong_order", pointer, start=first, end=last)
            return
        self.put("date_range_start", first)
        self.put("date_range_end", last)

    def place(self, said: object, pointer: str) -> None:
        """Set the place on the map, the first one that can be drawn."""
        if "spatial" in self.values or said in (None, "", {}, []):
            return
        try:
            self.values["spatial"] = places.place(said)
        except Unusable as err:
            self.warn(err.code, pointer, **err.params)

    def access(self, text: str, pointer: str, licence: str, licence_pointer: str) -> None:
        """Set the level of access and the licence that goes with it.

        What does not say that it is open is under review until somebody decides: nothing gets open
        by a gap in a document.
        """
        level = self.tried(lambda word: words.choice("access_level", word), text, pointer)
        if level is None:
            level = "under_review"
            if not text:
                self.warn("access_level_missing", pointer)
        self.values["access_level"] = level
        if level != "open":
            self.values["license_id"] = "other-closed"
            return
        found = self.tried(words.licence, licence, licence_pointer)
        self.values["license_id"] = found or "notspecified"

    # --- the record ---

    @property
    def refused(self) -> bool:
        """Say whether something needed is wrong."""
        return any(issue.severity is Severity.ERROR for issue in self.issues)

    def record(self, guid: str, organization: str | None, **more: Any) -> Record:
        """Return the record."""
        return Record(guid, self._row, self.values, organization, tuple(self.issues), **more)


def first_day(text: str) -> str:
    """Return the day a text names, or the first one of its month or year."""
    return dates.read(_day_only(text)).first.isoformat()


def last_day(text: str) -> str:
    """Return the day a text names, or the last one of its month or year."""
    return dates.read(_day_only(text)).last.isoformat()


def _day_only(text: str) -> str:
    """Return a date-time without its time."""
    day, mark, _time = text.strip().partition("T")
    return day if mark and len(day) == len("2017-12-22") and day[4] == "-" else text.strip()
