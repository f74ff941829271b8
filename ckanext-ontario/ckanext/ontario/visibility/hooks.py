"""Everything that runs around the gate is on a list, or the internal portal does not start.

A hook registered before the gate could answer in its place; one that runs after a view also runs
when the gate refused; middleware sees requests before anybody knows who calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import ckan.plugins as p
from flask import Flask

from ckanext.ontario.shared import guard
from ckanext.ontario.shared.startup import GUARD, PortalRefused
from ckanext.ontario.visibility import config
from ckanext.ontario.visibility.gate import require_log_in

REVIEWED = (
    "ckan.config.middleware.flask_app",
    "ckanext.ontario",
    "flask_login",
    "flask_wtf",
)
"""Modules whose hooks are known to show and change nothing before or after a refused request."""

Hook = Callable[..., Any]


def check(app: Flask) -> None:
    """Look at every hook around the gate.

    Raises:
        PortalRefused: naming hooks nobody reviewed, middleware of other plugins, or views of ours
            that change something without the POST guard.
    """
    strangers = sorted({_name(hook) for hook in _around(app) if not _is_reviewed(hook)})
    strangers += sorted(_middleware())
    if strangers:
        raise PortalRefused(
            "the internal portal does not start with unreviewed request hooks: "
            f"{', '.join(strangers)} (review them, then list their modules in "
            f"{config.REVIEWED_HOOKS})"
        )


def check_views(app: Flask) -> None:
    """Look at every view of ours.

    Raises:
        PortalRefused: naming the endpoints that change something without the POST guard.
    """
    unguarded = sorted(set(guard.unguarded(app)))
    if unguarded:
        raise PortalRefused(f"views without the POST guard: {', '.join(unguarded)}")


def _around(app: Flask) -> Iterator[Hook]:
    before = app.before_request_funcs.get(None, [])
    yield from before[: before.index(require_log_in)]
    yield from _all(app.after_request_funcs)
    yield from _all(app.url_value_preprocessors)
    yield from _all(app.teardown_request_funcs)


def _all(hooks: Any) -> Iterator[Hook]:
    groups: Iterable[list[Hook]] = hooks.values()
    for group in groups:
        yield from group


def _is_reviewed(hook: Hook) -> bool:
    module = f"{_module(hook)}."
    return any(module.startswith(f"{known}.") for known in (*REVIEWED, *config.reviewed_hooks()))


def _module(hook: Hook) -> str:
    return str(getattr(hook, "__module__", type(hook).__module__))


def _name(hook: Hook) -> str:
    return f"{_module(hook)}.{getattr(hook, '__name__', type(hook).__name__)}"


def _middleware() -> Iterator[str]:
    known = config.reviewed_hooks()
    for plugin in p.PluginImplementations(p.IMiddleware):
        module = type(plugin).__module__
        if plugin.name != GUARD and not any(f"{module}.".startswith(f"{k}.") for k in known):
            yield f"{module}.{type(plugin).__name__}"
