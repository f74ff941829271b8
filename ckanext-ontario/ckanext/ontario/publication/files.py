"""Files kept by their content: a file's name is its SHA-256, so what was approved can't change.

Inside, they are what releases hold. Outside, they are staged here, below no path that is served,
and linked to where CKAN looks for uploads once their record arrives.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ckanext.ontario.publication import config
from ckanext.ontario.shared.digests import CHUNK

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class NotAHash(ValueError):
    """A name that no file is kept by; it never becomes a path."""


@dataclass(frozen=True)
class Kept:
    """A file that is kept."""

    sha256: str
    size: int
    """Bytes."""


def keep(source: Path) -> Kept:
    """Keep a copy of a file and return by what name; the same content is kept once.

    The copy is hashed as it is written, so that a file replaced meanwhile can't be kept under a
    wrong name.

    Raises:
        OSError: when it can't be read or there is no room; nothing is left behind.
    """
    with draft() as (handle, path):
        digest, size = hashlib.sha256(), 0
        with source.open("rb") as origin, os.fdopen(handle, "wb") as copy:
            while piece := origin.read(CHUNK):
                digest.update(piece)
                size += len(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        admit(path, digest.hexdigest())
    return Kept(digest.hexdigest(), size)


@contextlib.contextmanager
def draft() -> Iterator[tuple[int, Path]]:
    """Give a new file (descriptor and path) beside the kept ones, gone after the block."""
    folder = config.files_folder() / "drafts"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=folder)
    path = Path(name)
    try:
        yield handle, path
    finally:
        path.unlink(missing_ok=True)


def admit(path: Path, sha256: str) -> None:
    """Move a complete file, whose content was verified, to its name in one step."""
    place = path_of(sha256)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o600)
    path.replace(place)


def path_of(sha256: str) -> Path:
    """Return where a file is kept, whether or not it is there.

    Raises:
        NotAHash: when the name is no SHA-256 in lower-case hexadecimal.
    """
    if not _SHA256.fullmatch(sha256):
        raise NotAHash(sha256[:80])
    return config.files_folder() / "kept" / sha256[:2] / sha256


def missing(hashes: Iterable[str]) -> list[str]:
    """Return which of the files are not kept, in order and once each."""
    return [one for one in dict.fromkeys(hashes) if not path_of(one).is_file()]


def place(sha256: str, target: Path) -> None:
    """Put a kept file where it is used, in one step: linked, or copied between file systems.

    Raises:
        FileNotFoundError: when it is not kept.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.{os.getpid()}~")
    beside.unlink(missing_ok=True)
    try:
        try:
            os.link(path_of(sha256), beside)
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(path_of(sha256), beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def drop(sha256: str) -> None:
    """Keep a file no longer; harmless when it is not kept."""
    path_of(sha256).unlink(missing_ok=True)
