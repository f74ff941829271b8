"""Where requests of programs come in: what can't be read is an error in CKAN's shape, never a 500.

Hooks of the application, after the gate of the internal portal. The parameters of an action are
held against the description before the action runs; CKAN's own code fails on many of them.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.views.api import _get_request_data  # pyright: ignore[reportPrivateUsage]
from flask import Blueprint, Response, abort, current_app, request
from jinja2 import TemplateNotFound
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ckanext.ontario.api import answers, catalogue, config, description, domain

boundary = Blueprint("ontario_api_boundary", __name__)

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@boundary.app_url_value_preprocessor
def choose_language(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Choose the language of errors; the first thing of all, so that the gate speaks it too."""
    answers.speak()


@boundary.before_app_request
def refuse_unreadable() -> Response | None:
    """Answer a request that CKAN's views and actions could not have read."""
    if _address_is_unstorable():
        return _unstorable()
    if answers.is_api() and request.routing_exception is not None:
        return _routing_error(request.routing_exception)
    if request.blueprint == "api" and request.endpoint != "api.action":
        return _check_help_of_pages()
    if request.method in {"POST", "PUT"} or request.endpoint == "api.action":
        return _check_body()
    return None


def _check_body() -> Response | None:
    try:
        if answers.is_api():
            _limit_body()
        if request.mimetype in _FORMS and domain.unstorable_within(_form()):
            return _unstorable()
        return _check_action() if request.endpoint == "api.action" else None
    except RequestEntityTooLarge:
        if answers.is_api():
            return answers.by_status(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        raise


@boundary.after_app_request
def speak_json(response: Response) -> Response:
    """Turn error pages at addresses of the API into CKAN's JSON, in the reader's language."""
    if not answers.is_api():
        return response
    response.vary.add("Accept-Language")
    if response.status_code < HTTPStatus.BAD_REQUEST or response.direct_passthrough:
        return response
    body = _better(response)
    if body is not None:
        response.set_data(body)
        response.mimetype = "application/json"
    return response


def _better(response: Response) -> bytes | str | None:
    if response.mimetype == "text/html":
        return answers.by_status(response.status_code).get_data()
    body: Any = response.get_json(silent=True) if response.is_json else None
    error = body.get("error") if isinstance(body, dict) else None
    words = answers.translated(error) if isinstance(error, dict) else None
    return json.dumps({**body, "error": words}) if words else None


def _address_is_unstorable() -> bool:
    if domain.unstorable(request.path):
        return True
    pairs = request.args.items(multi=True)
    return any(domain.unstorable(text) for pair in pairs for text in pair)


def _form() -> dict[str, Any]:
    files = {file.name or "": file.filename or "" for file in request.files.values()}
    return {**request.form.to_dict(flat=False), "files": files}


def _unstorable() -> Response:
    message = tk._("A text holds a NUL character or half a character, which can’t be stored.")
    if not answers.is_api():
        abort(HTTPStatus.BAD_REQUEST, description=message)
    return answers.bad_request(message)


def _routing_error(error: HTTPException) -> Response | None:
    code = error.code or HTTPStatus.NOT_FOUND
    return answers.by_status(code) if code >= HTTPStatus.BAD_REQUEST else None


def _limit_body() -> None:
    if request.mimetype != "multipart/form-data":  # uploads have limits of their own
        request.max_content_length = config.max_body_size()
        request.max_form_memory_size = config.max_body_size()


def _check_action() -> Response | None:
    name = str((request.view_args or {})["logic_function"])
    try:
        function = tk.get_action(name)
    except KeyError:
        return answers.bad_request(tk._("Action name not known: {name}").format(name=name))
    try:
        sent = _sent(reads=bool(getattr(function, "side_effect_free", False)))
    except RequestEntityTooLarge:
        raise
    except HTTPException as error:  # Flask's own refusal of a content type
        return answers.by_status(error.code or HTTPStatus.BAD_REQUEST)
    except (ValueError, RecursionError):
        return answers.bad_request(_why_unreadable(function))
    if domain.unstorable_within(sent):
        return _unstorable()
    if domain.too_deep(sent):
        return answers.bad_request(tk._("Lists and objects are inside each other too deeply."))
    return _check_parameters(name, sent)


def _sent(*, reads: bool) -> dict[str, Any]:
    """Return what CKAN's view will hand to the action: read by the very same function."""
    return _get_request_data(try_url_params=reads)


def _why_unreadable(function: Any) -> str:
    if request.method == "GET" and not getattr(function, "side_effect_free", False):
        return tk._("This action changes something: call it by POST.")
    return tk._("The body can’t be read as one JSON object in UTF-8.")


def _check_help_of_pages() -> Response | None:
    """Look at a call of CKAN's helpers for forms (``/api/util/…``), whose views check nothing."""
    snippet = (request.view_args or {}).get("snippet_path")
    if snippet is not None and not _is_snippet(str(snippet)):
        return answers.by_status(HTTPStatus.NOT_FOUND)
    return _check_parameters("", request.args.to_dict())


def _is_snippet(name: str) -> bool:
    needed = _SNIPPET_ARGUMENTS.get(name, ())
    try:
        current_app.jinja_env.get_template(f"ajax_snippets/{name}")
    except TemplateNotFound:
        return False
    return all(request.args.get(argument) for argument in needed)


_SNIPPET_ARGUMENTS = {"follow_button.html": ("type", "id"), "api_info.html": ("resource_id",)}
"""What CKAN's snippets for scripts fail without."""


def _check_parameters(name: str, sent: dict[str, Any]) -> Response | None:
    if name and tk.h.ontario_visibility_decisions().get(name) not in description.CALLABLE:
        return None  # the lock refuses it, whatever was sent
    described = catalogue.actions().get(name)
    parameters = described.parameters if described else catalogue.common()
    found = {
        parameter.name: [answers.said(parameter, problem)]
        for parameter, problem in domain.problems(parameters, sent)
    }
    if found:
        return answers.refused(
            HTTPStatus.CONFLICT, {"__type": "Validation Error", **found}, action=name
        )
    for parameter in parameters:
        # What is null is not given: some actions fail on it. Flask keeps the parsed body, so
        # CKAN's view sees the same object.
        value = sent.get(parameter.name, "")
        if value is None:
            del sent[parameter.name]
        elif parameter.kind is domain.Kind.FLAG and isinstance(value, int | float):
            sent[parameter.name] = bool(value)  # so does 0 for false
    return None
