"""Pages of accessibility: the statement, the form for barriers, the list for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, abort

from ckanext.ontario.accessibility import config, statement
from ckanext.ontario.shared.bilingual import language_of
from ckanext.ontario.shared.errors import in_words
from ckanext.ontario.shared.guard import guarded

__all__ = ["ontario_accessibility"]

ontario_accessibility = Blueprint("ontario_accessibility", __name__)

FIELDS = ("page", "text", "email")
ROWS = 20
_DIGITS = 6


@ontario_accessibility.route("/accessibility")
def about() -> str:
    """Show the statement."""
    language = language_of(str(tk.h.lang()))
    page = {"statement": statement.html(language), "email": config.email()}
    return tk.render("ontario/accessibility/statement.html", page)


@ontario_accessibility.route("/accessibility/report", methods=["GET", "POST"])
@guarded
def report() -> Any:
    """Report a barrier: a GET shows the form, a POST sends it."""
    if tk.request.method != "POST":
        return _form({"page": tk.request.args.get("page", "")[:500]}, {})
    sent = {name: tk.request.form.get(name, "") for name in FIELDS}
    try:
        tk.get_action("ontario_barrier_create")({}, sent)
    except tk.ValidationError as err:
        errors = in_words(err)
        status = HTTPStatus.TOO_MANY_REQUESTS if "message" in errors else HTTPStatus.CONFLICT
        return _form(sent, errors), status
    tk.h.flash_success(tk._("Thank you. Your report is with the people who look after this site."))
    return tk.redirect_to("ontario_accessibility.about")


@ontario_accessibility.route("/accessibility/reports", methods=["GET", "POST"])
@guarded
def reports() -> Any:
    """Show administrators what was reported; a POST closes a report."""
    try:
        if tk.request.method == "POST":
            tk.get_action("ontario_barrier_close")({}, {"id": tk.request.form.get("id", "")})
            tk.h.flash_success(tk._("The report is closed."))
            return tk.redirect_to("ontario_accessibility.reports")
        return _list()
    except tk.ObjectNotFound as err:
        return abort(HTTPStatus.NOT_FOUND, description=str(err.message))
    except tk.NotAuthorized as err:
        return abort(HTTPStatus.FORBIDDEN, description=str(err.message))


def _list() -> str:
    given = tk.request.args.get("offset", "")
    offset = int(given) if given.isdecimal() and len(given) <= _DIGITS else 0
    closed = bool(tk.request.args.get("closed"))
    asked = {"closed": closed, "limit": ROWS, "offset": offset}
    found = tk.get_action("ontario_barrier_list")({}, asked)
    page = {
        "found": found,
        "closed": closed,
        "previous": max(offset - ROWS, 0) if offset else None,
        "following": offset + ROWS if offset + ROWS < found["count"] else None,
    }
    return tk.render("ontario/accessibility/reports.html", page)


def _form(values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    page = {"values": values, "errors": errors, "email": config.email()}
    return tk.render("ontario/accessibility/report.html", page)
