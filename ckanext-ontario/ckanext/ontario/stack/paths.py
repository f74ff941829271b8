"""Where the stack finds its templates and keeps its data."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import StackError

CONFIG_OPTION = "ONTARIO_CONFIG_DIR"
STACK_OPTION = "ONTARIO_STACK_DIR"


def config_dir() -> Path:
    """Return the ``config/`` folder: of the checkout, or the one ``ONTARIO_CONFIG_DIR`` names."""
    named = os.environ.get(CONFIG_OPTION)
    candidates = (
        [Path(named)]
        if named
        else [
            Path(__file__).parents[4] / "config",
            Path.cwd() / "config",
        ]
    )
    for folder in candidates:
        if (folder / "solr" / "fields.yaml").exists():
            return folder.resolve()
    raise StackError(
        f"the config/ folder was not found; run this from the project, or set {CONFIG_OPTION}"
    )


def config_file(name: str) -> Path:
    """Return a file of ``config/``."""
    path = config_dir() / name
    if not path.exists():
        raise StackError(f"{path} is missing; restore it from the project")
    return path


def stack_dir() -> Path:
    """Return the folder that holds all data of this installation (``.stack`` by default)."""
    return Path(os.environ.get(STACK_OPTION) or config_dir().parent / ".stack").resolve()
