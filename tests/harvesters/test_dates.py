"""Dates and periods as people write them."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.harvesters.mapping import dates
from ckanext.ontario.harvesters.mapping.problems import Unusable

DAYS = st.dates(date(1600, 1, 1), date(2200, 12, 31))


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2017-12-22", "2017-12-22"),
        ("2017/12/22", "2017-12-22"),
        ("2017.12.22", "2017-12-22"),
        ("20171222", "2017-12-22"),
        ("2017-12-22T05:00:00Z", "2017-12-22"),
        ("2017-12-22 00:00:00", "2017-12-22"),
        ("December 22, 2017", "2017-12-22"),
        ("Dec 22 2017", "2017-12-22"),
        ("22 December 2017", "2017-12-22"),
        ("Friday, December 22nd, 2017", "2017-12-22"),
        ("22 décembre 2017", "2017-12-22"),
        ("le 22 déc. 2017", "2017-12-22"),
        ("vendredi 22 decembre 2017", "2017-12-22"),
        ("1er janvier 2020", "2020-01-01"),
        ("le 1er août 2020", "2020-08-01"),
        ("Mar 5, 2019", "2019-03-05"),
        ("5 févr. 2019", "2019-02-05"),
        ("Sept. 30, 2015", "2015-09-30"),
        ("22/12/2017", "2017-12-22"),
        ("12/22/2017", "2017-12-22"),
        ("03/03/2020", "2020-03-03"),
        ("43091", "2017-12-22"),
        ("43091.5", "2017-12-22"),
    ],
)
def test_a_date_is_read(written: str, iso: str) -> None:
    assert dates.iso_date(written) == iso


@pytest.mark.parametrize(
    "written",
    [
        *("", "soon", "2017", "January 2016", "2016-01", "30 February 2020", "2020-13-01"),
        *("22 décembre 17", "January 5 6 2016", "1066-10-14", "12345", "2016-17", "March May 2016"),
        *("99/99/2020", "December 2017 2018"),
    ],
)
def test_what_names_no_single_day_is_refused(written: str) -> None:
    with pytest.raises(Unusable, match="date_unreadable"):
        dates.iso_date(written)


@pytest.mark.parametrize("written", ["03/04/2020", "3-4-2020", "12/11/2020"])
def test_a_doubtful_order_is_refused(written: str) -> None:
    with pytest.raises(Unusable, match="date_ambiguous"):
        dates.iso_date(written)


def test_old_macintosh_workbooks_count_from_1904() -> None:
    assert dates.iso_date("41629", mac=True) == "2017-12-22"


@given(DAYS, st.sampled_from(["en_CA", "fr_CA"]), st.sampled_from(["long", "full", "d MMM y"]))
def test_every_day_in_words_is_read_in_both_languages(day: date, locale: str, form: str) -> None:
    assert dates.iso_date(format_date(day, form, locale=locale)) == day.isoformat()


@given(st.dates(date(1940, 1, 2), date(2199, 12, 30)))
def test_every_day_number_is_read(day: date) -> None:
    number = (day - date(1899, 12, 30)).days
    assert dates.iso_date(str(number)) == day.isoformat()


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_refused(written: str) -> None:
    with contextlib.suppress(Unusable):
        found = dates.read(written)
        assert found.first <= found.last


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("January 1, 2016 - December 31, 2020", "2016-01-01", "2020-12-31"),
        ("January 1, 2016 – December 31, 2020", "2016-01-01", "2020-12-31"),
        ("1er avril 2015 au 31 mars 2023", "2015-04-01", "2023-03-31"),
        ("du 1er avril 2015 au 31 mars 2023", "2015-04-01", "2023-03-31"),
        ("d’avril 2015 à mars 2023", "2015-04-01", "2023-03-31"),
        ("de 2015 à 2020", "2015-01-01", "2020-12-31"),
        ("from 2016-01-01 to 2020-12-31", "2016-01-01", "2020-12-31"),
        ("2016-01-01/2020-12-31", "2016-01-01", "2020-12-31"),
        ("2016/01/01-2020/12/31", "2016-01-01", "2020-12-31"),
        ("2016-2020", "2016-01-01", "2020-12-31"),
        ("2016", "2016-01-01", "2016-12-31"),
        ("février 2020", "2020-02-01", "2020-02-29"),
        ("2016-05-03", "2016-05-03", "2016-05-03"),
        ("January 1, 2016 to present", "2016-01-01", None),
        ("2016 à ce jour", "2016-01-01", None),
        ("2016-ongoing", "2016-01-01", None),
        ("since 2016", "2016-01-01", None),
        ("depuis le 1er mai 2016", "2016-05-01", None),
        ("à partir de mai 2016", "2016-05-01", None),
    ],
)
def test_a_period_is_read(written: str, start: str, end: str | None) -> None:
    assert dates.period(written) == (start, end)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("every spring", "period_unreadable"),
        ("2016-17", "period_unreadable"),
        ("03/04/2019 to 31/12/2020", "date_ambiguous"),
    ],
)
def test_a_period_that_fits_no_form_is_refused(written: str, code: str) -> None:
    with pytest.raises(Unusable, match=code):
        dates.period(written)


@given(DAYS, st.integers(0, 40_000), st.sampled_from([" - ", " to ", " au ", " – ", "/"]))
def test_two_days_make_a_period(day: date, length: int, between: str) -> None:
    last = min(day + timedelta(days=length), date(2200, 12, 31))
    written = f"{day.isoformat()}{between}{last.isoformat()}"
    assert dates.period(written) == (day.isoformat(), last.isoformat())
