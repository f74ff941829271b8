"""Child processes that outlive their parent: started, recognised again, stopped.

A process is ours when the record says so (its id *and* its start time) or when it carries our mark
in its environment; a re-used id is never mistaken for ours, so the stack ends only what it started.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from .errors import NotReady

MARK = "ONTARIO_STACK_PROCESS"
"""Environment variable that every child carries: the path of its record."""

LARGEST_LOG = 20_000_000
"""Bytes after which a log is put aside (one generation is kept) when its process starts."""


@dataclass(frozen=True)
class Service:
    """A running child process and the folder of its record and log."""

    name: str
    pid: int
    folder: Path

    @property
    def log(self) -> Path:
        """Return the file that holds its output."""
        return log_of(self.name, self.folder)

    def children(self) -> int:
        """Return how many child processes it has at this moment."""
        try:
            return len(psutil.Process(self.pid).children())
        except psutil.NoSuchProcess:
            return 0


def log_of(name: str, folder: Path) -> Path:
    """Return the log file of a service, running or not."""
    return folder / f"{name}.log"


def spawn(
    name: str,
    command: Sequence[str],
    folder: Path,
    env: Mapping[str, str] | None = None,
    fingerprint: str = "",
) -> Service:
    """Start ``command`` in a session of its own, its output appended to ``folder/name.log``.

    What an interrupted start left behind under the same name is ended first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    end(leftovers(folder, name), timeout=10)
    log = log_of(name, folder)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    mark = {MARK: str(_record(folder, name))}
    with log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603 -- commands are the stack's own, never a user's text
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **(env or {}), **mark},
            start_new_session=True,
        )
    record = {
        "pid": child.pid,
        "started": psutil.Process(child.pid).create_time(),
        "fingerprint": fingerprint,
    }
    draft = _record(folder, name).with_suffix(".new")
    draft.write_text(json.dumps(record))
    draft.replace(_record(folder, name))
    return Service(name, child.pid, folder)


def ensure(
    name: str,
    command: Sequence[str],
    folder: Path,
    env: Mapping[str, str] | None = None,
    depends_on: Sequence[Path] = (),
) -> tuple[Service, bool]:
    """Return the running service and whether it had to be started.

    One that runs with another command, environment or content of the files it read at start is
    stopped and started again.
    """
    digest = hashlib.sha256(repr([list(command), sorted((env or {}).items())]).encode())
    for path in depends_on:
        digest.update(path.read_bytes())
    wanted = digest.hexdigest()
    running = find(name, folder)
    if running and _read(folder, name).get("fingerprint") == wanted:
        return running, False
    if running:
        stop([name], folder)
    return spawn(name, command, folder, env, wanted), True


def find(name: str, folder: Path) -> Service | None:
    """Return the process recorded under ``name`` when it still runs, else ``None``."""
    process = _process(name, folder)
    return Service(name, process.pid, folder) if process else None


def stop(names: Iterable[str], folder: Path, timeout: float = 30) -> list[str]:
    """End services and their children at the same time, orderly first.

    Args:
        names: which services.
        folder: where their records are.
        timeout: seconds they get for an orderly end.

    Returns:
        The names of those that were running.
    """
    found = {name: _process(name, folder) for name in names}
    running = {name: process for name, process in found.items() if process}
    family = [child for process in running.values() for child in _children(process)]
    end(list(running.values()), timeout)
    end(family, timeout=5)  # children that their parent did not end itself
    for name in found:
        end(leftovers(folder, name), timeout=5)
        _record(folder, name).unlink(missing_ok=True)
    return sorted(running)


def leftovers(folder: Path, name: str | None = None) -> list[psutil.Process]:
    """Return processes that carry our mark for ``folder`` (and ``name``), recorded or not."""
    one = _record(folder, name) if name else None
    return _marked(lambda record: record == one if one else record.parent == folder)


def leftovers_under(folder: Path) -> list[psutil.Process]:
    """Return processes that carry our mark for any folder below ``folder``."""
    return _marked(lambda record: folder in record.parents)


def end(processes: Sequence[psutil.Process], timeout: float) -> None:
    """End processes: asked to, waited for, and after ``timeout`` seconds made to."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=timeout)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


def wait_until(ready: Callable[[], bool], timeout: float, service: Service | None = None) -> None:
    """Return once ``ready()`` holds.

    Raises:
        NotReady: after ``timeout`` seconds, or at once when the service's process has ended;
            names the log and quotes its last lines.
    """
    until = time.monotonic() + timeout
    while not ready():
        ended = service is not None and find(service.name, service.folder) is None
        if ended or time.monotonic() > until:
            raise NotReady(_explanation(service, ended=ended, timeout=timeout))
        time.sleep(0.1)


def tail(log: Path, lines: int) -> Iterator[str]:
    """Yield the last lines of a log; nothing when there is none."""
    if log.exists():
        yield from log.read_text(errors="replace").splitlines()[-lines:]


def _explanation(service: Service | None, *, ended: bool, timeout: float) -> str:
    if service is None:
        return f"no answer within {timeout:.0f} s"
    what = "ended at once" if ended else f"did not answer within {timeout:.0f} s"
    return "\n".join([f"{service.name} {what}; its log is {service.log}", *tail(service.log, 5)])


def _record(folder: Path, name: str) -> Path:
    return folder / f"{name}.process.json"


def _read(folder: Path, name: str) -> dict[str, Any]:
    try:
        record = json.loads(_record(folder, name).read_text())
    except (OSError, ValueError):  # none, or an interrupted write
        return {}
    return record if isinstance(record, dict) else {}


def _process(name: str, folder: Path) -> psutil.Process | None:
    record = _read(folder, name)
    try:
        process = psutil.Process(int(record["pid"]))
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        same = abs(process.create_time() - float(record["started"])) < 0.05
    except (KeyError, TypeError, ValueError, psutil.Error):
        return None
    # The clock may have been set since: the mark then tells.
    return process if same or _mark(process) == str(_record(folder, name)) else None


def _marked(wanted: Callable[[Path], bool]) -> list[psutil.Process]:
    found = ((process, _mark(process)) for process in psutil.process_iter())
    return [process for process, mark in found if mark and wanted(Path(mark))]


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):  # another user's, or already gone
        return None


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
