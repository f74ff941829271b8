"""Child processes: recognised again, and never mistaken for somebody else's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ckanext.ontario.stack import processes
from ckanext.ontario.stack.errors import NotReady
from ckanext.ontario.stack.follow import follow

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)"
STUBBORN = [sys.executable, "-c", f"{DEAF}; time.sleep(600)"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    processes.end(processes.leftovers(tmp_path), timeout=5)


def only(folder: Path, service: processes.Service) -> bool:
    """Wait until the service alone carries the mark (for an instant after exec, nobody does)."""
    pids = [service.pid]
    processes.wait_until(lambda: [one.pid for one in processes.leftovers(folder)] == pids, 10)
    return True


def test_a_service_is_found_again_by_its_record(folder: Path) -> None:
    started = processes.spawn("one", SLEEP, folder)
    assert processes.find("one", folder) == started
    assert processes.find("two", folder) is None


def test_stop_ends_it_and_its_children(folder: Path) -> None:
    parent = [
        sys.executable,
        "-c",
        f"import subprocess, time; subprocess.Popen({SLEEP!r}); time.sleep(600)",
    ]
    service = processes.spawn("family", parent, folder)
    processes.wait_until(lambda: service.children() == 1, 20, service)
    (child,) = psutil.Process(service.pid).children()
    assert processes.stop(["family"], folder) == ["family"]
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert processes.find("family", folder) is None
    assert processes.stop(["family"], folder) == []


def test_stop_makes_what_does_not_listen(folder: Path) -> None:
    service = processes.spawn("stubborn", STUBBORN, folder)
    processes.wait_until(lambda: "up" in service.log.read_text(), 20, service)
    assert processes.stop(["stubborn"], folder, timeout=0.5) == ["stubborn"]
    assert processes.leftovers(folder) == []


def test_a_recycled_process_id_is_not_ours(folder: Path) -> None:
    with subprocess.Popen(SLEEP) as stranger:
        record = {"pid": stranger.pid, "started": 1.0, "fingerprint": ""}
        (folder / "web.process.json").write_text(json.dumps(record))
        assert processes.find("web", folder) is None
        assert processes.stop(["web"], folder) == []
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}'])
def test_a_damaged_record_is_no_process(folder: Path, content: str) -> None:
    (folder / "web.process.json").write_text(content)
    assert processes.find("web", folder) is None


def test_what_an_interrupted_start_left_is_ended_by_the_next(folder: Path) -> None:
    orphan = processes.spawn("web", SLEEP, folder)
    assert only(folder, orphan)
    (folder / "web.process.json").unlink()
    assert processes.find("web", folder) is None
    started = processes.spawn("web", SLEEP, folder)
    assert only(folder, started)
    assert started.pid != orphan.pid


def test_a_set_clock_does_not_disown_a_service(folder: Path) -> None:
    service = processes.spawn("web", SLEEP, folder)
    assert only(folder, service)
    record = json.loads((folder / "web.process.json").read_text())
    record["started"] -= 3600
    (folder / "web.process.json").write_text(json.dumps(record))
    assert processes.find("web", folder) == service


def test_leftovers_of_another_folder_are_let_be(folder: Path) -> None:
    other = folder / "other"
    service = processes.spawn("web", SLEEP, other)
    assert only(other, service)
    assert processes.leftovers(folder) == []
    processes.stop(["web"], other)


def test_ensure_keeps_what_runs_as_wanted(folder: Path) -> None:
    settings = folder / "settings.ini"
    settings.write_text("a")
    first, started = processes.ensure("web", SLEEP, folder, {"A": "1"}, [settings])
    assert started
    assert processes.ensure("web", SLEEP, folder, {"A": "1"}, [settings]) == (first, False)


@pytest.mark.parametrize("change", ["command", "environment", "file"])
def test_ensure_starts_anew_what_runs_differently(folder: Path, change: str) -> None:
    settings = folder / "settings.ini"
    settings.write_text("a")
    first, _ = processes.ensure("web", SLEEP, folder, {"A": "1"}, [settings])
    if change == "file":
        settings.write_text("b")
    command = [*SLEEP, "argument"] if change == "command" else SLEEP
    environment = {"A": "2" if change == "environment" else "1"}
    second, started = processes.ensure("web", command, folder, environment, [settings])
    assert started
    assert second.pid != first.pid
    assert only(folder, second)


def test_waiting_for_a_dead_process_ends_at_once_and_quotes_its_log(folder: Path) -> None:
    broken = [sys.executable, "-c", "raise SystemExit('no such')"]
    service = processes.spawn("broken", broken, folder)
    with pytest.raises(NotReady, match=r"(?s)broken ended at once.*broken\.log.*no such"):
        processes.wait_until(lambda: False, 30, service)


def test_waiting_has_an_end(folder: Path) -> None:
    service = processes.spawn("slow", SLEEP, folder)
    with pytest.raises(NotReady, match="slow did not answer within 0 s"):
        processes.wait_until(lambda: False, 0.2, service)
    with pytest.raises(NotReady, match="no answer within 0 s"):
        processes.wait_until(lambda: False, 0.1)


def test_a_killed_child_of_ours_is_not_running(folder: Path) -> None:
    service = processes.spawn("killed", SLEEP, folder)
    os.kill(service.pid, signal.SIGKILL)
    processes.wait_until(lambda: processes.find("killed", folder) is None, 10)
    assert service.children() == 0


def test_a_large_log_is_put_aside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LARGEST_LOG", 10)
    (folder / "web.log").write_text("a long line of the last run\n")
    processes.spawn("web", [sys.executable, "-c", "pass"], folder)
    assert (folder / "web.log.1").read_text() == "a long line of the last run\n"


def test_tail_gives_the_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    assert list(processes.tail(log, 2)) == []
    log.write_text("one\ntwo\nthree\n")
    assert list(processes.tail(log, 2)) == ["two", "three"]


def test_follow_gives_added_lines_also_after_the_log_was_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ckanext.ontario.stack.follow.PAUSE", 0)
    log = tmp_path / "a.log"
    log.write_text("old\n")
    lines = follow(log)
    added = ["first\n", "second\n"]

    def write_more(_seconds: float) -> None:
        if added[0] == "first\n":
            with log.open("a") as handle:
                handle.write(added.pop(0))
        else:
            log.rename(tmp_path / "a.log.1")
            log.write_text(added[0])

    monkeypatch.setattr("ckanext.ontario.stack.follow.time.sleep", write_more)
    assert next(lines) == "first\n"
    assert next(lines) == "second\n"
    lines.close()
