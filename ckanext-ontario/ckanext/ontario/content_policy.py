"""What a page may load and run, told to browsers with every answer (Content-Security-Policy).

A script runs only when it carries the number that was drawn for this one answer, so markup that
somebody smuggled into a page, or a file that somebody uploaded, runs nothing. Styles, pictures and
fonts come from the portal itself; no page asks another host for anything.
"""

from __future__ import annotations

import secrets

from flask import Response, g
from markupsafe import Markup

RULES = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
    "frame-src": "'self'",
    "img-src": "'self' data:",
    "manifest-src": "'self'",
    "media-src": "'self'",
    "object-src": "'none'",
}
"""Directive → value, but for scripts and styles, which depend on the answer's number."""

OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""Header → value, for every answer."""

_NAME = "ontario_nonce"
_BYTES = 16
_SCRIPT = "<script "


def nonce() -> str:
    """Return the number that scripts of this answer carry: 128 random bits, as text."""
    if _NAME not in g:
        setattr(g, _NAME, secrets.token_urlsafe(_BYTES))
    return str(getattr(g, _NAME))


def marked(tags: Markup | str) -> Markup:
    """Return script tags with this answer's number."""
    return Markup(str(tags).replace(_SCRIPT, f'{_SCRIPT}nonce="{nonce()}" '))  # noqa: S704 -- CKAN's own tags


def protect(response: Response) -> Response:
    """Have an answer say what its page may load and run; a view's own word stays."""
    for name, value in OTHERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", _policy())
    return response


def _policy() -> str:
    own = f"'nonce-{nonce()}'"
    rules = {**RULES, "script-src": own, "style-src": f"'self' {own}"}
    return "; ".join(f"{name} {value}" for name, value in rules.items())
