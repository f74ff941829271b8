"""Guarded download of a source's document.

A source's address is a stranger's input. Each hop's host is resolved once, every address it has is
checked, and the connection goes to one of those very addresses, so that a name can't change its
mind in between. Sizes are capped on the wire and after decompression, and time as a whole, however
slowly the other side speaks. Proxies and passwords from the environment are never used.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin

from urllib3.exceptions import HTTPError, LocationParseError, SSLError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

from ckanext.ontario.shared import clock

from . import transfer
from .addresses import allowed_hosts
from .connection import PORTS, AddressRefused, Deadline, host_and_port, open_response
from .download_errors import (
    DownloadError,
    DownloadRefused,
    DownloadTimedOut,
    StorageFailed,
    TryAgain,
)

__all__ = ["Download", "DownloadError", "Policy", "allowed_hosts", "download", "joined"]

USER_AGENT = "ckanext-ontario-harvest"
_RETRIED = {408, 425, 429, 500, 502, 503, 504}
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Policy:
    """What a download may do. Times are seconds, sizes bytes."""

    allowed_hosts: frozenset[tuple[str, int]] = frozenset()
    """Hosts and ports that may have any address (``ckanext.ontario.harvest.allowed_hosts``)."""
    max_bytes: int = 200 * 1024 * 1024
    """Of the document, on the wire and again after decompression."""
    max_redirects: int = 5
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    total_timeout: float = 600.0
    """For everything together: redirects, retries and pauses included."""
    retries: int = 3
    backoff: float = 2.0
    """Pause before the first retry; doubled for each that follows."""
    max_pause: float = 60.0
    """Longest ``Retry-After`` that is waited for."""
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)


@dataclass(frozen=True)
class Download:
    """What came of a download."""

    url: str
    """Where the document was found after redirects."""
    path: Path | None
    """The file; ``None`` when the document has not changed."""
    sha256: str | None
    size: int
    content_type: str | None
    etag: str | None
    last_modified: str | None
    not_modified: bool = False
    complete: bool = True
    """Whether the end of the body shows; without it a document that was cut looks whole."""


def download(
    url: str,
    dest: Path,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    policy: Policy | None = None,
    accept: str = "*/*",
) -> Download:
    """Fetch ``url`` into the file ``dest``.

    Args:
        url: An http or https address without user name and password.
        dest: Written only when the whole document has arrived; a failed download leaves nothing.
        etag: Of the copy at hand, to be told when it is still good.
        last_modified: Likewise.
        policy: What is allowed; the default is the strictest.
        accept: Media types that the document may come in.

    Raises:
        DownloadError: a :class:`DocumentError` whose issue says what happened.
    """
    policy = policy or Policy()
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Accept": accept}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": last_modified} if last_modified else {}
    with contextlib.closing(Deadline(policy.total_timeout)) as deadline:
        try:
            return _with_retries(url, dest, headers, policy, deadline)
        except (DownloadRefused, StorageFailed):
            raise
        except DownloadError as err:
            if deadline.passed:
                raise DownloadTimedOut("download_timed_out", url=url) from err
            raise


def _with_retries(
    url: str, dest: Path, headers: Mapping[str, str], policy: Policy, deadline: Deadline
) -> Download:
    pause, attempts = policy.backoff, 0
    while True:
        try:
            return _attempt(url, dest, headers, policy, deadline)
        except TryAgain as err:  # noqa: PERF203 -- a few attempts, each a download
            attempts += 1
            wait = pause if err.pause is None else err.pause
            if attempts > policy.retries or wait > min(policy.max_pause, deadline.left):
                raise
            policy.sleep(wait)
            pause *= 2


# --- one attempt ------------------------------------------------------------------------------


def _attempt(
    url: str, dest: Path, headers: Mapping[str, str], policy: Policy, deadline: Deadline
) -> Download:
    for _hop in range(policy.max_redirects + 1):
        with _response(url, headers, policy, deadline) as response:
            target = response.headers.get("Location")
            if response.status not in _REDIRECTS or not target:
                return _received(url, dest, response, policy, deadline)
        url = joined(url, target)
    raise DownloadRefused("download_too_many_redirects", cap=policy.max_redirects)


def joined(url: str, target: str) -> str:
    """Return the address that ``target`` is when it is found at ``url``.

    Raises:
        DownloadRefused: when it is none.
    """
    try:
        return urljoin(url, target)
    except ValueError as err:  # brackets that hold no address
        raise DownloadRefused("download_url_invalid", url=target) from err


@contextlib.contextmanager
def _response(
    url: str, headers: Mapping[str, str], policy: Policy, deadline: Deadline
) -> Generator[BaseHTTPResponse, None, None]:
    """Give the answer to a request for ``url``; what goes wrong meanwhile becomes our own error."""
    where = _checked(url)
    host, port = host_and_port(where)
    exempt = (host, port) in policy.allowed_hosts
    times = (policy.connect_timeout, policy.read_timeout)
    try:
        opened = open_response(where, headers, times=times, exempt=exempt, deadline=deadline)
        with contextlib.closing(opened) as response:
            yield response
    except AddressRefused as err:
        raise DownloadRefused("download_address_refused", host=host) from err
    except SSLError as err:
        raise DownloadError("download_certificate", host=host) from err
    except (HTTPError, OSError) as err:
        raise TryAgain("download_failed", url=url, reason=type(err).__name__) from err


def _checked(url: str) -> Url:
    """Return the parts of an address that may be asked for.

    Raises:
        DownloadRefused: for another scheme, no host, or a user name in the address.
    """
    try:
        where = parse_url(url)
    except LocationParseError as err:
        raise DownloadRefused("download_url_invalid", url=url) from err
    if where.scheme not in PORTS or not where.host:
        raise DownloadRefused("download_url_invalid", url=url)
    if where.auth is not None:
        raise DownloadRefused("download_url_with_password", host=where.host)
    return where


def _received(
    url: str, dest: Path, response: BaseHTTPResponse, policy: Policy, deadline: Deadline
) -> Download:
    said = response.headers
    result = Download(
        url=url,
        path=None,
        sha256=None,
        size=0,
        content_type=said.get("Content-Type"),
        etag=said.get("ETag"),
        last_modified=said.get("Last-Modified"),
    )
    if response.status == HTTPStatus.NOT_MODIFIED:
        return replace(result, not_modified=True)
    if response.status in _RETRIED:
        err = TryAgain("download_status", url=url, status=response.status)
        err.pause = _retry_after(said.get("Retry-After"))
        raise err
    if response.status != HTTPStatus.OK:
        raise DownloadError("download_status", url=url, status=response.status)
    size, digest = transfer.saved(response, dest, policy.max_bytes, deadline)
    ends = any(key in said for key in ("Content-Length", "Transfer-Encoding", "Content-Encoding"))
    return replace(result, path=dest, sha256=digest, size=size, complete=ends)


def _retry_after(value: str | None) -> float | None:
    """Return the seconds of a ``Retry-After`` header (a number or a date)."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
        return max((until - clock.now()).total_seconds(), 0.0)
    except (TypeError, ValueError):  # no date, or one without a zone
        return None
