"""``ckan ontario-visibility``: what stands in front of each action and page of this portal."""

from __future__ import annotations

import json

import click
from flask import Flask

from ckanext.ontario.shared import portal
from ckanext.ontario.visibility import policy
from ckanext.ontario.visibility.domain import Decision
from ckanext.ontario.visibility.policy import lock, routes

__all__ = ["ontario_visibility"]

PLUGIN = "ontario_visibility"


@click.group("ontario-visibility", short_help="Who sees what on this portal.")
def ontario_visibility() -> None:
    """Look at the guards of this portal.

    \b
    Example:
      ckan -c internal.ini ontario-visibility actions
    """


@ontario_visibility.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def actions(*, as_json: bool) -> None:
    """List every registered action with its decision; exit 1 when one is not placed.

    allow: its own authorisation stands; gate: a check of ours stands in front; sysadmin: system
    administrators only; refuse: nobody over HTTP. An action that is not in the portal's table is
    refused until somebody decides.

    \b
    Example:
      ckan -c internal.ini ontario-visibility actions --json
    """
    table = policy.of(portal.current())
    known = lock.registered(besides=PLUGIN)
    decided = {name: table.get(name, Decision.REFUSE).value for name in sorted(known)}
    _tell("actions", decided, lock.unplaced(table, known), as_json=as_json)


@ontario_visibility.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.pass_context
def endpoints(context: click.Context, *, as_json: bool) -> None:
    """List every endpoint with its decision; exit 1 when one is not placed.

    The words are those of ``actions``; gate: the record is asked for first. What is in no table is
    refused. Methods other than GET are answered only where the table names them.

    \b
    Example:
      ckan -c internal.ini ontario-visibility endpoints --json
    """
    table = routes.of(portal.current())
    app: Flask = context.meta["flask_app"]
    known = sorted({rule.endpoint for rule in app.url_map.iter_rules()})
    decided = {name: table.decide(name, "GET").value for name in known}
    _tell("endpoints", decided, table.unplaced(known), as_json=as_json)


def _tell(what: str, decided: dict[str, str], unplaced: list[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({what: decided, "unplaced": unplaced}, indent=2))
    else:
        for name, decision in decided.items():
            click.echo(f"{decision:10}{name}{' (not placed)' if name in unplaced else ''}")
    raise SystemExit(1 if unplaced else 0)
