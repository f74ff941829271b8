"""Where a record stands and what its reader may do next, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.publication.pages import words
from ckanext.ontario.publication.pages.words import When


@dataclass(frozen=True)
class Button:
    """A step that the reader may take: a link to its page."""

    step: str
    label: str
    href: str
    first: bool


@dataclass(frozen=True)
class Status:
    """A record's status for its reader."""

    id: str
    name: str
    state: str
    state_label: str
    since: When | None
    public: str
    public_label: str
    buttons: tuple[Button, ...]
    concerned: bool
    """Whether the reader has a part in the workflow; the rest is empty without one."""
    next: str = ""
    """What happens next, in a sentence."""
    live_since: When | None = None
    scheduled: When | None = None
    reason: str = ""
    public_reason: str = ""
    submitted_by: str = ""
    withheld: bool = False
    cancelled: str = ""
    """Why the last release was cancelled, if it was."""
    undelivered: str = ""
    """Why the public portal did not take the last release, if it did not."""

    @property
    def page(self) -> str:
        """The address of the record's page of publication."""
        return str(tk.url_for("ontario_publication.record", id=self.id))

    @property
    def pending(self) -> bool:
        """Whether something is on its way: the public copy is older than the working copy."""
        return self.public == "live" and self.state != "approved"


def shown(answer: Mapping[str, Any]) -> Status:
    """Return a status as ``ontario_release_show`` answers it, for its reader."""
    plain = Status(
        id=answer["id"],
        name=answer["name"],
        state=answer["state"],
        state_label=words.state(answer["state"]),
        since=words.when(answer["since"]),
        public=answer["public"],
        public_label=words.public(answer["public"]),
        buttons=_buttons(answer),
        concerned="shared" in answer,
    )
    return _inside(plain, answer) if plain.concerned else plain


def _inside(plain: Status, answer: Mapping[str, Any]) -> Status:
    live, released, waiting = plain.public == "live", answer["released"], answer["scheduled"]
    cancelled = answer["cancelled"] or {}
    return replace(
        plain,
        next=_next(plain, answer),
        live_since=words.when(released["released_at"]) if live and released else None,
        scheduled=words.when(waiting["release_at"]) if waiting else None,
        reason=answer["reason"] or "",
        public_reason=answer["public_reason"] or "",
        submitted_by=words.person(answer["submitted_by"]) if answer["submitted_by"] else "",
        withheld=bool(answer["withheld"]),
        cancelled=cancelled.get("reason") or "",
        undelivered=answer["undelivered"] or "",
    )


def _buttons(answer: Mapping[str, Any]) -> tuple[Button, ...]:
    return tuple(
        Button(
            step,
            words.button(step),
            str(tk.url_for("ontario_publication.step", id=answer["id"], step=step)),
            number == 0 and step not in {"withdraw", "remove"},
        )
        for number, step in enumerate(answer["next_steps"])
    )


def _next(plain: Status, answer: Mapping[str, Any]) -> str:
    if plain.public == "removed":
        return tk._("It was removed from the public portal for ever. It can’t be released again.")
    if answer["withheld"]:
        return tk._("Its existence is withheld: it is never released.")
    if answer["undelivered"] and plain.state == "approved":
        return tk._("Next: a catalogue administrator finds out why and sends it again.")
    if answer["scheduled"] and plain.state == "approved":
        return tk._("Next: the release goes out by itself at that time.")
    return {
        "draft": tk._("Next: an editor of the ministry submits it for approval."),
        "returned": tk._("Next: an editor corrects it and submits it again."),
        "in_review": tk._("Next: the Director or a delegate approves it or returns it."),
        "approved": tk._("Next: nothing, unless the record changes."),
    }[plain.state]
