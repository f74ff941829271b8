"""A chart as lines, bars, marks and texts, each with its place in a picture.

Pure: imports neither CKAN nor SQLAlchemy. Lengths are units of the picture, one CSS pixel when it
is shown at its own width.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .scales import Scale

LETTER = 7.2
"""About how wide a letter of the pictures' texts is."""

LINE = 16.0
"""From one line of text to the next."""

EDGE = 10.0
MARKED = 9.0
"""Width for each point of a line that its marks need; with less, only lone points are marked."""


@dataclass(frozen=True)
class Stroke:
    """A straight line of the frame, or of the grid behind the data."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str = "grid"
    """``grid`` or ``axis``."""


@dataclass(frozen=True)
class Text:
    """A text; ``anchor`` is ``start``, ``middle`` or ``end``."""

    x: float
    y: float
    words: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Bar:
    """A bar of one of the series; ``told`` says in words what it shows."""

    x: float
    y: float
    width: float
    height: float
    series: int
    told: str = ""


@dataclass(frozen=True)
class Path:
    """A line, or the mark of one point, of one of the series."""

    d: str
    series: int
    kind: str = "line"
    """``line`` or ``mark``."""
    told: str = ""


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn."""

    width: float
    height: float
    strokes: tuple[Stroke, ...] = ()
    texts: tuple[Text, ...] = ()
    bars: tuple[Bar, ...] = ()
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Plot:
    """What is to be drawn, with every text as it is to be shown."""

    series: tuple[tuple[float | None, ...], ...]
    """For each series the values, one for each point; ``None`` where there is none."""
    told: tuple[tuple[str, ...], ...]
    """The same in words."""
    labels: tuple[str, ...]
    """What each point is called."""
    marks: tuple[tuple[float, str], ...]
    """The values that the value axis names, from its low to its high end."""
    along: tuple[float, ...] = ()
    """For lines: where each point lies on the horizontal axis."""
    named: tuple[tuple[float, str], ...] = field(default_factory=tuple)
    """For lines: the places that the horizontal axis names."""

    @property
    def low(self) -> float:
        """Return the low end of the value axis."""
        return self.marks[0][0]

    @property
    def high(self) -> float:
        """Return the high end of the value axis."""
        return self.marks[-1][0]


def lines(plot: Plot, width: float, height: float) -> Picture:
    """Draw lines, one for each series; a gap in the values is a gap in the line."""
    left = _beside(text for _value, text in plot.marks)
    right = width - EDGE * 2
    up = Scale(plot.low, plot.high, height - LINE * 2, EDGE)
    across = Scale(min(plot.along), max(plot.along), left, right)
    names = [(across.at(value), text) for value, text in plot.named]
    strokes = [*_levels(plot, up, left, right)]
    strokes += [Stroke(x, EDGE, x, up.start) for x, _text in names]
    strokes.append(Stroke(left, up.start, right, up.start, "axis"))
    texts = [Text(left - 6, up.at(value) + 4, text, "end") for value, text in plot.marks]
    texts += [
        Text(x, height - EDGE, text, anchor) for x, text, anchor in _apart(names, left, width)
    ]
    paths: list[Path] = []
    for number, values in enumerate(plot.series):
        places = [
            None if value is None else (across.at(plot.along[n]), up.at(value))
            for n, value in enumerate(values)
        ]
        paths += _line(places, plot.told[number], number, width)
    return Picture(width, height, tuple(strokes), tuple(texts), (), tuple(paths))


def columns(plot: Plot, width: float, height: float) -> Picture:
    """Draw upright bars, those of one point side by side."""
    left = _beside(text for _value, text in plot.marks)
    right = width - EDGE
    up = Scale(plot.low, plot.high, height - LINE * 2, EDGE)
    band = (right - left) / len(plot.labels)
    base = up.at(0)
    bars: list[Bar] = []
    for number, point, value in _each(plot):
        start, thick = _share(left + point * band, band, number, len(plot.series))
        top = up.at(value)
        told = plot.told[number][point]
        bars.append(Bar(start, min(top, base), thick, abs(base - top), number, told))
    strokes = [*_levels(plot, up, left, right), Stroke(left, base, right, base, "axis")]
    texts = [Text(left - 6, up.at(value) + 4, text, "end") for value, text in plot.marks]
    middles = [(left + (n + 0.5) * band, text) for n, text in enumerate(plot.labels)]
    texts += [Text(x, height - EDGE, text, end) for x, text, end in _apart(middles, left, width)]
    return Picture(width, height, tuple(strokes), tuple(texts), tuple(bars))


def rows(plot: Plot, width: float) -> Picture:
    """Draw bars that lie, with their names to the left; the picture is as high as they need."""
    thick = 22.0 if len(plot.series) == 1 else 14.0 * len(plot.series) + 8
    height = thick * len(plot.labels) + LINE * 2 + EDGE
    longest = int(width * 0.4 / LETTER)
    names = [cut(text, longest) for text in plot.labels]
    left = _beside(names)
    bottom = height - LINE * 2
    right = width - EDGE - len(plot.marks[-1][1]) * LETTER / 2
    across = Scale(plot.low, plot.high, left, right)
    base = across.at(0)
    bars: list[Bar] = []
    for number, point, value in _each(plot):
        start, deep = _share(EDGE + point * thick, thick, number, len(plot.series))
        end = across.at(value)
        told = plot.told[number][point]
        bars.append(Bar(min(end, base), start, abs(end - base), deep, number, told))
    marks = [(across.at(value), text) for value, text in plot.marks]
    strokes = [Stroke(x, EDGE, x, bottom) for x, _text in marks]
    strokes.append(Stroke(base, EDGE, base, bottom, "axis"))
    texts = [
        Text(left - 6, EDGE + (n + 0.5) * thick + 4, text, "end") for n, text in enumerate(names)
    ]
    texts += [Text(x, height - EDGE, text, end) for x, text, end in _apart(marks, left, width)]
    return Picture(width, height, tuple(strokes), tuple(texts), tuple(bars))


def cut(text: str, longest: int) -> str:
    """Return a text of at most ``longest`` characters, with an ellipsis when some are left out."""
    return text if len(text) <= longest else f"{text[: max(longest - 1, 1)].rstrip()}…"


def _beside(texts: Iterable[str]) -> float:
    widest = max((len(text) for text in texts), default=0)
    return EDGE + widest * LETTER + 6


def _levels(plot: Plot, up: Scale, left: float, right: float) -> list[Stroke]:
    return [Stroke(left, up.at(value), right, up.at(value)) for value, _text in plot.marks]


def _each(plot: Plot) -> list[tuple[int, int, float]]:
    return [
        (number, point, value)
        for number, values in enumerate(plot.series)
        for point, value in enumerate(values)
        if value is not None
    ]


def _share(start: float, band: float, number: int, many: int) -> tuple[float, float]:
    """Return where in a band the bar of one of the series begins, and how thick it is."""
    thick = band * 0.8 / many
    return start + band * 0.1 + number * thick, thick * (1.0 if many == 1 else 0.92)


def _apart(
    names: Sequence[tuple[float, str]], left: float, width: float
) -> list[tuple[float, str, str]]:
    """Leave out names that would run into the one before; hold the others inside the picture."""
    kept: list[tuple[float, str, str]] = []
    free = 0.0
    for x, text in names:
        half = len(text) * LETTER / 2
        start, end, anchor = x - half, x + half, "middle"
        if end > width:
            start, end, x, anchor = width - 2 * half, width, width, "end"  # noqa: PLW2901
        if start < free or (not kept and start < 0 and x > left):
            continue
        kept.append((x, text, anchor))
        free = end + LETTER
    return kept


def _line(
    places: Sequence[tuple[float, float] | None], told: Sequence[str], series: int, width: float
) -> list[Path]:
    found: list[Path] = []
    run: list[tuple[int, float, float]] = []
    few = len(places) * MARKED <= width
    for n, at in enumerate([*places, None]):
        if at is not None:
            run.append((n, *at))
            continue
        if len(run) > 1:
            found.append(Path(_through([(x, y) for _n, x, y in run]), series))
        if few or len(run) == 1:
            found += [Path(mark(x, y, series), series, "mark", told[n]) for n, x, y in run]
        run = []
    return found


def _through(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def mark(x: float, y: float, series: int, size: float = 4.0) -> str:
    """Return the outline of a point's mark: a circle, a square, or a triangle."""
    if series == 0:
        return (
            f"M{x - size:.1f} {y:.1f}a{size:g} {size:g} 0 1 0 {2 * size:g} 0"
            f"a{size:g} {size:g} 0 1 0 {-2 * size:g} 0Z"
        )
    if series == 1:
        return f"M{x - size:.1f} {y - size:.1f}h{2 * size:g}v{2 * size:g}h{-2 * size:g}Z"
    return f"M{x - size:.1f} {y + size:.1f}h{2 * size:g}L{x:.1f} {y - size:.1f}Z"
