"""Files kept by their content."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.publication import files
from ckanext.ontario.shared.digests import sha256_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "kept"
    monkeypatch.setattr(files.config, "files_folder", lambda: place)
    return place


def test_a_file_is_kept_once_under_its_hash(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"lake\nSimcoe\n" * 200_000)
    kept, again = files.keep(source), files.keep(source)
    assert kept == again
    assert kept.size == source.stat().st_size
    assert kept.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert [path for path in folder.rglob("*") if path.is_file()] == [files.path_of(kept.sha256)]
    source.write_bytes(b"other")
    assert sha256_of(files.path_of(kept.sha256)) == kept.sha256


def test_what_is_missing(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"x")
    kept = files.keep(source)
    other = "0" * 64
    assert files.missing([other, kept.sha256, other]) == [other]


def test_a_kept_file_is_put_in_place_and_stays(folder: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "in" / "place"
    source.write_bytes(b"x")
    kept = files.keep(source)
    files.place(kept.sha256, target)
    files.place(kept.sha256, target)
    assert target.read_bytes() == b"x"
    files.drop(kept.sha256)
    assert target.read_bytes() == b"x"
    assert files.missing([kept.sha256]) == [kept.sha256]
    with pytest.raises(FileNotFoundError):
        files.place(kept.sha256, target)
    assert [path.name for path in target.parent.iterdir()] == ["place"]


def test_a_file_that_can_t_be_read_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.keep(tmp_path / "gone")
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@given(st.text(max_size=80))
def test_only_a_hash_becomes_a_path(name: Any) -> None:
    if len(name) == 64 and set(name) <= set("0123456789abcdef"):
        return
    with pytest.raises(files.NotAHash):
        files.path_of(name)
