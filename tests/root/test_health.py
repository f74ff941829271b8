"""``/ontario/health`` says ``ok`` and nothing else."""

from __future__ import annotations

from typing import Any


def test_health_says_ok(internal: Any) -> None:
    answer = internal.get("/ontario/health")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"].startswith("text/plain")
