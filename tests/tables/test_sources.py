"""Feeds and views as tables."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

import sorparse
from sorparse import MissingTableError, examples
from support.tables import record_of

pa = pytest.importorskip("pyarrow")


def test_a_feed_gives_each_of_its_tables() -> None:
    with sorparse.open(examples.sor2_zip) as feed:
        for table in feed.tables:
            rows = feed.to_arrow(table).to_pyarrow().to_pylist()
            assert [record_of(table, row) for row in rows] == list(feed.records(table))


def test_a_table_that_the_feed_does_not_have() -> None:
    with sorparse.open(examples.shak) as feed, pytest.raises(MissingTableError, match="shak_units"):
        feed.to_arrow("entities")


def test_issues_are_found_as_the_rows_are_taken() -> None:
    with sorparse.open(b"SorId;EntityName;FromDate\n11000016002;A;2020-13-01\n") as feed:
        table = feed.to_arrow("entities")
        assert feed.issues == []
        assert table.to_pyarrow().num_rows == 1
        assert [issue.code for issue in feed.issues] == ["bad-date"]


def test_a_view_is_a_table() -> None:
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    view = sorparse.load(examples.sor2_zip).as_of(date(2015, 6, 1))
    active = list(view.active())
    assert [record_of("entities", row) for row in pl.DataFrame(view).to_dicts()] == active
    assert [record_of("entities", row) for row in pa.table(view).to_pylist()] == active
    assert len(pd.DataFrame.from_arrow(view)) == len(view.to_pandas()) == len(active)
    assert view.to_polars().equals(pl.DataFrame(view.to_arrow()))
    assert pa.schema(view) == pa.schema(view.to_arrow().schema)


def cut_off() -> bytes:
    """Return a zip whose file is damaged after many whole rows."""
    head, *rows = examples.daily_csv.read_bytes().splitlines(keepends=True)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("SOREntity.csv", head + b"".join(rows) * 60)
    return target.getvalue().replace(rows[-1] + b"PK\1\2", rows[-1][:-3] + b"xxxPK\1\2")


def as_pandas(table: Any) -> object:
    return pytest.importorskip("pandas", minversion="3").DataFrame.from_arrow(table)


CONSUMERS: dict[str, Callable[[Any], object]] = {
    "pyarrow.table": pa.table,
    "reader": lambda table: pa.RecordBatchReader.from_stream(table).read_all(),
    "polars": lambda table: pytest.importorskip("polars").DataFrame(table),
    "pandas": as_pandas,
    "duckdb": lambda units: pytest.importorskip("duckdb").sql("from units").fetchall(),
}


@pytest.mark.parametrize("tool", CONSUMERS)
def test_no_tool_returns_a_part_of_a_damaged_file(tool: str) -> None:
    """A tool that takes the stream raises an error of its own, with the message of the library."""
    with sorparse.open(cut_off()) as feed:
        table = feed.to_arrow("entities")
        with pytest.raises(Exception, match=r"SOREntity\.csv: broken zip"):
            CONSUMERS[tool](table)
        with pytest.raises(sorparse.SorFileError, match=r"SOREntity\.csv: broken zip"):
            table.to_pyarrow()
