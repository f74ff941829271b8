"""A mail server that keeps what it is given: SMTP over a real socket, no more of it than needed."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast


class PostBox(socketserver.ThreadingTCPServer):
    """Listens on a free port of this machine."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        """Begin without mails."""
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[EmailMessage] = []
        self.hangs_up = False
        """Whether it drops the connection after it took a mail, before it says so."""

    @property
    def address(self) -> str:
        """Where it is, for ``smtp.server``."""
        return "{}:{}".format(*self.server_address[:2])


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 postbox")
        while line := self.rfile.readline():
            command = line.strip().upper().split(b" ", 1)[0].decode()
            if command == "DATA":
                self._say("354 go on")
                self._take()
                if self._box.hangs_up:
                    return
            self._say("221 bye" if command == "QUIT" else "250 ok")
            if command == "QUIT":
                return

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        self._box.mails.append(cast("EmailMessage", mail))

    @property
    def _box(self) -> PostBox:
        return cast("PostBox", self.server)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def open_postbox() -> Iterator[Any]:
    """Give a mail server that runs inside the block."""
    with PostBox() as box:
        thread = threading.Thread(target=box.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield box
        finally:
            box.shutdown()
            thread.join()
