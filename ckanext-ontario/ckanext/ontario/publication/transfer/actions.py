"""Actions between the portals: receive, status, reconcile."""

from __future__ import annotations

__all__: list[str] = []
