"""Actions of the workflow: submit, approve, return, schedule, withdraw, remove, roles."""

from __future__ import annotations

__all__: list[str] = []
