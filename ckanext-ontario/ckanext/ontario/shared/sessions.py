"""Sessions while Redis does not answer: pages can be read, and votes given on them.

CKAN keeps sessions in Redis, and a page with a form begins one; without Redis each would be an
error. Meanwhile the token of forms, and what the next page is to say, are kept in a signed cookie
of the browser. Nothing else is: no session tells who somebody is until Redis answers again. Then
the session that was there goes on, or the cookie's contents become one.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionInterface
from redis import RedisError

from ckanext.ontario.shared import guard

log = logging.getLogger(__name__)

KEPT = (guard.FIELD, "_flashes")
"""Entries of a session that the cookie keeps."""


def install(app: Flask) -> None:
    """Have an application's sessions, if they are in Redis, outlast it."""
    if hasattr(app.session_interface, "client"):
        app.session_interface = SteadySessions(app.session_interface)


class _Spare(SecureCookieSessionInterface):
    """The cookie, beside the one that names the session in Redis."""

    salt = "ontario.spare-session"

    def get_cookie_name(self, app: Flask) -> str:
        return f"{super().get_cookie_name(app)}_spare"


class SteadySessions(SessionInterface):
    """Sessions in Redis, or as much as is needed of them in a cookie."""

    def __init__(self, redis: Any) -> None:
        self._redis, self._spare = redis, _Spare()

    def open_session(self, app: Flask, request: Request) -> Any:
        """Return the session in Redis; the spare one when Redis does not answer."""
        try:
            session = self._redis.open_session(app, request)
        except RedisError as err:
            _warn(err)
            return self._spare.open_session(app, request)
        if not session and self._spare.get_cookie_name(app) in request.cookies:
            spare = self._spare.open_session(app, request) or {}
            session.update({key: value for key, value in spare.items() if key in KEPT})
        return session

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        """Keep the session where it was read from, or in the cookie when Redis does not answer."""
        if not isinstance(session, SecureCookieSession):
            try:
                self._redis.save_session(app, session, response)
            except RedisError as err:
                _warn(err)
            else:
                self._forget_spare(app, response)
                return
        spare = SecureCookieSession({key: session[key] for key in KEPT if key in session})
        spare.modified, spare.accessed = session.modified, session.accessed
        self._spare.save_session(app, spare, response)

    def regenerate(self, session: Any) -> None:
        """Give the session another id, as CKAN does at log-in."""
        if not isinstance(session, SecureCookieSession):
            try:
                self._redis.regenerate(session)
            except RedisError as err:
                _warn(err)

    def _forget_spare(self, app: Flask, response: Response) -> None:
        name = self._spare.get_cookie_name(app)
        if name in request.cookies:
            path, domain = self._spare.get_cookie_path(app), self._spare.get_cookie_domain(app)
            response.delete_cookie(name, path=path, domain=domain)


def _warn(err: RedisError) -> None:
    log.warning("Sessions are not read or kept, because Redis does not answer: %s", err)
