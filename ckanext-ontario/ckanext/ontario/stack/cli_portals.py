"""Commands of ``ontario`` about one portal: its tokens, harvests, CKAN commands and processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from . import commands, container, lifecycle
from .errors import StackError
from .installation import Installation
from .portals import PORTALS, PortalSettings, write
from .sentences import one_sentence

__all__ = ["ckan", "harvest", "healthy", "ini", "run", "token"]

PORTAL = click.option(
    "--portal", type=click.Choice(PORTALS), default="internal", show_default=True, help="Which one."
)
PASS_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}


@click.command()
@click.argument("user")
@PORTAL
@one_sentence
def token(user: str, portal: str) -> None:
    """Print a new API token of USER, and nothing else.

    \b
    Example:
      TOKEN=$(ontario token admin --portal internal)
    """
    done = commands.new_token(_prepared(portal), user, "ontario token")
    printed = done.stdout.split()
    if done.returncode or not printed:
        told = [line for line in done.stderr.splitlines() if line.strip() not in {"", "Aborted!"}]
        reason = told[-1] if told else "CKAN gave no reason"
        raise StackError(f"no token for {user} on the {portal} portal: {reason}")
    click.echo(printed[-1])


@click.command(context_settings=PASS_ON)
@click.argument("arguments", nargs=-1, required=True, metavar="FILE-OR-URL --organization NAME …")
@one_sentence
def harvest(arguments: tuple[str, ...]) -> None:
    """Harvest one inventory into the internal portal, with a progress bar and a report.

    Takes what `ckan ontario-harvest run` takes: --organization NAME, --kind, --config, --dry-run,
    --json.

    \b
    Example:
      ontario harvest my-inventory.csv --organization mto --dry-run
    """
    _prepared("internal")
    first, *rest = arguments
    source = str(Path(first).resolve()) if Path(first).exists() else first
    sys.exit(lifecycle.harvest(Installation.open(), "run", source, *rest))


@click.command(context_settings=PASS_ON)
@click.argument("portal", type=click.Choice(PORTALS))
@click.argument("arguments", nargs=-1, metavar="COMMAND …", type=click.UNPROCESSED)
@one_sentence
def ckan(portal: str, arguments: tuple[str, ...]) -> None:
    """Run a command of CKAN's own command line on a portal.

    \b
    Example:
      ontario ckan internal user list
      ontario ckan internal harvester source list
    """
    command = commands.ckan(_prepared(portal), arguments)
    sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603 -- no shell


@click.command()
@click.argument("portal", type=click.Choice(PORTALS))
@click.argument("file", type=click.Path(path_type=Path))
@one_sentence
def ini(portal: str, file: Path) -> None:
    """Write a portal's ini file from the templates, its values from the environment.

    For containers and servers of your own, with the variables that docker-compose.yml names.

    \b
    Example:
      ontario ini internal /etc/ontario/ckan.ini
    """
    write(file, PortalSettings.from_environment(portal))
    click.echo(f"Wrote {file}")


@click.command()
@click.argument("kind", type=click.Choice(container.KINDS))
@click.argument("portal", type=click.Choice(PORTALS))
@one_sentence
def run(kind: str, portal: str) -> None:
    """Be one process of one portal, in a container, with settings from the environment.

    docker-compose.yml names the variables. `prepare` migrates, seeds and ends.

    \b
    Example:
      ontario run web internal
    """
    container.run(kind, portal)


@click.command()
@click.argument("kind", type=click.Choice(container.KINDS[:-1]))
@one_sentence
def healthy(kind: str) -> None:
    """Say by the exit status whether a container's process is well.

    \b
    Example:
      ontario healthy scheduler
    """
    if not container.is_healthy(kind):
        raise StackError(f"the {kind} process is not well")


def _prepared(portal: str) -> Path:
    path = Installation.open().ini(portal)
    if not path.exists():
        raise StackError("the portals were never started here; `ontario up` does that")
    return path
