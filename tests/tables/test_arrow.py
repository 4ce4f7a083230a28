"""Arrow: every tool takes a table as it is and sees what the records hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from sorparse import MissingExtraError, SOREntity, Table
from sorparse.records import Coded, EntityRef, Extra
from sorparse.records.tables import TABLES
from support.tables import entities, record_of, small_tables

pa = pytest.importorskip("pyarrow")


@pytest.fixture
def table() -> Table:
    return Table.from_records("entities", entities)


@pytest.mark.parametrize("name", TABLES)
def test_pyarrow_reads_the_records_back(name: str) -> None:
    records = small_tables()[name]
    read = pa.table(Table.from_records(name, lambda: records))
    read.validate(full=True)
    assert [record_of(name, row) for row in read.to_pylist()] == records


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_table_has_its_columns(name: str) -> None:
    empty = Table.from_records(name, list)
    assert empty.to_pyarrow().num_rows == 0
    assert tuple(empty.to_pyarrow().schema.names) == empty.schema.names


@pytest.mark.parametrize("long", ["owner", "extra"])
def test_a_batch_is_bounded_however_long_the_texts_are(long: str) -> None:
    text = "x" * 500_000
    more: dict[str, Any] = {"owner": EntityRef("1", text), "extra": Extra({"a": text})}
    records = [SOREntity(sor_id=str(n), **{long: more[long]}) for n in range(100)]
    batches = list(Table.from_records("entities", lambda: records).batches())
    assert max(batch.nbytes for batch in batches) < 20_000_000
    assert [n for batch in batches for n in batch.column("sor_id").to_pylist()] == [
        one.sor_id for one in records
    ]


def test_a_batch_is_bounded_however_many_unknown_columns_there_are() -> None:
    """What a short text takes in memory is mostly not its characters."""
    extra = Extra({f"x ({n})": "1" for n in range(4_000)})
    records = [SOREntity(sor_id=str(n), extra=extra) for n in range(200)]
    sizes = [batch.num_rows for batch in Table.from_records("entities", lambda: records).batches()]
    assert sum(sizes) == 200
    assert max(sizes) < 100


def test_types_and_meanings_go_along(table: Table) -> None:
    schema = pa.schema(table)
    assert schema == pa.schema(table.schema)
    assert schema.field("from_date").type == pa.date32()
    assert schema.field("sor_id").type == pa.string()
    assert not schema.field("sor_id").nullable
    assert schema.field("postal_address_easting").type == pa.float64()
    assert schema.field("replaces").type == pa.string()
    assert pa.types.is_dictionary(schema.field("entity_type_name").type)
    assert not pa.types.is_dictionary(schema.field("name").type)
    assert "Enhedstype" in schema.field("entity_type_name").metadata[b"description"].decode()


def test_a_source_is_read_anew_for_each_use(table: Table) -> None:
    assert table.to_pyarrow().equals(table.to_pyarrow())
    assert repr(table).startswith("<Table entities: ")


def test_polars_takes_it(table: Table) -> None:
    pl = pytest.importorskip("polars")
    for frame in (pl.DataFrame(table), table.to_polars()):
        assert [record_of("entities", row) for row in frame.to_dicts()] == list(entities())
        assert frame.schema["from_date"] == pl.Date
        assert frame.schema["sor_id"] == pl.String


def test_pandas_takes_it(table: Table) -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame.from_arrow(table)
    assert list(frame["sor_id"]) == [entity.sor_id for entity in entities()]
    frame = table.to_pandas()
    assert str(frame["from_date"].dtype) == "datetime64[ms]"
    assert str(frame["ambulant_activity"].dtype) == "boolean"
    assert frame["from_date"].max() == pd.Timestamp(2016, 1, 1)
    assert list(frame.loc[frame["entity_type_name"] == "hospital", "shak_code"]) == ["0101"] * 2
    assert frame["postal_address_easting"].sum() == 575123.25 * 2


def test_duckdb_takes_it(table: Table) -> None:
    duckdb = pytest.importorskip("duckdb")
    units = table  # DuckDB finds the variable by its name
    found = duckdb.sql(
        "select name from units where date '2012-01-01' between from_date and to_date order by 1"
    ).fetchall()
    assert [name for (name,) in found] == ["Afsnit 1", 'Æblerød Sygehus; "gamle" afdeling\nnord']
    assert units is table


def test_dictionaries_may_differ_from_batch_to_batch() -> None:
    pl = pytest.importorskip("polars")

    def units() -> Iterator[SOREntity]:
        for number in range(20_000):
            kind = str(number // 1000)
            yield SOREntity(sor_id=str(number), entity_type=Coded(kind, f"type {kind}"))

    table = Table.from_records("entities", units)
    assert len(list(table.batches())) > 2
    assert table.to_pandas()["entity_type_code"].astype(int).sum() == 190_000
    assert pl.DataFrame(table)["entity_type_code"].cast(pl.String).cast(int).sum() == 190_000
    assert pa.table(table)["entity_type_code"].to_pylist() == [
        str(number // 1000) for number in range(20_000)
    ]


def test_it_streams() -> None:
    read = 0

    def units() -> Iterator[SOREntity]:
        nonlocal read
        for number in range(100_000):
            read += 1
            yield SOREntity(sor_id=str(number))

    reader = pa.RecordBatchReader.from_stream(Table.from_records("entities", units))
    reader.read_next_batch()
    assert read <= 20_000


def test_an_error_of_the_source_stays_that_error() -> None:
    def broken() -> Iterator[SOREntity]:
        yield SOREntity(sor_id="1")
        raise MissingExtraError("the source broke off")

    table = Table.from_records("entities", broken)
    for use in (table.to_pyarrow, table.to_pandas, table.to_polars):
        with pytest.raises(MissingExtraError, match="broke off"):
            use()


@pytest.mark.parametrize(
    ("package", "extra", "use"),
    [
        ("pyarrow", "arrow", lambda table: Table.from_records("entities", entities)),
        ("pandas", "pandas", lambda table: table.to_pandas()),
        ("polars", "polars", lambda table: table.to_polars()),
    ],
)
def test_a_missing_extra_is_one_sentence(
    table: Table, package: str, extra: str, use: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf'{package}.*pip install "sorparse\[{extra}\]'):
        use(table)


def test_dates_beyond_pandas_nanoseconds() -> None:
    far = SOREntity(sor_id="1", first_from_date=date(9000, 1, 1), updated_at=date(1, 1, 1))
    frame = Table.from_records("entities", lambda: [far]).to_pandas()
    assert frame["first_from_date"].dt.year[0] == 9000
    assert frame["updated_at"].dt.year[0] == 1
