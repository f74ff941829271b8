"""Pages of votes: the button, the ranking and its table, and moving votes at log-in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError
from ckan.types import Context
from flask import Blueprint, Response, abort, jsonify
from flask_babel import force_locale

from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.shared.cells import safe
from ckanext.ontario.shared.errors import in_words
from ckanext.ontario.shared.guard import guarded
from ckanext.ontario.votes.outside import pages, policy

__all__ = ["ontario_votes"]

ontario_votes = Blueprint("ontario_votes", __name__)

BUTTON = "ontario/votes/outside/snippets/button.html"
PART = "application/json"
"""What the script asks for: the button anew, instead of the whole page."""


@ontario_votes.route("/dataset/<id>/vote", methods=["POST"])
@guarded
def vote(id: str) -> Any:  # noqa: A002 -- the gate asks for the record under this name
    """Vote for a dataset or take the vote back, and lead back to its page."""
    value = tk.request.form.get("value", "true")
    status, said = HTTPStatus.OK, ""
    try:
        votes = tk.get_action("ontario_vote_set")(_caller(), {"id": id, "value": value})
        said = _thanks(mine=votes["mine"])
    except tk.NotAuthorized as err:
        abort(HTTPStatus.FORBIDDEN, description=str(err))
    except tk.ValidationError as err:
        votes = tk.get_action("ontario_vote_show")(_caller(), {"id": id})
        status, said = HTTPStatus.CONFLICT, _told(err)
    if tk.request.accept_mimetypes.best == PART:
        return jsonify(html=tk.render(BUTTON, {"votes": votes}), said=said), status
    (tk.h.flash_success if status == HTTPStatus.OK else tk.h.flash_notice)(said)
    return tk.redirect_to("dataset.read", id=id, _anchor="votes")


@ontario_votes.route("/votes")
def ranking() -> Any:
    """Show which datasets people want to see opened first."""
    number = tk.request.args.get("page", "1")
    if not number.isdecimal() or not 0 < int(number) <= pages.MOST_PAGES:
        abort(HTTPStatus.BAD_REQUEST, description=tk._("There is no such page."))
    try:
        page = pages.ranking(_caller(), _asked(), int(number))
    except SearchError:
        tk.abort(HTTPStatus.SERVICE_UNAVAILABLE)
    suggested = tk.get_action("ontario_vote_suggestion_list")(_caller(), {"limit": pages.ROWS})
    shown = tk.render("ontario/votes/outside/ranking.html", {"page": page, "suggested": suggested})
    return shown, HTTPStatus.BAD_REQUEST if page.error else HTTPStatus.OK


@ontario_votes.route("/votes/about")
def about() -> str:
    """Tell what a vote does, who can give one, and what is kept of it."""
    return tk.render("ontario/votes/outside/about.html", {"policy": policy.html(pages.language())})


@ontario_votes.route("/votes.csv")
def table() -> Response:
    """Send the counts of the ranking as a table, with headers in the language that is asked for.

    ``headers=en|fr`` chooses it; else it is the reader's.
    """
    language = tk.request.args.get("headers") or pages.language()
    if language not in LANGUAGES:
        abort(HTTPStatus.BAD_REQUEST, description=tk._("“headers” must be “en” or “fr”."))
    try:
        found = tk.get_action("ontario_vote_export")(_caller(), _asked())
    except tk.ValidationError as err:
        abort(HTTPStatus.BAD_REQUEST, description=_told(err))
    text = io.StringIO()
    with force_locale(language):
        headers, levels = _headers(), pages.levels()
    lines = ([_cell(one[key], key, levels) for key in headers] for one in found)
    csv.writer(text).writerows([list(headers.values()), *lines])
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = f'attachment; filename="votes-{language}.csv"'
    return response


@ontario_votes.route("/votes/merge", methods=["POST"])
@guarded
def merge() -> Any:
    """Move this browser's votes to the account that is logged in, or leave them."""
    if not tk.current_user.is_authenticated:
        return tk.redirect_to("user.login")
    if tk.request.form.get("answer") != "yes":
        pages.decline()
        tk.h.flash_notice(tk._("The votes of this browser stay as they are."))
        return tk.redirect_to("ontario_votes.ranking")
    try:
        moved = tk.get_action("ontario_vote_merge")(_caller(), {})["moved"]
    except tk.NotAuthorized as err:
        abort(HTTPStatus.FORBIDDEN, description=str(err))
    said = tk.ungettext(
        "{number} vote is your account’s now.", "{number} votes are your account’s now.", moved
    )
    tk.h.flash_success(said.format(number=moved))
    return tk.redirect_to("ontario_votes.ranking")


def _asked() -> dict[str, str]:
    args = tk.request.args
    given = {name: args.get(name, "").replace("\0", "").strip() for name in pages.FILTERS}
    return {name: value for name, value in given.items() if value}


def _headers() -> dict[str, str]:
    return {
        "id": tk._("Identifier"),
        "name": tk._("Address"),
        "organization": tk._("Ministry or agency"),
        "access_level": tk._("Access level"),
        "count": tk._("Votes"),
        "count_user": tk._("Votes with an account"),
        "count_anonymous": tk._("Votes without an account"),
    }


def _cell(value: Any, key: str, levels: Mapping[str, str]) -> str:
    return safe(levels.get(value, value) if key == "access_level" else str(value))


def _thanks(*, mine: bool) -> str:
    if mine:
        return tk._("Your vote counts. Votes are advice: the ministry decides.")
    return tk._("Your vote is taken back.")


def _told(err: tk.ValidationError) -> str:
    told = in_words(err)
    return " ".join(text for name, text in told.items() if name != "catalogue_url")


def _caller() -> Context:
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
