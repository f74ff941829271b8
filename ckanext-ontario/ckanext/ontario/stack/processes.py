"""Child processes that outlive their parent: started, recognised again, stopped.

A process is known by its id *and* its start time, both in a record file, so that a re-used id is
never mistaken for ours: the stack ends only what it started.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from .errors import NotReady


@dataclass(frozen=True)
class Service:
    """A running child process and the folder of its record and log."""

    name: str
    pid: int
    folder: Path

    @property
    def log(self) -> Path:
        """Return the file that holds its output."""
        return self.folder / f"{self.name}.log"


def spawn(
    name: str, command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None
) -> Service:
    """Start ``command`` in a session of its own, its output appended to ``folder/name.log``."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.log").open("ab") as log:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    record = {"pid": child.pid, "started": psutil.Process(child.pid).create_time()}
    _record(folder, name).write_text(json.dumps(record))
    return Service(name, child.pid, folder)


def find(name: str, folder: Path) -> Service | None:
    """Return the process recorded under ``name`` when it still runs, else ``None``."""
    process = _process(name, folder)
    return Service(name, process.pid, folder) if process else None


def stop(name: str, folder: Path, timeout: float = 20) -> bool:
    """End the recorded process and its children, orderly first; say whether one was running."""
    process = _process(name, folder)
    if process is None:
        _record(folder, name).unlink(missing_ok=True)
        return False
    family = [process, *process.children(recursive=True)]
    process.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=timeout)
    for left in alive:
        left.kill()
    psutil.wait_procs(alive, timeout=5)
    _record(folder, name).unlink(missing_ok=True)
    return True


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


def _explanation(service: Service | None, *, ended: bool, timeout: float) -> str:
    if service is None:
        return f"no answer within {timeout:.0f} s"
    tail = service.log.read_text(errors="replace").splitlines()[-5:] if service.log.exists() else []
    what = "ended at once" if ended else f"did not answer within {timeout:.0f} s"
    return "\n".join([f"{service.name} {what}; its log is {service.log}", *tail])


def _record(folder: Path, name: str) -> Path:
    return folder / f"{name}.process.json"


def _process(name: str, folder: Path) -> psutil.Process | None:
    try:
        record = json.loads(_record(folder, name).read_text())
        process = psutil.Process(record["pid"])
        alive = process.status() != psutil.STATUS_ZOMBIE
        same = abs(process.create_time() - record["started"]) < 0.05
    except (OSError, ValueError, KeyError, psutil.NoSuchProcess):
        return None
    return process if alive and same else None
