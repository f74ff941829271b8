"""The public portal's endpoint for the bytes of files."""

from __future__ import annotations

__all__: list[str] = []
