"""Trying a source before it is saved: the whole document is read, and nothing is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.harvest.model import HarvestSource
from ckanext.ontario.harvest import messages, records, report
from ckanext.ontario.harvest.dryrun import dry_run
from ckanext.ontario.harvest.harvester import harvesters, message_files
from ckanext.ontario.harvest.source import ConfigRefused, Source, parse
from ckanext.ontario.shared.bilingual import language_of

SHOWN = 100
"""How many issues and changes the page of a trial shows."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """What a harvest would do."""

    run: Row
    issues: list[Row]
    changes: list[Row]
    """The first records that would be written or go, and what of them would change."""
    changed: int
    """How many there are of them."""
    gone: list[Row]
    """The first records that are gone from the document."""


def tried(data: Row) -> Trial:
    """Return what a harvest of a source would do; a source that is stored already knows records.

    Raises:
        ValidationError: when the source can't be harvested as it is described.
    """
    source = _source(data)
    found = dry_run(source, harvesters()[source.kind].reader)
    return Trial(
        run=report.summary(found.run),
        issues=report.said(found.issues[:SHOWN]),
        changes=found.changes[:SHOWN],
        changed=found.changed,
        gone=records.described(source.id, found.gone[:SHOWN]),
    )


def _source(data: Row) -> Source:
    kind, url = str(data.get("source_type") or ""), str(data.get("url") or "")
    harvester = harvesters().get(kind)
    if harvester is None:
        raise tk.ValidationError({"source_type": [tk._("Choose a kind of source.")]})
    if not url:
        raise tk.ValidationError({"url": [tk._("Give an address or choose a file.")]})
    organization = str(data.get("owner_org") or "")
    if not organization:
        raise tk.ValidationError({"owner_org": [tk._("Choose whose inventory this is.")]})
    try:
        config = parse(data.get("config"), harvester.reader)
    except ConfigRefused as err:
        language = language_of(str(tk.h.lang()))
        said = [messages.render(i.code, i.params, language, message_files()) for i in err.issues]
        raise tk.ValidationError({"config": [each["message"] for each in said]}) from err
    stored: Any = HarvestSource.get(data["id"]) if data.get("id") else None
    return Source(stored.id if stored else "", kind, url, organization, config)
