"""A chart of a table, ready to be shown: pictures, their figures, and what to know of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.ontario.data import asking, figures, writing
from ckanext.ontario.data.domain import choosing, drawing, scales
from ckanext.ontario.data.domain.choosing import Asked, Choice, Unsuited
from ckanext.ontario.data.domain.measures import axes, measures
from ckanext.ontario.data.figures import Figures
from ckanext.ontario.data.preview import LOCALES, Column, sentence_of
from ckanext.ontario.shared.bilingual import language_of

WIDE, NARROW = (760.0, 380.0), (350.0, 300.0)
"""Width and height of a picture on large screens and on phones."""


@dataclass(frozen=True)
class Option:
    """A column that can be chosen."""

    id: str
    label: str


@dataclass(frozen=True)
class Shown:
    """What is drawn."""

    caption: str
    described: str
    """What the picture shows, for those who don't see it."""
    series: tuple[str, ...]
    wide: drawing.Picture
    narrow: drawing.Picture
    head: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    """What was left out or brought together."""


@dataclass(frozen=True)
class Chart:
    """A chart, and what else could be chosen."""

    choice: Choice
    how: str
    """How values are brought together, or would be if some were chosen."""
    axes: tuple[Option, ...]
    measures: tuple[Option, ...]
    shown: Shown | None
    """``None`` when something was asked for that can't be shown, or there is nothing to draw."""
    problem: str = ""

    @property
    def address(self) -> dict[str, Any]:
        """Return the parameters of an address that shows this very chart."""
        choice = self.choice
        return {"x": choice.x, "y": list(choice.y), "how": choice.how, "kind": choice.kind}


def read(table: asking.Table, asked: Asked, language: str) -> Chart | None:
    """Return a chart of a table that the reader may see, or ``None`` when none suits it."""
    best = choosing.automatic(table.seen)
    if best is None:
        return None
    labels = {column.id: _named(column) for column in table.columns}
    possible = measures(table.seen)
    plain = Chart(
        best,
        best.how if best.y else next((seen.how for seen in possible), "count"),
        tuple(Option(seen.id, labels[seen.id]) for seen in axes(table.seen)),
        tuple(Option(seen.id, labels[seen.id]) for seen in possible),
        None,
    )
    try:
        choice = choosing.chosen(asked, table.seen) or best
        wanted = choosing.drawn(choice, table.seen)
        shown = _shown(table, wanted, figures.of(table, wanted), LOCALES[language_of(language)])
    except Unsuited as err:
        return replace(plain, problem=_problem(err))
    except tk.ValidationError as err:
        return replace(plain, problem=sentence_of(err))
    if shown and wanted != choice:
        sentence = tk._("“{column}” has no order that a line could follow, so bars are drawn.")
        note = sentence.format(column=labels[choice.x])
        shown = replace(shown, notes=(note, *shown.notes))
    how = choice.how if choice.y else plain.how
    return replace(plain, choice=choice, how=how, shown=shown)


def _named(column: Column) -> str:
    return f"{column.label} ({column.unit})" if column.unit else column.label


def _problem(err: Unsuited) -> str:
    sentences: dict[str, Callable[[], str]] = {
        "x": lambda: tk._("The table has no column “{value}” that can be a horizontal axis."),
        "y": lambda: tk._("The table has no column “{value}” whose numbers can be drawn."),
        "how": lambda: tk._("“{value}” is no way to bring numbers together: sum, mean or count."),
        "kind": lambda: tk._("“{value}” is no kind of chart: bar or line."),
        "many": lambda: tk._("A chart shows three columns of numbers at most, not {value}."),
    }
    return sentences[err.code]().format(value=drawing.cut(err.value, 60))


def _shown(table: asking.Table, choice: Choice, found: Figures, locale: str) -> Shown | None:
    if not any(value is not None for point in found.points for value in point.values):
        return None
    axis = _named(table.column(choice.x))
    series = _series(table, choice, found)
    labels = tuple(_label(found, point.at, locale) for point in found.points)
    columns = tuple(zip(*(point.values for point in found.points), strict=True))
    how = "sum" if choice.how == "mean" and _is_plain(found) else choice.how
    words = tuple(tuple(writing.figure(v, how, locale) for v in one) for one in columns)
    told = tuple(
        tuple(f"{label}: {text}" for label, text in zip(labels, one, strict=True)) for one in words
    )
    plot = drawing.Plot(columns, told, labels, _marks(columns, choice.kind, locale))
    caption = tk._("{values} by {axis}").format(values=" · ".join(series), axis=axis)
    return Shown(
        caption,
        _described(choice, caption, labels, columns, told),
        series,
        _picture(plot, choice, found, WIDE, locale),
        _picture(plot, choice, found, NARROW, locale),
        (axis, *series),
        tuple(zip(labels, *words, strict=True)),
        _notes(found, axis, choice.kind, locale),
    )


def _series(table: asking.Table, choice: Choice, found: Figures) -> tuple[str, ...]:
    if not choice.y:
        return (tk._("Number of rows"),)
    names = (_named(table.column(name)) for name in choice.y)
    if choice.how != "count" and _is_plain(found):
        return tuple(names)
    sentence = {
        "sum": tk._("{column}, total"),
        "mean": tk._("{column}, average"),
        "count": tk._("{column}, number of values"),
    }[choice.how]
    return tuple(sentence.format(column=name) for name in names)


def _is_plain(found: Figures) -> bool:
    """Say whether each point is one row, so that nothing was brought together."""
    return all(point.rows == 1 for point in found.points)


def _label(found: Figures, at: Any, locale: str) -> str:
    return writing.instant(at, found.gathered, locale) if found.role == "time" else str(at)


def _marks(
    columns: Sequence[Sequence[float | None]], kind: str, locale: str
) -> tuple[tuple[float, str], ...]:
    values = [float(value) for one in columns for value in one if value is not None]
    if kind == "bar":
        values.append(0.0)  # a bar's length is its value
    return writing.marks(scales.ticks(min(values), max(values)), locale)


def _picture(
    plot: drawing.Plot, choice: Choice, found: Figures, size: tuple[float, float], locale: str
) -> drawing.Picture:
    if choice.kind == "line":
        return drawing.lines(_along(plot, found, size[0], locale), *size)
    if found.role == "category":
        return drawing.rows(plot, size[0])
    return drawing.columns(plot, *size)


def _along(plot: drawing.Plot, found: Figures, width: float, locale: str) -> drawing.Plot:
    """Give a plot its horizontal axis."""
    most = int(width // 85)
    places = [point.at for point in found.points]
    if found.role == "time":
        unit, moments = scales.moments(places[0], places[-1], most)
        named = [(scales.seconds(one), writing.tick(one, unit, locale)) for one in moments]
        return replace(plot, along=tuple(map(scales.seconds, places)), named=tuple(named))
    if found.role == "year":
        years = scales.inner(places[0], places[-1], most) if len(places) > 1 else places
        named = [(float(year), f"{year:g}") for year in years if year == int(year)]
        return replace(plot, along=tuple(map(float, places)), named=tuple(named))
    step = -(-len(places) // most)
    named = [(float(n), drawing.cut(str(at), 12)) for n, at in enumerate(places) if n % step == 0]
    return replace(plot, along=tuple(map(float, range(len(places)))), named=tuple(named))


def _described(
    choice: Choice,
    caption: str,
    labels: Sequence[str],
    columns: Sequence[Sequence[float | None]],
    told: Sequence[Sequence[str]],
) -> str:
    kinds = {"bar": tk._("Bar chart: {caption}."), "line": tk._("Line chart: {caption}.")}
    said = [kinds[choice.kind].format(caption=caption)]
    said.append(tk._("From {first} to {last}.").format(first=labels[0], last=labels[-1]))
    for values, words in zip(columns, told, strict=True):
        present = [(value, n) for n, value in enumerate(values) if value is not None]
        if present:
            low, high = words[min(present)[1]], words[max(present)[1]]
            said.append(tk._("Lowest: {low}. Highest: {high}.").format(low=low, high=high))
    return " ".join(said)


def _notes(found: Figures, axis: str, kind: str, locale: str) -> tuple[str, ...]:
    notes: list[str] = []
    drawn = len(found.points)
    shown, total = (writing.figure(n, "count", locale) for n in (drawn, found.groups))
    if found.gathered:
        notes.append(_gathered(kind).format(span=_span(found.gathered)))
    if found.groups > drawn:
        sentence = (
            tk._("The first {shown} of {total} are shown.")
            if found.role == "category" and kind == "line"
            else tk._("The largest {shown} of {total} are shown.")
            if found.role == "category"
            else tk._("The latest {shown} of {total} are shown.")
        )
        notes.append(sentence.format(shown=shown, total=total))
    if found.without:
        sentence = tk.ungettext(
            "{count} of {rows} rows has no value in “{column}” and is left out.",
            "{count} of {rows} rows have no value in “{column}” and are left out.",
            found.without,
        )
        count, rows = (writing.figure(n, "count", locale) for n in (found.without, found.rows))
        notes.append(sentence.format(count=count, rows=rows, column=axis))
    return tuple(notes)


def _gathered(kind: str) -> str:
    return {
        "bar": tk._("Each bar stands for {span}."),
        "line": tk._("Each point stands for {span}."),
    }[kind]


def _span(unit: str) -> str:
    return {
        "hour": tk._("an hour"),
        "day": tk._("a day"),
        "month": tk._("a month"),
        "year": tk._("a year"),
        "decade": tk._("a decade"),
        "century": tk._("a century"),
    }[unit]
