"""Files that are text: their encoding, and whether JSON and XML are well formed.

Everything is read in pieces: a file of any size takes the same memory.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO, Any
from xml.parsers import expat

import ijson

from .refusal import Refused

CHUNK = 1 << 20

MAX_DEPTH = 200
"""Levels of nesting; deeper is no data, and breaks many readers."""

GEOJSON = frozenset(
    {
        "FeatureCollection",
        "Feature",
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    }
)

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a file in pieces, from its beginning."""
    stream.seek(0)
    while piece := stream.read(CHUNK):
        yield piece


def encoding_of(stream: IO[bytes]) -> str:
    """Return a text file's encoding: UTF-8, UTF-16 with its mark, or Windows-1252.

    Raises:
        Refused: ``not-text`` when no text can hold these bytes.
    """
    stream.seek(0)
    encoding = _WIDE.get(stream.read(2))
    if encoding:
        return _decodes(stream, encoding) or _not_text()
    if any(_CONTROL.search(piece) for piece in chunks(stream)):
        _not_text()
    return _decodes(stream, "utf-8") or "cp1252"


def require_content(stream: IO[bytes], encoding: str) -> None:
    """Refuse a file that holds nothing but blanks (``blank``)."""
    for piece in chunks(stream):
        if piece.decode(encoding, "ignore").strip("\ufeff\x00 \t\r\n,;"):
            return
    raise Refused("blank")


def require_json(stream: IO[bytes], content: str) -> None:
    """Refuse what is not JSON (or one JSON value a line, or GeoJSON), or nests too deep.

    Raises:
        Refused: ``json`` with the reader's reason, ``deep`` or ``not-geojson``.
    """
    stream.seek(0)
    depth, key, kind = 0, "", ""
    try:
        for event, value in ijson.basic_parse(stream, multiple_values=content == "jsonl"):
            if event in {"start_map", "start_array"}:
                depth += 1
                if depth > MAX_DEPTH:
                    raise Refused("deep", levels=MAX_DEPTH)
            elif event in {"end_map", "end_array"}:
                depth -= 1
            elif event == "map_key" and depth == 1:
                key = value
            elif depth == 1 and key == "type":
                kind, key = str(value), ""
    except (ijson.JSONError, UnicodeDecodeError, RecursionError) as err:
        raise Refused("json", reason=_reason(err)) from err
    if content == "geojson" and kind not in GEOJSON:
        raise Refused("not-geojson", kind=kind)


def require_xml(stream: IO[bytes], roots: frozenset[str] = frozenset()) -> None:
    """Refuse XML that is not well formed, declares entities, or has another root.

    Raises:
        Refused: ``xml`` with the parser's reason, ``entities``, ``deep`` or ``xml-root``.
    """
    found: list[str] = []
    depth = 0

    def start(name: str, _attributes: Any) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise Refused("deep", levels=MAX_DEPTH)
        if not found:
            found.append(name.rpartition(":")[2].casefold())

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def entity(*_declared: Any) -> None:
        raise Refused("entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.EntityDeclHandler = entity
    try:
        for piece in chunks(stream):
            parser.Parse(piece, False)  # noqa: FBT003 -- expat takes no keyword
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, LookupError, ValueError) as err:
        raise Refused("xml", reason=str(err)) from err
    if roots and found[0] not in roots:
        raise Refused("xml-root", found=found[0], expected=sorted(roots))


def _decodes(stream: IO[bytes], encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for piece in chunks(stream):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return ""
    return encoding


def _not_text() -> str:
    raise Refused("not-text")


def _reason(err: Exception) -> str:
    return " ".join(str(err).split())[:200]
