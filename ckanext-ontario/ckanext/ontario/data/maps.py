"""A map of a table's places, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

import ckan.plugins.toolkit as tk

from ckanext.ontario.data import asking, places, writing
from ckanext.ontario.data.domain import geography, measures
from ckanext.ontario.data.places import Places, Spot
from ckanext.ontario.data.preview import LOCALES
from ckanext.ontario.shared.bilingual import language_of

MOST_LISTED = 50
"""Places that are also listed as a table."""


@dataclass(frozen=True)
class Circle:
    """A circle on the map; ``told`` says in words what it stands for."""

    x: float
    y: float
    radius: float
    told: str


@dataclass(frozen=True)
class Line:
    """A line of degrees, and its name."""

    place: float
    name: str


@dataclass(frozen=True)
class Town:
    """A town by which people find their way."""

    x: float
    y: float
    name: str


@dataclass(frozen=True)
class Map:
    """Everything that is drawn, and the same in words."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    parallels: tuple[Line, ...]
    meridians: tuple[Line, ...]
    towns: tuple[Town, ...]
    circles: tuple[Circle, ...]
    """The largest first, so that none lies hidden under another."""
    described: str
    notes: tuple[str, ...]
    body: tuple[tuple[str, str, str], ...]
    """Latitude, longitude and number of rows of the fullest places."""
    listed: str
    """How many of the places ``body`` has."""


def read(table: asking.Table, language: str) -> Map | None:
    """Return a map of a table that the reader may see, or ``None`` when it has no places.

    Raises:
        ValidationError: when gathering them takes too long.
    """
    columns = measures.place(table.seen)
    found = places.of(table, columns) if columns else None
    if found is None or found.bounds is None:
        return None
    language = language_of(language)
    locale = LOCALES[language]
    frame = geography.fitted(found.bounds)
    body = tuple(_words(spot, locale) for spot in found.spots[:MOST_LISTED])
    return Map(
        frame.width,
        frame.height,
        geography.LEFT,
        frame.width - geography.RIGHT,
        geography.TOP,
        frame.height - geography.BOTTOM,
        _lines(geography.parallels(frame), "latitude", locale),
        _lines(geography.meridians(frame), "longitude", locale),
        tuple(
            Town(x, y, town.french if language == "fr" else town.english)
            for town, x, y in geography.towns(frame)
        ),
        _circles(found, frame, locale),
        _described(found, locale),
        _notes(found, locale),
        body,
        _listed(found, locale),
    )


def _lines(lines: list[geography.Degree], axis: str, locale: str) -> tuple[Line, ...]:
    return tuple(Line(one.place, writing.degrees(one.degrees, axis, locale)) for one in lines)


def _circles(found: Places, frame: geography.Frame, locale: str) -> tuple[Circle, ...]:
    most = max(spot.rows for spot in found.spots)
    circles: list[Circle] = []
    for spot in found.spots:
        latitude, longitude, rows = _words(spot, locale)
        told = tk.ungettext("{rows} row at {place}", "{rows} rows at {place}", spot.rows)
        x, y = frame.at(spot.latitude, spot.longitude)
        place = f"{latitude}, {longitude}"
        told = told.format(rows=rows, place=place)
        circles.append(Circle(x, y, geography.radius(spot.rows, most), told))
    return tuple(circles)


def _words(spot: Spot, locale: str) -> tuple[str, str, str]:
    return (
        writing.degrees(round(spot.latitude, 5), "latitude", locale),
        writing.degrees(round(spot.longitude, 5), "longitude", locale),
        writing.figure(spot.rows, "count", locale),
    )


def _described(found: Places, locale: str) -> str:
    bounds = found.bounds
    assert bounds is not None  # noqa: S101 -- asked before
    sentence = tk.ungettext(
        "Map of {count} place, from {south} to {north} and from {west} to {east}.",
        "Map of {count} places, from {south} to {north} and from {west} to {east}.",
        len(found.spots),
    )
    return sentence.format(
        count=writing.figure(len(found.spots), "count", locale),
        south=writing.degrees(round(bounds.south, 4), "latitude", locale),
        north=writing.degrees(round(bounds.north, 4), "latitude", locale),
        west=writing.degrees(round(bounds.west, 4), "longitude", locale),
        east=writing.degrees(round(bounds.east, 4), "longitude", locale),
    )


def _notes(found: Places, locale: str) -> tuple[str, ...]:
    placed, rows, without = (
        writing.figure(n, "count", locale)
        for n in (found.placed, found.rows, found.rows - found.placed)
    )
    sentence = tk.ungettext(
        "{placed} of {rows} rows is shown.", "{placed} of {rows} rows are shown.", found.placed
    )
    notes = [sentence.format(placed=placed, rows=rows)]
    if found.rows > found.placed:
        sentence = tk.ungettext(
            "{without} has no place: its degrees are empty, impossible, or 0, 0.",
            "{without} have no place: their degrees are empty, impossible, or 0, 0.",
            found.rows - found.placed,
        )
        notes.append(sentence.format(without=without))
    if found.gathered:
        notes.append(tk._("Points that lie near each other are gathered into one circle."))
    if any(spot.rows > 1 for spot in found.spots):
        most = writing.figure(found.spots[0].rows, "count", locale)
        sentence = tk._("A larger circle stands for more rows; the largest for {most}.")
        notes.append(sentence.format(most=most))
    return tuple(notes)


def _listed(found: Places, locale: str) -> str:
    listed, all_of_them = (
        writing.figure(n, "count", locale)
        for n in (min(len(found.spots), MOST_LISTED), len(found.spots))
    )
    if len(found.spots) <= MOST_LISTED:
        return tk._("The places as a table")
    sentence = tk._("{listed} of the {places} places as a table, the fullest first")
    return sentence.format(listed=listed, places=all_of_them)
