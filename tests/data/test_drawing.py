"""What charts and maps are drawn by, on values of every size: scales, axes, choices, places."""

from __future__ import annotations

import math
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ckanext.ontario.data.domain import choosing, drawing, geography, measures, scales
from ckanext.ontario.data.domain.choosing import Asked, Choice, Unsuited
from ckanext.ontario.data.domain.measures import Seen

VALUES = st.floats(-1e30, 1e30)
INSTANTS = st.datetimes()


# --- axes --------------------------------------------------------------------------------------


@given(low=VALUES, more=st.floats(0, 1e30), most=st.integers(1, 12))
@example(low=0.0, more=0.0, most=6)
@example(low=219.15, more=0.0, most=6)
@example(low=1e15, more=1e-3, most=6)
@example(low=1e-323, more=0.0, most=1)
def test_an_axis_holds_every_value_in_equal_round_steps(low: float, more: float, most: int) -> None:
    found = scales.ticks(low, low + more, most)
    assert found[0] <= low
    assert low + more <= found[-1]
    assert 2 <= len(found) <= most + 3
    steps = [after - before for before, after in pairwise(found)]
    assert min(steps) > 0
    assert math.isclose(min(steps), max(steps), rel_tol=1e-3)


def test_an_axis_names_round_values() -> None:
    assert scales.ticks(0, 0.5) == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    assert scales.ticks(195.9, 219.15) == (195, 200, 205, 210, 215, 220)
    assert scales.inner(43.1, 46.2, 4) == (44.0, 45.0, 46.0)


@given(a=INSTANTS, b=INSTANTS, most=st.integers(2, 8))
def test_an_axis_of_time_names_beginnings_that_lie_on_it(
    a: datetime, b: datetime, most: int
) -> None:
    low, high = sorted((a, b))
    unit, found = scales.moments(low, high, most)
    assert 1 <= len(found) <= most + 1
    assert list(found) == sorted(set(found))
    if found != (low,):
        assert all(low <= one <= high for one in found)
        assert all((one.minute, one.second, one.microsecond) == (0, 0, 0) for one in found)
        assert unit == "hour" or all(one.hour == 0 for one in found)
        assert unit in {"hour", "day"} or all(one.day == 1 for one in found)


def test_an_axis_of_years_names_years() -> None:
    unit, found = scales.moments(*map(datetime.fromisoformat, ("2015-03-01", "2024-03-01")), 6)
    assert (unit, [one.year for one in found]) == ("year", [2016, 2018, 2020, 2022, 2024])


@given(low=VALUES, high=VALUES, value=VALUES)
def test_a_scale_keeps_the_order_of_values(low: float, high: float, value: float) -> None:
    low, value, high = sorted((low, value, high))
    scale = scales.Scale(low, high, 10.0, 300.0)
    assert 9.999 <= scale.at(low) <= scale.at(value) + 1e-6 <= scale.at(high) + 2e-6 <= 300.001


# --- pictures ----------------------------------------------------------------------------------

NUMBERS = st.one_of(st.none(), st.floats(-1e12, 1e12))
SIZES = st.sampled_from([(760.0, 380.0), (350.0, 300.0)])


@st.composite
def plots(draw: st.DrawFn) -> drawing.Plot:
    points = draw(st.integers(1, 30))
    series = tuple(
        tuple(draw(st.lists(NUMBERS, min_size=points, max_size=points)))
        for _ in range(draw(st.integers(1, 3)))
    )
    values = [0.0, *(value for one in series for value in one if value is not None)]
    marks = tuple((value, f"{value:g}") for value in scales.ticks(min(values), max(values)))
    labels = tuple(draw(st.lists(st.text(max_size=90), min_size=points, max_size=points)))
    along = tuple(float(n) for n in range(points))
    told = tuple(labels for _ in series)
    return drawing.Plot(series, told, labels, marks, along, ((0.0, "first"),))


@given(plot=plots(), size=SIZES)
def test_bars_lie_in_the_picture_and_none_over_another(
    plot: drawing.Plot, size: tuple[float, float]
) -> None:
    present = sum(value is not None for one in plot.series for value in one)
    for picture, along in ((drawing.columns(plot, *size), "x"), (drawing.rows(plot, size[0]), "y")):
        assert len(picture.bars) == present
        for bar in picture.bars:
            assert -0.01 <= bar.x <= bar.x + bar.width <= picture.width + 0.01
            assert -0.01 <= bar.y <= bar.y + bar.height <= picture.height + 0.01
        side = "width" if along == "x" else "height"
        sides = sorted((getattr(bar, along), getattr(bar, side)) for bar in picture.bars)
        assert all(a + thick <= b + 0.01 for (a, thick), (b, _) in pairwise(sides))


@given(plot=plots(), size=SIZES)
def test_every_value_of_a_line_is_drawn_and_a_gap_stays_one(
    plot: drawing.Plot, size: tuple[float, float]
) -> None:
    picture = drawing.lines(plot, *size)
    for number, values in enumerate(plot.series):
        marked = [one for one in picture.paths if one.series == number and one.kind == "mark"]
        assert len(marked) == sum(value is not None for value in values)
        drawn = [one for one in picture.paths if one.series == number and one.kind == "line"]
        runs = "".join("." if value is None else "x" for value in values).split(".")
        assert len(drawn) == sum(len(run) > 1 for run in runs)


def test_names_of_an_axis_do_not_run_into_each_other() -> None:
    labels = tuple(f"A long name {n}" for n in range(30))
    plot = drawing.Plot(((1.0,) * 30,), (labels,), labels, ((0.0, "0"), (1.0, "1")))
    picture = drawing.columns(plot, 350.0, 300.0)
    named = [text for text in picture.texts if text.words in labels]
    assert 1 < len(named) < 30
    assert all(b.x - a.x > len(a.words) * 6 for a, b in pairwise(named))


# --- choices -----------------------------------------------------------------------------------

DAY = Seen("Day", "date", filled=50, different=50)
LEVEL = Seen("Level", "numeric", filled=50, different=40, lowest=1.5, highest=9)
YEAR = Seen("Année", "numeric", filled=50, different=9, lowest=2001, highest=2020, whole=True)
CODE = Seen("permit_id", "numeric", filled=50, different=50, lowest=1, highest=50, whole=True)
FACILITY = Seen("Permit number", "numeric", filled=50, different=50, lowest=1, highest=50)
COUNTY = Seen("County", "text", filled=50, different=5, longest=20)
LAKE = Seen("Lake", "text", filled=50, different=50, longest=20)
PROSE = Seen("Notes", "text", filled=50, different=50, longest=900)


@pytest.mark.parametrize(
    ("columns", "best"),
    [
        ([LAKE, DAY, LEVEL], Choice("Day", ("Level",), "mean", "line")),
        ([CODE, YEAR, LEVEL], Choice("Année", ("Level",), "mean", "line")),
        ([LAKE, COUNTY, CODE], Choice("County")),
        ([COUNTY, LEVEL], Choice("County")),
        ([LAKE, LEVEL], Choice("Lake", ("Level",), "mean")),
        ([YEAR, CODE], Choice("Année", kind="line")),
        ([CODE, FACILITY, LAKE, PROSE], None),
        ([PROSE, LEVEL], None),
        ([LEVEL], None),
        ([DAY, LAKE], None),
        ([], None),
    ],
)
def test_a_chart_is_chosen_that_suits_the_columns(columns: list[Seen], best: Choice | None) -> None:
    assert choosing.automatic(columns) == best
    assert choosing.chosen(Asked(), columns) == best


@pytest.mark.parametrize(
    ("name", "unit", "how"),
    [("Total cost", "", "sum"), ("Coûts", "", "sum"), ("Paid", "$", "sum"), ("Level", "m", "mean")],
)
def test_numbers_are_added_up_where_that_makes_sense(name: str, unit: str, how: str) -> None:
    assert Seen(name, "numeric", unit=unit).how == how


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("No. of beds", "measure"),
        ("Number of permits", "measure"),
        ("Nombre de permis", "measure"),
        ("Permit number", ""),
        ("No de permis", ""),
        ("siteID", ""),
        ("#", ""),
    ],
)
def test_codes_are_no_measures(name: str, role: str) -> None:
    assert Seen(name, "numeric", filled=9, different=9, lowest=1, highest=9).role == role


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(x="nope"), "x"),
        (Asked(x="Level"), "x"),
        (Asked(x="Day", y=("permit_id",)), "y"),
        (Asked(x="Day", y=('"; DROP TABLE x',)), "y"),
        (Asked(how="median"), "how"),
        (Asked(kind="pie"), "kind"),
        (Asked(x="Day", y=("a", "b", "c", "d")), "many"),
    ],
)
def test_what_can_not_be_drawn_is_refused_by_name(asked: Asked, code: str) -> None:
    letters = [Seen(name, "numeric", filled=9, different=9, lowest=1, highest=9) for name in "abcd"]
    with pytest.raises(Unsuited) as refused:
        choosing.chosen(asked, [DAY, LEVEL, CODE, *letters])
    assert refused.value.code == code


def test_what_an_address_leaves_out_is_chosen() -> None:
    columns = [DAY, COUNTY, LEVEL]
    wanted = Asked(x="County", y=("Level", "Level", ""))
    assert choosing.chosen(wanted, columns) == Choice("County", ("Level",), "mean", "bar")
    assert choosing.chosen(Asked(x="Day"), columns) == Choice("Day", (), "count", "line")
    assert choosing.drawn(Choice("County", kind="line"), columns).kind == "bar"


# --- maps --------------------------------------------------------------------------------------


def degrees(name: str, low: float, high: float) -> Seen:
    return Seen(name, "numeric", filled=5, different=5, lowest=low, highest=high)


@pytest.mark.parametrize(
    ("columns", "place"),
    [
        ([degrees("Latitude", 42, 56), degrees("Longitude", -95, -75)], ("Latitude", "Longitude")),
        ([degrees("lat_wgs84", 42, 56), degrees("LNG", -95, -75)], ("lat_wgs84", "LNG")),
        ([degrees("X", -95, -75), degrees("Y", 42, 56)], ("Y", "X")),
        ([degrees("X", 0, 100), degrees("Y", 0, 5)], None),
        ([degrees("Latitude", 42, 560), degrees("Longitude", -95, -75)], None),
        ([degrees("Latitude", 42, 56)], None),
    ],
)
def test_places_are_known_by_name_and_range(
    columns: list[Seen], place: tuple[str, str] | None
) -> None:
    assert measures.place(columns) == place


BOUNDS = st.tuples(
    st.floats(-85, 85), st.floats(0, 80), st.floats(-180, 180), st.floats(0, 300)
).map(lambda b: geography.Bounds(b[0], min(b[0] + b[1], 85), b[2], min(b[2] + b[3], 180)))


@given(bounds=BOUNDS)
def test_a_map_shows_all_places_true_to_scale(bounds: geography.Bounds) -> None:
    frame = geography.fitted(bounds)
    for latitude in (bounds.south, bounds.north):
        for longitude in (bounds.west, bounds.east):
            x, y = frame.at(latitude, longitude)
            assert geography.LEFT - 0.01 <= x <= frame.width - geography.RIGHT + 0.01
            assert geography.TOP - 0.01 <= y <= frame.height - geography.BOTTOM + 0.01
    assert frame.height <= geography.HIGHEST + 0.01
    middle = (frame.bounds.south + frame.bounds.north) / 2
    degree_up = abs(frame.up.at(middle + 1) - frame.up.at(middle))
    degree_across = abs(frame.across.at(1) - frame.across.at(0))
    assert math.isclose(
        degree_across / degree_up, max(math.cos(math.radians(middle)), 0.01), rel_tol=0.05
    )
    assert 1 <= len(geography.parallels(frame)) <= 8
    assert 1 <= len(geography.meridians(frame)) <= 9


def test_towns_show_the_way_where_there_are_any() -> None:
    ontario = geography.fitted(geography.Bounds(42, 56, -95, -75))
    names = [town.english for town, _x, _y in geography.towns(ontario)]
    assert {"Toronto", "Ottawa", "Thunder Bay"} <= set(names)
    assert geography.towns(geography.fitted(geography.Bounds(-10, 10, 0, 20))) == []


@given(count=st.integers(1, 10**6), more=st.integers(0, 10**6))
def test_a_circle_grows_with_its_rows(count: int, more: int) -> None:
    small = geography.radius(count, count + more)
    assert geography.SMALL <= small <= geography.radius(count + more, count + more) + 1e-9
