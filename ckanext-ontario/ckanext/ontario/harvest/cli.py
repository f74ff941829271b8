"""``ckan ontario-harvest``: harvest a document here and now, and read the reports."""

from __future__ import annotations

import json
from typing import Any

import click

from ckanext.ontario.harvest import cli_runs, cli_sources, commands, domain, report
from ckanext.ontario.harvest.cli_shared import harvest_and_exit
from ckanext.ontario.harvest.progress import shown
from ckanext.ontario.shared.bilingual import LANGUAGES

__all__ = ["ontario_harvest"]

_SEVERITIES = ("fatal", "error", "warning", "publish")


def _object(_ctx: click.Context, _option: click.Parameter, text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError as err:
        raise click.BadParameter(f"this is no JSON: {err}") from err
    if not isinstance(found, dict):
        raise click.BadParameter('write a JSON object, such as {"publishers": "source"}')
    return found


@click.group(name="ontario-harvest", short_help="Harvest inventories and read the reports.")
def ontario_harvest() -> None:
    """Harvest inventories and read the reports.

    \b
    Example:
        ckan -c internal.ini ontario-harvest run inventory.csv --organization health
    """


@ontario_harvest.command(short_help="Harvest one document.")
@click.argument("document", metavar="FILE-OR-URL")
@click.option("--organization", required=True, help="Name of the ministry or agency.")
@click.option("--profile", help="Which columns to expect; see the reader's profiles.")
@click.option("--kind", default="inventory", show_default=True, help="Kind of source.")
@click.option(
    "--config",
    "settings",
    metavar="JSON",
    callback=_object,
    help="Settings of the kind, as the source's form takes them; see `ontario-harvest kinds`.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and no progress.")
@click.pass_context
def run(  # noqa: PLR0913 -- one parameter for each option of the command
    ctx: click.Context,
    document: str,
    organization: str,
    profile: str | None,
    kind: str,
    settings: dict[str, Any],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Harvest one document, in this process.

    The same document again finds nothing to do; a changed one is held against the last. A run
    that was killed is taken up by the next. Exit status: 0 all went in, 1 the document could not
    be used or the run failed, 2 wrong use, 3 finished but a person is needed (rows were refused,
    or removals wait for an approval).

    \b
    Example:
        ckan -c internal.ini ontario-harvest run inventory.csv --organization health --dry-run
        ckan -c internal.ini ontario-harvest run data.json --organization health --kind dcat_us \\
            --config '{"publishers": "source"}'
    """
    wanted = commands.Wanted(document, organization, kind, profile, settings=settings)
    harvest_and_exit(
        ctx,
        lambda progress: commands.harvest(wanted, dry=dry_run, progress=progress),
        commands.tell,
        as_json=as_json,
    )


@ontario_harvest.command(short_help="Harvest every sample inventory.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list and no progress.")
@click.pass_context
def samples(ctx: click.Context, *, as_json: bool) -> None:
    """Harvest every sample inventory that comes with the harvesters.

    Rows that are refused are no failure here: the samples hold some on purpose.

    \b
    Example:
        ckan -c internal.ini ontario-harvest samples
    """
    answers: list[dict[str, Any]] = []
    with ctx.meta["flask_app"].test_request_context():
        for wanted in commands.samples():
            with shown(quiet=as_json) as progress:
                try:
                    answer = commands.harvest(wanted, dry=False, progress=progress)
                except (commands.WrongUse, commands.NotNow) as err:
                    raise click.ClickException(str(err)) from err
            answers.append(answer)
            if not as_json:
                commands.tell(answer)
    if as_json:
        click.echo(json.dumps(answers, ensure_ascii=False))
    ended = {domain.Outcome(answer["outcome"]) for answer in answers}
    ctx.exit(int(bool(ended & {domain.Outcome.FAILED, domain.Outcome.ABORTED})))


@ontario_harvest.command(short_help="List the latest runs.")
@click.option("--source", help="Name or id of a harvest source; all of them without it.")
@click.option("--limit", default=20, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.pass_context
def runs(ctx: click.Context, source: str | None, limit: int, *, as_json: bool) -> None:
    """List the latest runs with their counts.

    \b
    Example:
        ckan -c internal.ini ontario-harvest runs --limit 5
    """
    with ctx.meta["flask_app"].test_request_context():
        try:
            found = commands.list_runs(source, limit)
        except commands.WrongUse as err:
            raise click.UsageError(str(err)) from err
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    commands.table_of(found)


@ontario_harvest.command(name="report", short_help="Print the report of a run.")
@click.argument("run_id", metavar="RUN")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option(
    "--severity", multiple=True, type=click.Choice(_SEVERITIES), help="Only these; may be repeated."
)
@click.option("--column", help="Only issues of this column.")
@click.option("--code", help="Only issues with this code.")
@click.option("--text", help="Only issues that quote or say this, in either language.")
@click.pass_context
def report_(
    ctx: click.Context,
    run_id: str,
    lang: str,
    severity: tuple[str, ...],
    *,
    as_csv: bool,
    as_json: bool,
    **filters: str | None,
) -> None:
    """Print what a run found wrong, in English or French.

    \b
    Example:
        ckan -c internal.ini ontario-harvest report 3fa9… --severity error --csv --lang fr
    """
    with ctx.meta["flask_app"].test_request_context(f"/{lang}/"):
        try:
            found = commands.find_run(run_id)
        except commands.WrongUse as err:
            raise click.UsageError(str(err)) from err
        issues = report.every_issue(found, severity=list(severity) or None, **filters)
        if as_json:
            for issue in issues:
                click.echo(json.dumps(issue, ensure_ascii=False))
            return
        if as_csv:
            for line in report.csv_lines(issues, lang):
                click.echo(line, nl=False)
            return
        for issue in issues:
            click.echo(commands.line_of(issue, lang))


for _module in (cli_runs, cli_sources):
    for _added in vars(_module).values():
        if isinstance(_added, click.Command):
            ontario_harvest.add_command(_added)
