"""A loopback proxy between the portals: counts deliveries, and can hold one on its way."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

RECEIVE = "/api/3/action/ontario_publication_receive"
_HOPS = {"host", "connection", "content-length", "transfer-encoding", "content-encoding"}


@dataclass
class Held:
    """A delivery that is held: not sent on yet, or its answer not given back yet."""

    where: str
    reached: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)


class Between:
    """Stands before the public portal; the internal one delivers to :attr:`url`."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.heard: list[list[str]] = []
        """Of each delivery that was answered, what became of its releases."""
        self.held: Held | None = None
        self.during: Callable[[int], None] = lambda _number: None
        """Called with the number of a delivery before it is sent on."""
        self.sent = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextlib.contextmanager
    def holding(self, where: str) -> Iterator[Held]:
        """Hold the next delivery: its ``request``, which then never arrives, or its ``answer``."""
        self.held = Held(where)
        try:
            yield self.held
        finally:
            self.held.go.set()
            self.held = None

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def pass_on(
        self, method: str, path: str, headers: Any, body: bytes
    ) -> requests.Response | None:
        """Send a request on and return its answer; ``None`` when it is lost."""
        delivery = path == RECEIVE
        held = self.held if delivery else None
        if held and held.where == "request":
            self._stop(held)
            return None
        if delivery:
            self.sent += 1
            self.during(self.sent)
        kept = {key: value for key, value in headers.items() if key.lower() not in _HOPS}
        answer = requests.request(
            method, self.target + path, headers=kept, data=body, timeout=120, allow_redirects=False
        )
        if delivery and answer.ok:
            found = answer.json()["result"]["answers"]
            self.heard.append([one["status"] for one in found])
        if held:
            self._stop(held)
        return answer

    @staticmethod
    def _stop(held: Held) -> None:
        held.reached.set()
        held.go.wait(120)


def _handler(between: Between) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = between.pass_on(self.command, self.path, self.headers, body)
            self.close_connection = True
            if found is None:
                return
            with contextlib.suppress(ConnectionError):  # who asked was killed meanwhile
                self.send_response(found.status_code)
                for key, value in found.headers.items():
                    if key.lower() not in _HOPS:
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(found.content)))
                self.end_headers()
                self.wfile.write(found.content)

        do_GET = do_HEAD = do_PUT = do_POST = answer  # noqa: N815 -- the server's names

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    return Handler
