"""Getting a source's document onto this machine: downloaded through the guard, or uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ckanext.ontario.harvest import config, download, uploads
from ckanext.ontario.shared.digests import sha256_of


@dataclass(frozen=True)
class Document:
    """A document, or the news that it has not changed."""

    path: Path | None
    """``None`` when the server says that it is the one we had."""
    filename: str
    sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    complete: bool = True
    """Whether it is known to be whole."""


def acquire(
    url: str, organization_id: str, folder: Path, previous: dict[str, Any] | None
) -> Document:
    """Return the document of a source.

    Args:
        url: http(s), or ``upload:<id>``.
        organization_id: whose uploaded documents may be read.
        folder: where a download goes; the caller removes it.
        previous: the run whose document need not be sent again, with its ``etag`` and
            ``last_modified``.

    Raises:
        DocumentError: when it can't be had.
    """
    if url.startswith(uploads.SCHEME):
        path, filename = uploads.locate(url, organization_id)
        return Document(path, filename, sha256_of(path))
    previous = previous or {}
    target = folder / "document"
    answer = download.download(
        url,
        target,
        etag=previous.get("etag"),
        last_modified=previous.get("last_modified"),
        policy=download.Policy(
            allowed_hosts=download.allowed_hosts(config.allowed_hosts()),
            max_bytes=config.max_download_size(),
        ),
    )
    filename = uploads.clean_name(unquote(urlsplit(url).path))
    if answer.not_modified:
        return Document(None, filename, None, answer.etag, answer.last_modified)
    return Document(
        target,
        filename,
        sha256_of(target),
        answer.etag,
        answer.last_modified,
        complete=answer.complete,
    )
