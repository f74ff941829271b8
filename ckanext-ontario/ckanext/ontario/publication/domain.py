"""The workflow of a record: states, who may take which step, what follows for the public side.

``draft → in_review → approved``, or ``returned`` with a reason; an edit of what the public will
see makes a draft again. An approval freezes a release; what the public portal shows is derived
from the releases alone (:mod:`.derived`), so a live record can be edited for weeks and nothing
leaks or vanishes. Source of the rules: Ontario's Open Data Directive (approval by a Director,
delegable with the delegation on record; removal by the Deputy Minister, not delegable).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from ckanext.ontario.publication.derived import Past, Public, public_side, waiting
from ckanext.ontario.publication.roles import Actor


class State(str, Enum):
    """Of a working copy."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    RETURNED = "returned"


class Step(str, Enum):
    """Something a person does with a record; the rest follows from rules."""

    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    SCHEDULE = "schedule"
    WITHDRAW = "withdraw"
    RESTORE = "restore"
    REMOVE = "remove"


CHECKLIST = ("legal", "privacy", "security", "accessibility", "issues_plan")
"""What the approver confirms, each time and all of it."""


class Refused(Exception):
    """A step that the rules don't allow now."""

    def __init__(self, code: str, field: str = "state") -> None:
        """Remember which rule, and which value of the request it is about."""
        super().__init__(code)
        self.code = code
        self.field = field


class NotEntitled(Refused):
    """A step that this person may not take."""


@dataclass(frozen=True)
class Content:
    """What would be released now, as two hashes."""

    seen: str
    """Of everything; what the approver names."""
    settled: str
    """Without what machines add by themselves after an upload (views, sizes); what was
    submitted is compared by it."""


@dataclass(frozen=True)
class Copy:
    """A working copy, as far as the rules look at it."""

    state: State = State.DRAFT
    shared: bool = False
    submitted_by: str | None = None
    submitted_hash: str | None = None
    edited_by: str | None = None
    withheld: bool = False
    """Whether even its existence stays inside; such a record is never released."""
    releases: Sequence[Past] = ()

    @property
    def public(self) -> Public:
        """What the public portal shows of it."""
        return public_side(self.releases)


# --- the steps -------------------------------------------------------------------------------


def edited(copy: Copy, user_id: str | None) -> Copy:
    """Return the copy after an edit of what the public will see.

    What was returned stays returned, with its reason, until it is submitted again. It stays
    shared: its audience knew of it before.
    """
    state = copy.state if copy.state is State.RETURNED else State.DRAFT
    return replace(copy, state=state, edited_by=user_id)


def submitted(copy: Copy, actor: Actor, content: Content) -> Copy:
    """Return the copy after its submission; from now on its audience may read it."""
    if not actor.edits:
        raise NotEntitled("submit-editor")
    _require_publishable(copy)
    if copy.state is State.IN_REVIEW:
        raise Refused("already-submitted")
    if copy.state is State.APPROVED:
        raise Refused("already-approved")
    return replace(
        copy,
        state=State.IN_REVIEW,
        shared=True,
        submitted_by=actor.user_id,
        submitted_hash=content.settled,
        edited_by=copy.edited_by or actor.user_id,
    )


def require_approver(copy: Copy, actor: Actor) -> None:
    """Refuse who may not approve this submission now.

    Raises:
        NotEntitled: for anyone but a Director or a delegate in date, for the submitter, and for
            whoever last changed what the public will see. System administrators are nobody here.
        Refused: when it is not in review, or may never go out.
    """
    if not actor.approves:
        raise NotEntitled("approve-director")
    if copy.state is not State.IN_REVIEW:
        raise Refused("not-in-review")
    _require_publishable(copy)
    if actor.user_id == copy.submitted_by:
        raise NotEntitled("approve-submitter")
    if actor.user_id == copy.edited_by:
        raise NotEntitled("approve-editor")


def approved(copy: Copy, actor: Actor, seen: str, content: Content) -> Copy:
    """Return the copy after its approval.

    Args:
        copy: the working copy, its row locked.
        actor: who approves.
        seen: hash of what the approver looked at.
        content: what would be released now.
    """
    require_approver(copy, actor)
    if copy.submitted_hash != content.settled:
        raise Refused("changed-since-submission", "content_hash")
    if seen != content.seen:
        raise Refused("not-what-was-seen", "content_hash")
    return replace(copy, state=State.APPROVED)


def returned(copy: Copy, actor: Actor, reason: str) -> Copy:
    """Return the copy after it was sent back; only its ministry's editors read it then."""
    if not actor.approves:
        raise NotEntitled("return-director")
    if copy.state is not State.IN_REVIEW:
        raise Refused("not-in-review")
    if actor.user_id == copy.submitted_by:
        raise NotEntitled("return-submitter")
    _require_reason(reason)
    return replace(copy, state=State.RETURNED, shared=False)


def require_schedule(copy: Copy, actor: Actor) -> None:
    """Refuse who may not change when a scheduled release goes out, or that it does."""
    if not actor.approves:
        raise NotEntitled("schedule-director")
    if waiting(copy.releases) is None:
        raise Refused("nothing-scheduled")


def cancelled(copy: Copy) -> Copy:
    """Return the copy after its scheduled release was cancelled: to be decided about again."""
    return replace(copy, state=State.IN_REVIEW) if copy.state is State.APPROVED else copy


def require_withdraw(copy: Copy, actor: Actor, reason: str) -> None:
    """Refuse a withdrawal: by whom, of what is not live, without a reason."""
    if not (actor.director or actor.catalogue_administrator):
        raise NotEntitled("withdraw-director")
    if copy.public is not Public.LIVE:
        raise Refused("not-live")
    _require_reason(reason)


def require_restore(copy: Copy, actor: Actor) -> None:
    """Refuse a restoration: by whom, of what is not withdrawn or may not be known."""
    if not (actor.director or actor.catalogue_administrator):
        raise NotEntitled("restore-director")
    if copy.public is not Public.WITHDRAWN:
        raise Refused("not-withdrawn")
    if copy.withheld:
        raise Refused("withheld")


def require_remove(copy: Copy, actor: Actor, reason: str) -> None:
    """Refuse a removal by anyone but the Deputy Minister or agency head on record."""
    if not actor.deputy_minister:
        raise NotEntitled("remove-deputy")
    if copy.public is Public.REMOVED:
        raise Refused("removed")
    if copy.public not in {Public.LIVE, Public.WITHDRAWN}:
        raise Refused("never-public")
    _require_reason(reason)


def why_not(copy: Copy, sequence: int, *, exists: bool = True) -> str | None:
    """Return why a scheduled release that is due must not go out, if there is a reason."""
    if copy.public is Public.REMOVED:
        return "removed"
    if copy.withheld:
        return "withheld"
    if not exists:
        return "deleted"
    last = max((one.sequence for one in copy.releases if one.state != "cancelled"), default=0)
    if sequence < last:
        return "superseded"
    return None if copy.state is State.APPROVED else "changed"


def deleted(copy: Copy) -> Copy:
    """Return the copy after its record was deleted: nothing of it waits any more.

    Raises:
        Refused: when it is live, or withdrawn and may be restored: what was published is kept
            until it is removed for ever.
    """
    if copy.public is Public.LIVE:
        raise Refused("kept-live")
    if copy.public is Public.WITHDRAWN:
        raise Refused("kept-withdrawn")
    waits = copy.state in {State.IN_REVIEW, State.APPROVED}
    return replace(copy, state=State.DRAFT) if waits else copy


def may_refresh(copy: Copy, approvals: Sequence[str]) -> bool:
    """Say whether changes with these approvals may follow what is live without a new approval.

    Args:
        copy: a working copy that is covered by a standing approval in date.
        approvals: for each difference from what is live, ``content`` or ``refresh``.
    """
    return (
        copy.public is Public.LIVE
        and waiting(copy.releases) is None
        and not copy.withheld
        and copy.state in {State.DRAFT, State.APPROVED}
        and all(one == "refresh" for one in approvals)
    )


def next_steps(copy: Copy, actor: Actor) -> list[Step]:
    """Return the steps this person may take now, the likeliest first."""
    tries: dict[Step, Callable[[], object]] = {
        Step.SUBMIT: lambda: submitted(copy, actor, Content("", "")),
        Step.APPROVE: lambda: approved(copy, actor, "", Content("", copy.submitted_hash or "")),
        Step.RETURN: lambda: returned(copy, actor, "reason"),
        Step.SCHEDULE: lambda: require_schedule(copy, actor),
        Step.RESTORE: lambda: require_restore(copy, actor),
        Step.WITHDRAW: lambda: require_withdraw(copy, actor, "reason"),
        Step.REMOVE: lambda: require_remove(copy, actor, "reason"),
    }
    return [step for step, attempt in tries.items() if _passes(attempt)]


def _passes(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except Refused:
        return False
    return True


def missing_checks(checklist: object) -> list[str]:
    """Return what of the checklist is not confirmed with a plain ``true``."""
    given = checklist if isinstance(checklist, dict) else {}
    return [name for name in CHECKLIST if given.get(name) is not True]


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason-missing", "reason")


def _require_publishable(copy: Copy) -> None:
    if copy.public is Public.REMOVED:
        raise Refused("removed")
    if copy.withheld:
        raise Refused("withheld")
