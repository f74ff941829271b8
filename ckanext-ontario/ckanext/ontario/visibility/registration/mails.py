"""The two mails of a registration, in the language of their reader."""

from __future__ import annotations

import logging

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib import mailer
from flask_babel import force_locale

from ckanext.ontario.shared.people import language_of_user
from ckanext.ontario.visibility import config
from ckanext.ontario.visibility.registration import tokens

log = logging.getLogger(__name__)


class NotSent(Exception):
    """No mail can be sent at present."""


def confirmation(user: model.User, language: str) -> None:
    """Mail the link by which a new account is confirmed.

    Raises:
        NotSent: when the mail server does not take it.
    """
    endpoint = "ontario_visibility_registration.confirm"
    link = _link(endpoint, language, token=tokens.make(user))
    with force_locale(language):
        subject = tk._("Confirm your account")
        body = tk._(
            "Somebody, probably you, asked for an account on {site} with this address.\n\n"
            "To confirm it, open this link within {hours} hours and give the password you chose:\n"
            "{link}\n\nIf it was not you, do nothing: the account is deleted unused."
        ).format(site=config.site_name(language), hours=config.registration_hours(), link=link)
    _send(user, subject, body)


def known(user: model.User) -> None:
    """Mail the owner of an account that somebody asked for one with their address.

    Raises:
        NotSent: when the mail server does not take it.
    """
    language = language_of_user(user)
    link = _link("user.request_reset", language)
    with force_locale(language):
        subject = tk._("You have an account")
        body = tk._(
            "Somebody, probably you, asked for an account on {site} with this address. "
            "There is one already: log in with this address.\n\n"
            "If you don’t know the password any more, choose a new one:\n{link}\n\n"
            "If it was not you, do nothing: nothing has changed."
        ).format(site=config.site_name(language), link=link)
    _send(user, subject, body)


def _link(endpoint: str, language: str, **parts: str) -> str:
    locale = "default" if language == "en" else language
    return str(tk.url_for(endpoint, _external=True, locale=locale, **parts))


def _send(user: model.User, subject: str, body: str) -> None:
    try:
        mailer.mail_user(user, subject, body)
    except (mailer.MailerException, OSError) as err:
        log.exception("The mail of a registration could not be sent")
        raise NotSent from err
