"""Working through a bulk change: record by record, so that a kill loses nothing.

What a record came to is written in the transaction that changes it. A process that takes a run up
again goes on with the records that are not done; one that was changed already is not changed
twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as core
from ckan.types import Context

from ckanext.ontario.editing import bulk, fields, model, records
from ckanext.ontario.shared import clock

AT_ONCE = 20
"""Records that are worked through while the page is made; more go to the background."""

STILL = timedelta(seconds=60)
"""A run that nothing happened to for so long may be taken up again."""

STATUSES = ("ready", "changed", "unchanged", "refused", "stale", "waiting")

NEXT = {"previewing": "ready", "applying": "done"}
"""Phase in which work is done → what comes after it."""


def start(run_id: str, size: int) -> None:
    """Work through a run now, or let a background worker do it."""
    if size <= AT_ONCE:
        work(run_id)
    else:
        tk.enqueue_job(work, [run_id], title=f"ontario_editing {run_id}", rq_kwargs={"timeout": -1})


def work(run_id: str) -> None:
    """Work through what is not done of a run; at once, unless another process is at it."""
    claimed = model.claim(run_id)
    if claimed is None:
        return
    try:
        run = model.find_run(run_id)
        if run is not None and run["phase"] in NEXT:
            _work_through(run)
            model.advance(run_id, run["phase"], NEXT[run["phase"]])
            core.Session.commit()
    finally:
        model.release(claimed, run_id)


def _work_through(run: Mapping[str, Any]) -> None:
    context = _as_user(str(run["user_id"]))
    todo = model.items(run["id"], done=False)
    core.Session.commit()
    for item in todo:
        outcome = _one(context, run, item)
        model.note(run["id"], item["position"], outcome.as_dict())
        model.touch(run["id"])
        core.Session.commit()


def _one(
    context: Context | None, run: Mapping[str, Any], item: Mapping[str, Any]
) -> records.Outcome:
    package_id, changes = str(item["package_id"]), run["changes"]
    if context is None:  # the account was closed meanwhile
        return records.preview(Context(user="", auth_user_obj=None), package_id, changes)
    if run["phase"] == "previewing":
        return records.preview(context, package_id, changes)

    def note(outcome: records.Outcome) -> None:
        model.note(run["id"], item["position"], outcome.as_dict())

    return records.apply(context, package_id, changes, item["result"].get("version", ""), note)


def _as_user(user_id: str) -> Context | None:
    user = core.User.get(user_id)
    if user is None or user.state != core.State.ACTIVE:
        return None
    return Context(model=core, session=core.Session, user=user.name, auth_user_obj=user)


def stands_still(run: Mapping[str, Any]) -> bool:
    """Say whether nothing happens to a run that is not finished."""
    return run["phase"] in NEXT and clock.now() - run["seen"] > STILL


def counts(items: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many records there are by what they came to; ``waiting`` those not done."""
    found: dict[str, int] = dict.fromkeys(STATUSES, 0)
    for item in items:
        found[item["result"]["status"] if item["done"] else "waiting"] += 1
    return found


def wanted(ids: Any, changes: Any) -> tuple[list[str], bulk.Changes]:
    """Return the records and changes of a call.

    Raises:
        ValidationError: naming each thing that is not understood.
    """
    errors: dict[str, Any] = {}
    if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids):
        errors["ids"] = [tk._("Choose at least one record.")]
    elif len(ids) > bulk.MOST:
        said = tk._("At most {number} records can be changed at once.")
        errors["ids"] = [said.format(number=bulk.MOST)]
    checked: bulk.Changes = {}
    try:
        checked = bulk.checked(changes)
    except bulk.Problems as problems:
        for name, code, detail in problems.found:
            errors.setdefault(name, []).append(_said(code).format(detail=detail))
    for name, value in _unknown_choices(checked):
        said = tk._("“{value}” is not a choice of this field.").format(value=value[:100])
        errors.setdefault(name, []).append(said)
    if errors:
        raise tk.ValidationError(errors)
    return list(dict.fromkeys(ids)), checked


def _said(code: str) -> str:
    return {
        "nothing": tk._("Choose at least one field to change."),
        "unknown-field": tk._("This field can't be changed in many records. Possible: {detail}."),
        "unknown-way": tk._("This field can't be changed like this. Possible: {detail}."),
        "form": tk._("This value is not understood."),
    }[code]


def _unknown_choices(changes: bulk.Changes) -> list[tuple[str, str]]:
    """Return values of choices that are none: an alias would be a change each time."""
    known = fields.by_name(fields.DATASET)
    found: list[tuple[str, str]] = []
    for name, ways in changes.items():
        choices = fields.choices(known[name])
        for value in ways.values():
            given = value if isinstance(value, list) else [value]
            found += [(name, str(one)) for one in given if choices and str(one) not in choices]
    return found
