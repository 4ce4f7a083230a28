"""As of any day, every target gives what the register gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sorparse import Register, SOREntity, Validity, convert, examples
from sorparse.exports.sqlite import TODAY
from support.exports import SOURCES, days_that_matter, dict_rows, read_records
from support.tables import FakeFeed, record_of

DAYS = days_that_matter()
AS_OF = {
    "sqlite": "SELECT * FROM entity_as_of WHERE ? BETWEEN in_force_from AND in_force_to",
    "duckdb": "FROM entity_as_of(?)",
}
PARQUET = """
SELECT e.* FROM {entities} e JOIN {entity_periods} p ON e.row_id = p.row_id
WHERE DATE '{day}' BETWEEN p.in_force_from AND p.in_force_to
"""


class Expected:
    """What the register gives, to be held against the rows that a query gives."""

    def __init__(self, versions: Sequence[SOREntity]) -> None:
        self._versions = versions
        self._register = Register.from_records(self._versions)

    def __call__(self, day: date | None, rows: Iterable[Any]) -> None:
        found = [self._versions[row["row_id"] - 1] for row in rows]
        assert len(set(found)) == len(found)
        assert set(found) == set(self._register.as_of(day).active()), day

    def whole(self, day: date, rows: Iterable[Mapping[str, Any]]) -> None:
        """Hold every column against the records, which takes its time."""
        found = {record_of("entities", row) for row in rows}
        assert found == set(self._register.as_of(day).active())


@pytest.fixture(scope="module")
def expected() -> Expected:
    return Expected(read_records(examples.sor2_zip)["entities"])


@pytest.mark.parametrize("source", [name for name in SOURCES if name != "SHAK"])
def test_sqlite(source: str, tmp_path: Path) -> None:
    convert(SOURCES[source], "sqlite", tmp_path / "sor.db")
    expected = Expected(read_records(SOURCES[source])["entities"])
    with closing(sqlite3.connect(tmp_path / "sor.db")) as db:
        db.row_factory = sqlite3.Row
        for day in DAYS:
            expected(day, db.execute(AS_OF["sqlite"], (day.isoformat(),)))
        expected.whole(DAYS[9], map(dict, db.execute(AS_OF["sqlite"], (DAYS[9].isoformat(),))))
        expected(None, db.execute("SELECT * FROM entity_current"))


def test_duckdb(tmp_path: Path, expected: Expected) -> None:
    duckdb = pytest.importorskip("duckdb")
    convert(examples.sor2_zip, "duckdb", tmp_path / "sor.duckdb")
    with closing(duckdb.connect(str(tmp_path / "sor.duckdb"), read_only=True)) as db:
        for day in DAYS[::7]:
            expected(day, dict_rows(db.execute(AS_OF["duckdb"], (day,))))
        as_text = db.execute(f"FROM entity_as_of('{DAYS[9]}')")
        expected.whole(DAYS[9], dict_rows(as_text))
        expected(None, dict_rows(db.execute("FROM entity_current")))


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp("as_of") / "sor"
    convert(examples.sor2_zip, "parquet", folder)
    return folder


def test_duckdb_over_parquet(parquet: Path, expected: Expected) -> None:
    duckdb = pytest.importorskip("duckdb")
    names = {name: f"'{parquet}/{name}.parquet'" for name in ("entities", "entity_periods")}
    for day in DAYS[::11]:
        expected(day, dict_rows(duckdb.sql(PARQUET.format(day=day, **names))))


def test_polars_over_parquet(parquet: Path, expected: Expected) -> None:
    pl = pytest.importorskip("polars")
    entities = pl.scan_parquet(parquet / "entities.parquet")
    periods = pl.scan_parquet(parquet / "entity_periods.parquet").drop("sor_id")
    joined = entities.join(periods, on="row_id")
    for day in DAYS[::11]:
        found = joined.filter(pl.lit(day).is_between("in_force_from", "in_force_to")).collect()
        expected(day, found.to_dicts())


MOMENTS = st.dates(date(2019, 12, 28), date(2020, 1, 6))


@st.composite
def histories(draw: st.DrawFn) -> list[SOREntity]:
    """Any versions of a few units: overlaps, gaps, open and reversed periods, ties."""
    return [
        SOREntity(
            sor_id=draw(st.sampled_from("ABC")),
            name=str(row),
            validity=Validity(draw(st.none() | MOMENTS), draw(st.none() | MOMENTS)),
            first_from_date=draw(st.none() | MOMENTS),
            updated_at=draw(st.none() | MOMENTS),
        )
        for row in range(draw(st.integers(1, 7)))
    ]


@settings(max_examples=40, deadline=None)
@given(histories())
def test_any_history(tmp_path_factory: pytest.TempPathFactory, versions: list[SOREntity]) -> None:
    target = tmp_path_factory.mktemp("any") / "sor.db"
    convert(FakeFeed({"entities": versions}), "sqlite", target)
    expected = Expected(versions)
    with closing(sqlite3.connect(target)) as db:
        db.row_factory = sqlite3.Row
        for days in range(-1, 12):
            day = date(2019, 12, 27) + timedelta(days)
            expected(day, db.execute(AS_OF["sqlite"], (day.isoformat(),)))


def test_sqlite_knows_what_day_it_is_in_denmark() -> None:
    zone = ZoneInfo("Europe/Copenhagen")
    with closing(sqlite3.connect(":memory:")) as db:
        for year in range(2015, 2040):
            for month in (1, 3, 4, 10, 11):
                for day in range(23, 31):
                    if month == 1 and day > 25:
                        continue
                    for hour in (0, 1, 21, 22, 23):
                        moment = datetime(year, month, day, hour, 30, tzinfo=UTC)
                        text = moment.strftime("%Y-%m-%d %H:%M:%S")
                        (found,) = db.execute(
                            f"SELECT {TODAY.replace(chr(39) + 'now' + chr(39), ':now')}",
                            {"now": text},
                        ).fetchone()
                        assert found == moment.astimezone(zone).date().isoformat(), text
