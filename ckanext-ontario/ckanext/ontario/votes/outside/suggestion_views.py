"""Pages of suggestions: requesting data that the inventory lacks, voting for it, deciding on it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError
from ckan.types import Context
from flask import Blueprint, abort

from ckanext.ontario.shared.errors import in_words
from ckanext.ontario.shared.guard import guarded
from ckanext.ontario.votes.outside import pages

__all__ = ["ontario_votes_suggestions"]

ontario_votes_suggestions = Blueprint("ontario_votes_suggestions", __name__)

FIELDS = ("title", "description", "organization")
STATES = ("waiting", "accepted", "refused")


@ontario_votes_suggestions.route("/votes/suggest", methods=["GET", "POST"])
@guarded
def suggest() -> Any:
    """Request a dataset: a GET shows the form, a POST has the request wait for administrators."""
    if tk.request.method != "POST":
        return _form({}, {})
    sent = {name: tk.request.form.get(name, "") for name in FIELDS}
    try:
        asked = {**sent, "language": pages.language()}
        tk.get_action("ontario_vote_suggestion_create")(_caller(), asked)
    except tk.NotAuthorized as err:
        abort(HTTPStatus.FORBIDDEN, description=str(err))
    except tk.ValidationError as err:
        errors = in_words(err)
        status = HTTPStatus.TOO_MANY_REQUESTS if "message" in errors else HTTPStatus.BAD_REQUEST
        return _form(sent, errors), status
    tk.h.flash_success(tk._("Thank you. An administrator reads your request first."))
    return tk.redirect_to("ontario_votes.ranking")


@ontario_votes_suggestions.route("/votes/suggestions")
def listed() -> str:
    """Show every suggestion that people can vote for."""
    return _page("ontario/votes/outside/suggestions.html", "ontario_votes_suggestions.listed", {})


@ontario_votes_suggestions.route("/votes/suggestions/<suggestion>/vote", methods=["POST"])
@guarded
def vote(suggestion: str) -> Any:
    """Vote for a suggestion or take the vote back."""
    asked = {"id": suggestion, "value": tk.request.form.get("value", "true")}
    try:
        mine = tk.get_action("ontario_vote_suggestion_set")(_caller(), asked)["mine"]
    except tk.ObjectNotFound:
        tk.abort(HTTPStatus.NOT_FOUND)
    except tk.NotAuthorized as err:
        abort(HTTPStatus.FORBIDDEN, description=str(err))
    except tk.ValidationError:
        abort(HTTPStatus.BAD_REQUEST)
    tk.h.flash_success(tk._("Your vote counts.") if mine else tk._("Your vote is taken back."))
    return tk.redirect_to("ontario_votes.ranking", _anchor=f"suggestion-{suggestion}")


@ontario_votes_suggestions.route("/votes/suggestions/waiting")
def waiting() -> str:
    """Show administrators the suggestions to decide on, or those of another state."""
    state = tk.request.args.get("state", STATES[0])
    if state not in STATES:
        abort(HTTPStatus.BAD_REQUEST, description=tk._("There is no such page."))
    return _waiting(state, {})


@ontario_votes_suggestions.route("/votes/suggestions/<suggestion>/decide", methods=["POST"])
@guarded
def decide(suggestion: str) -> Any:
    """Accept a suggestion under a title in both languages, or refuse it."""
    form = tk.request.form
    state = form.get("state") if form.get("state") in STATES else STATES[0]
    accepted = form.get("decision") == "accept"
    try:
        if accepted:
            title = {code: form.get(f"title_{code}", "") for code in ("en", "fr")}
            asked: dict[str, Any] = {"id": suggestion, "title": title}
            tk.get_action("ontario_vote_suggestion_accept")(_caller(), asked)
        else:
            asked = {"id": suggestion, "reason": form.get("reason", "")}
            tk.get_action("ontario_vote_suggestion_refuse")(_caller(), asked)
    except tk.ObjectNotFound:
        tk.abort(HTTPStatus.NOT_FOUND)
    except tk.ValidationError as err:
        wrong = {"id": suggestion, "said": " ".join(in_words(err).values())}
        return _waiting(str(state), wrong), HTTPStatus.BAD_REQUEST
    said = tk._("People can vote for it now.") if accepted else tk._("It is refused.")
    tk.h.flash_success(said)
    return tk.redirect_to("ontario_votes_suggestions.waiting", state=state)


def _waiting(state: str, wrong: Mapping[str, str]) -> str:
    endpoint = "ontario_votes_suggestions.waiting"
    more = {"state": state, "wrong": wrong}
    return _page("ontario/votes/outside/waiting.html", endpoint, {"state": state}, more)


def _page(
    template: str, endpoint: str, asked: Mapping[str, str], more: Mapping[str, Any] | None = None
) -> str:
    given = tk.request.args.get("page", "1")
    if not given.isdecimal() or not 0 < int(given) <= pages.MOST_PAGES:
        abort(HTTPStatus.BAD_REQUEST, description=tk._("There is no such page."))
    number = int(given)
    query = {**asked, "limit": pages.ROWS, "offset": (number - 1) * pages.ROWS}
    suggested = tk.get_action("ontario_vote_suggestion_list")(_caller(), query)
    last = number * pages.ROWS >= suggested["count"]
    around = {
        "previous": tk.h.url_for(endpoint, **asked, page=number - 1) if number > 1 else "",
        "following": "" if last else tk.h.url_for(endpoint, **asked, page=number + 1),
    }
    return tk.render(template, {"suggested": suggested, **around, **(more or {})})


def _form(values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    try:
        ministries = pages.ministries(_caller(), values.get("organization", ""))
    except SearchError:
        ministries = ()
    page = {"values": values, "errors": errors, "ministries": ministries}
    return tk.render("ontario/votes/outside/suggest.html", page)


def _caller() -> Context:
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)
