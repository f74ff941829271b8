"""How a run is spread over worker processes (pytest-xdist), and put together again at its end.

A worker has services and temporary files of its own, in a folder that the controller made and
removes, so that workers share nothing and even one that was killed leaves nothing behind. A folder
of tests is never split: what its fixtures set up once is set up in one worker only.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from ckanext.ontario.stack.testing import sweep

MOST = 2
"""Workers of a whole run; each takes about 1.5 GB with its services."""

SECOND = frozenset(
    {
        "tests/editing",
        "tests/harvest",
        "tests/harvesters",
        "tests/ingest",
        "tests/publication",
        "tests/root",
        "tests/scheduler",
        "tests/search",
        "tests/stack",
        "tests/visibility",
    }
)
"""Folders of the second worker. Which tests meet on one worker's portals, and in which order, is
the same in every run; a whole run prints what each folder took, so that the halves stay even."""

FOLDERS = pytest.StashKey[list[Path]]()
ASKED = pytest.StashKey[list[str]]()
"""What tests/leaks asked, for the summary."""


def is_worker(config: pytest.Config) -> bool:
    """Say whether this process runs a controller's tests."""
    return hasattr(config, "workerinput")


def runs_tests(config: pytest.Config) -> bool:
    """Say whether tests run in this process: not while only collecting, nor in a controller."""
    return not config.option.collectonly and (is_worker(config) or config.option.dist == "no")


def group_of(nodeid: str) -> str:
    """Return the folder of a test, or its file when that lies beside the folders."""
    return "/".join(nodeid.partition("::")[0].split("/")[:2])


def folder_of(config: pytest.Config) -> Path:
    """Return an empty folder for this process's services; in a worker, for its other files too."""
    if not is_worker(config):
        return new_folder()
    folder = Path(config.workerinput["folder"])
    files = folder / "tmp"
    files.mkdir(mode=0o755)
    os.environ["TMPDIR"] = tempfile.tempdir = str(files)
    return folder


def new_folder() -> Path:
    """Return a new folder that Postgres, which runs as a user of its own, can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="ontario-test-"))
    folder.chmod(0o755)
    return folder


class Halves(LoadScopeScheduling):
    """Hands out two halves of the tests, each in the order in which it was collected."""

    def _split_scope(self, nodeid: str) -> str:
        return "second" if group_of(nodeid) in SECOND else "first"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Halves:
    """Give each of two workers its half."""
    config.option.loadscopereorder = False
    return Halves(config, log)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """For ``-n auto``: none on one core, nor for a part of the tests, which would only wait."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    narrowed = config.option.keyword or config.option.markexpr
    return MOST if whole and not narrowed and (os.cpu_count() or 1) >= MOST else 0


def pytest_configure_node(node: Any) -> None:
    """Make a worker's folder."""
    folder = new_folder()
    node.config.stash.setdefault(FOLDERS, []).append(folder)
    node.workerinput["folder"] = str(folder)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the controller what it will print."""
    if is_worker(session.config):
        session.config.workeroutput["asked"] = session.config.stash.get(ASKED, [])


def pytest_testnodedown(node: Any) -> None:
    """Take what a worker sent; one that crashed sent nothing."""
    sent = getattr(node, "workeroutput", {}).get("asked", [])
    node.config.stash.setdefault(ASKED, []).extend(sent)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print what tests/leaks really asked, and how long each folder of a larger run took."""
    asked = config.stash.get(ASKED, [])
    if asked:
        terminalreporter.section("leaks: what was asked")
        for line in asked:
            terminalreporter.write_line(line)
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[group_of(report.nodeid)] += round(report.duration, 3)
    if len(seconds) > 1:
        terminalreporter.section("seconds of each folder")
        for group, taken in seconds.most_common():
            terminalreporter.write_line(f"{taken:8.1f} {group}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what a killed worker left running, and remove the workers' folders."""
    for folder in config.stash.get(FOLDERS, []):
        sweep(folder)
