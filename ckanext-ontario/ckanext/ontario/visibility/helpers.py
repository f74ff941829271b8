"""Template helpers of the visibility slice, and core's that ask too much for each row of a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from flask import current_app
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from ckanext.ontario.shared import portal
from ckanext.ontario.shared.people import language_of_user
from ckanext.ontario.visibility import account_mails, policy
from ckanext.ontario.visibility.access import note
from ckanext.ontario.visibility.domain import Decision
from ckanext.ontario.visibility.policy import routes
from ckanext.ontario.visibility.reading import known_user

__all__ = [
    "build_nav_icon",
    "linked_user",
    "ontario_visibility_access",
    "ontario_visibility_decisions",
    "ontario_visibility_language",
    "ontario_visibility_mail_body",
    "ontario_visibility_mail_subject",
]


@tk.chained_helper
def build_nav_icon(
    next_helper: Callable[..., Any], menu_item: str, title: str, **parts: Any
) -> Any:
    """Return an item of a page's navigation; nothing for a page the reader would be refused.

    Args:
        next_helper: CKAN's own.
        menu_item: the endpoint it leads to; shown only as this portal's table of endpoints allows.
        title: its text.
        parts: more for the address, and ``icon``.
    """
    decision = routes.of(portal.current()).decide(_answering(menu_item, parts), "GET")
    sysadmin = bool(getattr(tk.current_user, "sysadmin", False))
    if decision is Decision.REFUSE or (decision is Decision.SYSADMIN and not sysadmin):
        return ""
    return next_helper(menu_item, title, **parts)


def _answering(endpoint: str, parts: Mapping[str, Any]) -> str:
    """Return which endpoint answers at another's address: pages of ours stand at some of core's."""
    addresses = current_app.url_map.bind("")
    try:
        path = addresses.build(endpoint, dict(parts), append_unknown=False)
        return str(addresses.match(path)[0])
    except (RoutingException, HTTPException):
        return endpoint


@tk.chained_helper
def linked_user(
    next_helper: Callable[..., Any], user: str | model.User, maxlength: int = 0, avatar: int = 20
) -> Any:
    """Return a user's name as a link, with core's placeholder for the picture.

    Core asks four statements for each one. Pictures of users who have one are core's to show.

    Args:
        next_helper: CKAN's own.
        user: the user, or their id or name.
        maxlength: the most characters of the name; 0 for all.
        avatar: the picture's width and height in pixels.
    """
    found = user if isinstance(user, model.User) else known_user(str(user))
    if found is None or found.image_url:
        return next_helper(found or user, maxlength, avatar)
    shown = str(found.display_name)
    cut = f"{shown[:maxlength]}..." if maxlength and len(shown) > maxlength else shown
    name = found.name if model.User.VALID_NAME.match(found.name) else found.id
    icon = tk.h.snippet("user/snippets/placeholder.html", size=avatar, user_name=shown)
    return Markup("{} {}").format(icon, tk.h.link_to(cut, tk.url_for("user.read", id=name)))


def ontario_visibility_access(pkg: Mapping[str, Any]) -> note.AccessNote | None:
    """Return what a record's page tells a reader about the use of its files.

    Args:
        pkg: the record, as ``package_show`` returns it.

    Returns:
        ``None`` when the files are shared with the reader; otherwise a note whose ``withheld``
        says whether they may not use them, and whose ``kind`` says what came of a request.
    """
    return note.of(pkg)


def ontario_visibility_decisions() -> dict[str, str]:
    """Return what stands in front of each action of this portal, as its policy table says.

    Returns:
        Action → ``allow``, ``gate``, ``sysadmin`` or ``refuse``. What is in no table is refused.
    """
    return _decisions(portal.current())


def ontario_visibility_language(user: str | None) -> str:
    """Return the language a user chose to be written to, for the form of their account.

    Args:
        user: the user's name or id; English for nobody.
    """
    return language_of_user(known_user(user) if user else None)


@cache
def _decisions(of: portal.Portal) -> dict[str, str]:
    return {name: decision.value for name, decision in policy.of(of).items()}


def ontario_visibility_mail_subject(kind: str) -> str:
    """Return the subject of a mail about an account: ``invitation`` or ``reset``."""
    return account_mails.subject(kind)


def ontario_visibility_mail_body(kind: str, name: str, link: str) -> Markup:
    """Return the text of a mail about an account; it is no HTML, so nothing is escaped."""
    return Markup(account_mails.body(kind, name, link))  # noqa: S704 -- a mail of plain text
