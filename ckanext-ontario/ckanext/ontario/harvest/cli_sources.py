"""Commands about sources: their kinds and schedules, writing them again, forgetting old runs."""

from __future__ import annotations

import click

from ckanext.ontario.harvest.cli_shared import Row, as_json, ask, show_answer
from ckanext.ontario.harvest.harvester import harvesters
from ckanext.ontario.harvest.source_form import fields_of


@click.command("kinds", short_help="List the kinds of source and their options.")
@as_json
@click.pass_context
def kinds(ctx: click.Context, *, as_json: bool) -> None:
    """List the kinds of source, and what the configuration of each may hold.

    \b
    Example:
        ckan -c internal.ini ontario-harvest kinds --json
    """
    with ctx.meta["flask_app"].test_request_context():
        found: list[Row] = [
            {
                "kind": kind,
                "title": dict(harvester.title),
                "uploads": list(harvester.uploads),
                "options": [
                    {
                        "name": field.name,
                        "kind": field.kind.value,
                        "label": dict(field.label),
                        "choices": list(field.choices),
                        "required": field.required,
                    }
                    for field in fields_of(kind)
                ],
            }
            for kind, harvester in harvesters().items()
        ]
    lines: list[str] = []
    for each in found:
        lines.append(f"{each['kind']}: {each['title']['en']}")
        for option in each["options"]:
            choices = f" ({', '.join(option['choices'])})" if option["choices"] else ""
            lines.append(f"  {option['name']}: {option['label']['en']}{choices}")
    show_answer(found, lines, as_json=as_json)


@click.command("again", short_help="Let records be written again.")
@click.argument("source", metavar="SOURCE")
@click.option("--guid", help="Only the record with this identifier.")
@click.option("--dataset", help="Only the record of this dataset (name or id).")
@as_json
@click.pass_context
def again(
    ctx: click.Context, source: str, guid: str | None, dataset: str | None, *, as_json: bool
) -> None:
    """Let the next harvest write a record again although its source has not changed it, or all.

    \b
    Example:
        ckan -c internal.ini ontario-harvest again health-inventory --guid HLT-0042
    """
    if guid and dataset:
        raise click.UsageError("give --guid or --dataset, not both")
    data = {"source_id": source, "guid": guid, "dataset": dataset}
    found = ask(ctx, "ontario_harvest_record_force", data)
    words = f"{found['records']} records are written again by the next harvest"
    show_answer(found, [words], as_json=as_json)


@click.command("schedule", short_help="Show or set when a source is harvested by itself.")
@click.argument("source", metavar="SOURCE")
@click.option("--cron", help="Five fields: minute, hour, day, month, weekday.")
@click.option("--zone", help="Time zone of the expression; America/Toronto without it.")
@click.option("--none", "remove", is_flag=True, help="Harvest only when asked.")
@as_json
@click.pass_context
def schedule(
    ctx: click.Context,
    source: str,
    cron: str | None,
    zone: str | None,
    *,
    remove: bool,
    as_json: bool,
) -> None:
    """Show or set when a source is harvested by itself, and its next three times.

    \b
    Example:
        ckan -c internal.ini ontario-harvest schedule health-inventory --cron "30 2 * * *"
    """
    if remove and (cron or zone):
        raise click.UsageError("give --none, or --cron with --zone")
    if zone and not cron:
        raise click.UsageError("--zone needs --cron")
    if cron or remove:
        data = {"source_id": source, "expression": cron or "", "zone": zone}
        found = ask(ctx, "ontario_harvest_schedule_update", data)
    else:
        found = ask(ctx, "ontario_harvest_schedule_show", {"source_id": source})
    said = f"{found['expression']} ({found['zone']})" if found["expression"] else "only when asked"
    show_answer(found, [said, *(f"  {instant}" for instant in found["next"])], as_json=as_json)


@click.command("clean", short_help="Forget old runs.")
@click.option("--keep", type=click.IntRange(1), help="How many runs of each source stay.")
@click.option("--dry-run", is_flag=True, help="Only count them.")
@as_json
@click.pass_context
def clean(ctx: click.Context, keep: int | None, *, dry_run: bool, as_json: bool) -> None:
    """Forget old runs with their reports and changes, as the scheduler does every night.

    A run stays while it is under way, while a decision about its missing records is open, and
    while a kept run shows its report.

    \b
    Example:
        ckan -c internal.ini ontario-harvest clean --keep 20 --dry-run
    """
    data: Row = {"dry_run": dry_run, **({"keep": keep} if keep else {})}
    found = ask(ctx, "ontario_harvest_run_clean", data)
    verb = "would be forgotten" if dry_run else "are forgotten"
    show_answer(found, [f"{found['removed']} runs {verb}"], as_json=as_json)
