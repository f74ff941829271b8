"""The command lines of a portal's processes, and how each says that it is ready."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import requests

STALE = 30
"""Seconds after which a scheduler's heartbeat counts as missed; it beats every 2."""


WORKER = "ckanext.ontario.stack.worker"


def web(port: int, host: str = "127.0.0.1") -> list[str]:
    """Return the command that serves the portal of ``CKAN_INI``."""
    settings = Path(__file__).with_name("gunicorn_settings.py")
    return [sys.executable, "-m", "gunicorn", "--config", str(settings), "--bind", f"{host}:{port}"]


def worker() -> list[str]:
    """Return the command that does the background work of the portal of ``CKAN_INI``."""
    return [sys.executable, "-m", WORKER]


def prepare() -> list[str]:
    """Return the command that brings the portal of ``CKAN_INI`` up to date."""
    return [sys.executable, "-m", "ckanext.ontario.stack.prepare"]


def story() -> list[str]:
    """Return the command that publishes sample records on the portal of ``CKAN_INI``."""
    return [sys.executable, "-m", "ckanext.ontario.stack.story"]


def ckan(ini: Path, arguments: Sequence[str]) -> list[str]:
    """Return a command of CKAN's own command line for the portal of ``ini``."""
    return [str(Path(sys.executable).parent / "ckan"), "-c", str(ini), *arguments]


def scheduler(ini: Path, heartbeat: Path) -> list[str]:
    """Return the command that runs a portal's scheduled jobs."""
    return ckan(ini, ["ontario-scheduler", "run", "--heartbeat-file", str(heartbeat)])


def new_token(ini: Path, user: str, name: str) -> subprocess.CompletedProcess[str]:
    """Make an API token of ``user``; it is the last word of what was printed."""
    return subprocess.run(  # noqa: S603 -- no shell; the user's name is one argument
        ckan(ini, ["user", "token", "add", "-q", user, name]),
        check=False,
        capture_output=True,
        text=True,
    )


def answers(url: str) -> bool:
    """Say whether ``url`` answers 200."""
    try:
        return requests.get(url, timeout=10).status_code == requests.codes.ok
    except requests.RequestException:
        return False


def heartbeat_age(path: Path) -> float | None:
    """Return the seconds since a scheduler last said it lives, or ``None`` when it never did."""
    try:
        at = dt.datetime.fromisoformat(json.loads(path.read_text())["at"].replace("Z", "+00:00"))
    except (OSError, ValueError, KeyError):
        return None
    return (dt.datetime.now(dt.timezone.utc) - at).total_seconds()
