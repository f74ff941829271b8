"""The stages of a long command: shown while they run, summed up in a table."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.console import Console
from rich.status import Status
from rich.table import Table

WIDE = 160
"""Columns of what does not go to a terminal: a log or a pipe should not be cut at 80."""


def terminal(*, stderr: bool = False) -> Console:
    """Return a console that keeps lines whole when its output is kept or read by a program."""
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, WIDE)
    return console


@dataclass
class Stages:
    """Times named stages and prints each as it ends (a spinner while it runs)."""

    console: Console = field(default_factory=lambda: terminal(stderr=True))
    done: list[tuple[str, float, str]] = field(default_factory=list[tuple[str, float, str]])
    began: float = field(default_factory=time.monotonic)
    _shown: Status | None = None

    @contextlib.contextmanager
    def stage(self, name: str, *, spinner: bool = True) -> Iterator[list[str]]:
        """Run a stage; what the block appends to the list is shown as its remark.

        Args:
            name: what is being done.
            spinner: whether to show one; no when the block itself writes to the terminal.
        """
        began = time.monotonic()
        remarks: list[str] = []
        if spinner:
            with self.console.status(f"{name} …") as self._shown:
                yield remarks
            self._shown = None
        else:
            self.console.print(f"  {name} …")
            yield remarks
        seconds = time.monotonic() - began
        remark = "; ".join(filter(None, remarks))
        self.done.append((name, seconds, remark))
        self.console.print(f"[green]✓[/] {name} [dim]{seconds:.1f} s  {remark}[/]")

    def progress(self, done: int, of: int) -> None:
        """Show how far the present stage is."""
        if self._shown:
            self._shown.update(f"{done} of {of} …")

    def table(self) -> Table:
        """Return the stages with their seconds, and the wall clock of all."""
        table = Table(title=None, show_footer=True, box=None, pad_edge=False)
        table.add_column("stage", footer="wall clock")
        table.add_column("seconds", justify="right", footer=f"{time.monotonic() - self.began:.1f}")
        table.add_column("", style="dim")
        for name, seconds, remark in self.done:
            table.add_row(name, f"{seconds:.1f}", remark)
        return table
