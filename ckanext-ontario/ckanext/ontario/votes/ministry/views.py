"""Pages of the ministry's side: what the public asks for, answering, deciding about answers.

They only call actions; what changes something is posted and guarded; everything works without
JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

from ckanext.ontario.shared.bilingual import language_of, pick
from ckanext.ontario.shared.errors import in_words
from ckanext.ontario.shared.guard import guarded
from ckanext.ontario.votes import wording

__all__ = ["ontario_votes_ministry"]

ontario_votes_ministry = Blueprint("ontario_votes_ministry", __name__)

ROWS = 20
RANKING, ANSWER, WAITING = (f"ontario/votes/{n}.html" for n in ("ranking", "answer", "waiting"))
_DIGITS = 6


@dataclass(frozen=True)
class RankingPage:
    """What the public asks for: a page of it, and where its neighbours begin."""

    found: Mapping[str, Any]
    organization: str
    unanswered: bool
    previous: int | None
    next: int | None


@dataclass(frozen=True)
class AnswerPage:
    """A record with its answers, and what was typed for another one."""

    id: str
    title: str
    answers: list[dict[str, Any]]
    may_answer: bool
    typed: Mapping[str, str]
    errors: Mapping[str, str]


def ranking() -> Any:
    """Show what the public asks for most, with what was answered."""
    given = tk.request.args
    written = given.get("offset", "")
    plain = written.isascii() and written.isdecimal() and len(written) <= _DIGITS
    offset = int(written) if plain else 0
    organization, unanswered = given.get("organization", ""), bool(given.get("unanswered"))
    wanted = {"organization": organization, "unanswered": unanswered}
    try:
        found = tk.get_action("ontario_vote_tally_list")(
            {}, {**wanted, "limit": ROWS, "offset": offset}
        )
    except tk.NotAuthorized as err:
        return tk.abort(403, str(err))
    further = offset + ROWS if offset + ROWS < found["count"] else None
    previous = max(offset - ROWS, 0) if offset else None
    page = RankingPage(found, organization, unanswered, previous, further)
    shown = {"page": page, "kinds": wording.kinds(), "ministries": _ministries(found["results"])}
    return tk.render(RANKING, shown)


def _ministries(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what the reader calls the ministries of some records, by id."""
    owners = {row["organization"]["id"]: row["organization"] for row in rows}
    named = [{**one, "display_name": one["title"]} for one in owners.values()]
    return {one["id"]: one["title"] for one in tk.h.ontario_schema_named(named)}


class AnswerView(MethodView):
    """A record's answers: a GET shows them with a form, a POST writes one."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self, id: str) -> Any:  # noqa: A002 -- CKAN's name for it in addresses
        """Show the answers and the form."""
        return self._show(id, {})

    def post(self, id: str) -> Any:  # noqa: A002 -- as above
        """Write an answer, or say what is wrong."""
        form = tk.request.form
        text = {key: form.get(f"text-{key}", "") for key in ("en", "fr")}
        given = {"id": id, "kind": form.get("kind", ""), "text_translated": text}
        try:
            tk.get_action("ontario_vote_response_add")({}, given)
        except tk.ValidationError as err:
            return self._show(id, in_words(err))
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("Dataset not found"))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        tk.h.flash_success(tk._("The answer waits for a Director’s approval."))
        return tk.redirect_to("ontario_votes_ministry.answer", id=id)

    def _show(self, package_id: str, errors: Mapping[str, str]) -> Any:
        try:
            record = tk.get_action("package_show")({}, {"id": package_id})
            answers = tk.get_action("ontario_vote_response_list")({}, {"id": package_id})
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("Dataset not found"))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        title = (
            pick(record.get("title_translated"), language_of(str(tk.h.lang())))
            or record["title"]
            or record["name"]
        )
        may_answer = tk.h.check_access("ontario_vote_response_add", {"id": record["id"]})
        page = AnswerPage(record["id"], title, answers, may_answer, tk.request.form, errors)
        shown = tk.render(ANSWER, {"page": page, "kinds": wording.kinds()})
        return shown, 409 if errors else 200


class WaitingView(MethodView):
    """Answers that wait for the reader: a GET lists them, a POST decides about one."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self) -> Any:
        """Show what waits."""
        return self._show({})

    def post(self) -> Any:
        """Approve or return one answer."""
        form = tk.request.form
        approve = form.get("decision") == "approve"
        given = {key: form.get(key, "") for key in ("id", "sequence", "reason")}
        try:
            tk.get_action("ontario_vote_response_decide")({}, {**given, "approve": approve})
        except tk.ValidationError as err:
            return self._show(in_words(err))
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("There is no such answer."))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        tk.h.flash_success(
            tk._("The answer goes to the public portal.")
            if approve
            else tk._("The answer was returned.")
        )
        return tk.redirect_to("ontario_votes_ministry.waiting")

    def _show(self, errors: Mapping[str, str]) -> Any:
        try:
            found = tk.get_action("ontario_vote_decision_list")({}, {})
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        page = {
            "waiting": found,
            "errors": errors,
            "kinds": wording.kinds(),
            "typed": tk.request.form,
        }
        return tk.render(WAITING, page), 409 if errors else 200


ontario_votes_ministry.add_url_rule("/votes", view_func=ranking)
ontario_votes_ministry.add_url_rule("/votes/waiting", view_func=WaitingView.as_view("waiting"))
ontario_votes_ministry.add_url_rule("/votes/answer/<id>", view_func=AnswerView.as_view("answer"))
