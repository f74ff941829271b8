"""What a program may send: kinds of parameters, how they are read, and what can't be stored.

Lenient as CKAN is (``"10"`` for 10, ``"true"`` for true): only what an action could not have used
is refused, so that a program written for another CKAN site keeps working.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Text2 = Mapping[str, str]
"""A text in both languages."""

FLAGS = frozenset({"true", "yes", "on", "y", "t", "1", "false", "no", "off", "n", "f", "0"})
"""What CKAN reads as true or false."""

MAX_DEPTH = 40
"""Levels of lists and objects in a body; a record with a drawn area has about ten."""

MAX_NUMBER = 2**31 - 1
"""The largest whole number Postgres and Solr take for a count."""

MAX_TEXT = 2000
"""Characters of a parameter that sets no other limit."""

_WHOLE = re.compile(r"\s*[+-]?[0-9]{1,15}\s*")


class Kind(str, Enum):
    """What a parameter holds."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    WORDS = "words"
    """A text, or a list of texts."""
    TEXTS = "texts"
    """A list of texts."""
    OBJECT = "object"
    ANY = "any"


class Problem(str, Enum):
    """Why a value is refused."""

    MISSING = "missing"
    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    LIST = "list"
    OBJECT = "object"
    CHOICE = "choice"
    PATTERN = "pattern"
    LONG = "long"
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True)
class Parameter:
    """One parameter of an action."""

    name: str
    about: Text2
    kind: Kind = Kind.TEXT
    required: bool = False
    deprecated: bool = False
    instead: str = ""
    """Another parameter that may be given in place of a required one."""
    blank: bool = False
    """Whether an empty text means that a number is not given."""
    also_number: bool = False
    json: bool = False
    """Whether a list or object may be written as JSON in a text, as in an address."""
    minimum: int = 0
    maximum: int = MAX_NUMBER
    max_length: int = MAX_TEXT
    choices: tuple[str, ...] = ()
    pattern: str = ""
    values: str = ""
    """``text`` when an object's values must be texts."""
    example: Any = None


@dataclass(frozen=True)
class Action:
    """One described action."""

    name: str
    topic: str
    summary: Text2
    parameters: tuple[Parameter, ...]
    result: Mapping[str, Any]
    methods: tuple[str, ...] = ("GET", "POST")
    answers: tuple[str, ...] = ()
    """Errors beyond those every call may get, by their key in the catalogue of errors."""
    record: str = ""
    """Name of the schema of what is written, for actions that write."""
    required: tuple[str, ...] = ()
    """Fields of ``record`` that must be there."""
    example: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def can_be_tried(self) -> bool:
        """Whether the example is a whole call: what is required is in it."""
        return not any(one.required and one.name not in self.example for one in self.parameters)


def problems(
    parameters: Iterable[Parameter], given: Mapping[str, Any]
) -> Iterator[tuple[Parameter, Problem]]:
    """Yield each parameter that an action could not use, with the reason.

    Args:
        parameters: those of the action; others are not looked at.
        given: what was sent. ``None`` is the same as nothing.
    """
    for parameter in parameters:
        value = given.get(parameter.name)
        if value is not None:
            problem = _READERS[parameter.kind](parameter, value)
        else:
            problem = _absence(parameter, given)
        if problem is not None:
            yield parameter, problem


def _absence(parameter: Parameter, given: Mapping[str, Any]) -> Problem | None:
    replaced = parameter.instead and given.get(parameter.instead) is not None
    return Problem.MISSING if parameter.required and not replaced else None


def _text(parameter: Parameter, value: Any) -> Problem | None:
    if parameter.also_number and isinstance(value, int | float):
        return None
    if not isinstance(value, str):
        return Problem.TEXT
    if len(value) > parameter.max_length:
        return Problem.LONG
    if parameter.choices and value not in ("", *parameter.choices):
        return Problem.CHOICE
    if value and parameter.pattern and not re.search(parameter.pattern, value, re.DOTALL):
        return Problem.PATTERN
    return None


def _number(parameter: Parameter, value: Any) -> Problem | None:
    if value == "" and parameter.blank:
        return None
    number = _whole(value)
    if number is None:
        return Problem.NUMBER
    if number < parameter.minimum:
        return Problem.SMALL
    return Problem.LARGE if number > parameter.maximum else None


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    return value if isinstance(value, int) else None


def _flag(_parameter: Parameter, value: Any) -> Problem | None:
    if isinstance(value, bool) or value in (0, 1):
        return None
    known = isinstance(value, str) and value.strip().lower() in FLAGS
    return None if known else Problem.FLAG


def _words(parameter: Parameter, value: Any) -> Problem | None:
    if isinstance(value, str):
        return _text(parameter, value)
    return _texts(parameter, value)


def _texts(parameter: Parameter, value: Any) -> Problem | None:
    if isinstance(value, str) and parameter.json:
        return None  # the action reads the JSON, or says what is wrong with it
    if not isinstance(value, list):
        return Problem.LIST
    found = (_text(parameter, one) for one in value)
    return next((problem for problem in found if problem), None)


def _object(parameter: Parameter, value: Any) -> Problem | None:
    if isinstance(value, str) and parameter.json:
        return None
    if not isinstance(value, Mapping):
        return Problem.OBJECT
    if parameter.values == "text" and not all(isinstance(one, str) for one in value.values()):
        return Problem.OBJECT
    return None


def _any(_parameter: Parameter, _value: Any) -> Problem | None:
    return None


_READERS = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.WORDS: _words,
    Kind.TEXTS: _texts,
    Kind.OBJECT: _object,
    Kind.ANY: _any,
}


def unstorable(text: str) -> bool:
    """Say whether a text holds what no database here takes: a NUL, or half a surrogate pair."""
    if "\0" in text:
        return True
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def unstorable_within(value: Any) -> bool:
    """Say whether any text in a value, keys included, can't be stored."""
    return any(unstorable(text) for text in _all_texts(value))


def _all_texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one


def too_deep(value: Any, limit: int = MAX_DEPTH) -> bool:
    """Say whether lists and objects are inside each other for more than ``limit`` levels."""
    level = [value]
    for _depth in range(limit + 1):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()
