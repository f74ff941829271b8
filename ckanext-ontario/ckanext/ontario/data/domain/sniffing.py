"""What the first bytes of a file say it is.

libmagic is asked, and signatures of our own where it is known to be vague: it takes programs that
are cut short for text, and archives for bytes.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import magic

HEAD = 8192
"""Bytes that are enough to tell; libmagic wants 2048 for office documents."""

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\xfe\xed\xfa", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xce\xfa\xed\xfe", "program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "program"),
    (b"#!", "script"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"MSCF", "archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"PAR1", "parquet"),
    (b"\x00\x01\x00\x00Standard Jet DB", "access"),
    (b"\x00\x01\x00\x00Standard ACE DB", "access"),
    (b"$FL2", "spss"),
    (b"$FL3", "spss"),
    (b"LASF", "las"),
    (b"CDF\x01", "netcdf"),
    (b"CDF\x02", "netcdf"),
    (b"CDF\x05", "netcdf"),
    (b"\x89HDF\r\n\x1a\n", "netcdf"),
    (b"{\\rtf", "rtf"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"\xff\xf2", "mp3"),
)

INSIDE = ((4, b"ftyp", "mp4"), (8, b"WEBP", "webp"), (257, b"ustar", "tar"))
"""Signatures that do not come first, and where they are."""

_WIDE = (b"\xff\xfe", b"\xfe\xff")
_SPACE = b" \t\r\n\x0c"
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|script|iframe|style|div)\b", re.IGNORECASE)
_SVG = re.compile(rb"<(\w+:)?svg\b", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")
_DBASE = frozenset(b"\x02\x03\x04\x05\x30\x31\x32\x43\x63\x83\x8b\x8e\xcb\xf5\xfb")


@dataclass(frozen=True)
class Sniffed:
    """What a file's first bytes say."""

    kind: str
    """``text``, ``html``, ``xml``, ``svg``, ``zip``, ``program`` … or ``unknown``."""
    media_type: str
    """What libmagic says, for the message and the record."""


def sniff(head: bytes) -> Sniffed:
    """Return what the first bytes of a file say it is."""
    return Sniffed(_kind(head), str(magic.from_buffer(head, mime=True)) if head else "")


def is_dbase(head: bytes) -> bool:
    """Say whether a header is dBase's: a version, a date that exists and a header's length."""
    return (
        len(head) >= 32
        and head[0] in _DBASE
        and 1 <= head[2] <= 12
        and 1 <= head[3] <= 31
        and int.from_bytes(head[8:10], "little") >= 33
    )


def _kind(head: bytes) -> str:
    if not head:
        return "empty"
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    for place, mark, kind in INSIDE:
        if head[place : place + len(mark)] == mark:
            return kind
    if not head.startswith(_WIDE) and _CONTROL.search(head):
        return "dbase" if is_dbase(head) else "unknown"
    return _markup(head.removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE)) or "text"


def _markup(text: bytes) -> str:
    if not text.startswith(b"<"):
        return ""
    if _SVG.search(text[:4096]):
        return "svg"
    if _HTML.match(text) or (text.startswith(b"<!--") and _HTML.search(text)):
        return "html"
    if text.startswith(b"<?xml") and re.search(rb"<html\b", text[:4096], re.IGNORECASE):
        return "html"
    return "xml"
