"""``ckan ontario-translation``: the texts of records that were there before."""

from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import click
from ckan.types import Context

__all__ = ["ontario_translation"]


@click.group(name="ontario-translation", short_help="Texts that wait for a translator.")
def ontario_translation() -> None:
    """Look after the queue of texts that wait for a translator.

    \b
    Example:
        ckan -c internal.ini ontario-translation scan
    """


@ontario_translation.command(short_help="Look at the texts of all records; safe to repeat.")
@click.option("--after", default="", help="Go on after the record with this id.")
@click.option("--batch", type=click.IntRange(1, 1000), default=200, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def scan(*, after: str, batch: int, as_json: bool) -> None:
    """Look at the texts of all records, so that the queue knows them.

    Saves tell the queue by themselves; this is for records that were there before it. Each batch is
    kept when it is done, and the id to go on from is printed: a scan that was stopped goes on with
    --after. Safe to repeat.

    \b
    Example:
        ckan -c internal.ini ontario-translation scan --json
    """
    action = tk.get_action("ontario_translation_scan")
    scanned = changed = 0
    while True:
        context = Context(ignore_auth=True)
        done = action(context, {"after": after, "limit": batch})
        scanned, changed = scanned + done["scanned"], changed + done["changed"]
        if not done["after"]:
            break
        after = done["after"]
        click.echo(f"{scanned} records, up to {after}", err=True)
    if as_json:
        click.echo(json.dumps({"scanned": scanned, "changed": changed}))
        return
    click.echo(f"{scanned} records scanned, {changed} texts changed")
