"""A view as a mapping, the dates it is asked for, and how it is copied and shared."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, tzinfo

import pytest

import sorparse
from sorparse import Register
from sorparse.register import days
from support.register import unit


def test_the_view_is_a_mapping_of_what_is_in_force() -> None:
    view = Register.from_records(
        [unit("1"), unit("2", "2000-01-01", "2001-01-01"), unit("3", "2030-01-01")]
    ).as_of("2020-01-01")
    assert list(view) == ["1"]
    assert len(view) == 1
    assert "1" in view
    assert "2" not in view
    with pytest.raises(TypeError, match="SOR id: expected text, got int: 1"):
        1 in view  # type: ignore[operator] # noqa: B015
    assert view.get("2") is None
    assert view.get("9", "intet") == "intet"
    assert [one.sor_id for one in view.active()] == ["1"]
    assert [one.sor_id for one in view.closed()] == ["2"]
    assert [one.sor_id for one in view.future()] == ["3"]
    assert view.day == date(2020, 1, 1)
    assert repr(view) == "<View of 2020-01-01: <Register from records: 3 units in 3 versions>>"


def test_closed_units_show_their_last_version_and_future_ones_their_first() -> None:
    view = Register.from_records(
        [
            unit("1", "2000-01-01", "2001-12-31", name="før"),
            unit("1", "2002-01-01", "2003-12-31", name="sidst"),
            unit("2", "2030-01-01", "2030-12-31", name="først"),
            unit("2", "2031-01-01", name="siden"),
        ]
    ).as_of("2020-01-01")
    assert [one.name for one in view.closed()] == ["sidst"]
    assert [one.name for one in view.future()] == ["først"]


def test_closing_units_have_no_version_that_takes_over() -> None:
    view = Register.from_records(
        [
            unit("1", "2000-01-01", "2025-12-31"),
            unit("2", "2000-01-01", "2025-12-31"),
            unit("2", "2026-01-01"),
            unit("3", "2000-01-01"),
            unit("4", "2000-01-01", "2025-12-31"),
            unit("4", "2026-02-01"),
            unit("5", "2000-01-01", "2025-12-31"),
            unit("5", "2026-01-01", "2027-12-31"),
        ]
    ).as_of("2020-01-01")
    assert [one.sor_id for one in view.closing()] == ["1", "4", "5"]
    assert [view.closing_date(one) for one in "12345"] == [
        date(2025, 12, 31),
        None,
        None,
        date(2025, 12, 31),
        date(2027, 12, 31),
    ]
    with pytest.raises(sorparse.NotInForceError):
        Register.from_records([unit("1", end="2001-01-01")]).as_of("2020-01-01").closing_date("1")


def test_unknown_closed_and_future_are_distinguished() -> None:
    view = Register.from_records(
        [unit("698471000016005", "2000-01-01", "2010-12-31"), unit("11000016002", "2030-01-01")]
    ).as_of("2020-01-01")
    with pytest.raises(sorparse.NotInForceError, match="its last day was 2010-12-31") as closed:
        view["698471000016005"]
    assert (closed.value.reason, closed.value.date) == ("closed", date(2010, 12, 31))
    assert (closed.value.sor_id, closed.value.day) == ("698471000016005", date(2020, 1, 1))
    with pytest.raises(sorparse.NotInForceError, match="it opens on 2030-01-01") as future:
        view["11000016002"]
    assert (future.value.reason, future.value.date) == ("future", date(2030, 1, 1))
    with pytest.raises(sorparse.NotInForceError, match="no unit 21000016006 in this") as unknown:
        view["21000016006"]
    assert (unknown.value.reason, unknown.value.date) == ("unknown", None)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("698471000016006", "check digit is 6 and should be 5"),
        ("123", "it has 3 digits, a SOR id has 11 to 18"),
        ("12345678901a", "a SOR id has digits only"),
        ("", "it is empty"),
        ('=""', "it is empty"),
        ("698471000016005", "no unit 698471000016005 in this register"),
    ],
)
def test_an_invalid_id_is_distinguished_from_an_unknown_one(asked: str, said: str) -> None:
    register = Register.from_records([unit("1")])
    for ask in (register.history, register.successors, register.as_of("2020-01-01").status):
        with pytest.raises(KeyError, match=said) as caught:
            ask(asked)
        assert isinstance(caught.value, sorparse.UnknownUnitError)
        assert pickle.loads(pickle.dumps(caught.value)).sor_id == asked


def test_an_id_as_a_number_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match="SOR id: expected text, got int: 1"):
        Register.from_records([unit("1")]).as_of("2020-01-01")[1]  # type: ignore[index]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("2021-02-30", "invalid date '2021-02-30': 2021-02 has the days 1 to 28"),
        ("20240230", "invalid date '20240230': 2024-02 has the days 1 to 29"),
        ("2021-12-32", "invalid date '2021-12-32': 2021-12 has the days 1 to 31"),
        ("2021-01-00", "invalid date '2021-01-00': 2021-01 has the days 1 to 31"),
        ("0001-02-30", "invalid date '0001-02-30': 0001-02 has the days 1 to 28"),
        ("30-2-2021", "invalid date '30-2-2021': 2021-02 has the days 1 to 28"),
        (
            "2021-13-01",
            (
                "invalid date '2021-13-01': there is no month 13; "
                "expected YYYY-MM-DD, for example 2021-03-31"
            ),
        ),
        (
            "31.00.2021",
            (
                "invalid date '31.00.2021': there is no month 0; "
                "expected YYYY-MM-DD, for example 2021-03-31"
            ),
        ),
        ("31-3-2021", "write the date 31-3-2021 as year-month-day: 2021-03-31"),
        ("0000-01-01", "invalid date '0000-01-01': there is no year 0"),
        ("i går", "invalid date 'i går': expected YYYY-MM-DD, for example 2021-03-31"),
        ("", "invalid date '': expected YYYY-MM-DD, for example 2021-03-31"),
        ("2021-W13-3", "invalid date '2021-W13-3': expected YYYY-MM-DD, for example 2021-03-31"),
    ],
)
def test_a_date_that_is_none_is_reported_in_words(asked: str, said: str) -> None:
    with pytest.raises(sorparse.InvalidDateError) as caught:
        Register.from_records([]).as_of(asked)
    assert str(caught.value) == said


def test_a_day_may_be_a_date_a_text_a_datetime_or_today(monkeypatch: pytest.MonkeyPatch) -> None:
    register = Register.from_records([])
    assert register.as_of("20210331").day == date(2021, 3, 31)
    assert register.as_of(date(2021, 3, 31)).day == date(2021, 3, 31)
    assert register.as_of(datetime(2021, 3, 31, 23, 59)).day == date(2021, 3, 31)  # noqa: DTZ001
    monkeypatch.setattr(days, "today_in_denmark", lambda: date(2024, 2, 29))
    assert register.as_of().day == date(2024, 2, 29)
    with pytest.raises(sorparse.InvalidDateError) as caught:
        register.as_of(20210331)  # type: ignore[arg-type]
    assert str(caught.value) == (
        "invalid date 20210331: expected a datetime.date or text such as 2021-03-31"
    )


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (datetime(2024, 6, 30, 21, 59, tzinfo=UTC), date(2024, 6, 30)),
        (datetime(2024, 6, 30, 22, 0, tzinfo=UTC), date(2024, 7, 1)),
        (datetime(2024, 12, 31, 22, 59, tzinfo=UTC), date(2024, 12, 31)),
        (datetime(2024, 12, 31, 23, 0, tzinfo=UTC), date(2025, 1, 1)),
    ],
)
def test_today_is_that_of_denmark(
    now: datetime, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock:
        @staticmethod
        def now(zone: tzinfo | None = None) -> datetime:
            return now.replace(tzinfo=None) if zone is None else now.astimezone(zone)

    monkeypatch.setattr(days, "datetime", Clock)
    assert days.today_in_denmark() == today


def test_the_clock_is_read() -> None:
    assert abs((days.today_in_denmark() - datetime.now(UTC).date()).days) <= 1


def test_an_empty_register_answers() -> None:
    register = Register.from_records([])
    view = register.as_of("2020-01-01")
    assert (len(register), len(view), list(view.active()), view.find("x")) == (0, 0, [], ())
    assert register.check() == []
    assert not register.diff("2020-01-01", "2021-01-01")


def test_register_and_view_pickle_and_copy() -> None:
    register = sorparse.load(sorparse.examples.sor2_zip)
    view = register.as_of("2026-06-15")
    found = view.find("hjerte")
    for twin in (pickle.loads(pickle.dumps(view)), copy.deepcopy(view), copy.copy(view)):
        assert twin.find("hjerte") == found
        assert twin.day == view.day
        assert list(twin) == list(view)
    assert pickle.loads(pickle.dumps(register)).check() == register.check()


def test_threads_share_a_register() -> None:
    register = sorparse.load(sorparse.examples.sor2_zip)
    view = register.as_of("2026-06-15")

    def ask(number: int) -> tuple[object, ...]:
        return (
            view.find("sygehus"),
            register.as_of(date(2000 + number % 30, 1, 1)).find(region="1081"),
            view.shak_to_sor("9901203").rule,
            register.successors(next(iter(register))),
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, [number % 30 for number in range(90)]))
    fresh = sorparse.load(sorparse.examples.sor2_zip)
    view, register = fresh.as_of("2026-06-15"), fresh
    assert answers == [ask(number % 30) for number in range(90)]
