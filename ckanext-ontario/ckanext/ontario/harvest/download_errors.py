"""Why a document could not be fetched. Each error carries the issue for the report.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

from ckanext.ontario.harvest.reader import DocumentError, Issue, Severity


class DownloadError(DocumentError):
    """The document could not be fetched; carries the fatal issue."""

    def __init__(self, code: str, **params: object) -> None:
        """Name the message ``code`` and fill its placeholders."""
        super().__init__(Issue(Severity.FATAL, code, params=params))


class DownloadRefused(DownloadError):
    """The address, or what it led to, is not allowed."""


class DownloadTooLarge(DownloadError):
    """The document is over the cap."""


class DownloadTimedOut(DownloadError):
    """The time for the whole download is used up."""


class StorageFailed(DownloadError):
    """The document arrived and could not be kept on this machine."""


class TryAgain(DownloadError):
    """This attempt failed in a way that another may not."""

    pause: float | None = None
