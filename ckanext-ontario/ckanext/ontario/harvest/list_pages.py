"""Pages of a list that is too long for one."""

from __future__ import annotations

from dataclasses import dataclass

import ckan.plugins.toolkit as tk


@dataclass(frozen=True)
class Paging:
    """Which page of a list is shown."""

    number: int
    size: int
    total: int

    @property
    def offset(self) -> int:
        """How many rows come before it."""
        return (self.number - 1) * self.size

    @property
    def count(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def previous(self) -> int | None:
        """The page before, if there is one."""
        return min(self.number - 1, self.count) if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, if there is one."""
        return self.number + 1 if self.number < self.count else None


def asked_page(most: int = 100_000) -> int:
    """Return the page that the address asks for; what is no number asks for the first."""
    text = tk.request.args.get("page", "1")
    return min(max(int(text), 1), most) if text.isdecimal() and len(text) < 10 else 1
