"""Actions with barriers: report, list, close; and the scheduler's, which mails and forgets."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.mailer import MailerException
from ckan.model.types import make_uuid
from ckan.types import Context, DataDict

from ckanext.ontario.accessibility import barriers, config, mails
from ckanext.ontario.shared import clock
from ckanext.ontario.shared.bilingual import language_of

log = logging.getLogger(__name__)

__all__ = [
    "ontario_barrier_close",
    "ontario_barrier_create",
    "ontario_barrier_list",
    "ontario_barrier_send",
]

LONGEST = {"page": 500, "text": 4000, "email": 254}
"""Field → characters."""

MOST_LISTED = 100
BATCH = 20


def ontario_barrier_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Report what stands in somebody's way on this portal.

    Args:
        context: CKAN's; anybody.
        data_dict: ``text`` (what happened), ``page`` (its address), ``email`` (for an answer),
            ``language`` (``en`` or ``fr``, of the answer; the reader's without).

    Returns:
        ``{"id"}``.

    Raises:
        ValidationError: when there is no text, when something is too long, when the address is
            none, or when too many reports are open; then under ``message``.
    """
    tk.check_access("ontario_barrier_create", context, data_dict)
    sent = {name: _short(data_dict, name) for name in LONGEST}
    if not sent["text"]:
        raise tk.ValidationError({"text": [tk._("Say what stands in your way.")]})
    if sent["email"]:
        _require_address(sent["email"])
    language = language_of(str(data_dict.get("language") or tk.h.lang()))
    made = {**sent, "id": make_uuid(), "language": language, "at": clock.now()}
    if not barriers.add(made, config.most_open()):
        said = tk._("Too many reports are open at the moment. Please write to us instead.")
        raise tk.ValidationError({"message": [said]})
    _commit(context)
    return {"id": made["id"]}


@tk.side_effect_free
def ontario_barrier_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """List what was reported, the latest first.

    Args:
        context: CKAN's, with an administrator.
        data_dict: ``closed`` (false without it), ``limit`` (20, at most 100), ``offset``.

    Returns:
        ``{"count", "results": [{"id", "language", "page", "text", "email", "at", "closed_at"}]}``.
    """
    tk.check_access("ontario_barrier_list", context, data_dict)
    limit, offset = _number(data_dict, "limit", 20), _number(data_dict, "offset", 0)
    closed = tk.asbool(data_dict.get("closed", False))
    count, rows = barriers.listed(closed=closed, limit=min(limit, MOST_LISTED), offset=offset)
    return {"count": count, "results": [_shown(row) for row in rows]}


def ontario_barrier_close(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Close a report; the address of who wrote it is deleted.

    Args:
        context: CKAN's, with an administrator.
        data_dict: ``id``.

    Returns:
        ``{"id"}``.

    Raises:
        ObjectNotFound: when no such report is open.
    """
    tk.check_access("ontario_barrier_close", context, data_dict)
    barrier_id = str(tk.get_or_bust(data_dict, "id"))
    user: Any = context.get("auth_user_obj") or model.User.get(context.get("user") or "")
    if not barriers.close(barrier_id, str(user.id) if user else "", clock.now()):
        raise tk.ObjectNotFound(tk._("No such report is open."))
    _commit(context)
    return {"id": barrier_id}


def ontario_barrier_send(context: Context, data_dict: DataDict) -> dict[str, int]:
    """Mail new reports to the team, and delete old ones; the scheduler calls it.

    What the mail server does not take stays for the next time.

    Args:
        context: CKAN's, with an administrator.
        data_dict: nothing.

    Returns:
        ``{"mailed", "failed", "forgotten"}``.
    """
    tk.check_access("ontario_barrier_send", context, data_dict)
    waiting = barriers.unmailed(BATCH) if config.email() else []
    mailed = sum(_is_mailed(row) for row in waiting)
    forgotten = barriers.forget(clock.now() - timedelta(days=config.kept_days()))
    _commit(context)
    return {"mailed": mailed, "failed": len(waiting) - mailed, "forgotten": forgotten}


# --- parts -----------------------------------------------------------------------------------


def _is_mailed(row: Mapping[str, Any]) -> bool:
    try:
        mails.reported(row, config.email())
    except (MailerException, OSError):
        log.exception("The report of barrier %s was not mailed", row["id"])
        return False
    barriers.mailed(row["id"], clock.now())
    return True


def _short(data_dict: DataDict, name: str) -> str:
    text = str(data_dict.get(name) or "").replace("\x00", "").strip()
    if len(text) > LONGEST[name]:
        said = tk._("At most {number} characters.").format(number=LONGEST[name])
        raise tk.ValidationError({name: [said]})
    return text


def _require_address(address: str) -> None:
    try:
        tk.get_validator("email_validator")(address, Context())
    except tk.Invalid:
        said = tk._("This is not an e-mail address. Write one such as name@example.ca.")
        raise tk.ValidationError({"email": [said]}) from None


def _number(data_dict: DataDict, name: str, default: int) -> int:
    given = str(data_dict.get(name, default))
    if not given.isdecimal():
        raise tk.ValidationError({name: [tk._("Must be a natural number")]})
    return int(given)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    closed = row["closed_at"]
    return {
        **{name: row[name] for name in ("id", "language", "page", "text", "email")},
        "at": row["at"].isoformat(),
        "closed_at": closed.isoformat() if closed else None,
    }


def _commit(context: Context) -> None:
    if not context.get("defer_commit"):
        model.Session.commit()
