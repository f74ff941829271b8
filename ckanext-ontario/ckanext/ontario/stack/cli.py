"""The console script ``ontario``: the whole stack from one command."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import pylibmagic  # pyright: ignore[reportUnusedImport]  # noqa: F401 -- children find libmagic
from rich.table import Table

from . import configset, lifecycle, status, testenv
from .assets import ensure_assets
from .cli_portals import ckan, harvest, healthy, ini, run, token
from .errors import StackError
from .follow import follow
from .installation import Installation
from .portals import PORTALS
from .processes import log_of, tail
from .sentences import one_sentence
from .stages import Stages, terminal

__all__ = ["main"]

NOT_ALL_RUN = 3
"""Exit status of ``ontario status`` when a service does not run."""

LOGS = sorted(f"{p}-{kind}" for p in PORTALS for kind in ("web", "worker", "scheduler", "prepare"))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ckanext-ontario")
def main() -> None:
    """Ontario's two portals on a real Postgres, Redis and Solr, without root or Docker.

    \b
    Example:
      ontario up
    """


@main.command()
@click.option("--internal-port", type=int, help="Port of the internal portal (5000 at first).")
@click.option("--public-port", type=int, help="Port of the public portal (5001 at first).")
@click.option("--samples/--no-samples", default=True, help="Harvest the sample inventories.")
@one_sentence
def up(internal_port: int | None, public_port: int | None, *, samples: bool) -> None:
    """Start whatever does not run yet, then print the addresses and a log-in.

    The sample inventories are harvested the first time. Doing it again changes nothing. Port
    numbers are remembered; ONTARIO_INTERNAL_PORT and ONTARIO_PUBLIC_PORT set them too.

    \b
    Example:
      ontario up
      ontario up --internal-port 5050 --no-samples
    """
    stages = Stages()
    ports = {"internal": internal_port, "public": public_port}
    at = lifecycle.up(Installation.open(), stages, ports, samples=samples)
    console = stages.console
    console.print()
    console.print(stages.table())
    console.print()
    out = terminal()
    who = {"internal": "staff only", "public": "everyone"}
    for portal in PORTALS:
        out.print(
            f"[bold]{portal.capitalize():8} portal[/]  {at.web_url(portal)}   {who[portal]}; "
            f"log in as [bold]admin[/], password [bold]{at.first_password(portal)}[/]"
        )
    out.print("On the internal portal director, editor and member have the same password.")


@main.command()
@one_sentence
def down() -> None:
    """Stop everything that `ontario up` started, in order.

    \b
    Example:
      ontario down
    """
    stopped = lifecycle.down(Installation.open(), Stages())
    click.echo(f"Stopped: {', '.join(stopped)}" if stopped else "Nothing was running.")


@main.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@one_sentence
def show_status(*, as_json: bool) -> None:
    """Show each service: state, address, process, version. Exit status 3 unless all run.

    \b
    Example:
      ontario status
      ontario status --json
    """
    report = status.report(Installation.open())
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=2))
    else:
        table = Table(box=None, pad_edge=False)
        for column in ("service", "state", "address", "pid", "version"):
            table.add_column(column)
        for one in report.services:
            colour = "green" if one.state == status.RUNNING else "red"
            facts = (one.url or "", str(one.pid or ""), one.version or "")
            table.add_row(one.name, f"[{colour}]{one.state}[/]", *facts)
        terminal().print(table)
    if not report.all_run:
        sys.exit(NOT_ALL_RUN)


@main.command()
@click.argument("name", type=click.Choice([*LOGS, "postgres", "redis", "solr"]))
@click.option("-n", "--lines", default=50, show_default=True, help="How many of the last lines.")
@click.option("-f", "--follow", "keep_on", is_flag=True, help="Go on as lines are added.")
@one_sentence
def logs(name: str, lines: int, *, keep_on: bool) -> None:
    """Show the log of a service.

    \b
    Example:
      ontario logs internal-web
      ontario logs solr --follow
    """
    at = Installation.open()
    log = at.postgres_data / "log" if name == "postgres" else log_of(name, at.run)
    if not log.exists():
        raise StackError(f"{name} has no log yet; `ontario up` starts it")
    for line in tail(log, lines):
        click.echo(line)
    if keep_on:
        for line in follow(log):
            click.echo(line, nl=False)


@main.command()
@click.option("--yes", is_flag=True, help="Don't ask.")
@one_sentence
def reset(*, yes: bool) -> None:
    """Delete all data of this installation: databases, indexes, files, secrets. Asks first.

    \b
    Example:
      ontario down && ontario reset
    """
    at = Installation.open()
    if not yes:
        click.confirm(f"Delete all data in {at.folder}?", abort=True)
    lifecycle.reset(at)
    click.echo("Deleted. `ontario up` starts anew.")


@main.command(name="test-env")
@click.option("--down", "stop_them", is_flag=True, help="Stop them.")
@one_sentence
def test_env(*, stop_them: bool) -> None:
    """Start services for test runs on free ports; print the variables that name them.

    Tests start services of their own when these are not set; with them a run starts faster.
    Databases and cores are each run's own, and a developer's data is left alone.

    \b
    Example:
      eval "$(ontario test-env)"
      ontario test-env --down
    """
    at = Installation.open()
    if stop_them:
        click.echo(f"Stopped: {', '.join(testenv.stop(at)) or 'nothing was running'}")
    else:
        click.echo(testenv.exports(testenv.start(at, Stages())))


@main.command(name="solr-configset")
@click.argument("folder", type=click.Path(path_type=Path))
@one_sentence
def solr_configset(folder: Path) -> None:
    """Write the Solr configset into FOLDER: CKAN's own schema plus our fields.

    \b
    Example:
      ontario solr-configset /var/solr/data/configsets/ontario/conf
    """
    click.echo(f"{configset.write(folder)}  {folder}")


@main.command()
@one_sentence
def assets() -> None:
    """Fetch the front-end packages that the lock file names, and check them.

    \b
    Example:
      ontario assets
    """
    fetched = ensure_assets()
    click.echo("Front-end packages: " + ("fetched and checked" if fetched else "present, checked"))


for command in (token, harvest, ckan, ini, run, healthy):
    main.add_command(command)
