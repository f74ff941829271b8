"""What can be asked of the schema through the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from zoneinfo import ZoneInfo

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.ontario.schema import domain, organizations, renames, seeding, tables
from ckanext.ontario.schema.autocomplete import package_autocomplete
from ckanext.ontario.shared import clock

__all__ = [
    "ontario_dataset_check",
    "ontario_organization_resolve",
    "ontario_schema_seed",
    "organization_show",
    "package_autocomplete",
    "package_show",
]

TORONTO = ZoneInfo("America/Toronto")
MOST_NAMES = 5000
"""Names one call may ask for; an inventory has a few."""


@tk.side_effect_free
def ontario_dataset_check(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Return what keeps a dataset from being published, and what a person should look at.

    Args:
        context: CKAN's, with the user.
        data_dict: ``id``, a dataset's id or name; or ``dataset``, a dataset as it would be sent,
            which need not exist: then no database is asked.

    Returns:
        ``{"publishable": bool, "issues": [{"level", "field", "code", "message": {"en", "fr"},
        "suggestion": {"en", "fr"}}]}``. ``level`` is ``error`` or ``warning``; a dataset with
        only warnings is publishable. The rules are those of ``schemas/rules.yaml``.

    Raises:
        ValidationError: when neither or both are given.
    """
    given = data_dict.get("dataset")
    if ("id" in data_dict) == (given is not None):
        raise tk.ValidationError({"id": [tk._("Give either “id” or “dataset”.")]})
    if given is not None and not isinstance(given, Mapping):
        raise tk.ValidationError({"dataset": [tk._("A dataset is an object.")]})
    tk.check_access("ontario_dataset_check", context, data_dict)
    if given is None:
        given = tk.get_action("package_show")(_same_user(context), {"id": data_dict["id"]})
    today = clock.now().astimezone(TORONTO).date()
    issues = domain.check(cast("Mapping[str, Any]", given), today)
    return {"publishable": domain.publishable(issues), "issues": [_said(one) for one in issues]}


def _said(issue: domain.Issue) -> dict[str, Any]:
    rule = tables.rules()[issue.code]
    return {
        "level": issue.level,
        "field": issue.field,
        "code": issue.code,
        "message": dict(rule.message),
        "suggestion": dict(rule.suggestion),
    }


@tk.side_effect_free
def ontario_organization_resolve(
    context: Context, data_dict: DataDict
) -> dict[str, dict[str, str] | None]:
    """Return the organization that each written name means.

    Names, titles in both languages, acronyms, identifiers and former names are known; case,
    accents, punctuation, spaces and a leading "Ministry of" make no difference.

    Args:
        context: CKAN's, with the user.
        data_dict: ``names``, a list of names as written, at most 5000.

    Returns:
        ``{written name: {"id", "name"} or null}``; ``null`` also when two organizations share it.

    Raises:
        ValidationError: when ``names`` is no list of texts, or too long.
    """
    tk.check_access("ontario_organization_resolve", context, data_dict)
    names = data_dict.get("names")
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise tk.ValidationError({"names": [tk._("A list of names is needed.")]})
    if len(names) > MOST_NAMES:
        most = tk._("At most {number} names may be asked for at once.")
        raise tk.ValidationError({"names": [most.format(number=MOST_NAMES)]})
    return organizations.resolve(names)


def ontario_schema_seed(context: Context, data_dict: DataDict) -> dict[str, dict[str, int]]:
    """Make the ministries, agencies and topics every installation has; safe to repeat.

    What an administrator added stays; what the tables of ``schemas/`` say is corrected.

    Returns:
        ``{"organizations", "topics", "aliases"}``, each ``{"created", "updated", "unchanged"}``.
    """
    tk.check_access("ontario_schema_seed", context, data_dict)
    return seeding.seed()


@tk.chained_action
@tk.side_effect_free
def package_show(up: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say under which name a renamed record is found, instead of only that it is not."""
    try:
        return up(context, data_dict)
    except tk.ObjectNotFound as err:
        _hint("package", "package_show", context, data_dict, err)
        raise


@tk.chained_action
@tk.side_effect_free
def organization_show(up: Action, context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say under which name a renamed organization is found, instead of only that it is not."""
    try:
        return up(context, data_dict)
    except tk.ObjectNotFound as err:
        _hint("group", "organization_show", context, data_dict, err)
        raise


def _hint(
    kind: str, access: str, context: Context, data_dict: DataDict, err: tk.ObjectNotFound
) -> None:
    """Raise a NotFound that names the present name, when the caller may know it."""
    old = str(data_dict.get("id") or "")
    new = readable_name(kind, access, old, _same_user(context))
    if new:
        text = tk._("“{old}” is now called “{new}”.").format(old=old, new=new)
        raise tk.ObjectNotFound(text) from err


def readable_name(kind: str, access: str, old: str, context: Context) -> str | None:
    """Return the present name of what was called ``old``, if the caller may read it."""
    new = renames.current_name(kind, old)
    if new is None:
        return None
    try:
        tk.check_access(access, context, {"id": new})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return None
    return new


def _same_user(context: Context) -> Context:
    """Return a fresh context of the same caller: CKAN keeps what it looked up in the old one."""
    kept = {"model", "session", "user", "auth_user_obj", "ignore_auth"}
    return cast("Context", {key: value for key, value in context.items() if key in kept})
