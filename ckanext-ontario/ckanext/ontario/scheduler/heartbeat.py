"""A sign of life for supervisors: a small file, rewritten while the process is well.

A file, because a container's health check or ``ontario status`` should not have to start CKAN to
learn whether the scheduler lives.
"""

from __future__ import annotations

import json
import os
from enum import Enum
from pathlib import Path

from ckanext.ontario.shared import clock


class Role(str, Enum):
    """What a scheduler process is doing."""

    LEADER = "leader"
    STANDBY = "standby"


class Heartbeat:
    """The file at ``path``: ``{"pid": int, "role": str, "at": ISO instant}``.

    Without a path there is no file.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def beat(self, role: Role) -> None:
        """Write the present instant; readers see the old text or the new, never a part."""
        if self._path is None:
            return
        text = json.dumps({"pid": os.getpid(), "role": role.value, "at": clock.now().isoformat()})
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self._path)

    def stop(self) -> None:
        """Remove the file, as the last thing of an orderly stop."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
