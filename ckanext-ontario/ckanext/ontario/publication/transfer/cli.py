"""``ckan ontario-publication``: push, status, reconcile, retry, rotate-token."""

from __future__ import annotations

__all__: list[str] = []
