"""Single values: dates, addresses, places, choices, numbers."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.schema import values
from ckanext.ontario.schema.texts import Refused

LEVELS = [
    {"value": "open", "label": {"en": "Open", "fr": "Ouvert"}, "aliases": ["Open/Public"]},
    {"value": "under_review", "label": {"en": "Under review", "fr": "En examen"}},
    {"value": "", "label": {"en": "None", "fr": "Aucun"}},
]


@given(st.dates())
def test_every_date_reads_back(day: date) -> None:
    assert values.day(day.isoformat()) == day.isoformat() == values.day(day)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (" 2020-02-29 ", "2020-02-29"),
        ("2020-02-29T23:59:59", "2020-02-29"),
        ("2020-02-29T23:59:59Z", "2020-02-29"),
        ("2020-02-29 10:00:00.123456", "2020-02-29"),
        (datetime(2020, 2, 29, 23, tzinfo=timezone.utc), "2020-02-29"),
    ],
)
def test_dates(written: Any, expected: str) -> None:
    assert values.day(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "2019-02-29",
        "29/02/2020",
        "20200229",
        "2020",
        "2020-W01-1",
        "yesterday",
        "2020-01-01Tx",
        "٢٠٢٠-٠١-٠١",
    ],
)
def test_what_is_no_date(written: str) -> None:
    with pytest.raises(Refused, match="date-form"):
        values.day(written)


@pytest.mark.parametrize("written", ["a@ontario.ca", "first.last+tag@sub.ontario.ca", " a@b.co "])
def test_addresses_of_mail(written: str) -> None:
    assert values.email(written) == written.strip()


@pytest.mark.parametrize(
    "written",
    [
        "a",
        "a@b",
        "a b@c.ca",
        "@c.ca",
        "a@.ca",
        "a..b@c.ca",
        ".a@c.ca",
        "a@-c.ca",
        "a@c.ca\nx",
        "é@c.ca",
        "x" * 250 + "@c.ca",
    ],
)
def test_what_is_no_address_of_mail(written: str) -> None:
    with pytest.raises(Refused, match="email-form"):
        values.email(written)


@pytest.mark.parametrize(
    "written",
    [
        "https://ontario.ca",
        "http://localhost:8080/a?b=c#d",
        "HTTPS://Data.Ontario.ca/é",
        "http://[::1]/x",
        "https://a_b.example.com/",
        "https://user@example.com/",
    ],
)
def test_web_addresses(written: str) -> None:
    assert values.web_address(written) == written


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("ftp://ontario.ca/a", "address-form"),
        ("javascript:alert(1)", "address-form"),
        ("data:text/html,x", "address-form"),
        ("//ontario.ca", "address-form"),
        ("ontario.ca", "address-form"),
        ("http://", "address-form"),
        ("http://a b.ca", "address-form"),
        ("http://a.ca/<script>", "address-form"),
        ("http://a.ca:port/", "address-form"),
        ("http://[::1", "address-form"),
        ("http://[::g]/", "address-form"),
        ("http://-a.ca/", "address-form"),
        ("http://a.ca/" + "x" * 2050, "address-form"),
        ("https://user:secret@a.ca/", "address-password"),
    ],
)
def test_what_is_no_web_address(written: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        values.web_address(written)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("open", "open"),
        ("OPEN", "open"),
        ("ouvert", "open"),
        ("Open / Public", "open"),
        ("en examen", "under_review"),
        ("Aucun", ""),
        ("", ""),
    ],
)
def test_choices_by_value_label_and_alias(written: str, expected: str) -> None:
    assert values.choice(written, LEVELS) == expected


def test_an_unknown_choice_names_those_there_are() -> None:
    with pytest.raises(Refused) as refused:
        values.choice("closed?", LEVELS)
    assert refused.value.params == {"value": "closed?", "choices": "open, under_review"}


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90))
def test_a_box_becomes_a_closed_polygon(w: float, s: float, e: float, n: float) -> None:
    west, east = sorted((w, e))
    south, north = sorted((s, n))
    shape = json.loads(values.place(f"{west},{south},{east},{north}"))
    (ring,) = shape["coordinates"]
    assert ring[0] == ring[-1] == [west, south]
    assert values.place(json.dumps(shape)) == values.place([west, south, east, north])


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "Point", "coordinates": [-79.4, 43.7]},
        {"type": "MultiPoint", "coordinates": [[-79.4, 43.7, 12]]},
        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]},
        {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [0, 0]}]},
    ],
)
def test_geometries(shape: dict[str, Any]) -> None:
    assert json.loads(values.place(shape)) == shape


@pytest.mark.parametrize(
    "written",
    [
        "Ontario",
        5,
        {"type": "Point"},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [181, 0]},
        {"type": "Point", "coordinates": [0, 91]},
        {"type": "Point", "coordinates": ["0", "0"]},
        {"type": "Point", "coordinates": [True, False]},
        {"type": "Point", "coordinates": [float("nan"), 0]},
        {"type": "Point", "coordinates": [0, 0, 0, 0]},
        {"type": "Circle", "coordinates": [0, 0]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
        {"type": "Polygon", "coordinates": [[0, 0], [1, 0]]},
        {"type": "GeometryCollection", "geometries": [{"type": "Point"}]},
        {"type": "GeometryCollection"},
        "10,0,5,1",
        "0,5,1,4",
        "1,2,x,4",
        "[1,2,3]",
        [1, 2, 3, None],
    ],
)
def test_what_is_no_place(written: Any) -> None:
    with pytest.raises(Refused, match="place-form"):
        values.place(written)


@pytest.mark.parametrize(("written", "expected"), [("0", 0), (12, 12), (" 7 ", 7)])
def test_whole_numbers(written: Any, expected: int) -> None:
    assert values.whole_number(written) == expected


@pytest.mark.parametrize("written", [-1, "1.5", True, "٣", "many", "9" * 19])
def test_what_is_no_whole_number(written: Any) -> None:
    with pytest.raises(Refused, match="number-form"):
        values.whole_number(written)


def test_order_of_dates() -> None:
    assert values.in_order("2020-01-01", "2020-01-01")
    assert values.in_order(None, "2020-01-01")
    assert values.in_order("2020-01-01", "")
    assert not values.in_order("2020-01-02", "2020-01-01")
