"""``python -m ckanext.ontario.stack.story``: play the story on the internal portal, once.

``CKAN_INI`` names the internal portal, ``ONTARIO_FIRST_PASSWORD`` the password of the people it
makes. Stopped anywhere and begun again, it goes on where it was.
"""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from ckan import model
from rich.console import Console
from rich.progress import Progress

from ckanext.ontario.shared import clock
from ckanext.ontario.stack.application import flask_of, load
from ckanext.ontario.stack.prepare import PASSWORD, STAFF_MINISTRY
from ckanext.ontario.stack.stages import WIDE
from ckanext.ontario.stack.story import made, people, plan
from ckanext.ontario.stack.story.acting import Stage

CHECKLIST = dict.fromkeys(("legal", "privacy", "security", "accessibility", "issues_plan"), True)
LATER = timedelta(days=21)
WHY_RETURNED = (
    "The description should say how often readings are taken. Please add it and submit again."
)
WHY_WITHDRAWN = "Rows of two districts were mixed up; back when the file is corrected."
WHY_REMOVED = "Published in error: the file belongs to another ministry."


def main() -> int:
    """Play what has not been played yet; return 0."""
    password = os.environ.pop(PASSWORD, "")
    stage = Stage(flask_of(load()))
    publishable = _publishable(stage)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for ministry in progress.track(sorted(publishable), description="People"):
            people.join(stage, ministry, password)
        people.give_roles(stage, password)
        for record in progress.track(made.records(), description="Datasets made by hand"):
            made.make(stage, record)
        todo = [
            (ministry, name, fate)
            for ministry, names in sorted(publishable.items())
            for name, fate in plan.fates(names)
        ]
        todo += [(one["organization"], one["name"], plan.Fate.RELEASED) for one in made.records()]
        done: Counter[str] = Counter()
        for ministry, name, fate in progress.track(todo, description="Submissions, decisions"):
            done[fate.value] += _play(stage, ministry, name, fate)
    _take_back(stage, [name for _ministry, name, fate in todo if fate is plan.Fate.RELEASED])
    sent = stage.itself("ontario_publication_push")
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(done.items()) if count)
    Console(width=WIDE).print(
        f"{told or 'nothing new'}; {sent['sent']} sent last, {sent['waiting']} waiting, "
        f"{sent['parked']} parked"
    )
    return 0


def _publishable(stage: Stage) -> dict[str, list[str]]:
    """Return the first harvested records without a publish gap, by ministry."""
    by_hand = {one["name"] for one in made.records()}
    names = model.Session.execute(
        sa.select(model.Package.name, model.Group.name)
        .join(model.Group, model.Group.id == model.Package.owner_org)
        .where(model.Package.type == "dataset", model.Package.state == "active")
    )
    found: dict[str, list[str]] = defaultdict(list)
    for ministry, name in sorted((ministry, name) for name, ministry in list(names)):
        if name not in by_hand and len(found[ministry]) < plan.MOST:
            checked = stage.itself("ontario_dataset_check", id=name)
            found[ministry] += [name] if checked["publishable"] else []
    return {ministry: listed for ministry, listed in found.items() if listed}


def _play(stage: Stage, ministry: str, name: str, fate: plan.Fate) -> bool:
    """Take the steps of one record that are not taken yet; say whether there were any."""
    director = people.director_of(ministry)
    state = stage.call(director, "ontario_release_show", id=name)["state"]
    if fate is plan.Fate.DRAFT or state not in {"draft", "in_review"}:
        return False
    if state == "draft":
        stage.call(people.editor_of(ministry), "ontario_release_submit", id=name)
    elif fate is plan.Fate.IN_REVIEW:
        return False
    if fate is plan.Fate.RETURNED:
        stage.call(director, "ontario_release_return", id=name, reason=WHY_RETURNED)
    elif fate in {plan.Fate.RELEASED, plan.Fate.SCHEDULED}:
        _approve(stage, director, name, later=fate is plan.Fate.SCHEDULED)
    return True


def _approve(stage: Stage, director: str, name: str, *, later: bool) -> None:
    seen = stage.call(director, "ontario_release_preview", id=name)
    at: dict[str, Any] = {}
    if later:
        at["release_at"] = (clock.now() + LATER).strftime("%Y-%m-%dT09:00")
    stage.call(
        director,
        "ontario_release_approve",
        id=name,
        content_hash=seen["content_hash"],
        checklist=CHECKLIST,
        **at,
    )


def _take_back(stage: Stage, released: list[str]) -> None:
    """Withdraw one record and remove another, of the ministry that has a Deputy Minister."""
    director = people.director_of(STAFF_MINISTRY)
    own = [name for name in released if _ministry_of(name) == STAFF_MINISTRY]
    for name, who, step, reason in (
        (own[0], director, "withdraw", WHY_WITHDRAWN),
        (own[1], people.DEPUTY, "remove", WHY_REMOVED),
    ):
        if stage.call(director, "ontario_release_show", id=name)["public"] == "live":
            stage.call(who, f"ontario_release_{step}", id=name, reason=reason)


def _ministry_of(name: str) -> str:
    package = model.Package.get(name)
    owner = model.Group.get(package.owner_org) if package else None
    return str(owner.name) if owner else ""


if __name__ == "__main__":
    sys.exit(main())
