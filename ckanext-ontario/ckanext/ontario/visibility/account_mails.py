"""CKAN's own mails about accounts, in both languages: their readers' isn't known, or not yet."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask_babel import force_locale

from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.visibility import config


def subject(kind: str) -> str:
    """Return the subject of a mail.

    Args:
        kind: ``invitation``, or ``reset`` of a password.
    """
    subjects: list[str] = []
    for language in LANGUAGES:
        with force_locale(language):
            said = {
                "invitation": tk._("You are invited to {site}"),
                "reset": tk._("Choose a new password for {site}"),
            }[kind]
            subjects.append(said.format(site=config.site_name(language)))
    return " / ".join(subjects)


def body(kind: str, name: str, link: str) -> str:
    """Return the text of a mail.

    Args:
        kind: as above.
        name: the account's.
        link: where its password is chosen.
    """
    bodies: list[str] = []
    for language in LANGUAGES:
        with force_locale(language):
            said = {
                "invitation": tk._(
                    "You are invited to {site}. Your account is called {name}.\n\n"
                    "To accept, open this link and choose a password:\n{link}"
                ),
                "reset": tk._(
                    "Somebody, probably you, asked for a new password for the account {name} "
                    "on {site}.\n\nTo choose one, open this link:\n{link}\n\n"
                    "If it was not you, do nothing: nothing has changed."
                ),
            }[kind]
            bodies.append(said.format(site=config.site_name(language), name=name, link=link))
    return "\n\n---\n\n".join(bodies)
