"""Pages of the public portal: asking to be told when a dataset opens, and the link of the mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask.views import MethodView

from ckanext.ontario.shared.bilingual import language_of
from ckanext.ontario.shared.errors import in_words
from ckanext.ontario.shared.guard import guarded

__all__ = ["ontario_votes_opening"]

ontario_votes_opening = Blueprint("ontario_votes_opening", __name__)

FORM, MAIL = "ontario/votes/opening.html", "ontario/votes/opening_mail.html"


@ontario_votes_opening.before_request
def keep_out_of_caches() -> None:
    """Let nobody keep these pages: they hold the token of a session, or of a mail."""
    tk.request.environ["__no_cache__"] = True


@ontario_votes_opening.after_request
def say_nothing_to_others(response: Any) -> Any:
    """Tell no other site the address of the page, which may hold the token of a mail."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response


class AskView(MethodView):
    """A dataset that is waited for: a GET asks for an address, a POST mails the link."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self, id: str) -> Any:  # noqa: A002 -- CKAN's name for it in addresses
        """Show the form."""
        return self._show(id, {})

    def post(self, id: str) -> Any:  # noqa: A002 -- as above
        """Mail the link."""
        email = tk.request.form.get("email", "")
        given = {"id": id, "email": email, "language": language_of(str(tk.h.lang()))}
        try:
            tk.get_action("ontario_vote_opening_subscribe")({}, given)
        except tk.ValidationError as err:
            return self._show(id, in_words(err))
        except tk.ObjectNotFound:
            return tk.abort(404, tk._("Dataset not found"))
        except tk.NotAuthorized as err:
            return tk.abort(403, str(err))
        # The same words whether the address is known or not.
        return tk.render(MAIL, {"state": "mailed", "token": ""})

    def _show(self, package_id: str, errors: Mapping[str, str]) -> Any:
        try:
            record = tk.get_action("package_show")({}, {"id": package_id})
        except (tk.ObjectNotFound, tk.NotAuthorized):
            return tk.abort(404, tk._("Dataset not found"))
        shown = {"record": record, "errors": errors, "typed": tk.request.form}
        return tk.render(FORM, shown), 409 if errors else 200


class MailView(MethodView):
    """The link of a mail: a GET asks what to do, a POST does it."""

    decorators: ClassVar[list[Callable[..., Any]]] = [guarded]

    def get(self, token: str) -> Any:
        """Ask whether to confirm or to end; opening a link changes nothing."""
        return tk.render(MAIL, {"state": "asked", "token": token})

    def post(self, token: str) -> Any:
        """Confirm or end."""
        ending = tk.request.form.get("decision") == "end"
        name = "ontario_vote_opening_end" if ending else "ontario_vote_opening_confirm"
        try:
            tk.get_action(name)({}, {"token": token})
        except tk.ObjectNotFound:
            return tk.render(MAIL, {"state": "over", "token": ""}), 404
        return tk.render(MAIL, {"state": "ended" if ending else "confirmed", "token": token})


ontario_votes_opening.add_url_rule("/votes/opening/<id>", view_func=AskView.as_view("ask"))
ontario_votes_opening.add_url_rule(
    "/votes/opening/mail/<token>", view_func=MailView.as_view("mail")
)
