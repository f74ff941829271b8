"""Fixtures of the stack's own tests."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty stack folder outside pytest's own, which is closed to Postgres's user."""
    for name in [name for name in os.environ if name.startswith("ONTARIO_")]:
        monkeypatch.delenv(name)
    folder = Path(tempfile.mkdtemp(prefix="ontario-stack-"))
    folder.chmod(0o755)
    monkeypatch.setenv("ONTARIO_STACK_DIR", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
