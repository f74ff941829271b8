"""Registering and confirming. What is answered never tells whether an address is known.

The account waits until somebody opens the link that was mailed and gives the password chosen
before: neither a program that opens links nor a stranger who registered the address gets in.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context

from ckanext.ontario.shared import clock
from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.shared.people import keep_with, kept_with
from ckanext.ontario.visibility import config
from ckanext.ontario.visibility.registration import limits, mails, tokens

MAX_NAME = 100
MAX_PASSWORD = 200
"""Characters; hashing longer ones costs more than anybody needs."""


@dataclass(frozen=True)
class Wanted:
    """What somebody typed to register."""

    email: str
    fullname: str
    password: str
    language: str


def register(wanted: Wanted, client: str) -> None:
    """Make an account that waits to be confirmed, and mail its link.

    To an address that has an account already another mail goes: how to get in again.

    Args:
        wanted: what was typed.
        client: network address of the caller.

    Raises:
        ValidationError: naming what is wrong with the fields, and nothing else.
        limits.TooOften: when the address or the client tried too often.
        mails.NotSent: when no mail can be sent at present.
    """
    _validate(wanted)
    limits.spend(
        [
            ("address", wanted.email, config.registrations_per_address()),
            ("client", client, config.registrations_per_client()),
        ]
    )
    known = _known(wanted.email)
    if known is None:
        mails.confirmation(_create(wanted), wanted.language)
    elif known.state == model.State.PENDING and tokens.MARK in kept_with(known):
        _replace(known, wanted)
        mails.confirmation(known, wanted.language)
    else:
        model.User(password=wanted.password)  # costs what making an account costs
        mails.known(known)


def confirm(token: str, password: str, client: str) -> bool:
    """Let an account be used whose address is proven; say whether it was.

    Args:
        token: of the mailed link.
        password: the one chosen on registration.
        client: network address of the caller.

    Raises:
        limits.TooOften: when passwords were guessed too often.
    """
    user = tokens.account_of(token)
    most = config.registrations_per_client()
    limits.spend([("confirm", user.id if user else client, most)])
    if user is None or not user.validate_password(password[:MAX_PASSWORD]):
        return False
    keep_with(user, **{tokens.MARK: None})
    user.activate()
    model.Session.commit()
    return True


def expire() -> int:
    """Delete accounts whose link is too old, and return how many; the caller commits."""
    user: Any = model.User
    before = (clock.now() - timedelta(hours=config.registration_hours())).replace(tzinfo=None)
    mark = user.plugin_extras["ontario"][tokens.MARK].astext
    waiting = sa.select(user.id).where(
        user.state == model.State.PENDING, user.created < before, mark.is_not(None)
    )
    ids = list(model.Session.scalars(waiting))
    for table, column in ((model.Dashboard, "user_id"), (model.User, "id")):
        found: Any = model.Session.query(table).filter(getattr(table, column).in_(ids))
        found.delete(synchronize_session=False)
    return len(ids)


def _validate(wanted: Wanted) -> None:
    schema: Any = {
        "email": [tk.get_validator(n) for n in ("not_empty", "unicode_safe", "email_validator")],
        "fullname": [tk.get_validator("not_empty")],
        "password": [tk.get_validator(n) for n in ("user_password_validator", "not_empty")],
    }
    values = {name: getattr(wanted, name) for name in schema}
    _data, found = tk.navl_validate(values, schema, cast("Context", {"model": model}))
    errors: dict[str, Any] = dict(found)
    if len(wanted.fullname) > MAX_NAME:
        errors["fullname"] = [tk._("This may have {limit} characters.").format(limit=MAX_NAME)]
    if len(wanted.password) > MAX_PASSWORD:
        errors["password"] = [tk._("This may have {limit} characters.").format(limit=MAX_PASSWORD)]
    if wanted.language not in LANGUAGES:
        errors["language"] = [tk._("Choose one of: {choices}.").format(choices="en, fr")]
    if errors:
        raise tk.ValidationError(errors)


def _known(email: str) -> model.User | None:
    """Return the account of an address, one in use before one that waits."""
    user: Any = model.User
    return (
        model.Session.query(user)
        .filter(sa.func.lower(user.email) == email.lower(), user.state != model.State.DELETED)
        .order_by(sa.case((user.state == model.State.ACTIVE, 0), else_=1))
        .first()
    )


def _create(wanted: Wanted) -> model.User:
    """Make the account. Its name is drawn, so that names tell nobody who has one."""
    values = {
        "name": f"reader-{secrets.token_hex(6)}",
        "email": wanted.email,
        "fullname": wanted.fullname,
        "password": wanted.password,
        "state": model.State.PENDING,
    }
    context = cast("Context", {"ignore_auth": True, "user": "", "defer_commit": True})
    made = tk.get_action("user_create")(context, values)
    user: Any = model.User.get(made["id"])
    keep_with(user, language=wanted.language, **{tokens.MARK: True})
    model.Session.commit()
    return user


def _replace(user: model.User, wanted: Wanted) -> None:
    """Let the last registration count, so that no stranger's earlier one stands in the way."""
    user.password = wanted.password
    user.fullname = wanted.fullname
    keep_with(user, language=wanted.language)
    model.Session.commit()
