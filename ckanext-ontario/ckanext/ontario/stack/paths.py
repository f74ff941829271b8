"""Where the stack finds its templates and keeps its data."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import StackError

CONFIG_OPTION = "ONTARIO_CONFIG_DIR"
STACK_OPTION = "ONTARIO_STACK_DIR"

CHECKOUT = Path(__file__).parents[4]
"""The project's folder when this runs from one; some folder without a ``config/`` otherwise."""

PACKAGED = Path(__file__).parents[1] / "config"
"""Where a wheel holds the checkout's ``config/`` (``setup.py`` mounts it there)."""


def config_dir() -> Path:
    """Return the folder of templates: the named one, the checkout's, or the wheel's.

    Raises:
        StackError: when it is in none of these places.
    """
    named = os.environ.get(CONFIG_OPTION)
    for folder in [Path(named)] if named else [CHECKOUT / "config", PACKAGED]:
        if (folder / "solr" / "fields.yaml").exists():
            return folder.resolve()
    raise StackError(f"the templates were not found in {named or PACKAGED}; set {CONFIG_OPTION}")


def config_file(name: str) -> Path:
    """Return a file of ``config/``.

    Raises:
        StackError: when it is missing.
    """
    path = config_dir() / name
    if not path.exists():
        raise StackError(f"{path} is missing; restore it from the project")
    return path


def stack_dir() -> Path:
    """Return the folder of this installation's data.

    ``ONTARIO_STACK_DIR``, or ``.stack`` in the checkout, or ``.stack`` in the current folder when
    installed from a wheel.
    """
    home = CHECKOUT if (CHECKOUT / "config").is_dir() else Path.cwd()
    return Path(os.environ.get(STACK_OPTION) or home / ".stack").resolve()
