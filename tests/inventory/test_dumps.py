"""Dumps: complete or not there, the same bytes for the same records, and only so many."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ckanext.ontario.inventory import dumps
from ckanext.ontario.inventory.domain import Words

BEGAN = datetime(2026, 7, 1, 7, 30, tzinfo=timezone.utc)
RECORDS = [{"name": "eau", "title": "Eau à boire"}, {"name": "air", "title": "Air"}]


def write(folder: Path, records: Any = RECORDS, hours: int = 0, keep: int = 3) -> dumps.Dump:
    words = {code: Words(code) for code in ("en", "fr")}
    return dumps.write(folder, records, words, BEGAN + timedelta(hours=hours), keep)


def test_a_dump_holds_every_record_and_says_what_it_holds(tmp_path: Path) -> None:
    made = write(tmp_path)
    folder = tmp_path / made.name
    whole = gzip.decompress((folder / dumps.RECORDS).read_bytes()).decode()
    assert [json.loads(line) for line in whole.splitlines()] == RECORDS
    french = gzip.decompress((folder / dumps.inventory_name("fr")).read_bytes()).decode()
    assert french.startswith("\ufeffNuméro d’inventaire,")
    assert french.count("\r\n") == 3
    for line in (folder / dumps.CHECKSUMS).read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert made.records == 2
    assert dumps.existing(tmp_path) == [made]


def test_the_same_records_give_the_same_checksums(tmp_path: Path) -> None:
    assert write(tmp_path).files == write(tmp_path, hours=1).files


def test_a_dump_that_fails_half_way_is_not_there_and_leaves_nothing(tmp_path: Path) -> None:
    before = write(tmp_path)

    def broken() -> Iterator[dict[str, Any]]:
        yield RECORDS[0]
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        write(tmp_path, broken(), hours=1)
    assert dumps.existing(tmp_path) == [before]
    after = write(tmp_path, hours=2)
    assert [one.name for one in dumps.existing(tmp_path)] == [after.name, before.name]
    assert not list(tmp_path.glob(f"*{dumps.DRAFT}"))


def test_only_the_latest_are_kept(tmp_path: Path) -> None:
    names = [write(tmp_path, hours=hour).name for hour in range(5)]
    assert [one.name for one in dumps.existing(tmp_path)] == names[:1:-1]


def test_two_at_once_are_refused(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(dumps.Busy):
            write(tmp_path)
    assert dumps.existing(tmp_path) == []


def test_only_files_that_a_manifest_names_have_a_path(tmp_path: Path) -> None:
    made = write(tmp_path)
    (tmp_path / made.name / "secret").write_text("x")
    assert dumps.path_of(tmp_path, "latest", dumps.RECORDS) == tmp_path / made.name / dumps.RECORDS
    assert dumps.path_of(tmp_path, made.name, dumps.CHECKSUMS) is not None
    for name, file in [
        (made.name, "secret"),
        (made.name, "../lock"),
        ("..", "lock"),
        ("latest", ""),
        ("20000101T000000Z", dumps.RECORDS),
    ]:
        assert dumps.path_of(tmp_path, name, file) is None
