"""Folders for documents on their way: gone with the block, or swept when its process was killed.

A folder is held by a lock on it, which ends with the process.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

_PREFIX = "ontario-harvest-"
_FRESH = 60.0
"""Seconds in which a folder may have been made and not yet locked."""


@contextlib.contextmanager
def folder() -> Generator[Path, None, None]:
    """Give an empty folder for the length of the block."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name, _held(Path(name)):
        yield Path(name)


def sweep() -> int:
    """Remove what killed processes left behind; return how many folders."""
    return sum(_swept(each) for each in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"))


def _swept(path: Path) -> bool:
    try:
        facts = path.stat()
        if facts.st_uid != os.getuid() or time.time() - facts.st_mtime < _FRESH:
            return False
        with _held(path):
            shutil.rmtree(path)
    except OSError:  # somebody is at work in it, or has removed it
        return False
    return True


@contextlib.contextmanager
def _held(path: Path) -> Generator[None, None, None]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
