"""Who may send, receive and reconcile."""

from __future__ import annotations

__all__: list[str] = []
