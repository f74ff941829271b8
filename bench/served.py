"""A portal for gunicorn that says what each answer cost, in headers of the answer.

``X-Bench-Ms`` is the time between request and last byte inside the server, ``X-Bench-Cpu`` the
processor time of the thread, ``X-Bench-Sql`` the number of statements, ``X-Bench-Http`` that of
requests to others, which is Solr. The same for both sides.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from http.client import HTTPConnection
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.ontario.stack.application import load


class _Asked(threading.local):
    """What a thread has asked since its request began."""

    statements = 0
    requests = 0


_asked = _Asked()
_put = HTTPConnection.putrequest


def _note(*_statement: Any) -> None:
    _asked.statements += 1


def _noted(*arguments: Any, **more: Any) -> None:
    _asked.requests += 1
    _put(*arguments, **more)


def measured(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return the application, each answer made whole before it is sent, with what it cost."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        started: list[tuple[Any, ...]] = []

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            started.append((status, headers, *error))

        _asked.statements = _asked.requests = 0
        wall, cpu = time.perf_counter(), time.thread_time()
        answer = app(environ, start)
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close:
                close()
        spent = {
            "X-Bench-Ms": (time.perf_counter() - wall) * 1000,
            "X-Bench-Cpu": (time.thread_time() - cpu) * 1000,
            "X-Bench-Sql": _asked.statements,
            "X-Bench-Http": _asked.requests,
        }
        status, headers, *error = started[-1]
        start_response(status, [*headers, *((k, f"{v:.3f}") for k, v in spent.items())], *error)
        return [body]

    return application


application = measured(load())
sa.event.listen(model.meta.engine, "before_cursor_execute", _note)
HTTPConnection.putrequest = _noted  # type: ignore[method-assign]
