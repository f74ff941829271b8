"""Getting a source's document onto this machine: downloaded through the guard, or uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ckanext.ontario.harvest import config, download, paging, uploads
from ckanext.ontario.harvest.planning import Progress, quiet
from ckanext.ontario.harvest.reader import Reader
from ckanext.ontario.harvest.source import Source
from ckanext.ontario.shared.digests import sha256_of


@dataclass(frozen=True)
class Document:
    """A document, or the news that it has not changed."""

    path: Path | None
    """``None`` when the server says that it is the one we had; a folder when it has pages."""
    filename: str
    sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    complete: bool = True
    """Whether it is known to be whole."""


def acquire(
    source: Source,
    reader: Reader,
    folder: Path,
    previous: dict[str, Any] | None,
    progress: Progress = quiet,
) -> Document:
    """Return the document of a source.

    Args:
        source: its address is http(s), or ``upload:<id>`` for a document of its organization.
        reader: says which pages there are, where a document comes in pages.
        folder: where a download goes; the caller removes it.
        previous: the run whose document need not be sent again, with its ``etag`` and
            ``last_modified``.
        progress: told how many pages have arrived.

    Raises:
        DocumentError: when it can't be had.
    """
    url = source.url
    if url.startswith(uploads.SCHEME):
        path, filename = uploads.locate(url, source.organization_id)
        return Document(path, filename, sha256_of(path))
    policy = download.Policy(
        allowed_hosts=download.allowed_hosts(config.allowed_hosts()),
        max_bytes=config.max_download_size(),
    )
    filename = uploads.clean_name(unquote(urlsplit(url).path))
    target = folder / "document"
    if isinstance(reader, paging.Paged):
        target.mkdir()
        digest = paging.fetch(
            reader,
            url,
            source.config.options,
            target,
            policy,
            lambda number: progress("download", number, None),
        )
        return Document(target, filename, digest)
    previous = previous or {}
    answer = download.download(
        url,
        target,
        etag=previous.get("etag"),
        last_modified=previous.get("last_modified"),
        policy=policy,
        accept=paging.accept(reader),
    )
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
