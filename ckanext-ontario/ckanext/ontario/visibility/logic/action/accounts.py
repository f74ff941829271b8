"""Accounts: who may have one on the internal portal, and what others see of it."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.types import Action, Context, DataDict

from ckanext.ontario.shared import portal
from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.shared.people import keep_with, language_of_user
from ckanext.ontario.visibility import config, domain

__all__ = ["user_create", "user_invite", "user_list", "user_patch", "user_show", "user_update"]


@tk.chained_action
def user_create(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Create an account, on the internal portal only at an allow-listed e-mail domain."""
    _require_domain(data_dict)
    return next_action(context, data_dict)


@tk.chained_action
def user_invite(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Invite somebody, on the internal portal only at an allow-listed e-mail domain."""
    _require_domain(data_dict)
    return next_action(context, data_dict)


@tk.chained_action
def user_update(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Change an account; a new e-mail address must be at an allow-listed domain too.

    ``language`` (``en`` or ``fr``) is kept with the account: mails to its owner are written in it.
    """
    _require_domain_of_change(data_dict)
    language = _language(data_dict)
    answer = next_action(context, data_dict)
    user = model.User.get(data_dict.get("id"))
    if language and user is not None and language_of_user(user) != language:
        keep_with(user, language=language)
        if not context.get("defer_commit"):
            model.Session.commit()
    return answer


@tk.chained_action
def user_patch(next_action: Action, context: Context, data_dict: DataDict) -> Any:
    """Change parts of an account, as ``user_update``."""
    _require_domain_of_change(data_dict)
    return next_action(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def user_show(next_action: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return an account; the hash of an e-mail address only to its owner."""
    user = next_action(context, data_dict)
    if not _may_see_all(context, user):
        user.pop("email_hash", None)
    return user


@tk.chained_action
@tk.side_effect_free
def user_list(next_action: Action, context: Context, data_dict: DataDict) -> list[Any]:
    """Return accounts without the hashes of their e-mail addresses."""
    users = next_action(context, data_dict)
    for user in users:
        if isinstance(user, dict) and not context.get("ignore_auth"):
            user.pop("email_hash", None)
    return users


def _may_see_all(context: Context, user: dict[str, Any]) -> bool:
    reader = context.get("user")
    return bool(context.get("ignore_auth")) or reader == user["name"] or authz.is_sysadmin(reader)


def _language(data_dict: DataDict) -> str | None:
    language = data_dict.get("language")
    if language and language not in LANGUAGES:
        raise tk.ValidationError(
            {"language": [tk._("Choose one of: {choices}.").format(choices="en, fr")]}
        )
    return language or None


def _require_domain_of_change(data_dict: DataDict) -> None:
    user = model.User.get(data_dict.get("id"))
    if user is None or data_dict.get("email") != user.email:
        _require_domain(data_dict)


def _require_domain(data_dict: DataDict) -> None:
    """Refuse an address outside the list; what is no address at all, core's validators refuse."""
    email = data_dict.get("email")
    if not portal.is_internal() or not email:
        return
    domains = config.account_domains()
    if not domain.domain_allowed(str(email), domains):
        message = tk._("An account on this portal needs an e-mail address at: {domains}.")
        shown = ", ".join(domains) or tk._("(no domain is configured)")
        raise tk.ValidationError({"email": [message.format(domains=shown)]})
