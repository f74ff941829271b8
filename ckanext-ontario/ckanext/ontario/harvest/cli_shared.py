"""What the commands share: asking an action, and printing what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model
from ckan.types import Context

from ckanext.ontario.harvest import commands, domain, ingest
from ckanext.ontario.harvest.planning import Progress
from ckanext.ontario.harvest.progress import shown

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

Row = dict[str, Any]


def ask(ctx: click.Context, action: str, data: Mapping[str, Any], user: str | None = None) -> Any:
    """Call an action as a person, or as the portal itself; wrong use is exit status 2."""
    with ctx.meta["flask_app"].test_request_context():
        context = Context(user=user or ingest.site_user(), ignore_auth=user is None)
        if user is not None:
            account = model.User.get(user)
            if account is None:
                raise click.UsageError(f"there is nobody called {user!r}")
            context["auth_user_obj"] = account
        try:
            return tk.get_action(action)(context, dict(data))
        except tk.ObjectNotFound as err:
            raise click.UsageError(str(err)) from err
        except tk.ValidationError as err:
            said = "; ".join(f"{key}: {text}" for key, text in err.error_summary.items())
            raise click.UsageError(said) from err
        except tk.NotAuthorized as err:
            raise click.ClickException(str(err)) from err


def harvest_and_exit(
    ctx: click.Context,
    work: Callable[[Progress], dict[str, Any]],
    tell: Callable[[dict[str, Any]], None],
    *,
    as_json: bool,
) -> None:
    """Harvest, print what became of it, and end with the exit status of its outcome.

    Args:
        ctx: of the command.
        work: harvests; given a progress bar.
        tell: prints what it returns, for people.
        as_json: print JSON, and no progress.
    """
    with ctx.meta["flask_app"].test_request_context(), shown(quiet=as_json) as progress:
        try:
            answer = work(progress)
        except commands.WrongUse as err:
            raise click.UsageError(str(err)) from err
        except commands.NotNow as err:
            raise click.ClickException(str(err)) from err
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        tell(answer)
    ctx.exit(domain.EXIT_CODES[domain.Outcome(answer["outcome"])])


def show_answer(found: Any, lines: list[str], *, as_json: bool) -> None:
    """Print an answer as JSON, or else as lines."""
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(line)
