"""One cell's text → one field's value.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ckanext.ontario.harvesters.mapping import dates, texts
from ckanext.ontario.harvesters.mapping.folding import one_line
from ckanext.ontario.harvesters.mapping.problems import Unusable

from .fields import Field, Kind
from .profile import Profile

_FORMULA_ERROR = re.compile(
    r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)", re.IGNORECASE
)


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
    return texts.line(text, field.cap)


def _prose(field: Field, text: str) -> str:
    return texts.prose(text, field.cap)


def _email(_field: Field, text: str) -> str:
    return texts.email(text)


def _address(_field: Field, text: str) -> str:
    return texts.address(text)


def _verbatim(_field: Field, text: str) -> str:
    return text


def keywords(text: str) -> tuple[list[str], list[str]]:
    """Return the keywords of a cell, and those that no search could hold.

    Raises:
        Unusable: ``too_many_values``.
    """
    return texts.keywords(split(text))


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
