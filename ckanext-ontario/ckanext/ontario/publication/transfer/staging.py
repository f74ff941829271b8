"""Taking the bytes of files in, piece by piece, until they are what their name says.

A file that is on its way lies beside the kept ones (see :mod:`~..files`), below no path that is
served; it is kept once its SHA-256 is right, and thrown away when it turns out wrong.
"""

from __future__ import annotations

import fcntl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ckanext.ontario.publication import config, files
from ckanext.ontario.shared.digests import CHUNK, sha256_of

STALE = 7 * 86400
"""Seconds after which nobody is going to send the rest."""


class WrongOffset(ValueError):
    """The piece does not begin where the last one ended."""

    def __init__(self, offset: int) -> None:
        """Say where the next piece has to begin."""
        super().__init__(str(offset))
        self.offset = offset


class WrongContent(ValueError):
    """The bytes are not those of that hash, or not as many as was said; they were thrown away."""


@dataclass(frozen=True)
class Received:
    """How far a file has come."""

    offset: int
    """Bytes that are here."""
    complete: bool


def state(sha256: str) -> Received:
    """Return how far a file has come.

    Raises:
        ckanext.ontario.publication.files.NotAHash: when the name is none.
    """
    kept = files.path_of(sha256)
    if kept.is_file():
        return Received(kept.stat().st_size, complete=True)
    part = _part(sha256)
    return Received(part.stat().st_size if part.is_file() else 0, complete=False)


def append(sha256: str, offset: int, total: int, stream: IO[bytes]) -> Received:
    """Add a piece to a file, and keep it when that was the last.

    Args:
        sha256: the file.
        offset: where the piece begins.
        total: how many bytes the whole file has.
        stream: the piece; what was read of it before it broke off stays.

    Raises:
        WrongOffset: when it does not begin where the last one ended.
        WrongContent: when the whole is not what its name says.
    """
    if state(sha256).complete:
        return state(sha256)
    part = _part(sha256)
    part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with part.open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        here = handle.seek(0, 2)
        if here != offset:
            raise WrongOffset(here)
        while piece := stream.read(CHUNK):
            here += len(piece)
            if here > total:
                part.unlink(missing_ok=True)
                raise WrongContent("too long")
            handle.write(piece)
        handle.flush()
        if here < total:
            return Received(here, complete=False)
        if sha256_of(part) != sha256:
            part.unlink(missing_ok=True)
            raise WrongContent("another hash")
        files.admit(part, sha256)
    return Received(total, complete=True)


def prune() -> None:
    """Throw away files of which nobody has sent more for a week."""
    before = time.time() - STALE
    for part in _folder().glob("*"):
        if part.stat().st_mtime < before:
            part.unlink(missing_ok=True)


def _folder() -> Path:
    return config.files_folder() / "parts"


def _part(sha256: str) -> Path:
    files.path_of(sha256)  # refuses what is no hash
    return _folder() / sha256
