"""Asking to be told when a record opens, confirming that, ending it, and telling."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import mailer
from ckan.types import Context, DataDict
from redis.exceptions import RedisError

from ckanext.ontario.shared.bilingual import DEFAULT_LANGUAGE, LANGUAGES
from ckanext.ontario.votes import counting, domain, voters
from ckanext.ontario.votes.opening import limits, mails, subscriptions

__all__ = [
    "ontario_vote_opening_confirm",
    "ontario_vote_opening_end",
    "ontario_vote_opening_send",
    "ontario_vote_opening_subscribe",
]

log = logging.getLogger(__name__)

MOST = 200
"""Mails one run sends."""

LONGEST_WAIT = timedelta(hours=12)
LONGEST_ADDRESS = 254


def ontario_vote_opening_subscribe(context: Context, data_dict: DataDict) -> dict[str, bool]:
    """Ask to be told by mail when a dataset opens. A first mail asks for a confirmation.

    The answer is the same whether the address asked before or not. It is kept until the mail is
    sent, or deleted after ``ckanext.ontario.votes.subscription_days`` without a confirmation.

    Args:
        context: CKAN's, with the user.
        data_dict: ``id`` (id or name of a dataset under review or restricted), ``email`` and
            ``language`` (``en``, the default, or ``fr``).

    Returns:
        ``{"mailed": true}``.

    Raises:
        ObjectNotFound: when there is no dataset that the caller may see.
        NotAuthorized: when another site may have sent the request.
        ValidationError: when the address is none, the dataset is not waiting to be opened, or
            it was tried too often.
    """
    tk.check_access("ontario_vote_opening_subscribe", context, data_dict)
    package = _package(context, data_dict)
    voters.require_own_request(context)
    email, language = _address(data_dict), data_dict.get("language") or DEFAULT_LANGUAGE
    if language not in LANGUAGES:
        said = tk._("Choose one of: {choices}.").format(choices=", ".join(LANGUAGES))
        raise tk.ValidationError({"language": [said]})
    _spend(email, voters.browser_of(context).address)
    identifier = subscriptions.ask(package.id, email, str(language))
    model.Session.commit()
    row = {"id": identifier, "email": email, "language": str(language)}
    try:
        mails.confirmation(row, package.title or package.name)
    except (mailer.MailerException, OSError) as err:
        log.warning("The mail that confirms an address could not be sent: %s", err)
        later = tk._("No mail can be sent at the moment. Try again later.")
        raise tk.ValidationError({"email": [later]}) from err
    return {"mailed": True}


def ontario_vote_opening_confirm(context: Context, data_dict: DataDict) -> dict[str, str]:
    """Confirm, by the secret of a mail's link, that its reader wants to be told. Idempotent.

    Args:
        context: CKAN's, with the user.
        data_dict: ``token``, of the link.

    Returns:
        ``{"package_id"}``.

    Raises:
        ObjectNotFound: when the link is not ours, too old, or ended.
    """
    tk.check_access("ontario_vote_opening_confirm", context, data_dict)
    return _by_link(data_dict, subscriptions.confirm)


def ontario_vote_opening_end(context: Context, data_dict: DataDict) -> dict[str, str]:
    """Delete, by the secret of a mail's link, its reader's address.

    Args:
        context: CKAN's, with the user.
        data_dict: ``token``, of the link.

    Returns:
        ``{"package_id"}``.

    Raises:
        ObjectNotFound: when the link is not ours, too old, or ended.
    """
    tk.check_access("ontario_vote_opening_end", context, data_dict)
    return _by_link(data_dict, subscriptions.end)


def _by_link(data_dict: DataDict, change: Callable[[str], Any]) -> dict[str, str]:
    row = _subscription(data_dict)
    change(row["id"])
    model.Session.commit()
    return {"package_id": row["package_id"]}


def ontario_vote_opening_send(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Tell those who asked that their dataset is open, and delete their addresses.

    An address is deleted after the mail server took its mail: a run that dies in between sends it
    again, with the same Message-ID. What fails is tried again, at growing intervals.

    Returns:
        ``{"sent", "failed", "dropped"}``; dropped are addresses that nobody confirmed in time.
    """
    tk.check_access("ontario_vote_opening_send", context, data_dict)
    done: Counter[str] = Counter(dropped=subscriptions.drop_unconfirmed())
    model.Session.commit()
    for _turn in range(MOST):
        row = subscriptions.due()
        if row is None:
            break
        outcome = _tell(row)
        model.Session.commit()
        done[outcome] += 1
        if outcome == "failed":  # most likely the server; the others' turn comes with it
            break
    model.Session.rollback()
    return {key: done[key] for key in ("sent", "failed", "dropped")}


def _tell(row: dict[str, Any]) -> str:
    try:
        mails.opened(row)
    except (mailer.MailerException, OSError) as err:
        log.warning("A mail could not be sent: %s", err)
        wait = min(timedelta(minutes=2 ** min(row["attempts"] + 1, 12)), LONGEST_WAIT)
        subscriptions.later(row, wait)
        return "failed"
    subscriptions.end(row["id"])
    return "sent"


def _subscription(data_dict: DataDict) -> dict[str, Any]:
    row = subscriptions.read(str(data_dict.get("token") or ""))
    if row is None:
        raise tk.ObjectNotFound(tk._("This link is not good any more."))
    return row


def _package(context: Context, data_dict: DataDict) -> Any:
    reference = str(data_dict.get("id") or "")
    try:
        tk.check_access("package_show", tk.fresh_context(context), {"id": reference})
    except (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError):
        raise tk.ObjectNotFound(tk._("Dataset not found")) from None
    package = model.Package.get(reference)
    if package is None or package.private or package.state != model.State.ACTIVE:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    level = counting.access_level_of(package.id)
    if domain.state_of(package.type, level, mine=False) is not domain.State.VOTE:
        said = tk._("Only datasets under review or restricted are waited for.")
        raise tk.ValidationError({"id": [said]})
    return package


def _address(data_dict: DataDict) -> str:
    email = str(data_dict.get("email") or "").strip()
    wrong = tk.ValidationError({"email": [tk._("Write an e-mail address.")]})
    if not email or len(email) > LONGEST_ADDRESS or "\x00" in email:
        raise wrong
    rules = [tk.get_validator("email_validator")]
    _read, errors = tk.navl_validate({"email": email}, {"email": rules})
    if errors:
        raise wrong
    return email.lower()


def _spend(email: str, client: str) -> None:
    try:
        limits.spend(email, client)
    except limits.TooOften as err:
        said = tk._("That was tried too often. Wait an hour.")
        raise tk.ValidationError({"email": [said]}) from err
    except RedisError as err:
        later = tk._("No mail can be sent at the moment. Try again later.")
        raise tk.ValidationError({"email": [later]}) from err
