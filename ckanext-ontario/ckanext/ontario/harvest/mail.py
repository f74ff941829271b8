"""Mail about a run, in both languages, after everything is committed."""

from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import mailer
from ckan.types import Context
from flask_babel import force_locale

from ckanext.ontario.harvest import ingest
from ckanext.ontario.shared.bilingual import LANGUAGES

log = logging.getLogger(__name__)

ALL = "ckan.harvest.status_mail.all"
ERRORS = "ckan.harvest.status_mail.errored"


def notify(run: dict[str, Any]) -> None:
    """Mail those who look after the source, as ckanext-harvest's own options say.

    A mail that can't be sent is logged; the run has ended all the same.
    """
    trouble = bool(problems(run))
    if not (tk.config.get(ALL) or (trouble and tk.config.get(ERRORS))):
        return
    context = Context(ignore_auth=True, user=ingest.site_user())
    action = tk.get_action("harvest_get_notifications_recipients")
    subject, body = compose(run)
    for recipient in action(context, {"source_id": run["source_id"]}):
        try:
            mailer.mail_recipient(recipient["name"], recipient["email"], subject, body)
        except mailer.MailerException:  # noqa: PERF203 -- each recipient for itself
            log.warning("The mail about run %s could not be sent", run["id"], exc_info=True)


def problems(run: dict[str, Any]) -> int:
    """Return how many things of a run need a person."""
    counters, details = run["counters"], run["details"]
    refused = counters.get("invalid", 0) + counters.get("refused", 0)
    failed = run["status"] != "finished"
    return int(refused + details.get("withheld", 0) + failed)


def compose(run: dict[str, Any]) -> tuple[str, str]:
    """Return subject and body; the body says where to look and quotes no record."""
    subjects: list[str] = []
    bodies: list[str] = []
    for language in LANGUAGES:
        with force_locale(language):
            link = tk.url_for(
                "ontario_harvest.run",
                source=run["source_id"],
                job=run["job_id"],
                qualified=True,
                locale=language,
            )
            if problems(run):
                subjects.append(tk._("Harvest: something needs your attention"))
            else:
                subjects.append(tk._("Harvest finished"))
            bodies.append(_body(run["counters"], link))
    return " / ".join(subjects), "\n\n---\n\n".join(bodies)


def _body(counters: dict[str, int], link: str) -> str:
    refused = counters.get("invalid", 0) + counters.get("refused", 0)
    text = tk._(
        "New: {new}. Changed: {changed}. Unchanged: {unchanged}. Gone: {gone}."
        " Refused: {refused}.\n\nThe report, with rows and remedies: {link}"
    )
    return text.format(
        new=counters.get("created", 0),
        changed=counters.get("updated", 0),
        unchanged=counters.get("unchanged", 0),
        gone=counters.get("gone", 0),
        refused=refused,
        link=link,
    )
