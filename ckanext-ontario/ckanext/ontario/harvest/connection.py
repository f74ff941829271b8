"""Connections that reach only checked addresses and end at a deadline."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url

from .addresses import is_public

PORTS = {"http": 80, "https": 443}
"""Schemes there are, and the ports they have when an address names none."""


class AddressRefused(Exception):
    """A host has an address that may not be reached."""


class Deadline:
    """An instant after which every connection made under it is cut. Close it when all is done.

    Timeouts of a socket start anew with each byte that arrives; this does not.
    """

    def __init__(self, seconds: float) -> None:
        """Start the clock: ``seconds`` from now."""
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._watched: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    @property
    def left(self) -> float:
        """Seconds that remain."""
        return self._end - time.monotonic()

    @property
    def passed(self) -> bool:
        """Say whether the instant is over."""
        return self.left <= 0

    def watch(self, sock: socket.socket) -> None:
        """Cut the connection of ``sock``, and none watched before, when the time comes."""
        with self._lock:
            self._release()
            # A second handle on the connection: TLS takes the first one away.
            self._watched = sock.dup()
        if self.passed:
            self._cut()

    def close(self) -> None:
        """Stop the clock."""
        self._timer.cancel()
        with self._lock:
            self._release()

    def _cut(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._watched is not None:
                self._watched.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        if self._watched is not None:
            self._watched.close()
            self._watched = None


def host_and_port(where: Url) -> tuple[str, int]:
    """Return whom an address names: a host in lower case without brackets, and a port."""
    host = (where.host or "").strip("[]").lower()
    return host, PORTS[where.scheme or "http"] if where.port is None else where.port


def open_response(
    where: Url,
    headers: Mapping[str, str],
    *,
    times: tuple[float, float],
    exempt: bool,
    deadline: Deadline,
) -> BaseHTTPResponse:
    """Send a GET for ``where`` and return the answer, its body unread.

    Args:
        where: The address asked for.
        headers: Of the request.
        times: Seconds to connect, and between two arrivals.
        exempt: Reach the host whatever its addresses are.
        deadline: Cuts the connection.

    Raises:
        AddressRefused: before anything is sent.
        urllib3.exceptions.HTTPError, OSError: when connection or answer fail.
    """
    connect, read = (max(min(each, deadline.left), 0.01) for each in times)
    # With a port of its own, an IPv6 address is not taken for a host and a port.
    host, port = host_and_port(where)
    options: dict[str, Any] = {
        "timeout": Timeout(connect=connect, read=read),
        "retries": False,
        "exempt": exempt,
        "deadline": deadline,
    }
    if where.scheme == "https":
        context = ssl.create_default_context(cafile=certifi.where())
        pool = _HTTPSPool(host, port, ssl_context=context, **options)
    else:
        pool = _HTTPPool(host, port, **options)
    return pool.urlopen(
        "GET",
        where.request_uri,
        headers=dict(headers),
        redirect=False,
        preload_content=False,
        decode_content=False,
    )


class _Guarded(HTTPConnection):
    """Connects to an address that was checked, with no second look at the name."""

    def __init__(self, *args: Any, exempt: bool, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._exempt = exempt
        self._deadline = deadline

    def _new_conn(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as err:
            raise NameResolutionError(self.host, self, socket.gaierror(str(err))) from err
        if not self._exempt and not all(is_public(str(info[4][0])) for info in found):
            raise AddressRefused(self.host)
        problem: OSError | None = None
        for family, kind, protocol, _name, address in found:
            if self._deadline.passed:
                break
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self.timeout)
                sock.connect(address)
            except OSError as err:
                sock.close()
                problem = err
            else:
                self._deadline.watch(sock)
                return sock
        raise NewConnectionError(self, str(problem)) from problem


class _GuardedTLS(_Guarded, HTTPSConnection):
    """The same under TLS; the certificate must be the name's, not the address's."""


# urllib3's protocol for connections is stricter than its own classes are.
class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _Guarded  # pyright: ignore[reportAssignmentType]


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTLS  # pyright: ignore[reportAssignmentType]
