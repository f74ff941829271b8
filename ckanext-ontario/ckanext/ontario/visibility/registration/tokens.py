"""The link of a mail: signed, with an end, and good for one state of one account."""

from __future__ import annotations

import hashlib
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ckanext.ontario.shared.people import kept_with
from ckanext.ontario.visibility import config

MARK = "registered"
"""Kept with an account that its owner asked for and did not confirm yet."""


def make(user: model.User) -> str:
    """Return a token that lets the owner of the address confirm this registration."""
    return _signer().dumps({"id": user.id, "of": _fingerprint(user)})


def account_of(token: str) -> model.User | None:
    """Return the account that waits for this confirmation.

    ``None`` when the token is not ours or too old, when the account was confirmed meanwhile, or
    when somebody registered the address again since.
    """
    try:
        said: Any = _signer().loads(token, max_age=config.registration_hours() * 3600)
    except BadSignature:  # too old is a kind of it
        return None
    user = model.User.get(said["id"])
    waits = user is not None and user.state == model.State.PENDING and MARK in kept_with(user)
    return user if waits and said["of"] == _fingerprint(user) else None


def _fingerprint(user: Any) -> str:
    return hashlib.sha256(f"{user.email}\n{user.password}".encode()).hexdigest()[:20]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(tk.config["SECRET_KEY"]), salt="ontario-registration")
