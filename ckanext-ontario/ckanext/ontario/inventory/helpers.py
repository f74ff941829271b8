"""Template helpers of the inventory."""

from __future__ import annotations

__all__ = ["ontario_inventory_percent"]


def ontario_inventory_percent(part: int, whole: int) -> int:
    """Return ``part`` as a whole percentage of ``whole``; 0 of nothing."""
    return round(100 * part / whole) if whole else 0
