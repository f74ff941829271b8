"""The work that waits for the reader, and approving several records at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.publication.pages import forms, preview, words
from ckanext.ontario.publication.pages.preview import Preview
from ckanext.ontario.publication.pages.words import When
from ckanext.ontario.shared.bilingual import Said

ROWS = 20
"""Records of a section on one page, and records that are looked at together."""

SECTIONS = ("to_fix", "waiting", "scheduled", "overdue", "undelivered")

_DIGITS = 6
"""Of an offset that is read at all."""


@dataclass(frozen=True)
class Item:
    """A record that waits."""

    id: str
    title: Said
    organization: Said
    state: str
    since: When | None
    reason: str
    release_at: When | None
    submitted_by: str
    undelivered: str
    """Why the public portal did not take it."""
    votes: int
    rank: int | None
    """Its place among what the public asks for."""


@dataclass(frozen=True)
class Section:
    """One part of the queue, and where its neighbouring pages begin."""

    name: str
    heading: str
    empty: str
    count: int
    items: tuple[Item, ...]
    previous: int | None
    next: int | None


@dataclass(frozen=True)
class Outcome:
    """How approving one record of several went."""

    id: str
    title: str
    approved: bool
    message: str


@dataclass(frozen=True)
class Batch:
    """Records that are approved together."""

    previews: tuple[Preview, ...]
    new: frozenset[str]
    """Those of which the public has nothing yet."""
    left_out: tuple[Outcome, ...]
    """Those that can't be looked at, each with the reason."""
    checklist: Sequence[words.Point]
    errors: forms.Errors
    chosen: frozenset[str]


def queue(section: str, offset: int, sort: str = "") -> list[Section]:
    """Return the parts; ``offset`` is of one of them, the others are at their beginning."""
    ask = tk.get_action("ontario_release_list")
    found: Mapping[str, Any] = ask({}, {"limit": ROWS, "sort": sort})
    if section in SECTIONS and offset:
        given = {"section": section, "limit": ROWS, "offset": offset, "sort": sort}
        found = {**found, **ask({}, given)}
    return [_section(one, found[one], offset if one == section else 0) for one in SECTIONS]


def _section(name: str, found: Mapping[str, Any], offset: int) -> Section:
    heading, empty = _headings()[name]
    further = offset + ROWS
    return Section(
        name, heading, empty, found["count"],
        tuple(_item(one) for one in found["items"]),
        max(offset - ROWS, 0) if offset else None,
        further if further < found["count"] else None,
    )  # fmt: skip


def _headings() -> dict[str, tuple[str, str]]:
    return {
        "to_fix": (tk._("Mine to fix"), tk._("Nothing was returned to you.")),
        "waiting": (tk._("Waiting for me"), tk._("Nothing waits for your approval.")),
        "scheduled": (tk._("Scheduled"), tk._("No release is scheduled.")),
        "overdue": (tk._("Overdue in review"), tk._("Nothing has waited too long.")),
        "undelivered": (tk._("Not delivered"), tk._("The public portal took every release.")),
    }


def _item(row: Mapping[str, Any]) -> Item:
    return Item(
        id=row["id"],
        title=words.text(row["title_translated"], row["title"] or row["name"]),
        organization=words.organization(row["organization"]),
        state=words.state(row["state"]),
        since=words.when(row["since"]),
        reason=row["reason"] or "",
        release_at=words.when(row["release_at"]),
        submitted_by=words.person(row["submitted_by"]) if row["submitted_by"] else "",
        undelivered=row["undelivered"] or "",
        votes=row["votes"],
        rank=row["vote_rank"],
    )


def waiting() -> int:
    """Return how many records wait for the reader; one count, no rows."""
    given = {"section": "waiting", "limit": 0}
    return int(tk.get_action("ontario_release_list")({}, given)["waiting"]["count"])


def everything_waiting(offset: int, sort: str) -> list[str]:
    """Return the records of a page of those that wait for the reader, in the page's order."""
    given = {"section": "waiting", "limit": ROWS, "offset": offset, "sort": sort}
    found = tk.get_action("ontario_release_list")({}, given)
    return [str(one["id"]) for one in found["waiting"]["items"]]


def offset_in(written: str) -> int:
    """Read where a page begins; what is no number is the beginning."""
    plain = written.isascii() and written.isdecimal() and len(written) <= _DIGITS
    return int(written) if plain else 0


def batch(ids: Sequence[str], chosen: Sequence[str], errors: forms.Errors) -> Batch:
    """Return the records to approve together, as they are now.

    Args:
        ids: the records to look at, at most :data:`ROWS`.
        chosen: those that are ticked.
        errors: what is wrong with the form.
    """
    found: list[Preview] = []
    new: set[str] = set()
    left_out: list[Outcome] = []
    for one in dict.fromkeys(ids[:ROWS]):
        try:
            answer = tk.get_action("ontario_release_preview")({}, {"id": one})
        except tk.ValidationError as err:
            message = " ".join(text for texts in forms.said(err).values() for text in texts)
            left_out.append(Outcome(one, one, approved=False, message=message))
            continue
        except (tk.ObjectNotFound, tk.NotAuthorized):
            continue  # nothing is said of what the reader has no part in
        shown = preview.shown(answer)
        if "approve" not in answer["next_steps"]:
            said = tk._("You can’t approve it now.")
            left_out.append(Outcome(shown.id, shown.title, approved=False, message=said))
            continue
        found.append(shown)
        if answer["status"]["public"] in {"none", "scheduled"}:
            new.add(shown.id)
    return Batch(
        tuple(found), frozenset(new), tuple(left_out), words.checklist(), errors, frozenset(chosen)
    )


def approval(form: forms.Form) -> dict[str, Any]:
    """Return what the form of several records asks of ``ontario_release_approve``.

    Raises:
        Wrong: when no record is ticked, or a later release has no time.
    """
    records = [
        {"id": one, "content_hash": form.get(f"hash-{one}", "")}
        for one in form.getlist("id")[:ROWS]
    ]
    ticked = set(form.getlist("chosen"))
    if not ticked & {one["id"] for one in records}:
        raise forms.Wrong("chosen", tk._("Tick at least one record."))
    left_out = [one["id"] for one in records if one["id"] not in ticked]
    return {"records": records, "except": left_out, **forms.decision(form)}


def outcomes(results: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> list[Outcome]:
    """Return how each record went, in words."""
    return [
        Outcome(
            one["id"],
            titles.get(one["id"]) or one["id"],
            approved=one["approved"],
            message=_result(one),
        )
        for one in results
    ]


def _result(one: Mapping[str, Any]) -> str:
    if one["approved"]:
        at = words.when(one["release_at"])
        return tk._("Approved, public from {when}").format(when=at.shown if at else "")
    errors = {**(one["error"] or {})}
    errors.pop("issues", None)
    said = [str(text) for texts in errors.values() for text in texts]
    return " ".join(said) or tk._("It was not approved.")
