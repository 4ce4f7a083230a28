"""The nightly job of the recipe, from an empty folder over six nights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import examples
from support.cli import Run, run
from support.exports import dict_rows, from_sqlite, postgres_server, read_records
from support.recipe_nights import nights
from support.tables import record_of

__all__ = ["run"]
GUARDS = ("--max-closed", "5", "--max-errors", "0", "--min-units", "10", "--quiet")


def test_six_nights_into_sqlite(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "sor.sqlite"
    loaded: dict[str, list[Any]] = {}
    for file, is_good in nights(tmp_path):
        result = run("convert", file, "--to", "sqlite", "-o", target, *GUARDS)
        assert (result.status, result.err.count("\n")) == (0 if is_good else 1, not is_good), file
        loaded = read_records(file) if is_good else loaded
        assert {table: from_sqlite(target, table) for table in loaded} == loaded, file
    assert [item.name for item in sorted(tmp_path.iterdir())][-1] == "sor.sqlite"
    assert not list(tmp_path.glob(".*"))


def test_six_nights_into_postgresql(run: Run, tmp_path: Path) -> None:
    psycopg = pytest.importorskip("psycopg")
    with postgres_server() as server:
        loaded: dict[str, list[Any]] = {}
        for file, is_good in nights(tmp_path):
            result = run("convert", file, "--to", server, *GUARDS)
            assert result.status == (0 if is_good else 1), (file, result.err)
            loaded = read_records(file) if is_good else loaded
            with psycopg.connect(server) as db:
                for table, records in loaded.items():
                    rows = dict_rows(db.execute(f"SELECT * FROM sor.{table} ORDER BY row_id"))
                    assert [record_of(table, row) for row in rows] == records, (file, table)


@pytest.mark.parametrize("to", ["sqlite", "duckdb", "parquet", "csv", "sor2"])
def test_closings_are_counted_in_every_target_that_can_be_asked(to: str, tmp_path: Path) -> None:
    files = [file for file, _ in nights(tmp_path)]
    target = tmp_path / ("out.zip" if to == "sor2" else "out")
    assert sorparse.convert(files[0], to, target, max_closed=0).replaced is None
    report = sorparse.convert(files[1], to, target, max_closed=0)
    assert report.replaced == report.tables
    with pytest.raises(sorparse.GuardError, match="have closed or got a closing date"):
        sorparse.convert(files[3], to, target, max_closed=5)
    sorparse.convert(files[3], to, target)
    sorparse.convert(files[3], to, target, max_closed=0)  # known already


@pytest.mark.parametrize("to", ["sqlite", "duckdb", "parquet", "csv", "sor2"])
@pytest.mark.parametrize("first", [examples.sor_xml_zip, examples.sor2_zip])
def test_a_target_without_a_date_is_compared_on_the_date_of_the_source(
    to: str, first: Path, tmp_path: Path
) -> None:
    # units that open between the snapshot and today are not open on the date compared
    target = tmp_path / ("target.zip" if to == "sor2" else "target")
    sorparse.convert(first, to, target)
    report = sorparse.convert(examples.sor_xml_zip, to, target, max_closed=0)
    assert report.replaced is not None
