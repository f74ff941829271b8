"""What the commands do, and how they say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import click
import yaml
from ckan import model as core
from ckan.types import Context
from rich.console import Console
from rich.table import Table

from ckanext.harvest.logic import HarvestSourceInactiveError
from ckanext.ontario.harvest import ingest, messages, names, report, sources
from ckanext.ontario.harvest.acquiring import Document
from ckanext.ontario.harvest.dryrun import DryRun, dry_run
from ckanext.ontario.harvest.harvester import EngineHarvester, harvesters, message_files
from ckanext.ontario.harvest.planning import Progress
from ckanext.ontario.harvest.source import ConfigRefused, Source, parse
from ckanext.ontario.harvest.uploads import UploadRefused
from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.shared.digests import sha256_of

_SHOWN = 1_000

Row = dict[str, Any]


class WrongUse(Exception):
    """What was asked for can't be; the message says why."""


class NotNow(Exception):
    """What was asked for must wait; the message says for what."""


@dataclass(frozen=True)
class Wanted:
    """One document to harvest."""

    document: str
    organization: str
    kind: str = "inventory"
    profile: str | None = None
    title: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the source's form calls its configuration, but for the profile."""

    @property
    def config(self) -> Row:
        """The source's configuration."""
        return {**self.settings, **({"profile": self.profile} if self.profile else {})}

    @property
    def is_file(self) -> bool:
        """Whether the document is a file of this machine."""
        return "://" not in self.document


def harvest(wanted: Wanted, *, dry: bool, progress: Progress) -> Row:
    """Harvest a document, or say what would happen; return what the command prints.

    Raises:
        WrongUse: when there is no such file, organization, kind or profile.
        NotNow: when another process harvests the source.
    """
    harvester, organization_id = _checked(wanted)
    name = names.source_name(
        organization_id, _identity(wanted), f"{wanted.kind} {wanted.profile or ''}"
    )
    try:
        if dry:
            found = _plan(wanted, harvester, organization_id, name, progress)
            return {
                **_answer(found.run, report.said(found.issues)),
                "changes": found.changes,
                "changed": found.changed,
            }
        source_id = _source(wanted, organization_id, name)
        run = sources.run_now(source_id, harvester, progress)
    except sources.AlreadyRunning as err:
        raise NotNow("another process harvests this source; wait for it or stop it first") from err
    except UploadRefused as err:
        raise WrongUse(messages.render(err.code, err.params, "en")["message"]) from err
    return _answer(run, report.issues(run, limit=_SHOWN))


def harvest_record(named: str, guid: str, progress: Progress) -> Row:
    """Harvest one record of a source alone; return what the command prints.

    Raises:
        WrongUse: when there is no such source or record, or the source is not active.
        NotNow: when a harvest of the source is under way.
    """
    stored: Any = sources.find(named)
    harvester = harvesters().get(stored.type) if stored else None
    if harvester is None:
        raise WrongUse(f"there is no harvest source called {named!r}")
    try:
        run = sources.run_record_now(stored.id, guid, harvester, progress)
    except sources.UnknownRecord as err:
        raise WrongUse(f"the source has no record {guid!r}") from err
    except HarvestSourceInactiveError as err:
        raise WrongUse("the source is not active") from err
    except sources.AlreadyRunning as err:
        raise NotNow("a harvest of this source is under way; wait for it or stop it first") from err
    return {**_answer(run, report.issues(run, limit=_SHOWN)), "record": report.record(run)}


def _checked(wanted: Wanted) -> tuple[EngineHarvester, str]:
    harvester = harvesters().get(wanted.kind)
    if harvester is None:
        kinds = ", ".join(sorted(harvesters()))
        raise WrongUse(f"there is no kind of source called {wanted.kind!r}; there is: {kinds}")
    if wanted.is_file and not Path(wanted.document).is_file():
        raise WrongUse(f"there is no file {wanted.document!r}")
    organization_id = _organization_id(wanted.organization)
    try:
        parse(tk.h.dump_json(wanted.config), harvester.reader)
    except ConfigRefused as err:
        files = message_files()
        said = [messages.render(i.code, i.params, "en", files)["message"] for i in err.issues]
        raise WrongUse(" ".join(said)) from err
    return harvester, organization_id


def _organization_id(named: str) -> str:
    """Return an organization's id by its name, acronym, or any name people know it by."""
    organization = core.Group.get(named)
    if organization is not None and organization.is_organization:
        return str(organization.id)
    found = tk.get_action("ontario_organization_resolve")(ingest.context(), {"names": [named]})
    if not found.get(named):
        raise WrongUse(f"there is no organization called {named!r}")
    return str(found[named]["id"])


def _identity(wanted: Wanted) -> str:
    """Return by what a document is known again: a file by its name, whatever folder it is in."""
    return Path(wanted.document).name if wanted.is_file else wanted.document


def _source(wanted: Wanted, organization_id: str, name: str) -> str:
    url = wanted.document
    if wanted.is_file:
        url = sources.keep_file(Path(wanted.document), organization_id)
    try:
        return sources.ensure(
            name=name,
            title=wanted.title or f"{wanted.organization}: {_identity(wanted)}",
            url=url,
            kind=wanted.kind,
            organization_id=organization_id,
            config=wanted.config,
        )
    except tk.ValidationError as err:
        raise WrongUse("; ".join(f"{k}: {v}" for k, v in err.error_summary.items())) from err


def _plan(
    wanted: Wanted, harvester: EngineHarvester, organization_id: str, name: str, progress: Progress
) -> DryRun:
    stored: Any = sources.find(name)
    config = parse(tk.h.dump_json(wanted.config), harvester.reader)
    source_id = stored.id if stored else ""
    source = Source(source_id, wanted.kind, wanted.document, organization_id, config)
    document = None
    if wanted.is_file:
        path = Path(wanted.document)
        document = Document(path, path.name, sha256_of(path))
    return dry_run(source, harvester.reader, document, progress)


def _answer(run: Mapping[str, Any], issues: list[Row]) -> Row:
    shown = report.summary(run)
    return {
        "run": shown["id"],
        "source": shown["source_id"],
        "status": shown["status"],
        "outcome": shown["outcome"],
        "counts": shown["counts"],
        "severities": shown["severities"],
        "same_as": shown["same_as"],
        "approval": shown["approval"],
        "issues": [{key: issue[key] for key in issue if key != "id"} for issue in issues],
        "timings": shown["timings"],
    }


def samples() -> Iterator[Wanted]:
    """Yield the sample documents of every kind of source."""
    for kind, harvester in harvesters().items():
        if harvester.samples is None:
            continue
        manifest = (harvester.samples / "samples.yaml").read_text(encoding="utf-8")
        for entry in yaml.safe_load(manifest):
            yield Wanted(
                document=str(harvester.samples / entry["file"]),
                organization=entry["organization"],
                kind=kind,
                profile=entry.get("profile"),
                title=entry["title"]["en"],
                settings={name: entry[name] for name in ("publishers",) if name in entry},
            )


def list_runs(source: str | None, limit: int) -> list[Row]:
    """Return the latest runs, of one source or of all.

    Raises:
        WrongUse: when there is no such source.
    """
    if source is None:
        runs = ingest.call("run_list", {"limit": limit})
        return report.summaries([run for run in runs if run["kind"] == "harvest"])
    context = Context(ignore_auth=True, user=ingest.site_user())
    try:
        data = {"source_id": source, "limit": limit}
        return tk.get_action("ontario_harvest_run_list")(context, data)
    except tk.ObjectNotFound as err:
        raise WrongUse(f"there is no harvest source called {source!r}") from err


def find_run(run_id: str) -> Row:
    """Return a run by its id, or by the id of its job.

    Raises:
        WrongUse: when there is none.
    """
    run = ingest.run_of(id=run_id) or ingest.run_of(job_id=run_id)
    if run is None:
        raise WrongUse(f"there is no run {run_id!r}")
    return run


# --- words -----------------------------------------------------------------------------------


def tell(answer: Row) -> None:
    """Print a run's outcome and issues."""
    counts = answer["counts"]
    named = ("rows", "new", "changed", "unchanged", "gone", "inactive", "invalid")
    said = ", ".join(f"{counts[name]} {name}" for name in named if counts[name] or name == "rows")
    click.echo(f"{answer['outcome']}: {said or 'nothing'}  (run {answer['run'] or '-'})")
    for issue in answer["issues"]:
        if issue["severity"] in {"fatal", "error"}:
            click.echo("  " + line_of(issue, "en"))
    hidden = sum(
        number for name, number in answer["severities"].items() if name in {"warning", "publish"}
    )
    if hidden:
        click.echo(f"  and {hidden} warnings; see: ckan ontario-harvest report RUN")


def tell_record(answer: Row) -> None:
    """Print what became of one record, and its issues in both languages."""
    record = answer["record"]
    click.echo(f"{record['result'] or answer['outcome']}: {record['guid']}  (run {answer['run']})")
    for issue in answer["issues"]:
        for language in LANGUAGES:
            click.echo("  " + line_of(issue, language))


def line_of(issue: Row, language: str) -> str:
    """Return an issue as one line."""
    place = [f"row {issue['row']}" if issue["row"] is not None else "", issue["column"] or ""]
    where = " ".join(part for part in place if part) or "document"
    message, suggestion = issue["message"][language], issue["suggestion"][language]
    return f"{issue['severity']}: {where}: {message} {suggestion} [{issue['code']}]"


def table_of(runs: list[Row]) -> None:
    """Print runs as a table."""
    table = Table("run", "started", "outcome", "new", "changed", "unchanged", "gone", "invalid")
    for run in runs:
        counts = [str(run["counts"][key]) for key in ("new", "changed", "unchanged", "gone")]
        started = (run["started"] or "")[:19]
        table.add_row(run["id"], started, run["outcome"], *counts, str(run["counts"]["invalid"]))
    Console().print(table)
