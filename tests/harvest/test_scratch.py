"""Folders for documents on their way."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from ckanext.ontario.harvest import scratch


def test_only_what_a_dead_process_left_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead, fresh, other = (
        tmp_path / name for name in ("ontario-harvest-1", "ontario-harvest-2", "x")
    )
    for each in (dead, fresh, other):
        each.mkdir()
        (each / "document").write_text("half of it")
    with scratch.folder() as held:
        for each in (dead, other, held):
            os.utime(each, (0, 0))
        assert scratch.sweep() == 1
        assert held.is_dir()
    assert not held.exists()
    assert {each.name for each in tmp_path.iterdir()} == {"ontario-harvest-2", "x"}
    assert scratch.sweep() == 0
