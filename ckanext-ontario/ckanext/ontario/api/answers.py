"""Errors of the API in CKAN's own shape, in the reader's language."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import ckan.plugins.toolkit as tk
import flask_babel
from flask import Response, jsonify, request

from ckanext.ontario.api import catalogue
from ckanext.ontario.api.domain import Parameter, Problem
from ckanext.ontario.shared.bilingual import LANGUAGES, language_of

ACTION = "/api/3/action/"
"""Where actions are."""


def is_api() -> bool:
    """Say whether a program's address is asked for, not a page's."""
    return f"{request.path}/".startswith("/api/")


def speak() -> None:
    """Let errors of the API be in the language the caller prefers.

    An address says its language (``/fr/api/…``). Where it does not, ``Accept-Language`` does, for
    the words of errors only: what is found does not depend on it beyond the order of a search.
    """
    if not is_api() or not request.environ.get("CKAN_LANG_IS_DEFAULT", True):
        return
    wished = request.accept_languages.best_match([*LANGUAGES, "fr-CA", "en-CA"])
    language = language_of(wished)
    if wished and language != language_of(flask_language()):
        context = flask_babel._get_current_context()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        if context is not None:  # the setting of one request, as flask_babel keeps it
            context.babel_locale = flask_babel.Locale.parse(language)


def flask_language() -> str:
    """Return the language of the words of this answer: ``en`` or ``fr``."""
    return language_of(str(flask_babel.get_locale() or ""))


def refused(status: int, error: Mapping[str, Any], action: str = "") -> Response:
    """Return an error in CKAN's envelope; ``help`` is there when an action was called."""
    body: dict[str, Any] = {"success": False, "error": dict(error)}
    if action:
        body["help"] = tk.url_for("api.action", logic_function="help_show", ver=3, _external=True)
        body["help"] += f"?name={action}"
    answer = jsonify(body)
    answer.status_code = status
    return answer


def bad_request(message: str) -> Response:
    """Return the answer to a request that can't be read."""
    return refused(HTTPStatus.BAD_REQUEST, {"__type": "Bad Request", "message": message})


def by_status(status: int) -> Response:
    """Return the error for an HTTP status that no action gave."""
    for error in catalogue.errors().values():
        if error.status == status and error.key not in {"not-found", "unknown-action"}:
            return refused(status, {"__type": error.type, "message": _words(status)})
    try:
        name = HTTPStatus(status).phrase
    except ValueError:
        name = str(status)
    return refused(status, {"__type": name, "message": _words(status)})


def _words(status: int) -> str:
    words: dict[int, str] = {
        HTTPStatus.BAD_REQUEST: tk._(
            "This request is not understood. Programs send an API token; forms of this site send "
            "the form’s own token."
        ),
        HTTPStatus.UNAUTHORIZED: tk._("Log in, or send an API token."),
        HTTPStatus.FORBIDDEN: tk._("You may not do this"),
        HTTPStatus.NOT_FOUND: tk._(
            "There is nothing at this address. Actions are at /api/3/action/."
        ),
        HTTPStatus.METHOD_NOT_ALLOWED: tk._("Actions are called by GET or POST."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: tk._("The request is larger than this portal reads."),
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: tk._("Send the body as application/json, in UTF-8."),
        HTTPStatus.SERVICE_UNAVAILABLE: tk._("Not available at the moment"),
    }
    fault = tk._("The catalogue could not answer. Try again, and tell us if it happens again.")
    return words.get(status, fault if status >= HTTPStatus.INTERNAL_SERVER_ERROR else str(status))


def said(parameter: Parameter, problem: Problem) -> str:
    """Return what is wrong with a parameter, for the person who wrote the program."""
    words: dict[Problem, str] = {
        Problem.MISSING: tk._("Missing value"),
        Problem.TEXT: tk._("Must be one text."),
        Problem.NUMBER: tk._("Must be a whole number, {minimum} or more."),
        Problem.SMALL: tk._("Must be a whole number, {minimum} or more."),
        Problem.LARGE: tk._("Must be at most {maximum}."),
        Problem.FLAG: tk._("Must be true or false."),
        Problem.LIST: tk._("Must be a list of texts."),
        Problem.OBJECT: tk._("Must be an object."),
        Problem.CHOICE: tk._("Must be one of: {choices}."),
        Problem.PATTERN: tk._("Can’t be used like this: {about}"),
        Problem.LONG: tk._("Has more than {max_length} characters."),
    }
    return words[problem].format(
        minimum=parameter.minimum,
        maximum=parameter.maximum,
        max_length=parameter.max_length,
        choices=", ".join(parameter.choices),
        about=parameter.about[flask_language()],
    )


def translated(error: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return one of CKAN's errors with the words CKAN has in English only, or ``None``.

    English readers get CKAN's own, which programs may look for.
    """
    message = error.get("message")
    if flask_language() == "en" or not isinstance(message, str):
        return None
    for opening, words in _untranslated():
        if message.startswith(opening):
            return {**error, "message": words.format(_unquoted(message.removeprefix(opening)))}
    return None


def _untranslated() -> list[tuple[str, str]]:
    """Return how CKAN's English sentences begin, and ours for them.

    The first two CKAN does translate, but its French says “unavailable” for what is not found;
    our catalogue comes after CKAN's and wins.
    """
    return [
        ("Not found", tk._("Not found")),
        ("Access denied", tk._("Access denied")),
        ("Search Query is invalid: ", tk._("The search is not valid: {0}")),
        ("Search error: ", tk._("The search failed: {0}")),
        ("Internal Server Error", _words(HTTPStatus.INTERNAL_SERVER_ERROR)),
        (
            "Unable to connect to the search server",
            tk._("The search is not available at the moment."),
        ),
    ]


def _unquoted(text: str) -> str:
    """Return the text that CKAN shows as Python writes it."""
    try:
        return str(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return text
