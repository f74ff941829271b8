"""Pages of translation: the queue, its table out and in, a record side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, cast

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, abort, stream_with_context

from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.shared.guard import guarded
from ckanext.ontario.translation import fields, pages, sheet, sides
from ckanext.ontario.translation.domain import Place, State
from ckanext.ontario.translation.logic import importing, reading

__all__ = ["ontario_translation"]

ontario_translation = Blueprint("ontario_translation", __name__)

MOST_FORM_BYTES = 4_000_000
"""Of a record's form: it holds every text twice over, where Flask's 500 kB are for short forms."""


@ontario_translation.url_value_preprocessor
def allow_long_texts(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let the form of a record with many files through; it must be said before anybody reads it."""
    tk.request.max_form_memory_size = MOST_FORM_BYTES


@ontario_translation.route("/translations", methods=["GET", "POST"])
@guarded
def queue() -> Any:
    """Show the texts that wait; a POST brings back a table of them."""
    _require("ontario_translation_list")
    if tk.request.method != "POST":
        return _queue({})
    document = tk.request.files.get("document")
    content = document.stream.read(sheet.MOST_BYTES + 1) if document else b""
    if not content:
        return _queue(
            {"document": tk._("Choose the table that you downloaded here.")}
        ), HTTPStatus.CONFLICT
    try:
        outcomes = importing.bring(pages.context(), content)
    except tk.ValidationError as err:
        return _queue(_said(err)), HTTPStatus.CONFLICT
    return tk.render("ontario/translation/report.html", {"page": pages.report(outcomes)})


def _queue(errors: Mapping[str, str]) -> str:
    try:
        page = pages.queue(tk.request.args, errors)
    except tk.ValidationError as err:
        abort(HTTPStatus.BAD_REQUEST, description=" ".join(_said(err).values()))
    return tk.render("ontario/translation/queue.html", {"page": page})


@ontario_translation.route("/translations.csv")
def table() -> Response:
    """Stream the queue as CSV, with the filters of its page.

    ``headers=en|fr`` chooses the language of headers and states; else it is the reader's.
    """
    _require("ontario_translation_list")
    language = tk.request.args.get("headers") or fields.reader()
    if language not in LANGUAGES:
        abort(HTTPStatus.BAD_REQUEST, description=tk._("“headers” must be “en” or “fr”."))
    asked = tk.request.args
    try:
        state = reading.state_of(asked.get("state"))
        own = reading.organizations(pages.context(), asked.get("organization", ""))
    except tk.ValidationError as err:
        abort(HTTPStatus.BAD_REQUEST, description=" ".join(_said(err).values()))
    texts = reading.everything([str(one["id"]) for one in own], state)
    response = Response(stream_with_context(_lines(texts, language)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="translations-{language}.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _lines(texts: Iterator[reading.Text], language: str) -> Iterator[str]:
    # The mark at the beginning is what makes spreadsheet programs read UTF-8.
    yield "\ufeff" + sheet.line(sheet.headers(language))
    for one in texts:
        place, state = Place(one["resource_id"], one["field"]), State(one["state"])
        yield sheet.line(sheet.row(one["name"], place, state, one["texts"], language))


@ontario_translation.route("/translations/<id>", methods=["GET", "POST"])
@guarded
def record(id: str) -> Any:  # noqa: A002 -- CKAN's name for it in addresses
    """Show a record's texts side by side; a POST writes them."""
    try:
        shown = tk.get_action("ontario_translation_show")(pages.context(), {"id": id})
        if tk.request.method != "POST":
            return _record(shown, {}, {})
        asked = sides.asked_of(tk.request.form, shown["id"])
        done = tk.get_action("ontario_translation_update")(pages.context(), asked)
    except tk.ValidationError as err:
        again = tk.get_action("ontario_translation_show")(pages.context(), {"id": id})
        return _record(again, tk.request.form, _said(err)), HTTPStatus.CONFLICT
    except tk.ObjectNotFound as err:
        return abort(HTTPStatus.NOT_FOUND, description=str(err.message))
    except tk.NotAuthorized:
        return abort(HTTPStatus.FORBIDDEN, description=tk._("Only editors may do this."))
    if done["changed"] or done["confirmed"]:
        tk.h.flash_success(tk._("The texts are saved."))
    else:
        tk.h.flash_notice(tk._("Nothing was changed."))
    return tk.redirect_to("ontario_translation.record", id=shown["name"])


def _record(shown: Mapping[str, Any], form: Mapping[str, str], errors: Mapping[str, str]) -> str:
    page = sides.record(shown, form, errors)
    return tk.render("ontario/translation/record.html", {"page": page})


def _require(action: str) -> None:
    try:
        tk.check_access(action, pages.context(), {})
    except tk.NotAuthorized as err:
        abort(HTTPStatus.FORBIDDEN, description=str(err.message))


def _said(err: tk.ValidationError) -> dict[str, str]:
    """Return what is wrong in words, by field."""
    errors = cast("Mapping[str, Any]", err.error_dict)
    return {name: importing.in_words(said) for name, said in errors.items()}
