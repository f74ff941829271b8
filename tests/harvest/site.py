"""A web site with one document, which may stop in the middle of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Site:
    """A web site with one document."""

    def __init__(self) -> None:
        self.document = b""
        self.tag = '"1"'
        self.status = 200
        self.announces_length = True
        self.vanishes = False
        """Whether it hangs up in the middle of the document."""
        self.half = threading.Event()
        """Set when half of the document is sent."""
        self.rest = threading.Event()
        """The second half waits for this."""
        self.rest.set()
        self.answers: list[int] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                same = self.headers.get("If-None-Match") == site.tag
                status = 304 if same else site.status
                site.answers.append(status)
                self.send_response(status)
                self.send_header("ETag", site.tag)
                body = b"" if same else site.document
                if site.announces_length:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(body[: len(body) // 2])
                    site.half.set()
                    site.rest.wait(15)
                    if not site.vanishes:
                        self.wfile.write(body[len(body) // 2 :])

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}/inventory.csv"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, document: bytes) -> None:
        """Have another document."""
        self.document = document
        self.tag = f'"{hash(document)}"'


@contextlib.contextmanager
def opened() -> Iterator[Site]:
    """Give a site for the length of the block."""
    site = Site()
    try:
        yield site
    finally:
        site.rest.set()
        site.server.shutdown()
        site.server.server_close()
