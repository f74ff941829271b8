"""A web server that does what no server should: for the guarded download's tests."""

from __future__ import annotations

import contextlib
import gzip
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


PATIENCE = 15.0
"""Seconds after which "for ever" ends: a guard that fails makes a test fail, not hang."""


class HostileServer:
    """Serves :attr:`answers` on the loopback; remembers what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.done = threading.Event()
        """Set at the end, so that an answer that would last for ever ends with the test."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def close(self) -> None:
        """Stop, and let go of whoever still waits."""
        self.done.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def host(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def on(self, path: str, answer: Answer) -> str:
        """Let ``path`` be answered by ``answer``; return its address."""
        self.answers[path] = answer
        return self.url(path)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.close_connection = True
                outer.asked.append((self.path, dict(self.headers.items())))
                # The other side may have had enough: what the tests are for.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    outer.answers[self.path](self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its name
                """Keep quiet."""

        return Handler

    def silence(self, _handler: BaseHTTPRequestHandler) -> None:
        """Answer nothing."""
        self.done.wait(PATIENCE)

    def forever(self, head: bytes, piece: bytes, pause: float = 0.0) -> Answer:
        """Answer with ``head``, then ``piece`` again and again."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(head)
            until = time.monotonic() + PATIENCE
            while not self.done.wait(pause) and time.monotonic() < until:
                handler.wfile.write(piece)
                handler.wfile.flush()

        return answer


def body(content: bytes, status: int = 200, **headers: str) -> Answer:
    """Answer with ``content``."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirect(target: str, status: int = 302) -> Answer:
    """Answer by pointing elsewhere."""
    return body(b"", status, Location=target)


def raw(content: bytes) -> Answer:
    """Answer with these very bytes, and hang up."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(content)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """Answer in one way after the other; the last one stays."""
    waiting = list(answers)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(handler)

    return answer


def gzip_bomb(size: int) -> bytes:
    """Return a small gzip body that unpacks to ``size`` zeros."""
    return gzip.compress(b"\0" * size, compresslevel=9)
