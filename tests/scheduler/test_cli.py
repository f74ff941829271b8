"""``ckan ontario-scheduler`` as a supervisor runs it: a process of its own, and signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 60.0
"""Seconds within which CKAN has started on a busy machine."""


@pytest.fixture
def ckan(internal: Any, pytestconfig: pytest.Config) -> list[str]:
    """The command that works on the portal under test."""
    return [str(Path(sys.executable).parent / "ckan"), "-c", pytestconfig.option.ckan_ini]


@contextmanager
def running(command: list[str], heartbeat: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a scheduler until its first heartbeat, and for the length of the block."""
    process = subprocess.Popen(
        [*command, "ontario-scheduler", "run", "--heartbeat-file", str(heartbeat)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(heartbeat, process)
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not path.exists():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        pause.wait(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(ckan: list[str], tmp_path: Path, number: int) -> None:
    heartbeat = tmp_path / "beat.json"
    with running(ckan, heartbeat) as process:
        beat = json.loads(heartbeat.read_text())
        assert beat["pid"] == process.pid
        assert beat["role"] == "leader"
        os.kill(process.pid, number)
        assert process.wait(PATIENCE) == 0
    assert not heartbeat.exists()


def test_the_list_is_readable_and_machine_readable(ckan: list[str], tmp_path: Path) -> None:
    with running(ckan, tmp_path / "beat.json"):
        text = subprocess.run(
            [*ckan, "ontario-scheduler", "list"], capture_output=True, text=True, check=True
        ).stdout
        found = json.loads(
            subprocess.run(
                [*ckan, "ontario-scheduler", "list", "--json"],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
    assert "a scheduler leads" in text
    assert found["leading"] is True
    assert all(job["name"] in text for job in found["jobs"])
