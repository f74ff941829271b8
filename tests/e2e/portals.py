"""Two running portals with people and sample records, for the browser."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

PASSWORD = "correct-horse-battery-9"


@dataclass(frozen=True)
class Portals:
    """The addresses of both portals."""

    internal: str
    public: str


def prepare(server: Any) -> None:
    """Give a portal its seed data and first users, as ``ontario up`` does."""
    subprocess.run(
        [sys.executable, "-m", "ckanext.ontario.stack.prepare"],
        env={**os.environ, "CKAN_INI": str(server.ini), "ONTARIO_FIRST_PASSWORD": PASSWORD},
        check=True,
        capture_output=True,
    )
