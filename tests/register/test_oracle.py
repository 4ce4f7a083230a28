"""The time index against a day-by-day reading of its rules, with and without numpy."""

from __future__ import annotations

from array import array
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorparse import Register, SOREntity, Status, Validity
from sorparse.register.storage import timeindex
from sorparse.register.storage.store import Store
from sorparse.register.storage.timeindex import NO_ROW, TimeIndex

BEGIN = date(2020, 1, 1)
DAYS = [BEGIN + timedelta(days=offset) for offset in range(-2, 24)]

some_day = st.integers(0, 20).map(lambda offset: BEGIN + timedelta(days=offset))
maybe_day = st.none() | some_day


@st.composite
def versions(draw: st.DrawFn) -> list[SOREntity]:
    """Versions of up to three units, in any order, with every irregularity."""
    records = []
    for number in range(draw(st.integers(1, 3))):
        openings = draw(st.lists(maybe_day, min_size=1, max_size=2))
        records += [
            SOREntity(
                str(number),
                name=f"{number}-{place}",
                validity=Validity(draw(maybe_day), draw(maybe_day)),
                first_from_date=draw(st.sampled_from(openings)),
                updated_at=draw(maybe_day),
            )
            for place in range(draw(st.integers(1, 5)))
        ]
    return draw(st.permutations(records))


@st.composite
def tidy_versions(draw: st.DrawFn) -> list[SOREntity]:
    """Versions that follow each other as a well-kept register has them."""
    records = []
    for number in range(draw(st.integers(1, 4))):
        starts = sorted(draw(st.sets(some_day, min_size=1, max_size=4)))
        ends = [start - timedelta(days=1) for start in starts[1:]]
        length = draw(st.none() | st.integers(0, 9))
        last = None if length is None else starts[-1] + timedelta(days=length)
        opening = draw(st.none() | st.just(starts[0] - timedelta(days=2)))
        for start, end in zip(starts, [*ends, last], strict=True):
            records.append(
                SOREntity(str(number), validity=Validity(start, end), first_from_date=opening)
            )
    return draw(st.permutations(records))


def naive(records: list[SOREntity], day: date) -> tuple[Status, SOREntity | None]:
    """Read the rules of the timeline module for one unit and one day, sentence by sentence."""
    early, late = date.min, date.max
    order = {id(one): place for place, one in enumerate(records)}

    def start(one: SOREntity) -> date:
        return one.validity.from_date or early

    def precedence(one: SOREntity) -> tuple[date, date, int]:
        return start(one), one.updated_at or early, order[id(one)]

    def has_a_day(one: SOREntity) -> bool:
        return start(one) <= (one.validity.to_date or late)

    def end(one: SOREntity) -> date:
        if one.validity.to_date is not None:
            return one.validity.to_date
        later = [
            start(other) for other in records if has_a_day(other) and start(other) > start(one)
        ]
        return min(later) - timedelta(days=1) if later else late

    live = [one for one in records if has_a_day(one)]
    given_openings = [one.first_from_date for one in records if one.first_from_date is not None]
    opening = min(given_openings) if given_openings else min(map(start, live or records))
    if day < opening:
        return Status.FUTURE, None
    holding = [one for one in live if start(one) <= day <= end(one)]
    if holding:
        return Status.ACTIVE, max(holding, key=precedence)
    if live:
        earliest = min(map(start, live))
        if day < earliest:
            # the version in force on its first date also covers the dates of the opening
            first_day = [one for one in live if start(one) <= earliest <= end(one)]
            return Status.ACTIVE, max(first_day, key=precedence)
        return Status.CLOSED, None
    first = min(records, key=precedence)
    if (
        first.validity.to_date is not None
        and opening < start(first)
        and day <= first.validity.to_date
    ):
        return Status.ACTIVE, first
    return Status.CLOSED, None


def check_against_naive(records: list[SOREntity]) -> None:
    register = Register.from_records(records)
    for day in DAYS:
        view = register.as_of(day)
        for sor_id in register:
            own = [one for one in records if one.sor_id == sor_id]
            status, version = naive(own, day)
            assert view.status(sor_id) is status
            assert view.get(sor_id) == version
        assert {one.sor_id for one in view.active()} == set(view)
        assert {one.sor_id for one in view.closed()} == {
            one for one in register if view.status(one) is Status.CLOSED
        }
        assert {one.sor_id for one in view.future()} == {
            one for one in register if view.status(one) is Status.FUTURE
        }


@given(versions())
def test_any_versions_are_read_by_the_rules(records: list[SOREntity]) -> None:
    check_against_naive(records)


@given(tidy_versions())
def test_tidy_versions_are_read_by_the_rules(records: list[SOREntity]) -> None:
    check_against_naive(records)


def stored(records: list[SOREntity]) -> Store:
    return Register.from_records(records).core.store


def alike(one: Any, other: Any) -> bool:
    return bool(one.typecode == other.typecode and one == other)


def version(
    sor_id: str, start: int | None, end: int | None, opening: int | None = None
) -> SOREntity:
    """A version from and to days counted from the first one."""
    days = [None if day is None else BEGIN + timedelta(days=day) for day in (start, end, opening)]
    return SOREntity(sor_id, validity=Validity(days[0], days[1]), first_from_date=days[2])


EARLIER = version("before", 9, None)
LATER = version("behind", 2, 3)
EDGES: dict[str, list[tuple[int | None, int | None]]] = {
    "two begin on one day, behind another": [(0, 4), (5, None), (5, None)],
    "two begin on one day and the first is open": [(0, 4), (5, None), (5, 8)],
    "one begins on the last day of another": [(0, 5), (5, 8)],
    "one begins on the day after": [(0, 4), (5, 8)],
    "of one day each": [(0, 0), (1, 1), (2, None)],
    "ends before it begins, behind another": [(0, 4), (5, 3)],
    "open, and another begins on the same day": [(5, None), (5, 7)],
    "open and closed by another": [(0, None), (5, 7)],
    "open and closed by another of one day": [(0, None), (5, 5)],
    "open and closed by another, behind a third": [(0, 4), (5, None), (8, None)],
    "without a from-date": [(None, 4), (5, None)],
    "nested and ending alike": [(0, 9), (2, 9), (4, 5)],
    "a gap of one day": [(0, 3), (5, None)],
}


@pytest.mark.parametrize("opening", [None, -1, 0, 2, 5, 8, 20])
@pytest.mark.parametrize("edge", EDGES)
def test_versions_at_the_edges_are_read_by_the_rules(edge: str, opening: int | None) -> None:
    pytest.importorskip("numpy")
    own = [version("1", start, end, opening) for start, end in EDGES[edge]]
    records = [EARLIER, *own, LATER]
    check_against_naive(records)
    check_both_ways(stored(records))


def test_a_version_of_the_last_date_of_the_calendar() -> None:
    pytest.importorskip("numpy")
    days = [Validity(date(2000, 1, 1), date(9999, 12, 30)), Validity(date.max, None)]
    for some in (days, days[1:]):
        store = stored([SOREntity("1", validity=each) for each in some])
        for numpy in (False, True):
            last = [*TimeIndex(store, numpy=numpy).segments(0)][-1]
            assert (last.start, last.row) == (date.max.toordinal(), len(some) - 1)


def test_many_versions_beside_an_irregular_unit_remain_in_order() -> None:
    pytest.importorskip("numpy")
    regular = [version(str(unit), start, start) for start in range(100) for unit in (3, 1, 2)]
    irregular = version("0", 0, 5), version("0", 2, 3)
    store = stored([*irregular, *regular])
    assert TimeIndex(store).arrays() == TimeIndex(store, numpy=False).arrays()


class TakenByItself(Exception):
    """A unit was not settled together with all others."""


def test_versions_that_follow_each_other_are_settled_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("numpy")
    tidy = [
        *(version("1", start, end) for start, end in ((0, 3), (4, None), (9, None))),
        *(version("2", start, end, 0) for start, end in ((0, 0), (1, 1), (5, 6))),
        version("3", 4, None, -1),
        version("4", 2, None),
    ]
    store = stored(tidy)
    expected = TimeIndex(store, numpy=False).arrays()

    def resolve(*_: object) -> NoReturn:
        raise TakenByItself

    monkeypatch.setattr(timeindex, "resolve", resolve)
    found = TimeIndex(store).arrays()
    assert found == expected
    with pytest.raises(TakenByItself):
        TimeIndex(store, numpy=False)


@given(versions() | tidy_versions())
def test_numpy_and_plain_give_equal_arrays(records: list[SOREntity]) -> None:
    pytest.importorskip("numpy")
    check_both_ways(stored(records))


def check_both_ways(store: Store) -> None:
    fast, plain = TimeIndex(store), TimeIndex(store, numpy=False)
    arrays = plain.arrays()
    assert len(arrays) == 7
    for name, column in fast.arrays().items():
        assert alike(column, arrays[name]), name
        alone = arrays[name]
        assert isinstance(alone, array), name
        assert alone.typecode == "i"
    for day in DAYS:
        ordinal = day.toordinal()
        assert alike(fast.snapshot(ordinal), plain.snapshot(ordinal))
        assert alike(fast.statuses(ordinal), plain.statuses(ordinal))
        assert plain.statuses(ordinal).typecode == "b"  # type: ignore[attr-defined] # an array


@given(versions())
def test_segments_are_disjoint_ascending_and_start_no_earlier_than_the_opening(
    records: list[SOREntity],
) -> None:
    index = TimeIndex(stored(records), numpy=False)
    for unit in range(index.units):
        segments = list(index.segments(unit))
        assert all(one.start <= one.end for one in segments)
        assert all(a.end < b.start for a, b in pairwise(segments))
        assert all(one.start >= index.opening[unit] for one in segments)
        for one in segments:
            assert index.row_on(unit, one.start) == index.row_on(unit, one.end) == one.row
        if segments:
            assert index.row_on(unit, segments[0].start - 1) == NO_ROW


@given(versions(), st.permutations(range(15)))
def test_the_order_of_the_file_matters_only_among_equals(
    records: list[SOREntity], order: list[int]
) -> None:
    keys = [(one.sor_id, one.validity.from_date, one.updated_at) for one in records]
    if len(set(keys)) < len(keys):
        return
    shuffled = [records[place] for place in order if place < len(records)]
    one, other = Register.from_records(records), Register.from_records(shuffled)
    for day in DAYS:
        assert {e.sor_id: e for e in one.as_of(day).active()} == {
            e.sor_id: e for e in other.as_of(day).active()
        }


@given(versions())
def test_every_version_comes_back_as_it_went_in(records: list[SOREntity]) -> None:
    register = Register.from_records(records)
    back = [version for sor_id in register for version in register.history(sor_id)]
    assert sorted(back, key=repr) == sorted(records, key=repr)


@given(versions())
def test_checking_survives_any_versions(records: list[SOREntity]) -> None:
    for issue in Register.from_records(records).check():
        assert issue.sor_id is not None
