"""``ckan ontario-inventory``: write the inventory or a dump of the catalogue."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator
from pathlib import Path

import ckan.plugins.toolkit as tk
import click
from ckan.types import Context

from ckanext.ontario.inventory import domain, reading
from ckanext.ontario.shared.bilingual import LANGUAGES

__all__ = ["ontario_inventory"]


@click.group(name="ontario-inventory", short_help="The inventory as a table, and dumps.")
def ontario_inventory() -> None:
    """Write the inventory as a table, or a dump of the whole catalogue.

    \b
    Example:
        ckan -c public.ini ontario-inventory table inventory.csv
    """


@ontario_inventory.command(short_help="Write the inventory as CSV.")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and no progress.")
@click.pass_context
def table(ctx: click.Context, file: Path, language: str, *, as_json: bool) -> None:
    """Write the inventory as CSV, with headers and choices in one language.

    \b
    Example:
        ckan -c public.ini ontario-inventory table inventaire.csv --language fr
    """
    draft = file.with_name(f"{file.name}.new")
    with ctx.meta["flask_app"].test_request_context(), _progress(quiet=as_json) as progress:
        found = reading.records(_site_user(), progress=progress)
        with draft.open("w", encoding="utf-8", newline="") as target:
            written = [target.write(line) for line in domain.lines(found, reading.words(language))]
    draft.replace(file)
    count = len(written) - 1  # the header is no record
    _tell({"file": str(file), "records": count}, f"{count} records in {file}", as_json=as_json)


@ontario_inventory.command(short_help="Write a dump of the whole catalogue.")
@click.option("--json", "as_json", is_flag=True, help="Print what the action returns, as JSON.")
@click.pass_context
def dump(ctx: click.Context, *, as_json: bool) -> None:
    """Write a dump of the whole catalogue now, as the scheduler does every night.

    \b
    Example:
        ckan -c public.ini ontario-inventory dump
    """
    with ctx.meta["flask_app"].test_request_context(), _progress(quiet=as_json) as progress:
        context = Context(**_site_user(), progress=progress)  # type: ignore[typeddict-unknown-key]
        try:
            made = tk.get_action("ontario_inventory_dump")(context, {})
        except (tk.NotAuthorized, tk.ValidationError) as err:
            raise click.ClickException(str(err)) from err
    size = sum(one["bytes"] for one in made["files"]) // 1024
    _tell(made, f"{made['name']}: {made['records']} records, {size} KB", as_json=as_json)


def _site_user() -> Context:
    name = tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"]
    return Context(user=name)


@contextlib.contextmanager
def _progress(*, quiet: bool) -> Generator[reading.Progress | None]:
    if quiet:
        yield None
        return
    with click.progressbar(length=1, label="Records", file=click.get_text_stream("stderr")) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield show


def _tell(answer: object, sentence: str, *, as_json: bool) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else sentence)
