"""``ckan ontario-search``: keeping the search index right."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ckanext.ontario.ingest import rebuilding

__all__ = ["ontario_search"]

_NOT_NOW = 4


@click.group(name="ontario-search", short_help="Keep the search index right.")
def ontario_search() -> None:
    """Keep the search index right.

    \b
    Example:
        ckan -c public.ini ontario-search rebuild
    """


@ontario_search.command(short_help="Build the search index again, without a gap.")
@click.option("--resume", is_flag=True, help="Go on with a rebuild that was killed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and no progress.")
@click.pass_context
def rebuild(ctx: click.Context, *, resume: bool, as_json: bool) -> None:
    """Send every record to the search index again, then take away what should not be there.

    Nothing is cleared first: searches go on, and each record is found in its old form until the
    new one is there. Exit status: 0 all records are in the index, 1 some could not be indexed or
    Solr did not answer (run it again with --resume), 2 wrong use, 4 another process is at it.

    \b
    Example:
        ckan -c public.ini ontario-search rebuild --resume --json
    """
    try:
        with _bar(quiet=as_json) as progress:
            done = rebuilding.rebuild(progress, resume=resume)
    except rebuilding.AlreadyRunning:
        click.echo("another process rebuilds this index; wait for it", err=True)
        ctx.exit(_NOT_NOW)
    except rebuilding.SolrSilent as err:
        click.echo(f"Solr did not answer: {err}; go on later with --resume", err=True)
        ctx.exit(1)
    if as_json:
        click.echo(json.dumps(vars(done)))
    else:
        _tell(done)
    if done.failed:
        ctx.exit(1)


def _tell(done: rebuilding.Rebuilt) -> None:
    went_on = ", going on with an earlier rebuild" if done.resumed else ""
    click.echo(f"{done.indexed} records indexed, {done.removed} removed from the index{went_on}")
    for package_id, reason in done.failed.items():
        click.echo(f"  not indexed: {package_id}: {reason}", err=True)


@contextlib.contextmanager
def _bar(*, quiet: bool) -> Iterator[rebuilding.Progress]:
    """Give a function that moves a bar on standard error; silent where that is no terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("Indexing", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
