"""The guard of every view that changes something: same origin, and a token of the session.

CKAN's own CSRF check lets anonymous requests through and knows nothing of origins, so a view of
ours leaves it for this one. A request passes when

* an API token authenticated it (a browser never sends one by itself), or
* it comes from a page of this site *and* carries the token that page was given.

Use it as a decorator, nearest to the view (``decorators = [guarded]`` on a ``MethodView``), and
put ``{{ h.ontario_guard_field() }}`` into the form.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeVar, cast
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan.config.middleware.flask_app import csrf
from flask import Flask, abort
from flask_wtf.csrf import generate_csrf, validate_csrf
from markupsafe import Markup
from wtforms import ValidationError as InvalidToken

FIELD = "ontario_guard"
"""Name of the form field, and of the session's entry, that carry the token."""

HEADER = "X-Ontario-Guard"
"""Header a script may send the token in instead."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing; a state-changing GET is a defect, not a case."""

TOKEN_SECONDS = 8 * 3600
"""How long a page may stay open before its form must be loaded again: a working day."""

_MARK = "__ontario_guarded__"
_PORTS = {"http": 80, "https": 443}

View = TypeVar("View", bound=Callable[..., Any])


def guarded(view: View) -> View:
    """Refuse a state-changing request that another site could have caused (403)."""

    @functools.wraps(view)
    def guard(*args: Any, **kwargs: Any) -> Any:
        if tk.request.method not in SAFE_METHODS and not authenticated_by_token():
            _require_same_origin()
            _require_session_token()
        return view(*args, **kwargs)

    setattr(guard, _MARK, True)
    csrf.exempt(guard)  # this guard asks for more; two tokens in a form would help nobody
    return cast("View", guard)


def is_guarded(view: Callable[..., Any]) -> bool:
    """Say whether ``view`` is behind the guard."""
    return bool(getattr(view, _MARK, False))


def unguarded(app: Flask, package: str = "ckanext.ontario") -> Iterator[str]:
    """Yield the endpoints of ``package`` that take a state-changing method without the guard."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        ours = f"{view.__module__}.".startswith(f"{package}.")
        if ours and set(rule.methods or ()) - SAFE_METHODS and not is_guarded(view):
            yield rule.endpoint


def field() -> Markup:
    """Return the hidden input that carries this session's token."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token())


def token() -> str:
    """Return this session's token, signed; the session gets one when it has none."""
    return generate_csrf(token_key=FIELD)


def authenticated_by_token() -> bool:
    """Say whether an API token, and not a cookie, told who the caller is."""
    header = str(tk.config["apitoken_header_name"])
    return bool(
        tk.request.headers.get(header)
        and tk.g.get("login_via_auth_header")
        and tk.current_user.is_authenticated
    )


def same_origin(fetch_site: str | None, origin: str | None, site_url: str) -> bool:
    """Say whether a browser sent the request from a page of ``site_url``.

    ``Sec-Fetch-Site`` decides when it is there; ``Origin`` otherwise. Without either nobody
    knows, and not knowing is no.
    """
    if fetch_site:
        return fetch_site == "same-origin"
    sender = _origin(origin or "")
    return sender is not None and sender == _origin(site_url)


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or not port:
        return None
    return parts.scheme, parts.hostname, port


def _require_same_origin() -> None:
    headers = tk.request.headers
    fetch_site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if not same_origin(fetch_site, origin, str(tk.config["ckan.site_url"])):
        _refuse(tk._("This request did not come from a page of this site."))


def _require_session_token() -> None:
    sent = tk.request.form.get(FIELD) or tk.request.headers.get(HEADER)
    try:
        validate_csrf(sent, time_limit=TOKEN_SECONDS, token_key=FIELD)
    except InvalidToken:
        _refuse(tk._("This form is too old or was not yours. Load the page again and retry."))


def _refuse(reason: str) -> NoReturn:
    abort(403, description=reason)
