"""A bar chart of ratios as an SVG picture with a title and a description.

Pure: strings in, a string out. The scale is logarithmic, because the ratios span three decades.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 760, 230, 90
TOP, BAR, GAP, LEGEND = 76, 18, 22, 22
COLOURS = ("#0066cc", "#1a1a1a", "#00703c")
"""Of the series; each has a contrast of at least 4.5 to white."""
FLOOR = "#cd0000"
INK = "#1a1a1a"
DASHED = 'stroke-width="2" stroke-dasharray="5 3"'
HALO = 'stroke="#ffffff" stroke-width="4" paint-order="stroke"'
SPOKEN = 'role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="14"'


@dataclass(frozen=True)
class Group:
    """Bars with one label.

    Attributes:
        label: what was measured.
        floor: the ratio that is aimed at.
        bars: the ratio of each series.
    """

    label: str
    floor: float
    bars: Sequence[float]


@dataclass(frozen=True)
class Texts:
    """What is written on the picture.

    Attributes:
        title: its title, shown and read aloud.
        axis: what a bar's length says.
        taken: how the figures were taken; part of the description, which has every figure too.
        series: what the bars of a group are, in order.
        times: how a ratio is written.
    """

    title: str
    axis: str
    taken: str
    series: Sequence[str]
    times: Callable[[float], str]


def svg(texts: Texts, groups: Sequence[Group]) -> str:
    """Return the picture."""
    top = TOP + LEGEND * len(texts.series)
    height = top + sum(_height(group) for group in groups) + 44
    reach = max(ratio for group in groups for ratio in [*group.bars, group.floor])
    decades = max(1, math.ceil(math.log10(reach)))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {SPOKEN}>',
        f'<title id="title">{escape(texts.title)}</title>',
        f'<desc id="desc">{escape(described(texts, groups))}</desc>',
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>',
        _text(16, 30, texts.title, 'font-size="18" font-weight="bold"'),
        _text(16, 52, texts.taken, 'font-size="12"'),
        *_legend(texts.series),
        *_grid(top, height, decades, texts.times),
        *_groups(groups, top, decades, texts.times),
        _text(16, height - 10, texts.axis, 'font-size="12"'),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def described(texts: Texts, groups: Sequence[Group]) -> str:
    """Return every figure in words, for those who do not see the picture."""
    said: list[str] = []
    for group in groups:
        each = zip(texts.series, group.bars, strict=True)
        figures = ", ".join(f"{name} {texts.times(ratio)}" for name, ratio in each)
        said.append(f"{group.label}: {figures}")
    return f"{'; '.join(said)}. {texts.taken}"


def place(ratio: float, decades: int) -> float:
    """Return where a ratio is, in pixels from the left: 1 at the axis, less than 1 there too."""
    share = max(0.0, math.log10(ratio)) / decades if ratio > 0 else 0.0
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _height(group: Group) -> int:
    return BAR * len(group.bars) + GAP


def _legend(series: Sequence[str]) -> Iterator[str]:
    for at, name in enumerate(series):
        y = TOP + at * LEGEND
        yield f'<rect x="{LEFT}" y="{y - 11}" width="12" height="12" fill="{COLOURS[at]}"/>'
        yield _text(LEFT + 20, y, name)


def _grid(top: int, height: int, decades: int, times: Callable[[float], str]) -> Iterator[str]:
    for power in range(decades + 1):
        x = place(10**power, decades)
        yield f'<path d="M{x:.1f} {top - 8}V{height - 44}" stroke="#bbbbbb"/>'
        yield _text(x, height - 28, times(10**power), 'text-anchor="middle" font-size="12"')


def _groups(
    groups: Sequence[Group], top: int, decades: int, times: Callable[[float], str]
) -> Iterator[str]:
    y = top
    for group in groups:
        tall = BAR * len(group.bars)
        yield _text(LEFT - 10, y + tall / 2 + 5, group.label, 'text-anchor="end"')
        x = place(group.floor, decades)
        yield f'<path d="M{x:.1f} {y - 2}v{tall + 4}" stroke="{FLOOR}" {DASHED}/>'
        for at, ratio in enumerate(group.bars):
            end, line = place(ratio, decades), y + at * BAR
            bar = f'y="{line + 2}" width="{max(end - LEFT, 1):.1f}" height="{BAR - 4}"'
            yield f'<rect x="{LEFT}" {bar} fill="{COLOURS[at]}"/>'
            yield _text(end + 6, line + BAR - 4, times(ratio), HALO)
        y += _height(group)


def _text(x: float, y: float, text: str, attributes: str = "") -> str:
    given = f" {attributes}" if attributes else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{INK}"{given}>{escape(text)}</text>'
