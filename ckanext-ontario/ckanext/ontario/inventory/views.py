"""The explorer page, the table that streams, and the files of dumps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchQueryError
from ckan.types import Context
from flask import Blueprint, Response, abort, send_file, stream_with_context

from ckanext.ontario.inventory import config, domain, dumps, reading, summary
from ckanext.ontario.shared import portal, search_address, search_clauses
from ckanext.ontario.shared.bilingual import LANGUAGES, language_of

__all__ = ["ontario_inventory"]

ontario_inventory = Blueprint("ontario_inventory", __name__)


@dataclass(frozen=True)
class ExplorerPage:
    """What the explorer shows: the answer of the summary, and what may be chosen."""

    summary: dict[str, Any]
    choices: dict[str, str]
    """What rows may stand for, with its name."""


@ontario_inventory.route("/inventory")
def explorer() -> Any:
    """Show how much of the inventory is open, for each ministry, topic and so on."""
    choices = _choices()
    by = tk.request.args.get("by", summary.BY[0])
    if by not in choices:
        abort(400, description=tk._("Choose one of: {names}").format(names=", ".join(choices)))
    found = tk.get_action("ontario_inventory_summarize")(_caller(), {"by": by})
    page = {"page": ExplorerPage(found, choices)}
    return tk.render("ontario/inventory/explorer.html", page)


@ontario_inventory.route("/dataset/inventory.csv")
def table() -> Response:
    """Stream the inventory as CSV: what the same address of the search page finds.

    ``headers=en|fr`` chooses the language of headers and choices; else it is the reader's.
    """
    language = tk.request.args.get("headers") or language_of(str(tk.h.lang()))
    if language not in LANGUAGES:
        abort(400, description=tk._("“headers” must be “en” or “fr”."))
    wanted = search_address.read(tk.request.args.items(multi=True))
    search = {"q": wanted.q, "fq_list": search_clauses.plain(wanted.chosen)}
    found = reading.records(_caller(), search)
    lines = domain.lines(_begun(found), reading.words(language))
    response = Response(stream_with_context(lines), mimetype="text/csv", headers=_NAMED)
    response.headers["Content-Disposition"] = f'attachment; filename="inventory-{language}.csv"'
    return response


_NAMED = {"X-Content-Type-Options": "nosniff", "X-Accel-Buffering": "no"}


def _begun(records: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Ask for the first page now, while a refusal can still be answered as one."""
    try:
        first = next(records, None)
    except SearchQueryError as err:
        abort(400, description=str(err))
    return _chained(first, records)


def _chained(
    first: dict[str, Any] | None, rest: Iterator[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    if first is not None:
        yield first
    yield from rest


@ontario_inventory.route("/dumps/")
def dump_list() -> Any:
    """Show the dumps that can be downloaded, with their checksums."""
    _require_public()
    found = tk.get_action("ontario_inventory_dump_list")(_caller(), {})
    return tk.render("ontario/inventory/dumps.html", {"dumps": found})


@ontario_inventory.route("/dumps/<name>/<file>")
def dump_file(name: str, file: str) -> Response:
    """Send one file of a dump; ``latest`` names the latest."""
    _require_public()
    path = dumps.path_of(config.dumps_folder(), name, file)
    if path is None:
        abort(404)
    return send_file(path, as_attachment=path.suffix == ".gz", conditional=True)


def _require_public() -> None:
    if portal.is_internal():
        abort(404)


def _choices() -> dict[str, str]:
    names = {
        "organization": tk._("Ministries and agencies"),
        "groups": tk._("Topics"),
        "update_frequency": tk._("Update frequency"),
        "license_id": tk._("Licences"),
        "asset_type": tk._("Asset type"),
        "category": tk._("Kind of organization"),
    }
    return {name: names[name] for name in summary.BY}


def _caller() -> Context:
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
