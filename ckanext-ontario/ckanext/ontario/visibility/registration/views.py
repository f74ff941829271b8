"""Pages of the public portal: registering, and confirming from the link of a mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from redis.exceptions import RedisError

from ckanext.ontario.shared.bilingual import language_of
from ckanext.ontario.shared.client import client_address
from ckanext.ontario.shared.errors import in_words
from ckanext.ontario.shared.guard import guarded
from ckanext.ontario.visibility.registration import accounts, limits, mails, tokens

__all__ = ["registration"]

registration = Blueprint("ontario_visibility_registration", __name__)

FORM = "ontario/visibility/register.html"
CONFIRM = "ontario/visibility/confirm.html"
FIELDS = ("email", "fullname", "password", "language")


@registration.before_request
def keep_out_of_caches() -> None:
    """Let nobody keep these pages: they hold the token of a session, or of a mail."""
    tk.request.environ["__no_cache__"] = True


@registration.after_request
def say_nothing_to_others(response: Any) -> Any:
    """Tell no other site the address of the page, which may hold the token of a mail."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@registration.route("/user/register", methods=["GET", "POST"])
@guarded
def register() -> Any:
    """Ask for an account: a GET shows the form, a POST makes an account that waits."""
    if tk.current_user.is_authenticated:
        return tk.redirect_to("user.me")
    if tk.request.method != "POST":
        return _form({"language": language_of(str(tk.h.lang()))}, {}), 200
    sent = {name: tk.request.form.get(name, "").replace("\x00", "") for name in FIELDS}
    sent |= {name: sent[name].strip() for name in ("email", "fullname")}
    try:
        accounts.register(accounts.Wanted(**sent), client_address())
    except tk.ValidationError as err:
        return _form(sent, in_words(err)), 400
    except limits.TooOften:
        return _form(sent, {"": _too_often()}), 429
    except (mails.NotSent, RedisError):
        later = tk._("No account can be made at the moment. Try again later.")
        return _form(sent, {"": later}), 503
    # The same words whether the address is known or not.
    return tk.render("ontario/visibility/registered.html", {"email": sent["email"]})


@registration.route("/user/confirm/<token>", methods=["GET", "POST"])
@guarded
def confirm(token: str) -> Any:
    """Confirm an account: a GET asks for its password, a POST lets it be used."""
    if tokens.account_of(token) is None:
        return tk.render(CONFIRM, {"token": token, "usable": False, "error": ""}), 404
    if tk.request.method != "POST":
        return tk.render(CONFIRM, {"token": token, "usable": True, "error": ""})
    try:
        done = accounts.confirm(token, tk.request.form.get("password", ""), client_address())
    except limits.TooOften:
        return tk.render(CONFIRM, {"token": token, "usable": True, "error": _too_often()}), 429
    except RedisError:
        later = tk._("No account can be confirmed at the moment. Try again later.")
        return tk.render(CONFIRM, {"token": token, "usable": True, "error": later}), 503
    if not done:
        wrong = tk._("This is not the password that was chosen on registration.")
        return tk.render(CONFIRM, {"token": token, "usable": True, "error": wrong}), 400
    tk.h.flash_success(tk._("Your account is confirmed. You can log in with your address."))
    return tk.redirect_to("user.login")


def _form(values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return tk.render(FORM, {"values": values, "errors": errors})


def _too_often() -> str:
    return tk._("That was tried too often. Wait an hour.")
