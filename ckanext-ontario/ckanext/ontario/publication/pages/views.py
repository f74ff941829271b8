"""Pages of the workflow on the internal portal."""

from __future__ import annotations

__all__: list[str] = []
