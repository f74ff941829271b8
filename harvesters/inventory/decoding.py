"""Which encoding a text is in, found in one pass and in constant memory.

UTF-8 is believed when the whole document is UTF-8. Otherwise a document that is nearly so keeps its
encoding, and its few foreign bytes are marked (``surrogateescape``) so that the row they are in
can be repaired and named; a document of another age is read as a whole in the code page that fits.
Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

_CHUNK = 1 << 20
_SAMPLE_LINES = 400
_BOMS = (  # the longer first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODE_PAGES = {"cp1252": "Windows-1252", "cp850": "MS-DOS (850)", "mac_roman": "Mac Roman"}
_FOREIGN = re.compile("[\udc80-\udcff]")
_REPAIR = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(128, 256)}


@dataclass(frozen=True)
class Encoding:
    """How to open a text."""

    codec: str
    errors: str = "strict"
    code_page: str | None = None
    """The name people know, when it had to be guessed."""


def detect(path: Path) -> Encoding:
    """Return the encoding of the text at ``path``."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return Encoding(codec, "surrogateescape" if codec == "utf-8-sig" else "strict")
    if wide := _without_mark(head):
        return Encoding(wide)
    if _is_utf8(path):
        return Encoding("utf-8")
    accents, foreign = _census(path)
    if accents > foreign:
        return Encoding("utf-8", "surrogateescape")
    page = _code_page(path)
    return Encoding(page, "replace", _CODE_PAGES[page])


def is_foreign(text: str) -> bool:
    """Say whether ``text`` holds bytes that were not in the document's encoding."""
    return not text.isascii() and bool(_FOREIGN.search(text))


def repaired(text: str) -> str:
    """Return ``text`` with its foreign bytes read as Windows-1252."""
    return text.translate(_REPAIR)


def _without_mark(head: bytes) -> str | None:
    """Return UTF-16's byte order when a text without a mark has a zero in every other byte."""
    pairs = len(head) // 2
    even, odd = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if odd > pairs * 0.6 and even < pairs * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > pairs * 0.6 and odd < pairs * 0.1 else None


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _census(path: Path) -> tuple[int, int]:
    """Return how many characters beyond ASCII are UTF-8, and how many bytes are not."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    accents = foreign = 0
    for chunk in (*_chunks(path), b""):
        text = decoder.decode(chunk, final=not chunk)
        if not text.isascii():
            strange = len(_FOREIGN.findall(text))
            foreign += strange
            accents += len(re.findall(r"[^\x00-\x7f]", text)) - strange
    return accents, foreign


def _code_page(path: Path) -> str:
    """Return the code page in which a sample of the lines with accents reads best."""
    with path.open("rb") as stream:
        lines = (line[:2000] for line in iter(lambda: stream.readline(_CHUNK), b""))
        sample = b"".join(islice((line for line in lines if not line.isascii()), _SAMPLE_LINES))
    best = from_bytes(sample, cp_isolation=list(_CODE_PAGES)).best()
    return best.encoding if best is not None and best.encoding in _CODE_PAGES else "cp1252"
