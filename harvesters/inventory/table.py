"""What every kind of document is turned into before anything is mapped: numbered rows of text.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ckanext.ontario.harvest.reader import DocumentError, Issue, Severity

from .headers import Layout


@dataclass(frozen=True)
class Row:
    """One row of a spreadsheet, below its header."""

    number: int
    """As a person sees it: the first row of the document is 1."""
    cells: tuple[str, ...]
    issues: tuple[Issue, ...] = ()
    """What its reading brought up; an error keeps it from being mapped."""

    @property
    def broken(self) -> bool:
        """Say whether the row's cells can't be trusted."""
        return any(issue.severity is Severity.ERROR for issue in self.issues)


@dataclass(frozen=True)
class Table:
    """The inventory of a document: its header, and its rows as they are read."""

    layout: Layout
    rows: Iterator[Row]
    issues: tuple[Issue, ...] = ()
    """What the document as a whole brought up."""
    mac_dates: bool = False
    """Day numbers count from 1904."""


def fatal(code: str, **params: object) -> DocumentError:
    """Return the error of a document that can't be used."""
    return DocumentError(Issue(Severity.FATAL, code, params=params))
