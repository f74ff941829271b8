"""Refusing actions: chained functions that stand before the action and before its authorisation.

Authorisation functions alone can't do it: system administrators skip them, and some actions have
none. The lock holds for what arrives over HTTP; commands and jobs run as the portal itself, and
so does what one of CKAN's actions calls with ``ignore_auth`` inside a request.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import Action, ChainedAction, Context, DataDict
from flask import has_request_context

from ckanext.ontario.visibility.domain import Decision

CORE_MODULES = ("get", "create", "update", "delete", "patch")
"""Modules of ``ckan.logic.action``; everything in ``get`` is a read to CKAN."""


def registered(besides: str) -> dict[str, bool]:
    """Return every action CKAN knows, and whether it may be called by GET.

    Args:
        besides: name of the plugin that asks; its own actions are left out.
    """
    found: dict[str, bool] = {}
    for name in CORE_MODULES:
        module = importlib.import_module(f"ckan.logic.action.{name}")
        for action, function in authz.get_local_functions(module):
            found[action] = getattr(function, "side_effect_free", name == "get")
    for plugin in p.PluginImplementations(p.IActions):
        if plugin.name == besides:
            continue
        for action, function in plugin.get_actions().items():
            found[action] = bool(getattr(function, "side_effect_free", False))
    return found


def locks(
    policy: Mapping[str, Decision],
    actions: Mapping[str, bool],
    gates: Mapping[str, ChainedAction] | None = None,
) -> dict[str, ChainedAction]:
    """Return a refusing function for each action that ``policy`` does not allow or gate.

    Args:
        policy: the portal's decisions.
        actions: registered actions, and whether each may be called by GET.
        gates: what stands behind the lock of some, for those whom it lets pass.
    """
    behind = gates or {}
    refusals: dict[Decision, Callable[[Context], None]] = {
        Decision.SYSADMIN: _require_sysadmin,
        Decision.REFUSE: _require_the_portal,
    }
    return {
        name: _chained(refusals[decision], behind.get(name), reads=reads)
        for name, reads in actions.items()
        if (decision := policy.get(name, Decision.REFUSE)) in refusals
    }


def unplaced(policy: Mapping[str, Decision], actions: Iterable[str]) -> list[str]:
    """Return the actions the table does not mention."""
    return sorted(set(actions) - set(policy))


def _chained(
    require: Callable[[Context], None], gate: ChainedAction | None, *, reads: bool
) -> ChainedAction:
    def locked(next_action: Action, context: Context, data_dict: DataDict) -> Any:
        if has_request_context() and not context.get("ignore_auth"):
            require(context)
        if gate is not None:
            return gate(next_action, context, data_dict)
        return next_action(context, data_dict)

    locked.side_effect_free = reads  # pyright: ignore[reportFunctionMemberAccess]
    return tk.chained_action(locked)


def _require_sysadmin(context: Context) -> None:
    if not authz.is_sysadmin(context.get("user")):
        raise tk.NotAuthorized(tk._("Only system administrators may do this on this portal."))


def _require_the_portal(_context: Context) -> None:
    raise tk.NotAuthorized(tk._("This can't be done on this portal."))
