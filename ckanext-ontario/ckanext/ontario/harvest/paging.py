"""Documents that come in pages: one after the other, each through the guarded download.

A reader only says which address is the next one; what may be fetched, how much and how often is
decided here and in :mod:`.download`, and nowhere else.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .download import Download, Policy, download, joined
from .download_errors import DownloadError, DownloadRefused
from .reader import DocumentError, Paged

MAX_PAGES = 10_000
"""A million records at a hundred a page."""

Fetched = Callable[[int], None]
"""Called with how many pages there are so far."""


def fetch(
    reader: Paged,
    url: str,
    options: Mapping[str, Any],
    folder: Path,
    policy: Policy,
    fetched: Fetched = lambda _number: None,
) -> str:
    """Fetch all pages into ``folder``, each under its number, and return the hash of them all.

    The size and the time that ``policy`` allows are those of all pages together.

    Raises:
        DocumentError: when a page can't be had, leads to another host, or comes again.
    """
    address: str | None = reader.first_page(url, options)
    host = _host(address)
    end = time.monotonic() + policy.total_timeout
    left, digests, seen = policy.max_bytes, list[str](), set[str]()
    while address is not None:
        if address in seen:
            raise DownloadError("download_page_again", url=address)
        if len(digests) >= MAX_PAGES:
            raise DownloadError("download_too_many_pages", cap=MAX_PAGES)
        if _host(address) != host:
            raise DownloadRefused("download_page_elsewhere", host=_host(address))
        seen.add(address)
        allowed = replace(policy, max_bytes=left, total_timeout=max(end - time.monotonic(), 0.01))
        page = folder / f"{len(digests):06}"
        answer, following = _page(reader, address, page, options, allowed)
        if answer.sha256 in digests:
            raise DownloadError("download_page_again", url=address)
        digests.append(str(answer.sha256))
        left -= answer.size
        fetched(len(digests))
        address = joined(answer.url, following) if following else None
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _page(
    reader: Paged, address: str, page: Path, options: Mapping[str, Any], policy: Policy
) -> tuple[Download, str | None]:
    """Fetch a page and return what came of it, with the next address.

    A page that is wrong in a way that may pass (``reader.again``) is asked for again.
    """
    passing: frozenset[str] = getattr(reader, "again", frozenset())
    pause, end = policy.backoff, time.monotonic() + policy.total_timeout
    for attempt in range(policy.retries + 1):
        left = replace(policy, total_timeout=max(end - time.monotonic(), 0.01))
        answer = download(address, page, policy=left, accept=accept(reader))
        try:
            return answer, reader.next_page(page, answer.url, options)
        except DocumentError as err:
            late = time.monotonic() + pause > end
            if err.issue.code not in passing or attempt == policy.retries or late:
                raise
        policy.sleep(pause)
        pause *= 2
    raise AssertionError("the last attempt returns or raises")


def accept(reader: object) -> str:
    """Return the media types that a reader asks for."""
    return str(getattr(reader, "accept", "*/*"))


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError as err:
        raise DownloadRefused("download_url_invalid", url=address) from err
