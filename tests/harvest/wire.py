"""A wire to a server that the test can cut: whoever uses it is refused until it is mended."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit


class Wire:
    """Listens on a loopback port and passes everything on to the server."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._listener: socket.socket | None = None
        self._open: list[socket.socket] = []
        self._port = 0
        self.mend()

    @classmethod
    @contextlib.contextmanager
    def to(cls, url: str) -> Iterator[Wire]:
        """Give a wire for the length of the block."""
        wire = cls(url)
        try:
            yield wire
        finally:
            wire.cut()

    @property
    def url(self) -> str:
        """The server's address through the wire."""
        return urlunsplit(self._parts._replace(netloc=f"127.0.0.1:{self._port}"))

    def mend(self) -> None:
        """Pass on what comes from now on."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """End all connections and refuse new ones."""
        listener, self._listener = self._listener, None
        for each in [*([listener] if listener else []), *self._open]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.create_connection((self._parts.hostname, self._parts.port))
                self._open += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(1 << 16):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
