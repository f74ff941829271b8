"""``ckan ontario-dcat``: is the catalogue's graph what it promises to be?"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter

import click

from ckanext.ontario.dcat import validation

__all__ = ["ontario_dcat"]

SHOWN = 50
"""Lines printed of each severity; ``--json`` prints all."""


@click.group(name="ontario-dcat", short_help="The catalogue as DCAT.")
def ontario_dcat() -> None:
    """The catalogue as DCAT.

    \b
    Example:
        ckan -c public.ini ontario-dcat check
    """


@ontario_dcat.command(short_help="Check the catalogue against DCAT-AP's shapes.")
@click.option("--json", "as_json", is_flag=True, help="Print everything found as JSON.")
def check(as_json: bool) -> None:  # noqa: FBT001 -- click passes a flag's value by name
    """Check every record against the SHACL shapes of DCAT-AP 3 and our own.

    Ends with 0 when there is no violation, with 1 when there is one, with 2 when pyshacl is not
    installed. Warnings are about unfinished records and never fail.

    \b
    Example:
        ckan -c public.ini ontario-dcat check --json
    """
    checked, found = 0, list[validation.Finding]()
    try:
        for records in validation.records():
            checked += len(records)
            found += validation.findings(validation.graph_of(records))
    except validation.ValidatorMissing as err:
        click.echo(str(err), err=True)
        raise SystemExit(2) from None
    counts = Counter(one.severity for one in found)
    if as_json:
        rows = [dataclasses.asdict(one) for one in found]
        click.echo(json.dumps({"checked": checked, "counts": counts, "findings": rows}))
    else:
        _print(checked, counts, found)
    if counts["Violation"]:
        raise SystemExit(1)


def _print(checked: int, counts: Counter[str], found: list[validation.Finding]) -> None:
    for severity in sorted(counts):
        lines = [one for one in found if one.severity == severity]
        for one in lines[:SHOWN]:
            click.echo(f"{severity}: {one.node}: {one.path}: {one.message} {one.value}".rstrip())
        if len(lines) > SHOWN:
            click.echo(f"… and {len(lines) - SHOWN} more of these (--json prints all)")
    click.echo(
        f"{checked} records checked: {counts['Violation']} violations, {counts['Warning']} warnings"
    )
