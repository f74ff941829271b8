"""JSON documents as a stream: the objects of some lists, one at a time, with caps on everything.

Memory does not grow with the document. Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import ijson
from ijson.common import ObjectBuilder

from ckanext.ontario.harvest.reader import DocumentError, Issue, Severity

MAX_DEPTH = 64
"""Brackets within brackets; a catalogue needs about eight."""
MAX_VALUES = 200_000
"""Keys and values of one record: 1,500 files with every property are a tenth of it."""
MAX_TEXT = 4_000_000
"""Characters of one record."""
_HEAD = 1024
_KEPT = 200
_SHALLOW = 4
_REASONS = (("error", "message"), ("error", "__type"), ("error",), ("message",), ("help",))
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

Place = tuple[str, ...]
"""Where a value is in a document: keys, and ``*`` for a position in a list."""


@dataclass(frozen=True)
class Found:
    """One object of a list that was asked for."""

    pointer: str
    """Where it is (RFC 6901): ``/dataset/3``."""
    value: Any
    whole: bool = True
    """False for one that was over a cap; ``value`` then holds its beginning."""


@dataclass
class Around:
    """What else a document holds, near its top."""

    places: set[Place] = field(default_factory=set[Place])
    """Where there is a list or an object."""
    values: dict[Place, Any] = field(default_factory=dict[Place, Any])
    found: int = 0
    """How many of the wanted values there were."""

    def reason(self) -> str | None:
        """Return what a document says that is an error instead of a catalogue, if it is one."""
        said = [self.values.get(place) for place in _REASONS]
        failed = ("error",) in self.places or bool(self.values.get(("error",)))
        if not failed and self.values.get(("success",)) is not False:
            return None
        return next((text for text in said if isinstance(text, str) and text), "error")


def fatal(code: str, **params: object) -> DocumentError:
    """Return the error of a document that can't be used."""
    return DocumentError(Issue(Severity.FATAL, code, params=params))


def objects(path: Path, wanted: Callable[[Place], bool], around: Around) -> Iterator[Found]:
    """Yield the values at the wanted places, in document order.

    Args:
        path: the document; UTF-8, or UTF-16 with its mark.
        wanted: says whether the value at a place is one of those looked for.
        around: filled with what else there is; complete when the iterator is at its end.

    Raises:
        DocumentError: when it is no JSON, cut short, or nested too deeply; what was yielded
            before is not the whole document then.
    """
    with path.open("rb") as stream:
        _refuse_other(stream.read(_HEAD))
        stream.seek(0)
        yield from _walk(_events(_utf8(stream)), wanted, around)


def _refuse_other(head: bytes) -> None:
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if not start:
        raise fatal("json_empty")
    if start.startswith(b"<"):
        raise fatal("document_is_web_page")


class _Reencoded:
    """A stream of UTF-16 as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def read(self, size: int) -> bytes:
        """Return the next piece; empty at the end, and when nothing is asked for."""
        if not size:  # the parser looks first at what it is given
            return b""
        while raw := self._stream.read(max(size, 2)):
            if text := self._decoder.decode(raw):
                return text.encode()
        return self._decoder.decode(b"", final=True).encode()


def _utf8(stream: BinaryIO) -> Any:
    mark = stream.read(3)
    if mark[:2] in _UTF_16:
        stream.seek(0)
        return _Reencoded(stream, _UTF_16[mark[:2]])
    stream.seek(3 if mark == codecs.BOM_UTF8 else 0)
    return stream


def _events(stream: Any) -> Iterator[tuple[str, Any]]:
    try:
        yield from ijson.basic_parse(stream, use_float=True)
    except ijson.JSONError as err:
        raise _said(str(err)) from err
    except UnicodeError as err:
        raise fatal("json_not_utf8") from err
    except (ValueError, OverflowError) as err:  # a number that Python refuses to read
        raise fatal("json_number") from err


def _said(problem: str) -> DocumentError:
    if "UTF8" in problem or "UTF-8" in problem:
        return fatal("json_not_utf8")
    if "premature" in problem or "ncomplete" in problem:
        return fatal("json_truncated")
    if "integer overflow" in problem or "numeric" in problem:
        return fatal("json_number")
    return fatal("json_invalid", reason=problem.strip().splitlines()[0][:_KEPT])


class _Keys:
    """Where in the document the parser is."""

    def __init__(self) -> None:
        self._stack: list[str | int] = []

    def enter(self, event: str) -> None:
        """Go into a list or an object."""
        if len(self._stack) >= MAX_DEPTH:
            raise fatal("json_too_deep", cap=MAX_DEPTH)
        self._stack.append(-1 if event == "start_array" else "")

    def leave(self) -> None:
        """Go out of it."""
        self._stack.pop()

    def key(self, name: str) -> None:
        """Come to a key."""
        self._stack[-1] = name

    def value(self) -> None:
        """Come to a value: the next position, in a list."""
        if self._stack and isinstance(self._stack[-1], int):
            self._stack[-1] += 1

    @property
    def depth(self) -> int:
        return len(self._stack)

    @property
    def place(self) -> Place:
        return tuple("*" if isinstance(key, int) else key for key in self._stack)

    @property
    def pointer(self) -> str:
        keys = (str(key).replace("~", "~0").replace("/", "~1") for key in self._stack)
        return "".join(f"/{key}" for key in keys)


class _Building:
    """A wanted value while its events come in."""

    def __init__(self, pointer: str, depth: int) -> None:
        self._pointer = pointer
        self._depth = depth
        self._builder = ObjectBuilder()
        self._values = self._text = 0

    def take(self, event: str, value: Any, depth: int) -> Found | None:
        """Take an event; return the finished value at its end."""
        self._values += 1
        self._text += len(value) if isinstance(value, str) else 0
        whole = self._values <= MAX_VALUES and self._text <= MAX_TEXT
        if whole:
            self._builder.event(event, value)
        if depth == self._depth and not event.startswith("start_") and event != "map_key":
            return Found(self._pointer, self._builder.value, whole)
        return None


def _walk(
    events: Iterator[tuple[str, Any]], wanted: Callable[[Place], bool], around: Around
) -> Iterator[Found]:
    keys, building = _Keys(), None
    for event, value in events:
        if event == "map_key":
            keys.key(value)
        elif event.startswith("end_"):
            keys.leave()
        else:
            keys.value()
            if building is None:
                building = _met(event, value, keys, wanted, around)
            if event.startswith("start_"):
                keys.enter(event)
        if building is not None:
            found = building.take(event, value, keys.depth)
            if found is not None:
                building = None
                around.found += 1
                yield found


def _met(
    event: str, value: Any, keys: _Keys, wanted: Callable[[Place], bool], around: Around
) -> _Building | None:
    """Look at a value outside of all wanted ones."""
    if keys.depth > 2 * _SHALLOW:
        return None
    place = keys.place
    if wanted(place) and (event == "start_map" or place[-1:] == ("*",)):
        return _Building(keys.pointer, keys.depth)
    if event.startswith("start_"):
        if keys.depth <= _SHALLOW and len(around.places) < _KEPT:
            around.places.add(place)
    elif keys.depth <= _SHALLOW and len(around.values) < _KEPT:
        around.values[place] = value[:_KEPT] if isinstance(value, str) else value
    return None
