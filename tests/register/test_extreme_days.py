"""Dates at the ends of the calendar: the register and every target answer alike."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import Register, SOREntity, Validity
from sorparse.register.storage.timeindex import TimeIndex
from support.laws import law_examples

FIRST, SECOND = date.min, date.min + timedelta(days=1)
LAST, BEFORE_LAST = date.max, date.max - timedelta(days=1)
DAYS = (FIRST, SECOND, date(2000, 2, 29), BEFORE_LAST, LAST)

days = st.sampled_from(DAYS)
versions = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.none() | days,
        st.none() | days,
        st.none() | days,
        st.none() | days,
    ),
    min_size=1,
    max_size=6,
)
Row = tuple[str, date | None, date | None, date | None, date | None]


def records(rows: list[Row]) -> list[SOREntity]:
    return [
        SOREntity(
            sor_id,
            name=f"{place}",
            validity=Validity(start, end),
            first_from_date=first,
            updated_at=edited,
        )
        for place, (sor_id, start, end, first, edited) in enumerate(rows)
    ]


def feed_of(units: list[SOREntity]) -> Any:
    """Return what convert accepts as an open feed."""
    return SimpleNamespace(
        name="made up",
        format="SOR2",
        snapshot_date=None,
        tables=("entities",),
        records=lambda table: iter(units),
        issues=[],
    )


def periods_of(to: str, target: Path) -> list[tuple[str, date, date, int]]:
    columns = "sor_id, in_force_from, in_force_to, row_id"
    if to == "sqlite":
        with closing(sqlite3.connect(target)) as db:
            rows = db.execute(f"SELECT {columns} FROM entity_periods").fetchall()
        return [
            (sor_id, date.fromisoformat(first), date.fromisoformat(last), row)
            for sor_id, first, last, row in rows
        ]
    duckdb = pytest.importorskip("duckdb")
    with closing(duckdb.connect()) as db:
        if to == "parquet":
            source = f"'{target / 'entity_periods.parquet'}'"
        else:
            db.execute(f"ATTACH '{target}' AS there (READ_ONLY)")
            source = "there.entity_periods"
        found: list[Any] = db.execute(f"SELECT {columns} FROM {source}").fetchall()
    return found


@pytest.mark.parametrize("to", ["sqlite", "duckdb", "parquet"])
@settings(
    max_examples=law_examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=versions)
def test_a_target_answers_for_every_date_as_the_register(
    to: str, rows: list[Row], tmp_path: Path
) -> None:
    units = records(rows)
    register = Register.from_records(units)
    target = tmp_path / f"out.{to}" if to != "parquet" else tmp_path / "out"
    sorparse.convert(feed_of(units), to, target)
    periods = periods_of(to, target)
    for day in DAYS:
        in_force = sorted(
            (sor_id, units[row - 1].name)
            for sor_id, first, last, row in periods
            if first <= day <= last
        )
        view = register.as_of(day)
        assert in_force == sorted((unit.sor_id, unit.name) for unit in view.active())


@given(versions)
def test_numpy_makes_no_difference_at_the_ends_of_the_calendar(rows: list[Row]) -> None:
    store = Register.from_records(records(rows)).core.store
    fast, plain = TimeIndex(store), TimeIndex(store, numpy=False)
    for unit in range(len(store.ids)):
        segments = list(plain.segments(unit))
        assert list(fast.segments(unit)) == segments
        assert all(1 <= start <= date.max.toordinal() for start, _, _ in segments[1:])
        assert all(end >= 1 and start <= date.max.toordinal() for start, end, _ in segments)
    assert fast.opening == plain.opening


@given(versions, days, days)
def test_every_question_has_an_answer_on_every_date(
    rows: list[Row], first: date, second: date
) -> None:
    register = Register.from_records(records(rows))
    register.check()
    found = register.diff(first, second)
    assert {one.sor_id for one in found.opened} <= set(register)
    view = register.as_of(first)
    for sor_id in register:
        assert (sor_id in view) == (view.status(sor_id) is sorparse.Status.ACTIVE)
        if sor_id in view:
            end = view.closing_date(sor_id)
            assert end is None or end >= first
            assert view.effective(sor_id).sor_id == sor_id
    assert sum(1 for _ in view.closing()) <= len(view)


def test_a_version_without_dates_before_one_from_the_first_day(tmp_path: Path) -> None:
    units = records([("a", None, None, None, None), ("a", FIRST, None, None, None)])
    sorparse.convert(feed_of(units), "sqlite", tmp_path / "x.db")
    assert periods_of("sqlite", tmp_path / "x.db") == [("a", FIRST, LAST, 2)]
