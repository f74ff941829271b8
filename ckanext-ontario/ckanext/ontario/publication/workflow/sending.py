"""Sending the mails of the outbox, and writing the daily digest into it (scheduled jobs)."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import mailer
from ckan.types import Context, DataDict
from flask_babel import force_locale

from ckanext.ontario.publication.domain import State
from ckanext.ontario.publication.instants import local_day
from ckanext.ontario.publication.model import WORKING_COPY
from ckanext.ontario.publication.workflow import mail_texts, mails, people, releases
from ckanext.ontario.shared import clock
from ckanext.ontario.shared.people import language_of_user

__all__ = ["ontario_publication_mail_send", "ontario_release_digest"]

log = logging.getLogger(__name__)

MOST = 200
"""Mails one run sends."""

LONGEST_WAIT = timedelta(hours=12)


def ontario_publication_mail_send(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Send what waits in the mail outbox; safe to repeat.

    A mail is written down as sent after the mail server took it: one that dies in between is
    sent again, with the same Message-ID. What fails is tried again, at growing intervals.

    Args:
        context: CKAN's; the scheduler calls it as the site user.
        data_dict: nothing.

    Returns:
        ``{"sent", "failed", "dropped"}``, numbers of mails; dropped are those whose reader has no
        account in use or no address.
    """
    tk.check_access("ontario_publication_mail_send", context, data_dict)
    done: Counter[str] = Counter()
    for _turn in range(MOST):
        waiting = mails.waiting(1)
        if not waiting:
            break
        outcome = _one(waiting[0])
        model.Session.commit()
        done[outcome] += 1
        if outcome == "failed":  # most likely the server; the others' turn comes with it
            break
    model.Session.rollback()
    return {key: done[key] for key in ("sent", "failed", "dropped")}


def _one(mail: dict[str, Any]) -> str:
    now = clock.now()
    user: Any = model.User.get(mail["user_id"])
    if user is None or user.state != model.State.ACTIVE or not user.email:
        mails.settle(mail["id"], sent=now, error="no account in use with an address")
        return "dropped"
    try:
        _send(mail, user)
    except (mailer.MailerException, OSError) as err:
        attempts = mail["attempts"] + 1
        wait = min(timedelta(minutes=2 ** min(attempts, 12)), LONGEST_WAIT)
        log.warning("A mail could not be sent: %s", err)
        error = str(err)[:500]
        mails.settle(mail["id"], attempts=attempts, next_at=now + wait, error=error)
        return "failed"
    mails.settle(mail["id"], sent=now, attempts=mail["attempts"] + 1, error=None)
    return "sent"


def _send(mail: dict[str, Any], user: Any) -> None:
    language = language_of_user(user)
    with force_locale(language):
        subject = mail_texts.subject(mail["kind"])
        body = mail_texts.body(mail["kind"], mail["data"], language)
    host = urlsplit(str(tk.config["ckan.site_url"])).hostname or "ontario"
    headers = {
        "Message-ID": f"<{mail['message_id']}@{host}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": language,
    }
    mailer.mail_user(user, subject, body, headers=headers)


def ontario_release_digest(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Tell Directors and delegates how much waits for their approval; once a day for each.

    Args:
        context: CKAN's; the scheduler calls it as the site user.
        data_dict: nothing.

    Returns:
        ``{"told"}``, how many people a mail was written for.
    """
    tk.check_access("ontario_release_digest", context, data_dict)
    counts = _waiting_by_reader()
    today = local_day(clock.now())
    for user_id, count in sorted(counts.items()):
        mails.queue("digest", [user_id], None, today, count=count)
    model.Session.commit()
    return {"told": len(counts)}


def _waiting_by_reader() -> Counter[str]:
    package, copy = model.package_table, WORKING_COPY.c
    rows = model.Session.execute(
        sa.select(package.c.owner_org, copy.submitted_by, copy.edited_by)
        .select_from(WORKING_COPY.join(package, package.c.id == copy.package_id))
        .where(
            copy.state == State.IN_REVIEW.value,
            package.c.state == "active",
            ~releases.removed(copy.package_id),
        )
    ).all()
    approvers = {one: people.approvers(one) for one in {row.owner_org for row in rows} if one}
    return Counter(
        user_id
        for row in rows
        for user_id in approvers.get(row.owner_org, ())
        if user_id not in {row.submitted_by, row.edited_by}
    )
