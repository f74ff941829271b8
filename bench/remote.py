"""Another CKAN to harvest: the few answers of its API that harvesters ask for, over loopback."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

_AFTER = re.compile(r'\+id:\{"([^"]*)" TO \*\]')
_API = "/api/3/action/"


class Corpus:
    """The records of a file (:func:`bench.corpus.portal`), read again when it was written."""

    def __init__(self, path: Path) -> None:
        """Remember where the file is; it need not be there yet."""
        self._path, self._read, self._lock = path, 0, Lock()
        self._ids: list[str] = []
        self._texts: list[str] = []
        self._names: list[str] = []

    def answer(self, action: str, query: dict[str, str]) -> str | None:
        """Return the body of an action's answer, or ``None`` for one that is not served."""
        with self._lock:
            self._refresh()
            if action == "package_list":
                return _success(json.dumps(self._names))
            if action == "package_search":
                return self._search(query)
        return None

    def _refresh(self) -> None:
        written = self._path.stat().st_mtime_ns
        if written != self._read:
            records: list[dict[str, Any]] = json.loads(self._path.read_text(encoding="utf-8"))
            self._ids = [one["id"] for one in records]
            self._names = sorted(one["name"] for one in records)
            self._texts = [json.dumps(one) for one in records]
            self._read = written

    def _search(self, query: dict[str, str]) -> str:
        """Answer a search in the order of the ids: after an id, or from a number on."""
        after = _AFTER.search(query.get("fq", ""))
        first = bisect_right(self._ids, after[1]) if after else 0
        start = first + int(query.get("start", 0))
        page = self._texts[start : start + int(query.get("rows", 10))]
        count = len(self._texts) - first
        return _success(f'{{"count": {count}, "results": [{", ".join(page)}]}}')


def _success(result: str) -> str:
    return f'{{"success": true, "result": {result}}}'


@contextmanager
def served(path: Path) -> Iterator[str]:
    """Serve the records of a file for the length of the block; yield the portal's address."""
    corpus = Corpus(path)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            where = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(where.query).items()}
            body = corpus.answer(where.path.removeprefix(_API), query)
            sent = (body or '{"success": false}').encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "application/json;charset=utf-8")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
