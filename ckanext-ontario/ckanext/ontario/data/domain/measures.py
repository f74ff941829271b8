"""Which columns a chart can show, and which a map: by their names, types and what they hold.

Pure: imports neither CKAN nor SQLAlchemy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

NUMBERS = frozenset({"numeric", "int4", "int8", "int", "integer", "bigint", "float8", "float4"})
"""Types of the DataStore that are numbers."""

TIMES = frozenset({"date", "timestamp", "timestamptz"})

NAMES = frozenset({"text", "bool"})

FEW = 30
"""How many bars a chart has at most."""

LONGEST = 120
"""Characters of a text that can still name a bar."""

YEARS = (1000, 2999)

_CODES = re.compile(
    "ids?|uu?id|guid|[fgo]id|objectid|pk|key|cle|codes?|no|numero|tel|fax|(tele)?phone|postal|zip|"
    "ref|reference|naics|scian|isbn|psn|ran[kg]|postcode|latitude|longitude"
)
"""Words of a name whose numbers are not to be added up."""

_LAST_CODES = re.compile("number|num|nbr|nb")
"""Words that make a code of what stands before them: "permit number", not "number of permits"."""

_YEARS = re.compile("years?|annees?|an|exercice")

_SUMS = re.compile(
    "totals?|totaux|counts?|number|nombre|amounts?|montants?|cases|cas|costs?|couts?|budget|"
    "spending|spent|depenses|expenditures?|revenues?|recettes|paid|verse|volume|quantity|quantite|"
    "population"
)
"""Words of a name whose numbers make sense added up."""

_MONEY = frozenset({"$", "cad", "k$", "m$", "$ca", "dollars"})

LATITUDES = ("latitude", "lat")
LONGITUDES = ("longitude", "lon", "lng", "long")

CANADA = ((41.0, 84.0), (-142.0, -52.0))
"""Degrees of latitude and longitude between which columns called X and Y are taken for places."""


@dataclass(frozen=True)
class Seen:
    """What a column is called and what its first rows hold."""

    id: str
    type: str
    name: str = ""
    """Its label; also read for what the column means."""
    unit: str = ""
    filled: int = 0
    different: int = 0
    lowest: float | None = None
    highest: float | None = None
    whole: bool = False
    longest: int = 0
    ordered: bool = False
    """Whether every text begins with a digit, as those of fiscal years do."""

    @property
    def repeats(self) -> bool:
        """Say whether a value comes more than once."""
        return self.different < self.filled

    @property
    def role(self) -> str:
        """Return ``time``, ``year``, ``measure``, ``category``, or ``""`` for none of these."""
        if self.filled == 0:
            return ""
        if self.type in TIMES:
            return "time"
        if self.type in NUMBERS:
            return self._role_of_numbers()
        return "category" if self.type in NAMES and self._names_groups() else ""

    def _role_of_numbers(self) -> str:
        if self.lowest is None or self.highest is None:
            return ""
        if (
            self._says(_YEARS)
            and self.whole
            and YEARS[0] <= self.lowest <= self.highest <= YEARS[1]
        ):
            return "year"
        if not self._is_code():
            return "measure"
        return "category" if self.repeats and 2 <= self.different <= FEW else ""

    def _names_groups(self) -> bool:
        if self.different < 2 or self.longest > LONGEST:
            return False
        return self.repeats or not self._is_code()

    def _is_code(self) -> bool:
        first = words(self.id)
        if not first or (len(first) > 1 and _LAST_CODES.fullmatch(first[-1])):
            return True
        if first[:2] == ["no", "of"]:
            return False
        return self._says(_CODES)

    def _says(self, meant: re.Pattern[str]) -> bool:
        return any(meant.fullmatch(word) for word in (*words(self.id), *words(self.name)))

    @property
    def how(self) -> str:
        """Return how its values are best brought together: ``sum`` or ``mean``."""
        money = self.unit.casefold().strip() in _MONEY
        return "sum" if money or self._says(_SUMS) else "mean"


def words(name: str) -> list[str]:
    """Return the words of a column's name: without accents and case, cut where case changes."""
    plain = unicodedata.normalize("NFKD", re.sub(r"([a-z])([A-Z])", r"\1 \2", name))
    letters = "".join(one for one in plain if not unicodedata.combining(one)).casefold()
    return [word.rstrip("0123456789") or word for word in re.findall(r"[a-z0-9$]+", letters)]


def axes(columns: Sequence[Seen]) -> list[Seen]:
    """Return the columns that can be a chart's horizontal axis, in the table's order.

    Names that never come twice and are more than there are bars are there only beside measures.
    """
    measured = bool(measures(columns))
    return [
        column
        for column in columns
        if column.role in {"time", "year", "category"}
        and (measured or column.repeats)
        and (column.different > 1 or column.role == "category")
    ]


def measures(columns: Sequence[Seen]) -> list[Seen]:
    """Return the columns whose values can be drawn, in the table's order."""
    places = place(columns) or ()
    return [c for c in columns if c.role == "measure" and c.id not in places]


def place(columns: Sequence[Seen]) -> tuple[str, str] | None:
    """Return the columns of latitude and longitude, in degrees, or ``None``."""
    numbers = [column for column in columns if column.type in NUMBERS]
    latitude = _called(numbers, LATITUDES, (-90.0, 90.0))
    longitude = _called(numbers, LONGITUDES, (-180.0, 180.0))
    if latitude and longitude:
        return latitude, longitude
    latitude = _called(numbers, ("y",), CANADA[0])
    longitude = _called(numbers, ("x",), CANADA[1])
    return (latitude, longitude) if latitude and longitude else None


def _called(
    columns: Sequence[Seen], names: tuple[str, ...], within: tuple[float, float]
) -> str | None:
    for name in names:
        for column in columns:
            if name not in words(column.id) and name not in words(column.name):
                continue
            if column.lowest is None or column.highest is None:
                continue
            if within[0] <= column.lowest <= column.highest <= within[1]:
                return column.id
    return None
