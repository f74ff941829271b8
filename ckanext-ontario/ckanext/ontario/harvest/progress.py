"""A progress bar for commands: on a terminal it moves, elsewhere it stays silent."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ckanext.ontario.harvest import planning

_WORDS = {
    "download": "Downloading",
    "read": "Reading",
    "plan": "Planning",
    "write": "Writing batches",
}


@contextlib.contextmanager
def shown(*, quiet: bool) -> Generator[planning.Progress, None, None]:
    """Return a function that shows how far a run is, on standard error."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
    with bar:
        task = bar.add_task("Harvesting", total=None)

        def show(stage: str, done: int, total: int | None) -> None:
            bar.update(task, description=_WORDS.get(stage, stage), completed=done, total=total)

        yield show
