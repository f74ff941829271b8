"""The two mails: to confirm an address, and that a record is open. In their reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan.lib import mailer
from flask_babel import force_locale

from ckanext.ontario.votes.opening import subscriptions


def confirmation(subscription: Mapping[str, Any], title: str) -> None:
    """Mail the link by which an address is confirmed.

    Raises:
        mailer.MailerException, OSError: when the mail server does not take it.
    """
    language = subscription["language"]
    link = _link(subscription)
    with force_locale(language):
        subject = tk._("Confirm that you want to be told")
        body = tk._(
            "Somebody, probably you, asked to be told at this address when this dataset opens:\n"
            "{title}\n\nTo confirm it, open this link:\n{link}\n\n"
            "If it was not you, do nothing: the address is deleted unused."
        ).format(title=title, link=link)
    _send(subscription, "confirm", subject, body)


def opened(subscription: Mapping[str, Any]) -> None:
    """Mail that a record is open.

    Raises:
        mailer.MailerException, OSError: when the mail server does not take it.
    """
    language = subscription["language"]
    page = _url("dataset.read", language, id=subscription["name"])
    with force_locale(language):
        subject = tk._("A dataset you wanted is open")
        body = tk._(
            "You asked to be told when this dataset opens. It is open now:\n{link}\n\n"
            "This is the only mail; your address is deleted with it."
        ).format(link=page)
    _send(subscription, "opened", subject, body)


def _link(subscription: Mapping[str, Any]) -> str:
    token = subscriptions.token_of(subscription["id"])
    return _url("ontario_votes_opening.mail", subscription["language"], token=token)


def _url(endpoint: str, language: str, **parts: str) -> str:
    locale = "default" if language == "en" else language
    return str(tk.url_for(endpoint, _external=True, locale=locale, **parts))


def _send(subscription: Mapping[str, Any], kind: str, subject: str, body: str) -> None:
    host = urlsplit(str(tk.config["ckan.site_url"])).hostname or "ontario"
    headers = {
        "Message-ID": f"<votes.{kind}.{subscription['id']}@{host}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": subscription["language"],
        "List-Unsubscribe": f"<{_link(subscription)}>",
    }
    mailer.mail_recipient("", subscription["email"], subject, body, headers=headers)
