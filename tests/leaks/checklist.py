"""Making the calls of the checklist's rows as somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.leaks.walking import Role, filled, placeholders, table, walk

ROWS = table("rows.yaml")
METHODS = frozenset({"GET", "POST"})


def calls(row: int) -> Iterator[tuple[str, str, Any]]:
    """Yield the calls of a row: method, path, JSON of an action."""
    for first, second in ROWS[row].get("calls", ()):
        if first in METHODS:
            yield first, second, None
        else:
            yield "POST", f"/api/3/action/{first}", second


def walk_rows(role: Role) -> None:
    """Make every row's calls as somebody, and hold their answers to its status."""
    for row, entry in ROWS.items():
        for method, path, sent in calls(row):
            what = f"row {row}"
            walk(role, what, method, path, sent, writes=False)
            if "status" in entry and role.signed_in and role.known is not None:
                _expect(role, what, method, path, sent, entry["status"])


def _expect(role: Role, what: str, method: str, path: str, sent: Any, status: int) -> None:
    assert role.known is not None
    assert sent is None or not placeholders(str(sent))
    values = role.known.asked(path)
    answer = role.ask(what, method, filled(path, values), sent, values)
    if answer.status != status:
        role.problems.append(f"{what}: {method} {path} {sent}: {answer.status}, not {status}")
