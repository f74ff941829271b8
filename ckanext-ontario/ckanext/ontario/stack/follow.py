"""Follow a file as lines are added to it, as ``tail -F`` does."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

PAUSE = 0.3


def follow(path: Path) -> Iterator[str]:
    """Yield each line added to ``path`` from now on, also after the file was put aside."""
    handle = path.open(errors="replace")
    handle.seek(0, os.SEEK_END)
    try:
        while True:
            line = handle.readline()
            if line:
                yield line
                continue
            time.sleep(PAUSE)
            if path.exists() and path.stat().st_ino != os.fstat(handle.fileno()).st_ino:
                handle.close()
                handle = path.open(errors="replace")
    finally:
        handle.close()
