"""``ckan ontario-votes``: index, reconcile, velocity, void, purge; inside pull and remind."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator
from typing import Any

import ckan.plugins.toolkit as tk
import click
from ckan.types import Context

__all__ = ["ontario_votes"]

NEEDS_A_PERSON = 3
"""Exit status: it ran, and somebody has to look at something."""

_json = click.option("--json", "as_json", is_flag=True, help="Print what the action returns.")


@click.group(name="ontario-votes", short_help="Votes for datasets that should open first.")
def ontario_votes() -> None:
    """Look after votes for datasets that should open first.

    \b
    Example:
        ckan -c public.ini ontario-votes velocity
    """


@ontario_votes.command(short_help="Tell the index the counts that changed.")
@_json
@click.pass_context
def index(ctx: click.Context, *, as_json: bool) -> None:
    """Tell the index the counts that changed, as the scheduler does every half minute.

    Exit status: 0 the index knows all, 1 it did not take some (they are tried again).

    \b
    Example:
        ckan -c public.ini ontario-votes index
    """
    done = _call(ctx, "ontario_vote_index")
    failed = done["failed"]
    _tell(done, f"{done['indexed']} records indexed, {len(failed)} failed", as_json=as_json)
    ctx.exit(1 if failed else 0)


@ontario_votes.command(short_help="Compare ballots, tallies and the index.")
@click.option("--dry-run", is_flag=True, help="Only say what differs.")
@_json
@click.pass_context
def reconcile(ctx: click.Context, *, dry_run: bool, as_json: bool) -> None:
    """Compare ballots, tallies and the index, and repair what differs.

    Exit status: 0 nothing is left to do, 3 tallies differed from their ballots (look for why), or
    anything differs and --dry-run was given.

    \b
    Example:
        ckan -c public.ini ontario-votes reconcile --dry-run
    """
    done = _call(ctx, "ontario_vote_reconcile", dry_run=dry_run)
    sentence = (
        f"{len(done['tallies'])} tallies differed from their ballots, {len(done['index'])} records "
        f"were indexed with another count, {done['folded']} votes moved to their accounts"
    )
    _tell(done, sentence, as_json=as_json)
    left = dry_run and done["index"]
    ctx.exit(NEEDS_A_PERSON if done["tallies"] or left else 0)


@ontario_votes.command(short_help="Say how fast votes came lately.")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True)
@_json
@click.pass_context
def velocity(ctx: click.Context, *, days: int, as_json: bool) -> None:
    """Say how fast votes came lately, and which ballots wait for a look.

    Exit status: 0 nothing is conspicuous, 3 somebody should look.

    \b
    Example:
        ckan -c public.ini ontario-votes velocity --days 3
    """
    done = _call(ctx, "ontario_vote_velocity", days=days)
    lines = [
        f"{'!' if one['conspicuous'] else ' '} {one['name']}: {one['recent']} votes in {days} days "
        f"({one['anonymous']} without an account), {one['factor']} times as fast as before"
        for one in done["records"]
    ]
    lines += [
        f"batch {one['batch'] or '-'} of {one['day']}: {one['ballots']} ballots for "
        f"{one['records']} records past the limit of a {one['reason']}"
        for one in done["batches"]
    ]
    _tell(done, "\n".join(lines or [f"no votes in {days} days"]), as_json=as_json)
    alarming = any(one["conspicuous"] for one in done["records"]) or done["batches"]
    ctx.exit(NEEDS_A_PERSON if alarming else 0)


@ontario_votes.command(short_help="Declare ballots void, with a public note.")
@click.option("--dataset", default="", help="Id or name of the dataset.")
@click.option("--batch", default="", help="A batch of the velocity report.")
@click.option("--since", default="", help="First day, YYYY-MM-DD.")
@click.option("--until", default="", help="Last day, YYYY-MM-DD.")
@click.option("--kind", type=click.Choice(["u", "a"]), help="Only of accounts, or of browsers.")
@click.option("--note-en", required=True, help="What everybody is told, in English.")
@click.option("--note-fr", required=True, help="The same in French.")
@click.option("--yes", is_flag=True, help="Do not ask: it can't be taken back.")
@_json
@click.pass_context
def void(ctx: click.Context, *, yes: bool, as_json: bool, **chosen: str | None) -> None:
    """Declare ballots void: they stop counting and can't be cast again.

    Exit status: 0 done, 1 refused, 3 there were no such ballots.

    \b
    Example:
        ckan -c public.ini ontario-votes void --batch 5f0c --note-en "Cast by a program." \\
            --note-fr "Exprimés par un programme."
    """
    if not yes:
        click.confirm("Declare these ballots void? It can't be taken back.", abort=True, err=True)
    note = {"en": chosen.pop("note_en"), "fr": chosen.pop("note_fr")}
    asked = {"id" if key == "dataset" else key: value for key, value in chosen.items() if value}
    done = _call(ctx, "ontario_vote_void", note=note, **asked)
    count = sum(one["count_user"] + one["count_anonymous"] for one in done["records"])
    _tell(done, f"{count} ballots of {len(done['records'])} records are void", as_json=as_json)
    ctx.exit(0 if count else NEEDS_A_PERSON)


@ontario_votes.command(short_help="Delete ballots that are no longer needed.")
@_json
@click.pass_context
def purge(ctx: click.Context, *, as_json: bool) -> None:
    """Delete ballots that are no longer needed; counts and sums by day stay.

    \b
    Example:
        ckan -c public.ini ontario-votes purge
    """
    with _progress(quiet=as_json) as progress:
        done = _call(ctx, "ontario_vote_purge", progress=progress)
    sentence = (
        f"{done['ballots']} ballots deleted; the votes of {done['records']} records that are gone"
        " forgotten"
    )
    _tell(done, sentence, as_json=as_json)


@ontario_votes.command(short_help="Pull the counts from the public portal (internal portal).")
@_json
@click.pass_context
def pull(ctx: click.Context, *, as_json: bool) -> None:
    """Pull the counts of votes from the public portal, as the scheduler does every quarter hour.

    Whatever is in the way leaves the counts as they were pulled last. Exit status: 0 pulled, 1 not.

    \b
    Example:
        ckan -c internal.ini ontario-votes pull
    """
    done = _call(ctx, "ontario_vote_tally_pull")
    problem = done["problem"]
    said = f"not pulled: {problem}" if problem else f"{done['pulled']} records have votes"
    _tell(done, said, as_json=as_json)
    ctx.exit(1 if problem else 0)


@ontario_votes.command(short_help="Remind Directors of what nobody answered (internal portal).")
@_json
@click.pass_context
def remind(ctx: click.Context, *, as_json: bool) -> None:
    """Remind Directors of the most wanted datasets that nobody answered; once a month for each.

    \b
    Example:
        ckan -c internal.ini ontario-votes remind
    """
    done = _call(ctx, "ontario_vote_remind")
    _tell(done, f"{done['told']} people are told", as_json=as_json)


def _call(ctx: click.Context, action: str, progress: Any = None, **data: Any) -> dict[str, Any]:
    with ctx.meta["flask_app"].test_request_context():
        name = tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"]
        context = Context(user=name, progress=progress)  # type: ignore[typeddict-unknown-key]
        try:
            return tk.get_action(action)(context, data)
        except KeyError as err:
            if action not in str(err):
                raise
            raise click.ClickException("this command is for the other portal") from err
        except tk.ValidationError as err:
            raise click.ClickException(str(err)) from err
        except tk.ObjectNotFound as err:
            raise click.ClickException(str(err)) from err


@contextlib.contextmanager
def _progress(*, quiet: bool) -> Generator[Any]:
    if quiet:
        yield None
        return
    with click.progressbar(length=1, label="Records", file=click.get_text_stream("stderr")) as bar:

        def show(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield show


def _tell(answer: object, sentence: str, *, as_json: bool) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else sentence)
