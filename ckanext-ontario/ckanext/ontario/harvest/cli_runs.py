"""Commands about runs: look at them, and decide what waits."""

from __future__ import annotations

import json
from typing import Any

import click

from ckanext.ontario.harvest import commands, domain
from ckanext.ontario.harvest.cli_shared import Row, as_json, ask, harvest_and_exit, show_answer


@click.command("record", short_help="Harvest one record of a source alone.")
@click.argument("source", metavar="SOURCE")
@click.argument("guid", metavar="GUID")
@as_json
@click.pass_context
def record(ctx: click.Context, source: str, guid: str, *, as_json: bool) -> None:
    """Harvest one record of a source alone, in this process, even where it is unchanged.

    The document is read anew; no other record is planned or touched. Prints created, updated,
    unchanged (written, and the same as before), kept (deleted in the catalogue) or refused. Exit
    status: as of `run`; 1 too when the record is not in the document.

    \b
    Example:
        ckan -c internal.ini ontario-harvest record health-inventory HLT-0042
    """
    harvest_and_exit(
        ctx,
        lambda progress: commands.harvest_record(source, guid, progress),
        commands.tell_record,
        as_json=as_json,
    )


@click.command("show", short_help="Show a run and how far it is.")
@click.argument("run_id", metavar="RUN")
@as_json
@click.pass_context
def show(ctx: click.Context, run_id: str, *, as_json: bool) -> None:
    """Show a run: its counts, how far it is, and what waits for a person.

    Exit status: as of `run`; 0 too while the run is under way.

    \b
    Example:
        ckan -c internal.ini ontario-harvest show 3fa9… --json
    """
    found = ask(ctx, "ontario_harvest_run_show", _named(ctx, run_id))
    counts = ", ".join(f"{number} {name}" for name, number in found["counts"].items() if number)
    lines = [f"{found['outcome']}: {counts or 'nothing'}"]
    if found["progress"]:
        progress = found["progress"]
        rate = f", {progress['rate']} a second" if progress["rate"] else ""
        lines.append(
            f"  {progress['stage']}: {progress['done']} of {progress['total'] or '?'}{rate}"
        )
    if found["approval"] and found["approval"]["state"] == "waiting":
        reasons = ", ".join(found["approval"]["reasons"])
        lines.append(f"  {found['approval']['gone']} records are gone and wait: {reasons}")
    show_answer(found, lines, as_json=as_json)
    if found["outcome"] != "running":
        ctx.exit(domain.EXIT_CODES[domain.Outcome(found["outcome"])])


def _named(ctx: click.Context, run_id: str) -> Row:
    """Return how an action is asked for the run; its id or its job's."""
    with ctx.meta["flask_app"].test_request_context():
        try:
            return {"id": commands.find_run(run_id)["id"]}
        except commands.WrongUse as err:
            raise click.UsageError(str(err)) from err


@click.command("changes", short_help="Print what a run changed, field by field.")
@click.argument("run_id", metavar="RUN")
@click.option("--kind", type=click.Choice(["created", "updated"]), help="Only these records.")
@click.option("--text", help="Only records with this in their title or identifier.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--offset", type=click.IntRange(0), default=0, show_default=True)
@as_json
@click.pass_context
def changes(ctx: click.Context, run_id: str, *, as_json: bool, **filters: Any) -> None:
    """Print what a run changed: each record, each field, the value before and after.

    \b
    Example:
        ckan -c internal.ini ontario-harvest changes 3fa9… --kind updated --json
    """
    data = {"run_id": _named(ctx, run_id)["id"], **filters}
    found = ask(ctx, "ontario_harvest_change_list", data)
    lines = [f"{found['total']} records"]
    for change in found["changes"]:
        lines.append(f"{change['kind']}: {change['guid']}: {change['title']['en']}")
        for one in change["changes"]:
            place = f"{one['field']} of {one['resource']}" if one["resource"] else one["field"]
            before, after = (
                json.dumps(one[key], ensure_ascii=False) for key in ("before", "after")
            )
            lines.append(f"  {place}: {before} → {after}")
    show_answer(found, lines, as_json=as_json)


@click.command("gone", short_help="List what is gone and waits for a decision.")
@click.argument("run_id", metavar="RUN")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--offset", type=click.IntRange(0), default=0, show_default=True)
@as_json
@click.pass_context
def gone(ctx: click.Context, run_id: str, limit: int, offset: int, *, as_json: bool) -> None:
    """List the records that are gone from a source and wait for a person's decision.

    Exit status: 0 when none wait, 3 when some do.

    \b
    Example:
        ckan -c internal.ini ontario-harvest gone 3fa9…
    """
    data = {"run_id": _named(ctx, run_id)["id"], "limit": limit, "offset": offset}
    found = ask(ctx, "ontario_harvest_gone_list", data)
    lines = [f"{found['total']} records wait"]
    lines += [f"  {each['guid']}: {each['title']['en']}" for each in found["gone"]]
    show_answer(found, lines, as_json=as_json)
    ctx.exit(domain.EXIT_CODES[domain.Outcome.ATTENTION] if found["total"] else 0)


_decider = click.option(
    "--user", required=True, help="Who decides: an administrator of the ministry or agency."
)


@click.command("approve", short_help="Set datasets inactive whose records are gone.")
@click.argument("run_id", metavar="RUN")
@_decider
@as_json
@click.pass_context
def approve(ctx: click.Context, run_id: str, user: str, *, as_json: bool) -> None:
    """Set the datasets inactive whose records a run found gone, in somebody's name.

    \b
    Example:
        ckan -c internal.ini ontario-harvest approve 3fa9… --user director
    """
    data = {"run_id": _named(ctx, run_id)["id"]}
    found = ask(ctx, "ontario_harvest_gone_approve", data, user)
    show_answer(found, [f"{found['inactive']} datasets are inactive now"], as_json=as_json)


@click.command("refuse", short_help="Keep datasets whose records are gone.")
@click.argument("run_id", metavar="RUN")
@_decider
@as_json
@click.pass_context
def refuse(ctx: click.Context, run_id: str, user: str, *, as_json: bool) -> None:
    """Keep the datasets as they are whose records a run found gone, in somebody's name.

    \b
    Example:
        ckan -c internal.ini ontario-harvest refuse 3fa9… --user director
    """
    data = {"run_id": _named(ctx, run_id)["id"]}
    found = ask(ctx, "ontario_harvest_gone_refuse", data, user)
    show_answer(found, [f"{found['kept']} datasets stay as they are"], as_json=as_json)
