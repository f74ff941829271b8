"""The forms of the steps: what they ask of the actions, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from werkzeug.datastructures import MultiDict

from ckanext.ontario.publication.instants import NotAnInstant, instant_of
from ckanext.ontario.publication.pages import words
from ckanext.ontario.shared import clock

Form = MultiDict[str, str]
Errors = dict[str, list[str]]

YES = "yes"


class Wrong(Exception):
    """A form that is not filled in as it must be; nothing was asked of an action."""

    def __init__(self, field: str, message: str) -> None:
        """Remember which field, and what to say about it."""
        super().__init__(message)
        self.errors: Errors = {field: [message]}


def approval(form: Form) -> dict[str, Any]:
    """Return what a form of approval asks: the content seen, the checklist, the instant."""
    return {"content_hash": form.get("content_hash", ""), **decision(form)}


def decision(form: Form) -> dict[str, Any]:
    """Return the checklist, and the instant if one is chosen.

    Raises:
        Wrong: when a later release has no time, or one that has passed.
    """
    checklist = {one.name: form.get(one.name) == YES for one in words.checklist()}
    asked: dict[str, Any] = {"checklist": checklist}
    if form.get("release") == "later":
        asked["release_at"] = instant(form)
    return asked


def instant(form: Form) -> str:
    """Return the time that a form chose, in Toronto.

    Raises:
        Wrong: when there is none, it can't be read, or has passed (it would release at once).
    """
    written = form.get("release_at", "").strip()
    if not written:
        raise Wrong("release_at", tk._("Write the date and time of the release."))
    try:
        passed = instant_of(written) <= clock.now()
    except NotAnInstant as err:
        said = tk._("Write the date and time as in 2027-03-14T09:00.")
        raise Wrong("release_at", said) from err
    if passed:
        raise Wrong("release_at", tk._("This time has passed. Choose a later one."))
    return written


def schedule(form: Form) -> dict[str, Any]:
    """Return another instant, or the wish to cancel."""
    if form.get("do") == "cancel":
        return {"cancel": True, "reason": form.get("reason", "")}
    return {"release_at": instant(form)}


def returning(form: Form) -> dict[str, Any]:
    """Return the reason."""
    return {"reason": form.get("reason", "")}


def confirmed(form: Form) -> dict[str, Any]:
    """Return the reason, when the box was ticked.

    Raises:
        Wrong: when it was not.
    """
    if form.get("confirm") != YES:
        raise Wrong("confirm", tk._("Tick the box to confirm."))
    return {"reason": form.get("reason", "")}


def nothing(_form: Form) -> dict[str, Any]:
    """Return what a form without fields asks."""
    return {}


READ: Mapping[str, Callable[[Form], dict[str, Any]]] = {
    "submit": nothing,
    "approve": approval,
    "return": returning,
    "schedule": schedule,
    "withdraw": confirmed,
    "restore": confirmed,
    "remove": returning,
}
"""Step → how its form is read."""

LOOKED_AT = frozenset({"submit", "approve"})
"""Steps whose page shows what would be released."""


def require_name(form: Form, name: str) -> None:
    """Ask for the record's name before it goes for ever.

    Raises:
        Wrong: when something else was typed.
    """
    if form.get("confirm_name", "").strip() != name:
        said = tk._("Type the name of the record, {name}, to confirm.").format(name=name)
        raise Wrong("confirm_name", said)


def said(error: tk.ValidationError) -> Errors:
    """Return what an action found wrong: field → sentences.

    Gaps of publication (``issues``) are shown as a list of their own, not as an error of a field.
    """
    found: Errors = {}
    for name, given in error.error_dict.items():
        if name != "issues":
            listed: list[Any] = given if isinstance(given, list) else [given]
            found[str(name)] = [str(one) for one in listed]
    return found
