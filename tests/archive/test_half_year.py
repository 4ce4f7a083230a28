"""Half a year of nights, archived, verified and asked: the answers are those of the files."""

from __future__ import annotations

import io
import random
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

import sorparse
from sorparse import Archive
from support.nights import (
    BROKEN,
    ENTITIES,
    FORMAT_CHANGES,
    LENGTH,
    MISSING,
    NEW_COLUMN,
    Row,
    in_force,
    nights,
    tables,
)

pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

SEED = 20
QUESTIONS = 1000
EVER = (date(1, 1, 1), date.max)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Half a year, added night by night."""
    archive = Archive(tmp_path_factory.mktemp("nights") / "archive", registers={})
    for night, content in nights(SEED):
        if content is not None:
            try:
                archive.add(content, night=night)
            except sorparse.SorFileError:
                assert night == BROKEN
    return archive


def test_every_night_is_there_and_whole(archive: Archive) -> None:
    whole = {night: content for night, content in nights(SEED) if content and night != BROKEN}
    assert archive.nights == tuple(whole)
    assert archive.missing == tuple(sorted((*MISSING, BROKEN)))
    assert archive.verify() == []
    for night, content in whole.items():
        with (
            zipfile.ZipFile(io.BytesIO(content)) as one,
            zipfile.ZipFile(archive.file(night)) as two,
        ):
            assert one.namelist() == two.namelist()
            assert all(one.read(name) == two.read(name) for name in one.namelist())


def test_registers_equal_those_of_the_files(archive: Archive) -> None:
    for night, content in nights(SEED)[::30]:
        if content and night != BROKEN:
            found, expected = archive.register(night), sorparse.load(content)
            assert found.tables == expected.tables
            for table in expected.tables:
                assert list(found.records(table)) == list(expected.records(table))


def _questions() -> Iterator[tuple[date, date, str]]:
    hat = random.Random(4711)
    all_nights = [night for night, _ in nights(SEED)]
    ids = sorted({row["SorId"] for one in tables(SEED).values() for row in one[ENTITIES]})
    for _ in range(QUESTIONS):
        night = hat.choice(all_nights)
        day = hat.choice((night, date(2006, 1, 1) + timedelta(hat.randrange(7700))))
        yield night, day, hat.choice(ids)


def test_a_thousand_questions(archive: Archive) -> None:
    unknown = present = 0
    for night, day, sor_id in _questions():
        if night not in tables(SEED):
            with pytest.raises(sorparse.UnknownNightError):
                archive.as_of(day, registered=night)
            unknown += 1
            continue
        expected = in_force(tables(SEED)[night][ENTITIES], day).get(sor_id)
        found = archive.as_of(day, registered=night).get(sor_id)
        assert (found is None) == (expected is None), (night, day, sor_id)
        if found is not None and expected is not None:
            assert _values(found) == _row(expected), (night, day, sor_id)
            present += 1
    assert unknown > 2
    assert present > 300


def _row(row: Row) -> tuple[str, ...]:
    names = ("SorId", "EntityName", "ParentSorId", "FromDate", "ToDate", "UpdatedAt", "SorNote")
    return (*(row[name] for name in names), row.get(NEW_COLUMN, ""))


def _values(unit: sorparse.SOREntity) -> tuple[str, ...]:
    period = unit.validity
    values = (period.from_date, period.to_date, unit.updated_at, unit.note)
    texts = (str(value) if value else "" for value in values)
    return (
        *(unit.sor_id, unit.name or "", unit.parent_id or "", *texts),
        unit.extra.get(NEW_COLUMN, ""),
    )


def test_the_history_of_every_unit(archive: Archive) -> None:
    seen: defaultdict[tuple[str, ...], list[date]] = defaultdict(list)
    for night, one in tables(SEED).items():
        for values in {_row(row) for row in one[ENTITIES]}:
            seen[values].append(night)
    expected: defaultdict[str, set[Any]] = defaultdict(set)
    for values, days in seen.items():
        ends = [n for n, (one, two) in enumerate(pairwise(days), 1) if two - one > timedelta(1)]
        for start, end in pairwise([0, *ends, len(days)]):
            expected[values[0]].add((values, days[start], days[end - 1]))
    for sor_id in sorted(expected)[::12]:
        found = {
            (_values(one.record), one.registered_from, one.registered_to)
            for one in archive.history(sor_id)
        }
        assert found == expected[sor_id]


def test_the_archive_is_small(archive: Archive) -> None:
    size = sum(path.stat().st_size for path in archive.folder.rglob("*") if path.is_file())
    one_night = max(len(content) for _, content in nights(SEED) if content)
    assert size < 20 * one_night + LENGTH * 1200  # the list of nights with hashes is most of it


SQL = """
    SELECT e.sor_id, e.name, e.from_date, e.to_date
    FROM {entities} e
    JOIN {registrations} r ON r.row_id = e.row_id
    JOIN {nights} n ON n.night BETWEEN r.registered_from AND r.registered_to
    WHERE n.night = DATE '{night}'
      AND DATE '{day}' BETWEEN coalesce(e.from_date, DATE '0001-01-01')
                           AND coalesce(e.to_date, DATE '9999-12-31')
"""


def test_duckdb_answers_without_the_library(archive: Archive) -> None:
    duckdb = pytest.importorskip("duckdb")
    folder = archive.folder
    names = {"entities": "entities/*", "registrations": "registrations", "nights": "nights"}
    files = {name: f"read_parquet('{folder}/{path}.parquet')" for name, path in names.items()}
    asked = 0
    days = [*_questions()][:60] + [(night, night, "") for night in (*MISSING, *FORMAT_CHANGES)]
    for night, day, _ in days:
        rows = duckdb.sql(SQL.format(**files, night=night, day=day)).fetchall()
        if night not in tables(SEED):
            assert rows == []
            continue
        expected = in_force(tables(SEED)[night][ENTITIES], day)
        assert {row[0]: row[1] for row in rows} == {
            sor_id: row["EntityName"] for sor_id, row in expected.items()
        }
        asked += len(rows)
    assert asked > 500


def test_polars_answers_without_the_library(archive: Archive) -> None:
    polars = pytest.importorskip("polars")
    folder = archive.folder
    night, day = FORMAT_CHANGES[1], date(2020, 1, 1)
    from_date, to_date = polars.col("from_date"), polars.col("to_date")
    found = (
        polars.scan_parquet(f"{folder}/entities/*.parquet")
        .join(polars.scan_parquet(f"{folder}/registrations.parquet"), on="row_id")
        .filter(
            polars.lit(night).is_between("registered_from", "registered_to"),
            from_date.fill_null(EVER[0]) <= day,
            to_date.fill_null(EVER[1]) >= day,
        )
        .collect()
    )
    expected = in_force(tables(SEED)[night][ENTITIES], day)
    assert dict(found.select("sor_id", "name").iter_rows()) == {
        sor_id: row["EntityName"] for sor_id, row in expected.items()
    }
