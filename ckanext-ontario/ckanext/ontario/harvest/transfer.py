"""The body of an answer, onto the disk: sizes capped on the wire and after decompression."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from urllib3.response import BaseHTTPResponse

from .connection import Deadline
from .download_errors import (
    DownloadError,
    DownloadTimedOut,
    DownloadTooLarge,
    StorageFailed,
    TryAgain,
)

_CHUNK = 1 << 16
_GZIP = zlib.MAX_WBITS | 16


def saved(response: BaseHTTPResponse, dest: Path, cap: int, deadline: Deadline) -> tuple[int, str]:
    """Write the body to ``dest``, whole or not at all; return its size and SHA-256.

    Raises:
        StorageFailed: when it can't be written here; what fails on the wire is urllib3's error.
    """
    partial = dest.with_name(f"{dest.name}.part")
    try:
        with partial.open("wb") as out:
            size, digest = _copy(response, out, cap, deadline)
        partial.replace(dest)
    except OSError as err:
        raise StorageFailed("storage_failed", reason=err.strerror or str(err)) from err
    finally:
        partial.unlink(missing_ok=True)
    return size, digest


def _copy(
    response: BaseHTTPResponse, out: BinaryIO, cap: int, deadline: Deadline
) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    wire = _wire(response, cap, deadline)
    for chunk in _decompressed(wire, response.headers.get("Content-Encoding", "")):
        size += len(chunk)
        if size > cap:
            raise DownloadTooLarge("download_too_large", cap=cap)
        digest.update(chunk)
        out.write(chunk)
    return size, digest.hexdigest()


def _wire(response: BaseHTTPResponse, cap: int, deadline: Deadline) -> Iterator[bytes]:
    """Yield the body as it arrives.

    Raises:
        DownloadTooLarge: when the header announces, or the wire brings, more than ``cap``.
        DownloadTimedOut: when the deadline cut the connection, which else looks like an end.
    """
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced) > cap:
        raise DownloadTooLarge("download_too_large", cap=cap)
    size = 0
    while chunk := response.read1(_CHUNK, decode_content=False):
        size += len(chunk)
        if size > cap:
            raise DownloadTooLarge("download_too_large", cap=cap)
        yield chunk
    if deadline.passed:
        raise DownloadTimedOut("download_timed_out", url=response.geturl() or "")


def _decompressed(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Yield what ``chunks`` hold, never more than a small piece at a time.

    Raises:
        DownloadError: when the compression is unknown, damaged or cut short.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        yield from chunks
        return
    if name not in {"gzip", "x-gzip"}:
        raise DownloadError("download_encoding_unknown", encoding=encoding)
    inflate = zlib.decompressobj(wbits=_GZIP)
    try:
        for chunk in chunks:
            waiting = chunk
            while waiting:
                if inflate.eof:  # a gzip body may have several members
                    inflate = zlib.decompressobj(wbits=_GZIP)
                yield inflate.decompress(waiting, _CHUNK)
                waiting = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
    except zlib.error as err:
        raise TryAgain("download_damaged") from err
    if not inflate.eof:
        raise TryAgain("download_damaged")
