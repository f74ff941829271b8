"""The language a person reads: kept with their account, for mails and other texts sent to them."""

from __future__ import annotations

from typing import Any

from .bilingual import DEFAULT_LANGUAGE, LANGUAGES

SECTION = "ontario"
"""The part of CKAN's ``plugin_extras`` of an account that is ours."""


def language_of_user(user: Any) -> str:
    """Return the language a user chose to be written to; English when they chose none.

    Args:
        user: CKAN's ``model.User``, or ``None``.
    """
    chosen = kept_with(user).get("language")
    return chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE


def kept_with(user: Any) -> dict[str, Any]:
    """Return what is kept with an account besides CKAN's own; empty for nobody."""
    extras = getattr(user, "plugin_extras", None) or {}
    found = extras.get(SECTION)
    return dict(found) if isinstance(found, dict) else {}


def keep_with(user: Any, **values: Any) -> None:
    """Keep values with an account; ``None`` takes one away. The caller commits."""
    known = {**kept_with(user), **values}
    kept = {key: value for key, value in known.items() if value is not None}
    user.plugin_extras = {**(user.plugin_extras or {}), SECTION: kept}
