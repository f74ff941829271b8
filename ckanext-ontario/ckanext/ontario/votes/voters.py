"""Whose vote it is: an account's or a browser's, the same for pages and for the Action API.

CKAN gives an action no request. A hook before the request therefore puts what the request says
into ``g``, actions ask :func:`of`, and a hook after it sets the cookie of a browser that voted for
the first time. An answer that only reads never sets one.

Who forges a vote makes somebody else's browser send it. So whatever a browser could send by
itself must come from a page of this site, told by ``Sec-Fetch-Site`` or ``Origin``:

* with an API token, which no browser sends by itself, nothing more is asked;
* with either header it must name this site, cookies or not, for another site's page could give a
  visitor without cookies a vote too;
* with neither header and no cookie at all there is nothing to abuse (a program's first vote);
* with neither header and any cookie it is refused: nobody knows who made the browser send it.
  Programs that keep cookies send ``Origin``, or use a token.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from flask import Blueprint, Response, g, has_request_context, session

from ckanext.ontario.shared import guard
from ckanext.ontario.shared.client import client_address
from ckanext.ontario.votes import ballots, config, domain

COOKIE = "ontario_voter"
"""Name of the cookie by which a browser is known once it has voted."""

KEY = "ontario_votes_browser"
"""Where the hook leaves what it found: in ``g``; a caller's context may hold another."""

hooks = Blueprint("ontario_votes_hooks", __name__)


@dataclass
class Browser:
    """What a request says of its sender.

    Attributes:
        cookie: value of the voter's cookie, or ``""``.
        own_request: whether no other site can have caused it.
        address: of the client, past the declared proxies; used for limits, never kept.
        seed: what a first vote's cookie is made from, or ``""`` for chance.
        minted: the id of a new cookie, once a vote was kept under it.
        spoilt: whether the cookie is to be deleted.
    """

    cookie: str = ""
    own_request: bool = True
    address: str = ""
    seed: str = ""
    minted: str = ""
    spoilt: bool = False


@dataclass(frozen=True)
class Voter:
    """Whose vote it is.

    Attributes:
        kind: ``u`` for an account, ``a`` for a browser.
        key: what ballots are kept under; ``""`` for a browser that never voted.
        minted: id of the cookie that is to be set, for a first vote.
    """

    kind: str
    key: str
    minted: str = ""


@hooks.before_app_request
def look() -> None:
    """Put what the request says of its sender into ``g``; asks nobody."""
    setattr(g, KEY, None)


@hooks.after_app_request
def give_cookie(response: Response) -> Response:
    """Set the cookie of a browser whose first vote was kept, or delete one that is not ours."""
    browser: Browser | None = g.get(KEY)
    if browser is None:
        return response
    response.headers["Cache-Control"] = "no-store"
    secure = str(tk.config["ckan.site_url"]).startswith("https://")
    common: dict[str, Any] = {"httponly": True, "samesite": "Lax", "secure": secure}
    if browser.minted:
        value = domain.sealed(config.secret(), browser.minted)
        response.set_cookie(COOKIE, value, max_age=domain.COOKIE_DAYS * 86400, **common)
    elif browser.spoilt:
        response.delete_cookie(COOKIE, **common)
    return response


def browser_of(context: Context) -> Browser:
    """Return what the request says of its sender, or what the context holds in its place."""
    given: Any = context.get(KEY)
    if isinstance(given, Browser):
        return given
    if not has_request_context():
        return Browser()
    if g.get(KEY) is None:
        setattr(g, KEY, _seen())
    return getattr(g, KEY)


def _seen() -> Browser:
    headers = tk.request.headers
    by_token = guard.authenticated_by_token()
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    told = bool(site or origin)
    ours = guard.same_origin(site, origin, str(tk.config["ckan.site_url"]))
    return Browser(
        cookie="" if by_token else tk.request.cookies.get(COOKIE, ""),
        own_request=by_token or ours or not (told or tk.request.cookies),
        address=client_address(),
        seed=str(session.get(guard.FIELD) or ""),
    )


def require_own_request(context: Context) -> None:
    """Refuse what another site could have made a browser send, and cookies that are not ours.

    Raises:
        NotAuthorized: saying which.
    """
    browser = browser_of(context)
    if not browser.own_request:
        raise tk.NotAuthorized(
            tk._("This request did not come from a page of this site; programs send an API token.")
        )
    try:
        _id_in(browser)
    except domain.Tampered:
        browser.spoilt = True
        raise tk.NotAuthorized(
            tk._("The cookie of this browser’s votes is damaged; it is deleted now. Try again.")
        ) from None


def of(context: Context, *, voting: bool = False) -> Voter:
    """Return who votes; asks the database only for a browser with a cookie.

    A browser that was bound to an account votes as that account, logged in or not.

    Args:
        context: CKAN's.
        voting: whether a vote follows in this transaction (see :func:`.ballots.account_of`).
    """
    user_id = user_id_of(context)
    if user_id:
        return Voter(domain.USER, account_key(user_id))
    key = browser_key(context)
    if not key:
        return Voter(domain.ANONYMOUS, "")
    bound = ballots.account_of(key, voting=voting)
    return Voter(domain.USER, bound) if bound else Voter(domain.ANONYMOUS, key)


def named(context: Context, voter: Voter) -> Voter:
    """Return a voter with a key: a browser that never voted gets a new one."""
    if voter.key:
        return voter
    browser = browser_of(context)
    minted = domain.new_id(config.secret(), browser.seed)
    return replace(voter, key=_key(domain.ANONYMOUS, minted), minted=minted)


def remember(context: Context, voter: Voter) -> None:
    """Have the answer set the cookie of a first vote; called once the vote is committed."""
    if voter.minted:
        browser_of(context).minted = voter.minted


def user_id_of(context: Context) -> str:
    """Return the id of the account that calls, or ``""``."""
    user: Any = context.get("auth_user_obj")
    if user is not None and user.is_authenticated:
        return str(user.id)
    known = model.User.get(str(context.get("user") or "")) if user is None else None
    return str(known.id) if known is not None else ""


def account_key(user_id: str) -> str:
    """Return what an account's ballots are kept under."""
    return _key(domain.USER, user_id)


def browser_key(context: Context) -> str:
    """Return what the ballots of the browser's cookie are kept under, or ``""``."""
    try:
        browser_id = _id_in(browser_of(context))
    except domain.Tampered:
        return ""
    return _key(domain.ANONYMOUS, browser_id) if browser_id else ""


def _id_in(browser: Browser) -> str | None:
    return domain.opened(config.secret(), browser.cookie) if browser.cookie else None


def _key(kind: str, identity: str) -> str:
    return domain.key_of(config.secret(), kind, identity)
