"""Dates that people type."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorparse.typed_dates import parse_typed_date

MONTHS = (
    *("januar", "februar", "marts", "april", "maj", "juni", "juli"),
    *("august", "september", "oktober", "november", "december"),
)


@pytest.mark.parametrize(
    "text",
    [
        *("2019-06-30", "20190630", "2019-06-30 23:59", "2019-06-30T23:59:00+02:00"),
        *("30-06-2019", "30.06.2019", "30/06/2019", "30.6.2019", "30/6 2019", "30/6-2019"),
        *("30. juni 2019", "30. jun. 2019", "30.juni 2019", "30 JUNI 2019", "30. 6. 2019"),
        *("30JUN2019", "30-jun-2019", "30 June 2019", " 30-06-2019 ", "30.06.2019 kl. 14.30"),
        *("d. 30. juni 2019", "d.30/6 2019", "søndag d. 30. juni 2019", "D. 30.06.2019"),
        *("søndag den 30. juni 2019", "søndag 30. juni 2019", "30. juni 2019, kl. 9:05"),
    ],
)
def test_a_date_in_any_notation(text: str) -> None:
    assert parse_typed_date(text) == date(2019, 6, 30)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "2019", "juni 2019", "30. juni", "30", "06-2019", "43646"),
        *("12/31/2019", "12-31-2019", "2019-30-06", "2019-13-01", "6-2019-30"),
        *("30-06-19", "31-02-2019", "29. februar 2019", "00-00-2019", "30. foo 2019"),
        *(
            "før 30. juni 2019",
            "30. juni 2019 eller 2020",
            "30. juni 2019 juli",
            "30. jun jul 2019",
        ),
        *("30, , , 2019", "30m2019", "30 1 5 2019", "30. juni 0000"),
    ],
)
def test_what_is_not_one_whole_date_is_refused(text: str) -> None:
    assert parse_typed_date(text) is None


def test_no_part_is_taken_from_the_date_of_today() -> None:
    for number in range(1, 32):  # today is one of them
        assert parse_typed_date(f"{number}m, 2019") is None


def test_day_first_always_and_iso_never() -> None:
    assert parse_typed_date("03-04-2021") == date(2021, 4, 3)
    assert parse_typed_date("2021-03-04") == date(2021, 3, 4)
    assert parse_typed_date("9999-12-31") == date(9999, 12, 31)


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from("-./"))
def test_every_date_is_read_back(day: date, sign: str) -> None:
    month = MONTHS[day.month - 1]
    for text in (
        day.isoformat(),
        f"{day.isoformat()}T00:00:00",
        sign.join((f"{day:%d}", f"{day:%m}", f"{day.year}")),
        f"{day.day}/{day.month} {day.year}",
        f"{day.day}. {month} {day.year}",
        f"{day.day}. {month[:3]}. {day.year}",
        f"{day.day}{month.upper()}{day.year}",
    ):
        assert parse_typed_date(text) == day, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-06-30T22:30:00Z", "2019-07-01"),
        ("2019-06-30T21:59:59.999Z", "2019-06-30"),
        ("2019-06-30 22:00:00+00:00", "2019-07-01"),
        ("2019-12-31T23:00:00Z", "2020-01-01"),
        ("2019-12-31T22:59Z", "2019-12-31"),
        ("2019-07-01T00:30:00+0200", "2019-07-01"),
        ("2019-07-01T00:30:00+03", "2019-06-30"),
        ("2019-06-30T22:30:00", "2019-06-30"),
    ],
)
def test_a_moment_with_a_time_zone_is_its_date_in_denmark(text: str, expected: str) -> None:
    assert parse_typed_date(text) == date.fromisoformat(expected)


@pytest.mark.parametrize("text", ["2019-06-31T22:30:00Z", "2019-06-30T25:00:00Z"])
def test_a_moment_that_is_none_is_refused(text: str) -> None:
    assert parse_typed_date(text) is None
