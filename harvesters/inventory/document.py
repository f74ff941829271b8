"""What a document is, decided by its bytes and never by its name alone.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from .table import fatal

HEAD = 8192
"""Bytes that are looked at."""

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROL = bytes(set(range(32)) - {0, 9, 10, 12, 13, 27}) + b"\x7f"
_FOREIGN = {
    b"%PDF": "PDF",
    b"\x1f\x8b": "GZIP",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"SQLite format 3": "SQLite",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Microsoft's container before 2007; also what a workbook with a password is wrapped in."""


class DocumentKind(Enum):
    """The kinds of document there is a reader for."""

    TEXT = "text"
    WORKBOOK = "workbook"


def kind_of(path: Path, max_bytes: int) -> DocumentKind:
    """Return the kind of the document at ``path``.

    Raises:
        DocumentError: when it is empty, over the cap, or nothing that holds an inventory.
    """
    size = path.stat().st_size
    if size > max_bytes:
        raise fatal("inventory_too_large", size=size, cap=max_bytes)
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head.strip(b"\0 \t\r\n" + b"".join(_MARKS)):
        if size <= HEAD:
            raise fatal("inventory_empty")
        return DocumentKind.TEXT
    if head.startswith(b"PK\x03\x04"):
        return DocumentKind.WORKBOOK
    _refuse_foreign(head)
    return DocumentKind.TEXT


def _refuse_foreign(head: bytes) -> None:
    if head.startswith(_OLD_EXCEL):
        raise fatal("workbook_old_or_locked")
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise fatal("format_unsupported", format=name)
    start = head.replace(b"\0", b"").lstrip(b"".join(_MARKS) + b" \t\r\n").lower()
    if re.match(rb"<(?:!doctype html|html|head|body)\b", start):
        raise fatal("document_is_web_page")
    if start.startswith((b"<?xml", b"<rdf", b"<!doctype")):
        raise fatal("format_unsupported", format="XML")
    if re.match(rb'(?:\{\s*["}]|\[\s*[\[{\]])', start):
        raise fatal("format_unsupported", format="JSON")
    if len(head.translate(None, _CONTROL)) < len(head) * 0.98:
        raise fatal("format_unsupported", format="binary")
