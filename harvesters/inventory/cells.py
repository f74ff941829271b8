"""One cell's text → one field's value.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from . import dates
from .fields import Field, Kind
from .folding import one_line
from .problems import Unusable
from .profile import Profile

MAX_KEYWORDS = 500
KEYWORD_LENGTHS = range(2, 101)
EMAIL_MAX = 254
ADDRESS_MAX = 2048

# The schema's validator has the same rule; a test holds the two together.
_MARKUP = re.compile(r"<[/!]?[a-zA-Z-][^>]*>?|&(?:#\w{2,8}|[a-zA-Z]{2,8});|\[[^\]]*\]\([^)]*\)")
_FORMULA_ERROR = re.compile(
    r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)", re.IGNORECASE
)
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63}")
_HOST = re.compile(r"(?:\w(?:[\w-]{0,61}\w)?\.)*\w(?:[\w-]{0,61}\w)?\.?")
_UNSAFE = re.compile(r"[\s<>\"\\^`{|}\x00-\x1f]")
_KEYWORD = re.compile(r"[\w \-.'’&/()]+")


def formula_error(text: str) -> None:
    """Refuse what a spreadsheet shows in place of a result.

    Raises:
        Unusable: ``formula_error``.
    """
    if text.startswith("#") and _FORMULA_ERROR.fullmatch(text):
        raise Unusable("formula_error", value=text)


def value(field: Field, text: str, profile: Profile, *, mac: bool = False) -> Any:
    """Return the value of ``field`` that ``text`` (trimmed, not blank) stands for.

    Raises:
        Unusable: naming what is wrong.
    """
    formula_error(text)
    if field.kind is Kind.CHOICE:
        return profile.choices[field.name].value(text)
    if field.kind is Kind.CHOICES:
        said = [profile.choices[field.name].value(item) for item in _items(text, profile, field)]
        return list(dict.fromkeys(said))
    if field.kind in _DATES:
        return _DATES[field.kind](text, mac)
    return _TEXTS[field.kind](field, text)


def _items(text: str, profile: Profile, field: Field) -> list[str]:
    """Return the items of a list; a comma separates only where it is in no item's own name."""
    try:
        profile.choices[field.name].value(text)
    except Unusable:
        return split(text, commas=not re.search(r"[;|\n]", text))
    return [text]


def split(text: str, *, commas: bool = True) -> list[str]:
    """Return the items of a list written with ``;``, ``|``, line ends or (else) commas."""
    mark = r"[;|\n]" if re.search(r"[;|\n]", text) or not commas else ","
    return [item for piece in re.split(mark, text) if (item := one_line(piece))]


# --- text -------------------------------------------------------------------------------------


def _text(field: Field, text: str) -> str:
    line = one_line(text)
    if _MARKUP.search(line):
        raise Unusable("markup_in_text", value=line)
    if len(line) > field.cap:
        raise Unusable("text_too_long", size=len(line), cap=field.cap)
    return line


def _prose(field: Field, text: str) -> str:
    size = len(text.encode())
    if size > field.cap:
        raise Unusable("text_too_large", size=size, cap=field.cap)
    return text


def _email(_field: Field, text: str) -> str:
    address = text.removeprefix("mailto:")
    local, _, domain = address.rpartition("@")
    odd = local.startswith(".") or local.endswith(".") or ".." in address
    odd = odd or any(part.startswith("-") or part.endswith("-") for part in domain.split("."))
    if odd or len(address) > EMAIL_MAX or not _EMAIL.fullmatch(address):
        raise Unusable("email_invalid", value=text)
    return address


def _address(_field: Field, text: str) -> str:
    return address(text)


def address(text: str) -> str:
    """Return ``text`` when it is an http(s) address of a host, without a password.

    Raises:
        Unusable: ``url_invalid``.
    """
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https"} and _is_host(parts.hostname or "")
        fits = fits and parts.port != 0 and parts.password is None
    except ValueError:  # a port or a bracketed host that is none
        fits = False
    if not fits or len(text) > ADDRESS_MAX or _UNSAFE.search(text):
        raise Unusable("url_invalid", value=text)
    return text


def _is_host(host: str) -> bool:
    if ":" in host:
        return True  # urlsplit has checked what stands in brackets
    return len(host) <= 253 and bool(_HOST.fullmatch(host))


def _verbatim(_field: Field, text: str) -> str:
    return text


def keywords(text: str) -> tuple[list[str], list[str]]:
    """Return the keywords of a cell, and those that no search could hold.

    Raises:
        Unusable: ``too_many_values``.
    """
    items: dict[str, str] = {}
    for item in split(text):
        items.setdefault(item.casefold(), item)
    if len(items) > MAX_KEYWORDS:
        raise Unusable("too_many_values", size=len(items), cap=MAX_KEYWORDS)
    kept, dropped = [], []
    for item in items.values():
        fits = len(item) in KEYWORD_LENGTHS and _KEYWORD.fullmatch(item)
        (kept if fits else dropped).append(item)
    return kept, dropped


_TEXTS: dict[Kind, Callable[[Field, str], str]] = {
    Kind.TEXT: _text,
    Kind.PROSE: _prose,
    Kind.EMAIL: _email,
    Kind.ADDRESS: _address,
    Kind.VERBATIM: _verbatim,
}


# --- dates ------------------------------------------------------------------------------------


def _day(text: str, mac: bool) -> str:  # noqa: FBT001 -- called through the table below
    return dates.iso_date(text, mac=mac)


def _first(text: str, mac: bool) -> str:  # noqa: FBT001 -- called through the table below
    return dates.read(text, mac=mac).first.isoformat()


def _last(text: str, mac: bool) -> str:  # noqa: FBT001 -- called through the table below
    return dates.read(text, mac=mac).last.isoformat()


_DATES: dict[Kind, Callable[[str, bool], str]] = {
    Kind.DATE: _day,
    Kind.PERIOD_START: _first,
    Kind.PERIOD_END: _last,
}
