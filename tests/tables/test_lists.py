"""The default frame has no lists, so that every tool can save it; ``lists=True`` returns them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import SOREntity, Table, convert, examples
from sorparse.records.tables import TABLES
from sorparse.tables import DataType, schema_of
from support.tables import FakeFeed, any_record, entities, record_of, small_tables

pa = pytest.importorskip("pyarrow")
PREDECESSORS = ("9000211000016001", "9000221000016003")
MERGED = SOREntity(sor_id="1", replaces=PREDECESSORS, replaced_by=("2",))
SOURCES = {
    "SOR2": examples.sor2_zip,
    "daily": examples.daily_csv,
    "sor.csv": examples.sor_csv_folder,
    "Sor.xml": examples.sor_xml,
    "SHAK": examples.shak,
}


def frames() -> Iterator[tuple[str, Table]]:
    """Yield every default table of every example file, those of a view, and unusual records."""
    for name, source in SOURCES.items():
        with sorparse.open(source) as feed:
            for table in feed.tables:
                yield f"{name} {table}", feed.to_arrow(table)
    view = sorparse.load(examples.sor_xml).as_of(date(2026, 6, 15))
    yield "view", view.to_arrow()
    yield "resolved view", view.to_arrow(effective=True)
    yield "hits", view.to_table(view.find("hospital"))
    for table, records in small_tables().items():
        yield f"made by hand {table}", Table.from_records(table, lambda records=records: records)  # type: ignore[misc]
    yield "empty", Table.from_records("entities", list)


FRAMES = dict(frames())


def test_ids_have_a_space_between_them() -> None:
    (row,) = Table.from_records("entities", lambda: [MERGED]).to_pyarrow().to_pylist()
    assert row["replaces"] == "9000211000016001 9000221000016003"
    assert row["replaced_by"] == "2"
    (row,) = (
        Table.from_records("entities", lambda: [SOREntity(sor_id="1")]).to_pyarrow().to_pylist()
    )
    assert row["replaces"] is None


def test_lists_on_request() -> None:
    table = Table.from_records("entities", lambda: [MERGED], lists=True)
    assert table.to_pyarrow()["replaces"].to_pylist() == [list(PREDECESSORS)]
    assert table.schema["replaces"].type is DataType.TEXT_LIST


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_feeds_and_views_return_lists_on_request(source: Path) -> None:
    with sorparse.open(source) as feed:
        for table in feed.tables:
            read = feed.to_arrow(table, lists=True).to_pyarrow()
            assert [record_of(table, row) for row in read.to_pylist()] == list(feed.records(table))
            assert read.schema == pa.schema(schema_of(table))
        if "entities" not in feed.tables:
            return
    view = sorparse.load(source).as_of(date(2015, 6, 1))
    for units in (view.to_arrow(lists=True), view.to_table(view.active(), lists=True)):
        rows = units.to_pyarrow().to_pylist()
        assert [record_of("entities", row) for row in rows] == list(view.active())
        assert units.schema["replaces"].type is DataType.TEXT_LIST
    pl = pytest.importorskip("polars")
    assert view.to_polars(lists=True).schema["replaces"] == pl.List(pl.String)
    assert view.to_pandas(lists=True).shape == view.to_pandas().shape


def test_an_id_with_a_space_inside_goes_to_extra() -> None:
    damaged = SOREntity(sor_id="1", replaces=("12 34", "5"), extra={"Ny": "1"})
    (row,) = Table.from_records("entities", lambda: [damaged]).to_pyarrow().to_pylist()
    assert row["replaces"] is None
    assert record_of("entities", row) == damaged


@settings(max_examples=25, deadline=None)
@given(st.data())
@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_lost_without_lists(table: str, data: st.DataObject) -> None:
    record = data.draw(any_record(schema_of(table).record))
    (row,) = Table.from_records(table, lambda: [record]).to_pyarrow().to_pylist()
    assert record_of(table, row) == record


@pytest.mark.parametrize("name", FRAMES)
def test_no_frame_has_a_list(name: str) -> None:
    assert not any(pa.types.is_nested(kind) for kind in pa.schema(FRAMES[name]).types)
    assert DataType.TEXT_LIST not in {column.type for column in FRAMES[name].schema.columns}


@pytest.mark.parametrize("name", FRAMES)
def test_polars_writes_csv(name: str) -> None:
    pl = pytest.importorskip("polars")
    frame = FRAMES[name].to_polars()
    text = io.StringIO(frame.write_csv())
    back = pl.read_csv(text, schema_overrides=frame.schema)
    assert back.equals(frame)


@pytest.mark.parametrize("name", FRAMES)
def test_pandas_saves(name: str, tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = FRAMES[name].to_pandas()
    frame.to_csv(tmp_path / "units.csv", index=False)
    assert len(pd.read_csv(tmp_path / "units.csv", dtype=str)) == len(frame)
    frame.to_feather(tmp_path / "units.feather")  # for R
    assert pd.read_feather(tmp_path / "units.feather").equals(frame)
    if not len(frame):
        return  # pandas cannot write a Stata file without rows
    filled = frame.dropna(axis="columns", how="all")  # nor a column of text without a value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Stata's names have at most 32 characters
        filled.to_stata(tmp_path / "units.dta", write_index=False, version=118)
    assert pd.read_stata(tmp_path / "units.dta").shape == filled.shape


def test_the_csv_target_has_spaces_and_the_databases_have_lists(tmp_path: Path) -> None:
    import sqlite3

    feed = FakeFeed({"entities": [MERGED, *entities()]})
    convert(feed, "csv", tmp_path / "csv")
    assert " ".join(PREDECESSORS) in (tmp_path / "csv" / "entities.csv").read_text("utf-8")
    convert(feed, "sqlite", tmp_path / "sor.db")
    db = sqlite3.connect(tmp_path / "sor.db")
    found = db.execute("SELECT value FROM entities, json_each(replaces) WHERE sor_id = '1'")
    assert [value for (value,) in found.fetchall()] == list(PREDECESSORS)
    db.close()
