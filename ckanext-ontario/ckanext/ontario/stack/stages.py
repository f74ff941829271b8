"""The stages of a long command: shown while they run, summed up in a table."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass
class Stages:
    """Times named stages and prints each as it ends (a spinner while it runs)."""

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    done: list[tuple[str, float, str]] = field(default_factory=list[tuple[str, float, str]])

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Run a stage; what the block appends to the list is shown as its remark."""
        began = time.monotonic()
        remarks: list[str] = []
        with self.console.status(f"{name} …"):
            yield remarks
        seconds = time.monotonic() - began
        remark = "; ".join(remarks)
        self.done.append((name, seconds, remark))
        self.console.print(f"[green]✓[/] {name} [dim]{seconds:5.1f} s  {remark}[/]")

    def table(self) -> Table:
        """Return the stages with their seconds, and the sum."""
        table = Table(title=None, show_footer=True, box=None, pad_edge=False)
        table.add_column("stage", footer="all")
        table.add_column(
            "seconds", justify="right", footer=f"{sum(s for _, s, _ in self.done):.1f}"
        )
        table.add_column("", style="dim")
        for name, seconds, remark in self.done:
            table.add_row(name, f"{seconds:.1f}", remark)
        return table
