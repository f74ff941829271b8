"""Actions with answers: an editor writes one, a Director decides, everybody reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import authz, model
from ckan.types import Context, DataDict

from ckanext.ontario.shared import approving, portal, signals
from ckanext.ontario.votes import domain, voters
from ckanext.ontario.votes.logic.action import found, heading
from ckanext.ontario.votes.ministry import responses

__all__ = [
    "ontario_vote_decision_list",
    "ontario_vote_response_add",
    "ontario_vote_response_decide",
    "ontario_vote_response_list",
]

LONGEST = 4000
"""Characters of an answer in one language."""

_EXTRA: Any = model.package_extra_table
_USER: Any = model.user_table
_SHOWN = ("", "no")
"""Values of ``existence_withheld`` that mean it is not."""


def ontario_vote_response_add(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Answer the public's votes for a dataset. It goes out once a Director has approved it.

    Answers are never changed: a later one is a further one. They are no part of the record, whose
    approval they leave as it is.

    Args:
        context: CKAN's; the caller is an editor or a Director of the record's ministry.
        data_dict: ``id`` (id or name of the dataset), ``kind`` (``considering``, ``planned``,
            ``declined`` or ``opened``), ``text_translated``: ``{"en", "fr"}``.

    Returns:
        The answer, as ``ontario_vote_response_list`` returns it.

    Raises:
        ObjectNotFound: when there is no dataset that the caller may read.
        NotAuthorized: when the caller does not edit for its ministry.
        ValidationError: when something is missing, or the dataset's existence is withheld.
    """
    tk.check_access("ontario_vote_response_add", context, data_dict)
    package = _readable(context, data_dict)
    user = _user(context)
    kind, text = _answer(data_dict)
    _require_public(package)
    responses.lock(package.id)
    sequence = responses.add(package.id, kind, text, user.id)
    if not context.get("defer_commit"):
        model.Session.commit()
    return _inside(responses.of(package.id, sequence))[0]


def ontario_vote_response_decide(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Approve an answer, which sends it to the public portal, or return it with a reason.

    Args:
        context: CKAN's; the caller is the Director of the ministry or a delegate in date, and did
            not write the answer.
        data_dict: ``id`` (of the dataset), ``sequence`` (of the answer), ``approve`` (true or
            false) and, to return it, ``reason``.

    Returns:
        The answer, as ``ontario_vote_response_list`` returns it.

    Raises:
        ObjectNotFound: when there is no such answer, or no dataset that the caller may read.
        NotAuthorized: when the caller does not approve for its ministry, or wrote it.
        ValidationError: when it is decided already, or the reason is missing.
    """
    tk.check_access("ontario_vote_response_decide", context, data_dict)
    package = _readable(context, data_dict)
    user = _user(context)
    if package.owner_org not in approving.approved_by(user.id):
        raise tk.NotAuthorized(tk._("Only the Director of the ministry may decide about answers."))
    row = _one(package.id, data_dict)
    if row["written_by"] == user.id:
        raise tk.NotAuthorized(tk._("You wrote this answer. Somebody else has to decide about it."))
    reason = _reason(data_dict)
    if reason is None:
        _require_public(package)
    if not responses.decide(row, user.id, reason):
        raise tk.ValidationError({"sequence": [tk._("Somebody has decided about it already.")]})
    decided = _one(package.id, data_dict)
    if reason is None:
        signals.kind_released.send(
            "votes", kind=responses.KIND, package_id=package.id, sequence=row["sequence"],
            content=responses.content(decided),
        )  # fmt: skip
    if not context.get("defer_commit"):
        model.Session.commit()
    return _inside([decided])[0]


@tk.side_effect_free
def ontario_vote_response_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return the ministry's answers to the votes for a dataset, the latest first.

    Args:
        context: CKAN's, with the user.
        data_dict: ``id`` (id or name of the dataset).

    Returns:
        ``[{"sequence", "kind", "text": {"en", "fr"}, "at"}]``: approved ones, ``at`` being the
        time of the approval. Inside those who edit or approve for the ministry get all of them,
        and each has ``state`` (``waiting``, ``approved`` or ``returned``), ``reason`` and
        ``written_by`` (a user's name) too.

    Raises:
        ObjectNotFound: when there is no dataset that the caller may read.
    """
    tk.check_access("ontario_vote_response_list", context, data_dict)
    package = _readable(context, data_dict)
    if portal.is_internal() and _has_part(_user(context), package.owner_org):
        return _inside(responses.of(package.id))
    return responses.shown([package.id]).get(package.id, [])


@tk.side_effect_free
def ontario_vote_decision_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Return the answers to votes that wait for the caller's decision, the oldest first.

    Returns:
        Answers as ``ontario_vote_response_list`` returns them inside, each with ``id``, ``name``
        and ``title`` of its dataset.
    """
    tk.check_access("ontario_vote_decision_list", context, data_dict)
    user = _user(context)
    mine = approving.approved_by(user.id)
    rows = [row for row in responses.undecided(mine) if row["written_by"] != user.id]
    known = found(context, sorted({row["package_id"] for row in rows}))
    rows = [row for row in rows if row["package_id"] in known]
    told = zip(rows, _inside(rows), strict=True)
    return [{**heading(known[row["package_id"]]), **one} for row, one in told]


def _has_part(user: Any, owner: str | None) -> bool:
    role = authz.users_role_for_group_or_org(owner, user.name)
    return role in {"editor", "admin"} or owner in approving.approved_by(user.id)


def _inside(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    states = {None: "waiting", True: "approved", False: "returned"}
    authors = _names({row["written_by"] for row in rows})
    return [
        {
            "sequence": row["sequence"],
            "kind": row["kind"],
            "text": {"en": row["text_en"], "fr": row["text_fr"]},
            "at": responses.stamp(row["decided_at"] or row["at"]),
            "state": states[row["approved"]],
            "reason": row["reason"],
            "written_by": authors.get(row["written_by"]),
        }
        for row in rows
    ]


def _names(user_ids: set[str]) -> dict[str, str]:
    query = sa.select(_USER.c.id, _USER.c.name).where(_USER.c.id.in_(user_ids))
    return {row.id: row.name for row in model.Session.execute(query)}


# --- reading the request ---------------------------------------------------------------------


def _readable(context: Context, data_dict: DataDict) -> Any:
    reference = str(data_dict.get("id") or "")
    try:
        tk.check_access("package_show", tk.fresh_context(context), {"id": reference})
    except (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError):
        raise tk.ObjectNotFound(tk._("Dataset not found")) from None
    package = model.Package.get(reference)
    if package is None or package.type != "dataset" or package.state != model.State.ACTIVE:
        raise tk.ObjectNotFound(tk._("Dataset not found"))
    return package


def _user(context: Context) -> Any:
    user = model.User.get(voters.user_id_of(context) or "")
    if user is None or user.state != model.State.ACTIVE:
        raise tk.NotAuthorized(tk._("You must log in."))
    return user


def _require_public(package: Any) -> None:
    query = sa.select(_EXTRA.c.value).where(
        _EXTRA.c.package_id == package.id,
        _EXTRA.c.key == "existence_withheld",
        _EXTRA.c.state == "active",
    )
    if str(model.Session.scalar(query) or "") not in _SHOWN:
        said = tk._("The existence of this record is withheld; nothing is said of it in public.")
        raise tk.ValidationError({"id": [said]})


def _answer(data_dict: DataDict) -> tuple[str, dict[str, str]]:
    kind, given = data_dict.get("kind"), data_dict.get("text_translated")
    errors: dict[str, Any] = {}
    if kind not in domain.RESPONSES:
        choices = ", ".join(domain.RESPONSES)
        errors["kind"] = [tk._("Choose one of: {choices}.").format(choices=choices)]
    if domain.note_problem(given):
        errors["text_translated"] = [tk._("Write the answer in English and in French.")]
    texts = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {}
    text = {key: str(texts.get(key) or "").strip() for key in ("en", "fr")}
    if any("\x00" in one or len(one) > LONGEST for one in text.values()):
        said = tk._("At most {number} characters.").format(number=LONGEST)
        errors["text_translated"] = [said]
    if errors:
        raise tk.ValidationError(errors)
    return str(kind), text


def _one(package_id: str, data_dict: DataDict) -> dict[str, Any]:
    written = str(data_dict.get("sequence") or "")
    sequence = int(written[:9]) if written.isascii() and written.isdecimal() else 0
    rows = responses.of(package_id, sequence)
    if not rows:
        raise tk.ObjectNotFound(tk._("There is no such answer."))
    return rows[0]


def _reason(data_dict: DataDict) -> str | None:
    """Return why an answer is returned, or ``None`` when it is approved."""
    try:
        approve = bool(tk.asbool(tk.get_or_bust(dict(data_dict), "approve")))
    except ValueError:
        said = tk._("Must be true or false.")
        raise tk.ValidationError({"approve": [said]}) from None
    if approve:
        return None
    reason = str(data_dict.get("reason") or "").strip()
    if not reason or "\x00" in reason or len(reason) > LONGEST:
        raise tk.ValidationError({"reason": [tk._("Give a reason.")]})
    return reason
