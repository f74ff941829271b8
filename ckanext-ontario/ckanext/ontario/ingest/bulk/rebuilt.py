"""CKAN's own functions with other globals: the installed code runs, on data from memory.

Nothing is patched that another thread could see.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Any


def rebuilt(function: Callable[..., Any], replaced: Mapping[str, Any]) -> Callable[..., Any]:
    """Return a function with the same code, whose globals are replaced where named."""
    original: Any = function
    return types.FunctionType(
        original.__code__,
        {**original.__globals__, **replaced},
        original.__name__,
        original.__defaults__,
        original.__closure__,
    )


def module_copy(module: types.ModuleType, replaced: Mapping[str, Any]) -> dict[str, Any]:
    """Return a module's globals, its functions rebuilt so that they call each other there."""
    found: dict[str, Any] = {**module.__dict__, **replaced}
    for name, value in module.__dict__.items():
        own = isinstance(value, types.FunctionType) and value.__module__ == module.__name__
        if own and name not in replaced:
            copied = types.FunctionType(
                value.__code__, found, value.__name__, value.__defaults__, value.__closure__
            )
            copied.__kwdefaults__ = value.__kwdefaults__
            found[name] = copied
    return found
