"""``ckan ontario-schema``: what every installation has."""

from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
import click
from ckan.types import Context

__all__ = ["ontario_schema"]


@click.group(name="ontario-schema", short_help="Ministries, agencies and topics.")
def ontario_schema() -> None:
    """Ministries, agencies and topics that every installation has.

    \b
    Example:
        ckan -c internal.ini ontario-schema seed
    """


@ontario_schema.command(short_help="Make ministries, agencies and topics; safe to repeat.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def seed(as_json: bool) -> None:  # noqa: FBT001 -- click passes a flag's value by name
    """Make the ministries, agencies and topics of schemas/, and the names they are known by.

    Safe to repeat: a second run writes nothing. What an administrator added stays.

    \b
    Example:
        ckan -c internal.ini ontario-schema seed --json
    """
    counts = tk.get_action("ontario_schema_seed")(Context(ignore_auth=True), {})
    if as_json:
        click.echo(json.dumps(counts))
        return
    for kind, found in counts.items():
        said = ", ".join(f"{number} {outcome}" for outcome, number in found.items())
        click.echo(f"{kind}: {said}")
