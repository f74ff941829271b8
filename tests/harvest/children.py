"""Harvests in processes of their own, to be killed, held for a while, or run together."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("child.py")
PATIENCE = 60.0
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class At:
    """A place in the code: before or after the n-th call of ``slice.module:function``."""

    place: str
    call: int = 1
    when: str = "before"

    def said(self, gate: Path | None) -> dict[str, Any]:
        return {**vars(self), "gate": str(gate) if gate else None}


class Running:
    """A child at work."""

    def __init__(self, children: Children, pid: int, gate: Path | None) -> None:
        self._children = children
        self.pid = pid
        self._gate = gate

    def reached(self) -> None:
        """Wait until it waits at its place."""
        assert self._gate is not None
        until = time.monotonic() + PATIENCE
        while not self._gate.exists():
            assert time.monotonic() < until, self._children.log.read_text()[-3000:]
            time.sleep(0.01)

    def go_on(self) -> Running:
        """Let it go on from there."""
        assert self._gate is not None
        self._gate.unlink()
        return self

    def kill(self) -> None:
        """End it as the kernel does."""
        os.kill(self.pid, signal.SIGKILL)
        assert self.ended() == KILLED

    def ended(self) -> int:
        """Wait for its end; return its exit status, negative for a signal."""
        self._children.running.discard(self)
        return self._children.ask({"do": "wait", "pid": self.pid})


class Children:
    """One portal's loaded process, and the children it forks."""

    def __init__(self, ini: Path, folder: Path, **config: Any) -> None:
        self.config = config
        self._gates = folder
        self.running: set[Running] = set()
        self.log = folder / "children.log"
        read, write = os.pipe()
        environment = {**os.environ, "CKAN_INI": str(ini)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(CHILD), str(write)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[write],
                env=environment,
                text=True,
            )
        os.close(write)
        self._answers = os.fdopen(read)

    def ready(self) -> Children:
        """Wait until it is loaded."""
        assert self._answers.readline().strip() == '"ready"', self.log.read_text()[-3000:]
        return self

    def ask(self, request: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = self._answers.readline()
        assert answer, self.log.read_text()[-3000:]
        return int(json.loads(answer))

    def start(
        self,
        do: str,
        *,
        at: At | None = None,
        waits: bool = False,
        largest_file: int = 0,
        folder: Path | None = None,
        config: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> Running:
        """Let a child begin; at a place it is killed, or waits.

        Args:
            do: the name of a function of ``child.py``; ``arguments`` are its.
            at: the place, if any.
            waits: whether it waits there for the test, instead of being killed.
            largest_file: bytes that a file it writes may have.
            folder: for its temporary files.
            config: settings of its own.
            arguments: as ``do`` takes them.
        """
        gate = self._gates / f"gate-{time.monotonic_ns()}" if waits else None
        pid = self.ask(
            {
                "do": do,
                "with": arguments,
                "at": at.said(gate) if at else None,
                "config": {**self.config, **(config or {})},
                "largest_file": largest_file,
                "folder": str(folder) if folder else None,
            }
        )
        running = Running(self, pid, gate)
        self.running.add(running)
        return running

    def run(self, do: str, **how: Any) -> int:
        """Let a child work to its end; return its exit status."""
        return self.start(do, **how).ended()

    def clear(self) -> None:
        """End the children that a failed test has left."""
        for each in list(self.running):
            each.kill()

    def stop(self) -> None:
        """End the portal's process."""
        self.clear()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._answers.close()
