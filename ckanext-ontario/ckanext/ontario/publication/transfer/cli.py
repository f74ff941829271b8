"""``ckan ontario-publication``: push, status, reconcile, retry, rotate-token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan import model
from ckan.types import Context

from ckanext.ontario.publication.transfer import service
from ckanext.ontario.shared import portal

__all__ = ["ontario_publication"]

NEEDS_A_PERSON = 3
"""Exit status: it ran, and somebody has to look at something."""


@click.group(name="ontario-publication", short_help="Releases on their way to the public portal.")
def ontario_publication() -> None:
    """Releases on their way to the public portal.

    \b
    Example:
        ckan -c internal.ini ontario-publication status
    """


@ontario_publication.command(short_help="Send what waits to the public portal.")
@click.option("--json", "as_json", is_flag=True, help="Print what the action returns, as JSON.")
@click.pass_context
def push(ctx: click.Context, *, as_json: bool) -> None:
    """Send what waits in the outbox to the public portal, now.

    Exit status: 0 everything that was due went out, 1 the public portal can't be delivered to, 3
    releases were parked.

    \b
    Example:
        ckan -c internal.ini ontario-publication push
    """
    _require_internal()
    waiting = _call("ontario_publication_status")["waiting"]
    with _bar("Releases", waiting, quiet=as_json) as progress:
        done = _call("ontario_publication_push", progress=progress)
    if as_json:
        click.echo(json.dumps(done))
    else:
        click.echo(f"{done['sent']} sent, {done['parked']} parked, {done['waiting']} waiting")
        if done["busy"]:
            click.echo("another process is sending at this moment")
        if done["problem"]:
            click.echo(f"the public portal can't be delivered to: {done['problem']}", err=True)
    ctx.exit(1 if done["problem"] else NEEDS_A_PERSON if done["parked"] else 0)


@ontario_publication.command(short_help="Say how publication stands on this portal.")
@click.option("--json", "as_json", is_flag=True, help="Print what the action returns, as JSON.")
@click.pass_context
def status(ctx: click.Context, *, as_json: bool) -> None:
    """Say how publication stands on this portal, either of them.

    Exit status: 0 all is well, 3 releases are parked.

    \b
    Example:
        ckan -c internal.ini ontario-publication status --json
    """
    found = _call("ontario_publication_status")
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    elif found["portal"] == "public":
        records = ", ".join(f"{count} {name}" for name, count in found["records"].items())
        click.echo(f"public portal: generation {found['generation']}; {records}")
    else:
        click.echo(
            f"internal portal: generation {found['generation']}; {found['waiting']} waiting"
            f" (oldest {found['oldest'] or 'none'}), {found['parked']} parked"
        )
        for one in found["parked_releases"]:
            click.echo(f"  {one['package_id']} release {one['sequence']}: {one['reason']}")
    ctx.exit(NEEDS_A_PERSON if found.get("parked") else 0)


@ontario_publication.command(short_help="Compare the portals and repair what differs.")
@click.option("--dry-run", is_flag=True, help="Only say what differs.")
@click.option(
    "--after-restore",
    is_flag=True,
    help="This database was restored: its releases count although later ones are public.",
)
@click.option(
    "--purge-unknown",
    is_flag=True,
    help="Hide public records that no release brought, if they are at most a tenth.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what the action returns, as JSON.")
@click.pass_context
def reconcile(
    ctx: click.Context, *, dry_run: bool, after_restore: bool, purge_unknown: bool, as_json: bool
) -> None:
    """Compare the portals and repair what differs.

    Exit status: 0 nothing is left to do, 1 it could not be done, 3 a person is needed.

    \b
    Example:
        ckan -c internal.ini ontario-publication reconcile --dry-run
    """
    _require_internal()
    flags = {
        "dry_run": dry_run,
        "after_restore": after_restore,
        "purge_unknown": purge_unknown,
    }
    with _bar("Public records", None, quiet=as_json) as progress:
        found = _call("ontario_publication_reconcile", progress=progress, **flags)
    if as_json:
        click.echo(json.dumps(found))
    else:
        _tell(found)
    person = found["ahead"] or found["hidden_outside"]
    left = set(found["unknown"]) - set(found["purged"])
    ctx.exit(NEEDS_A_PERSON if person or left or (dry_run and found["repaired"]) else 0)


_SAID = {
    "repaired": "sent again",
    "ahead": "later or otherwise outside (was this database restored? --after-restore)",
    "hidden_outside": "withdrawn or removed outside by a release not known here",
    "unknown": "outside without a release",
    "purged": "hidden",
}


def _tell(found: dict[str, Any]) -> None:
    click.echo(f"{found['compared']} public records compared, {found['same']} the same")
    for key, words in _SAID.items():
        if found[key]:
            click.echo(f"{len(found[key])} {words}:")
            for identifier in found[key]:
                click.echo(f"  {identifier}")


@ontario_publication.command(short_help="Let parked releases be sent again.")
@click.argument("package_id", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print what the action returns, as JSON.")
def retry(package_id: str | None, *, as_json: bool) -> None:
    """Let parked releases be sent again: those of one record, or all.

    \b
    Example:
        ckan -c internal.ini ontario-publication retry
    """
    _require_internal()
    data = {"package_id": package_id} if package_id else {}
    done = _call("ontario_publication_retry", **data)
    click.echo(json.dumps(done) if as_json else f"{done['retried']} will be sent again")


@ontario_publication.command(name="rotate-token", short_help="Replace the delivering token.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def rotate_token(file: Path, *, as_json: bool) -> None:
    """Make a new token of the service user, write it to FILE, then revoke the ones before.

    Run it with the public portal's configuration; FILE is the one that the internal portal reads
    (ckanext.ontario.publication.token_file). Nothing has to be restarted.

    \b
    Example:
        ckan -c public.ini ontario-publication rotate-token /etc/ontario/publication.token
    """
    if portal.is_internal():
        raise click.UsageError("the token is the public portal's: use its configuration")
    try:
        revoked = service.rotate(file)
    except OSError as err:
        raise click.ClickException(f"{file} can't be written: {err}") from err
    told = f"a new token is in {file}; {revoked} revoked"
    click.echo(json.dumps({"file": str(file), "revoked": revoked}) if as_json else told)


def _require_internal() -> None:
    if not portal.is_internal():
        raise click.UsageError("this is done on the internal portal: use its configuration")


def _call(name: str, progress: Callable[[int], None] | None = None, /, **data: Any) -> Any:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = Context(model=model, session=model.Session, user=user)
    if progress:
        context["progress"] = progress  # type: ignore[typeddict-unknown-key]
    try:
        return tk.get_action(name)(context, data)
    except tk.ValidationError as err:
        texts = (str(text) for texts in err.error_dict.values() for text in texts)
        raise click.ClickException("; ".join(texts)) from err


@contextmanager
def _bar(label: str, length: int | None, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal's standard error; nothing elsewhere."""
    stream = click.get_text_stream("stderr")
    if quiet or not stream.isatty() or length == 0:
        yield lambda _done: None
        return
    with click.progressbar(length=length or 0, label=label, file=stream, show_pos=True) as bar:
        yield lambda done: bar.update(done - bar.pos)
