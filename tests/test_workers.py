"""A run in several processes: what goes where, and that nothing of it stays."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from tests import workers

from ckanext.ontario.stack import processes
from ckanext.ontario.stack.testing import sweep

ROOT = Path(__file__).resolve().parents[1]
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/leaks/test_inside.py::test_a[x/y::z]", "tests/leaks"),
        ("tests/catalogue/deep/test_a.py::Class::test_a", "tests/catalogue"),
        ("tests/test_docs.py::test_a", "tests/test_docs.py"),
    ],
)
def test_a_folder_is_one_group(nodeid: str, group: str) -> None:
    assert workers.group_of(nodeid) == group


def test_the_second_half_exists() -> None:
    assert [group for group in sorted(workers.SECOND) if not (ROOT / group).exists()] == []


def test_a_killed_run_is_swept_up() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ontario-test-"))
    service = processes.spawn("one", SLEEP, folder / "tmp" / "some-stack" / "run")
    with subprocess.Popen(SLEEP) as stranger:
        sweep(folder)
        assert stranger.poll() is None
        stranger.kill()
    ended = not psutil.pid_exists(service.pid)
    assert ended or psutil.Process(service.pid).status() == psutil.STATUS_ZOMBIE
    assert not folder.exists()
