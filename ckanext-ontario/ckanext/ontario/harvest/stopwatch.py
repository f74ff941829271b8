"""How long the stages of a run take.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def stage(self, name: str) -> Generator[None, None, None]:
        """Count the block's time to ``name``."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0) + time.perf_counter() - began, 3)
