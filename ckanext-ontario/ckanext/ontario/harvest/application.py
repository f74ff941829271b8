"""A Flask context where there is none: ckanext-harvest's consumers run without one.

Messages in both languages, links in mail and plugins' validators all need it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any

import flask
from ckan.config import middleware


@contextlib.contextmanager
def application_context() -> Generator[None, None, None]:
    """Be inside the application, as a request is; inside one already, change nothing."""
    # CKAN keeps this for its own `url_for` outside of requests, and offers no other way.
    made: Any = getattr(middleware, "_internal_test_request_context", None)
    if flask.has_app_context() or made is None:
        yield
        return
    with made.app.test_request_context():
        yield
