"""The mail to the team that answers reports of barriers: in both languages, it is one team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan.lib import mailer
from flask_babel import force_locale

from ckanext.ontario.shared.bilingual import LANGUAGES


def reported(barrier: Mapping[str, Any], to: str) -> None:
    """Mail a report.

    Args:
        barrier: its row.
        to: the team's address.

    Raises:
        mailer.MailerException, OSError: when the mail server does not take it.
    """
    host = urlsplit(str(tk.config["ckan.site_url"])).hostname or "ontario"
    headers = {
        "Message-ID": f"<accessibility.{barrier['id']}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    first = barrier["language"]
    order = [first, *(language for language in LANGUAGES if language != first)]
    subjects, bodies = zip(*(_words(barrier, language) for language in order), strict=True)
    body = "\n\n--\n\n".join(bodies)
    mailer.mail_recipient("", to, " / ".join(subjects), body, headers=headers)


def _words(barrier: Mapping[str, Any], language: str) -> tuple[str, str]:
    with force_locale(language):
        said = tk._(
            "Somebody reported a barrier on the catalogue.\n\nPage: {page}\n"
            "Answer to: {email}\nLanguage: {language}\n\n{text}\n\n"
            "Close the report when it is answered: {link}"
        )
        nothing = tk._("not given")
        link = tk.url_for(
            "ontario_accessibility.reports",
            _external=True,
            locale="default" if language == "en" else language,
        )
        values = {name: barrier[name] or nothing for name in ("page", "email", "language", "text")}
        return tk._("Report of a barrier"), said.format(**values, link=link)
