"""What the engine and a reader agree on: records, issues and the reader protocol.

A *reader* turns one document into an iterator of :class:`Record` and :class:`Issue`; the engine
does everything else (download, plan, write, report). Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable


class Severity(str, Enum):
    """How much of the work an issue stops."""

    FATAL = "fatal"
    """The document as a whole can't be used; nothing is written, nothing is deleted."""
    ERROR = "error"
    """This record is refused; the others go on."""
    WARNING = "warning"
    """The record goes in; a person should look."""
    PUBLISH = "publish"
    """The record goes in as a draft; this keeps it from being published."""


@dataclass(frozen=True)
class Issue:
    """One thing wrong with a document or a record.

    ``code`` names a message in a ``messages.yaml`` (both languages, message and suggestion);
    ``params`` fills its placeholders.
    """

    severity: Severity
    code: str
    row: int | None = None
    """1-based line of the spreadsheet as a person sees it (the header counts)."""
    column: str | None = None
    """The column's header as written in the document, or the schema field."""
    guid: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Record:
    """One record of a document, mapped to the dataset schema.

    ``dataset`` is a package dict without ``id``, ``name``, ``owner_org`` and provenance, which
    are the engine's; values are JSON types and bilingual values are ``{"en": …, "fr": …}``.
    ``organization`` is the publisher as written, resolved by the engine's alias table; ``None``
    means the source's own organization.
    """

    guid: str
    row: int | None
    dataset: Mapping[str, Any]
    organization: str | None = None
    issues: tuple[Issue, ...] = ()
    identity: Mapping[str, str] = field(default_factory=dict[str, str])
    """``id`` and ``name`` at the source, which the record keeps when the source's configuration
    says so (``takeover``); so do the ids of its resources, which stand in ``dataset``."""

    @property
    def refused(self) -> bool:
        """Say whether an issue keeps this record out of the catalogue."""
        return any(i.severity in (Severity.ERROR, Severity.FATAL) for i in self.issues)


class DocumentError(Exception):
    """The document can't be read at all; carries the fatal issue."""

    def __init__(self, issue: Issue) -> None:
        """Keep ``issue``; its code is the exception's text."""
        super().__init__(issue.code)
        self.issue = issue


class Reader(Protocol):
    """Turns a local file into records. One per kind of source."""

    kind: str
    """The name of the kind (``inventory``), as in a harvest source's ``source_type``."""

    mapping_version: str
    """Changes when the same document would map to other datasets; part of the record hash."""

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Issue]:
        """Yield records in document order, and issues that belong to no record.

        Streams: memory does not grow with the document. ``path`` is a folder when the document
        came in pages; see :func:`pages`.

        Raises:
            DocumentError: when nothing of the document can be used.
        """
        ...


@runtime_checkable
class Paged(Protocol):
    """A reader whose document comes in pages, or at another address than its source's.

    It may have ``accept``, the media types to ask for, and ``again``, the codes of errors of
    :meth:`next_page` after which the same page is asked for again.
    """

    def first_page(self, url: str, options: Mapping[str, Any]) -> str:
        """Return the address of the first page of the source at ``url``."""
        ...

    def next_page(self, page: Path, address: str, options: Mapping[str, Any]) -> str | None:
        """Return the address of the page after ``page``, which came from ``address``.

        ``None`` ends the document. A relative address is relative to ``address``.

        Raises:
            DocumentError: when the page is none, so that the document is incomplete.
        """
        ...


def pages(path: Path) -> Iterator[Path]:
    """Yield the pages of a document in order; a file is the one page of its document."""
    if path.is_dir():
        yield from sorted(path.iterdir())
    else:
        yield path
