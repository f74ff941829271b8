"""Whether a record exists is known only to those who may read it, whatever is asked about it.

CKAN looks a record up before it asks who calls, and each action has words of its own for what it
does not find. Here the record is asked for first, in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import yaml
from ckan import model
from ckan.types import Action, ChainedAction, Context, DataDict
from flask import has_request_context

_WHEN = "when"

Subjects = Mapping[str, Any]
"""Parameter → kind of thing it names; under ``when``, parameter → value."""

_FOR_ALL: Mapping[str, Any] = {"organization": model.Group, "user": model.User}
"""Kinds of things that are no secret."""


@cache
def table() -> dict[str, Subjects]:
    """Return what each action's parameters name."""
    path = Path(__file__).with_name("subjects.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def gates(actions: Mapping[str, bool]) -> dict[str, ChainedAction]:
    """Return a chained action in front of each that names something.

    Args:
        actions: registered actions, and whether each may be called by GET.
    """
    return {
        name: _gate(subjects, reads=actions[name])
        for name, subjects in table().items()
        if name in actions
    }


def require_readable(context: Context, kind: str, value: Any) -> None:
    """Let those pass who may read the record that ``value`` belongs to.

    Args:
        context: who asks.
        kind: what ``value`` is: the name or id of a ``record``, a harvest ``source``, an
            ``organization`` or topic, a ``user`` (these are for all to see), or the id of a
            ``file`` or ``view``.
        value: as the caller sent it.

    Raises:
        ObjectNotFound: without a word, when there is none or the caller may not know it.
    """
    if kind in _FOR_ALL:
        if _FOR_ALL[kind].get(str(value)) is None:  # core's own code fails on some of these
            raise tk.ObjectNotFound
        return
    record = value if kind in {"record", "source"} else _record_of(kind, str(value))
    if not isinstance(record, str):
        raise tk.ObjectNotFound
    try:
        tk.check_access("package_show", tk.fresh_context(context), {"id": record})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        raise tk.ObjectNotFound from None
    if kind == "source":
        _require_type(record, "harvest")


def _gate(subjects: Subjects, *, reads: bool) -> ChainedAction:
    wanted: Mapping[str, Any] = subjects.get(_WHEN, {})
    named = [(key, kind) for key, kind in subjects.items() if key != _WHEN]

    def gated(next_action: Action, context: Context, data_dict: DataDict) -> Any:
        over_http = has_request_context() and not context.get("ignore_auth")
        if over_http and all(data_dict.get(key) == value for key, value in wanted.items()):
            for key, kind in named:
                if data_dict.get(key):
                    require_readable(context, kind, data_dict[key])
                elif kind == "organization":  # core's own code fails without one
                    raise tk.ValidationError({key: [tk._("Missing value")]})
        return next_action(context, data_dict)

    gated.side_effect_free = reads  # pyright: ignore[reportFunctionMemberAccess]
    # What stands behind may be exempt (harvest_source_show is), and a chain hides that; this one
    # asks for package_show itself.
    gated.auth_audit_exempt = True  # pyright: ignore[reportFunctionMemberAccess]
    return tk.chained_action(gated)


def _require_type(record: str, wanted: str) -> None:
    package = model.Package.get(record)
    if package is None or package.type != wanted:
        raise tk.ObjectNotFound


def _record_of(kind: str, value: str) -> str | None:
    if kind == "view":
        view = model.ResourceView.get(value)
        value = view.resource_id if view is not None else ""
    resource = model.Resource.get(value)
    return resource.package_id if resource is not None else None
