"""Dumps of the whole catalogue: one folder each, complete or not there at all.

A dump is written beside its place and moved there when its checksums are known. What a killed
process left is removed by the next. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ckanext.ontario.inventory import domain
from ckanext.ontario.inventory.domain import Words
from ckanext.ontario.shared.bilingual import LANGUAGES
from ckanext.ontario.shared.digests import sha256_of

NAME = re.compile(r"\d{8}T\d{6}Z")
"""A dump is called by the instant at which it began (UTC)."""

RECORDS = "datasets.jsonl.gz"
MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
DRAFT = ".new"


class Busy(RuntimeError):
    """Another process is writing a dump."""


@dataclass(frozen=True)
class DumpFile:
    """One file of a dump: its name, size in bytes and SHA-256 in hexadecimal."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Dump:
    """One complete dump; ``created`` is an instant in UTC, ISO 8601."""

    name: str
    created: str
    records: int
    files: tuple[DumpFile, ...]

    def view(self) -> dict[str, Any]:
        """Return it as the API answers it."""
        return {**asdict(self), "files": [asdict(one) for one in self.files]}


def inventory_name(language: str) -> str:
    """Return the name of the inventory's file in a language."""
    return f"inventory-{language}.csv.gz"


def write(
    folder: Path,
    records: Iterable[Mapping[str, Any]],
    words: Mapping[str, Words],
    began: datetime,
    keep: int,
) -> Dump:
    """Write a dump and return it; then remove all but the ``keep`` latest.

    Args:
        folder: where dumps are.
        records: the records, read once.
        words: what rows of the inventory need, by language.
        began: the instant the dump is called by.
        keep: how many dumps to keep, this one included.

    Raises:
        Busy: when another process is writing one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        for left in folder.glob(f"*{DRAFT}"):
            shutil.rmtree(left)
        name = began.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        draft = folder / f"{name}{DRAFT}"
        draft.mkdir()
        count = _write_records(draft, records, words)
        files = tuple(_described(path) for path in sorted(draft.iterdir()))
        dump = Dump(name, began.astimezone(timezone.utc).isoformat(), count, files)
        sums = "".join(f"{one.sha256}  {one.name}\n" for one in files)
        (draft / CHECKSUMS).write_text(sums, encoding="ascii")
        (draft / MANIFEST).write_text(json.dumps(dump.view(), indent=2), encoding="ascii")
        for path in draft.iterdir():
            _flush(path)
        shutil.rmtree(folder / name, ignore_errors=True)  # of the same second
        draft.rename(folder / name)
        _flush(folder)
        for old in existing(folder)[keep:]:
            shutil.rmtree(folder / old.name)
    return dump


def existing(folder: Path) -> list[Dump]:
    """Return the dumps there are, the latest first."""
    names = [one.name for one in folder.glob("*Z") if NAME.fullmatch(one.name)]
    return [_read(folder / name) for name in sorted(names, reverse=True)]


def remove_all(folder: Path) -> int:
    """Remove every dump, and count one that is being written, which may hold what they held."""
    found = existing(folder)
    for one in found:
        shutil.rmtree(folder / one.name, ignore_errors=True)
    return len(found) + len(list(folder.glob(f"*{DRAFT}")))


def path_of(folder: Path, name: str, file: str) -> Path | None:
    """Return where a file of a dump is; ``latest`` is the latest dump's name too.

    ``None`` when there is no such dump, or when the file is not one its manifest names.
    """
    dumps = existing(folder)
    dump = next((one for one in dumps if name in {one.name, "latest"}), None)
    known = {CHECKSUMS, MANIFEST, *(one.name for one in dump.files)} if dump else set[str]()
    return folder / dump.name / file if dump and file in known else None


def _read(folder: Path) -> Dump:
    content = json.loads((folder / MANIFEST).read_text(encoding="ascii"))
    files = tuple(DumpFile(**one) for one in content.pop("files"))
    return Dump(**content, files=files)


def _write_records(
    folder: Path, records: Iterable[Mapping[str, Any]], words: Mapping[str, Words]
) -> int:
    table = domain.columns()
    count = 0
    with ExitStack() as stack:
        whole = stack.enter_context(_gzipped(folder / RECORDS))
        sheets = {
            code: stack.enter_context(_gzipped(folder / inventory_name(code))) for code in LANGUAGES
        }
        for code, sheet in sheets.items():
            sheet.write(domain.header(table, code).encode())
        for record in records:
            count += 1
            whole.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            for code, sheet in sheets.items():
                sheet.write(domain.line(domain.row(record, table, words[code])).encode())
    return count


@contextmanager
def _gzipped(path: Path) -> Iterator[BinaryIO]:
    # No name and no time inside: the same records give the same bytes, and the same checksum.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
        yield packed  # type: ignore[misc]


def _described(path: Path) -> DumpFile:
    return DumpFile(path.name, path.stat().st_size, sha256_of(path))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as err:
            raise Busy from err
        yield


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
