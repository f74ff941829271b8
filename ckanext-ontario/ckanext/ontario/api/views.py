"""The description for programs, and the page for those who write them."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, request

from ckanext.ontario.api import answers, description, guide
from ckanext.ontario.api.boundary import boundary
from ckanext.ontario.shared.bilingual import language_of

__all__ = ["boundary", "ontario_api"]

ontario_api = Blueprint("ontario_api", __name__)


@ontario_api.route("/api/3/openapi.json")
def openapi() -> Response:
    """Answer the OpenAPI description, in the language of the address or of the caller."""
    text, tag = description.served(answers.flask_language())
    response = Response(text, mimetype="application/json")
    response.set_etag(tag)
    response.make_conditional(request)
    return response


@ontario_api.route("/developers")
def developers() -> str:
    """Show how to use the API: actions, examples, errors, limits."""
    page = guide.of_reader(language_of(str(tk.h.lang())))
    return tk.render("ontario/api/developers.html", {"guide": page})
