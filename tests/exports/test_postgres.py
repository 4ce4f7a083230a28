"""PostgreSQL, against a server that the tests start themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

import sorparse
from sorparse import ConversionError, SOREntity, Validity, convert, examples
from sorparse.tables import schema_of
from support.effective import hold
from support.exports import SOURCES, days_that_matter, dict_rows, read_records
from support.tables import FakeFeed, entities, record_of, small_tables

psycopg = pytest.importorskip("psycopg")


def stored(db: Any, table: str, schema: str = "sor") -> list[Any]:
    rows = dict_rows(db.execute(f"SELECT * FROM {schema}.{table} ORDER BY row_id"))
    return [record_of(table, row) for row in rows]


@pytest.mark.parametrize("source", SOURCES)
def test_the_records_come_back(source: str, server: str, db: Any) -> None:
    report = convert(SOURCES[source], server)
    records = read_records(SOURCES[source])
    assert {table: stored(db, table) for table in records} == records
    assert report.tables == {table: len(found) for table, found in records.items()}
    assert report.to == "postgres"


def test_every_kind_of_value_comes_back(server: str, db: Any) -> None:
    tables = small_tables()
    tables["entities"].append(
        SOREntity(sor_id="1", replaces=('a"b\\c,d', "{}", "NULL"), note="\\N", name="\\.")
    )
    convert(FakeFeed(tables), "postgres", server)
    assert {table: stored(db, table) for table in tables} == tables


def test_types_keys_indices_and_meanings(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    rows = db.execute(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
        "col_description(a.attrelid, a.attnum) FROM pg_attribute a "
        "WHERE a.attrelid = 'sor.entities'::regclass AND a.attnum > 0"
    ).fetchall()
    reported = {name: (kind, required, doc) for name, kind, required, doc in rows}
    for column in schema_of("entities").columns:
        assert reported[column.name][1:] == (not column.nullable, column.doc)
    assert reported["row_id"][:2] == ("bigint", True)
    assert reported["from_date"][0] == "date"
    assert reported["replaces"][0] == "text[]"
    assert reported["extra"][0] == "jsonb"
    assert reported["ambulant_activity"][0] == "boolean"
    assert reported["validity"][0] == "daterange"
    (doc,) = db.execute("SELECT obj_description('sor.entities'::regclass)").fetchone()
    assert doc == schema_of("entities").doc
    indices = dict(
        db.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'sor'").fetchall()
    )
    assert "gist (validity)" in indices["entities_validity"]
    assert "gist (period)" in indices["entity_periods_period"]
    assert "(sor_id, from_date)" in indices["entities_key"]
    assert "entities_pkey" in indices


def test_validity_is_a_range_with_its_last_day(server: str, db: Any) -> None:
    from datetime import date

    periods = {
        "1": Validity(date(2010, 1, 1), date(2010, 1, 31)),
        "2": Validity(None, date(2010, 1, 1)),
        "3": Validity(date(2010, 2, 1), None),
        "4": Validity(date(2010, 2, 1), date(2010, 1, 1)),  # ends before it starts: no day
    }
    units = [SOREntity(sor_id=sor_id, validity=period) for sor_id, period in periods.items()]
    convert(FakeFeed({"entities": units}), server)
    for day in (date(2010, 1, 1), date(2010, 1, 31), date(2010, 2, 1)):
        query = "SELECT sor_id FROM sor.entities WHERE validity @> %s::date ORDER BY sor_id"
        found = [sor_id for (sor_id,) in db.execute(query, (day,))]
        assert found == [sor_id for sor_id, period in periods.items() if period.contains(day)]


def test_as_of_any_day(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    register = sorparse.load(examples.sor2_zip)
    versions = read_records(examples.sor2_zip)["entities"]
    for day in days_that_matter():
        rows = db.execute("SELECT row_id FROM sor.entity_as_of(%s)", (day,)).fetchall()
        found = {versions[row_id - 1] for (row_id,) in rows}
        assert found == set(register.as_of(day).active()), day
    rows = dict_rows(db.execute("SELECT * FROM sor.entity_current"))
    assert {record_of("entities", row) for row in rows} == set(register.as_of().active())


def test_inheritance_is_resolved_on_any_day(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    versions = read_records(examples.sor2_zip)["entities"]
    register = sorparse.load(examples.sor2_zip)
    for day in days_that_matter()[::9]:
        rows = db.execute("SELECT * FROM sor.entity_effective WHERE period @> %s::date", (day,))
        hold(register.as_of(day), versions, dict_rows(rows), whole=True)
    indices = "SELECT indexname FROM pg_indexes WHERE tablename = 'entity_effective'"
    found = {name for (name,) in db.execute(indices)}
    assert {"entity_effective_key", "entity_effective_period"} <= found
    convert(examples.sor2_zip, server, tables=["edi_types"])
    assert db.execute("SELECT to_regclass('sor.entity_effective')").fetchone() == (None,)


def test_loading_again_replaces_and_keeps_what_others_built_on_it(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    db.execute("CREATE ROLE reader")
    db.execute("GRANT SELECT ON sor.entities, sor.entity_current TO reader")
    db.execute("CREATE SCHEMA other")
    db.execute("CREATE VIEW other.mine AS SELECT count(*) AS units FROM sor.entities")
    convert(FakeFeed(small_tables()), server)
    assert stored(db, "entities") == small_tables()["entities"]
    assert db.execute("SELECT units FROM other.mine").fetchone() == (4,)
    query = "SELECT has_table_privilege('reader', %s, 'SELECT')"
    for table in ("sor.entities", "sor.entity_current"):
        assert db.execute(query, (table,)).fetchone() == (True,)
    db.execute("DROP OWNED BY reader")
    db.execute("DROP ROLE reader")


def test_tables_that_the_new_source_lacks_go(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    convert(examples.shak, server)
    names = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'sor' ORDER BY 1")
    assert [name for (name,) in names] == ["load_info", "shak_units"]
    (views,) = db.execute("SELECT count(*) FROM pg_views WHERE schemaname = 'sor'").fetchone()
    assert views == 0
    convert(examples.sor2_zip, server)
    assert stored(db, "entities") == read_records(examples.sor2_zip)["entities"]


def test_a_table_of_another_shape_is_made_anew(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    db.execute("ALTER TABLE sor.entities DROP COLUMN note CASCADE")
    convert(examples.sor2_zip, server)
    assert stored(db, "entities") == read_records(examples.sor2_zip)["entities"]


def test_another_shape_with_a_view_on_it_is_refused(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    db.execute("ALTER TABLE sor.entities DROP COLUMN note CASCADE")
    db.execute("CREATE SCHEMA other")
    db.execute("CREATE VIEW other.mine AS SELECT name FROM sor.entities")
    with pytest.raises(ConversionError, match=r"other objects depend on it.*other\.mine"):
        convert(examples.sor2_zip, server)
    assert db.execute("SELECT count(*) FROM other.mine").fetchone() == (95,)


def test_another_schema(server: str, db: Any) -> None:
    report = convert(examples.daily_csv, server, "other", tables="entities")
    assert stored(db, "entities", "other") == read_records(examples.daily_csv)["entities"]
    assert report.tables == {"entities": len(stored(db, "entities", "other"))}


def test_a_failure_halfway_leaves_the_old_rows(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    before = stored(db, "entities")

    class Broken(FakeFeed):
        def entities(self) -> Iterator[SOREntity]:
            yield from entities()
            raise sorparse.SorFileError("the zip breaks off", file="x.zip")

    with pytest.raises(sorparse.SorFileError, match="breaks off"):
        convert(Broken(small_tables()), server)
    assert stored(db, "entities") == before


def test_a_connection_that_breaks_halfway_leaves_the_old_rows(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    before = stored(db, "entities")

    class Cut(FakeFeed):
        def location_codes(self) -> Iterator[Any]:
            db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            time.sleep(0.2)
            yield from small_tables()["location_codes"]

    with pytest.raises(ConversionError, match="unchanged") as raised:
        convert(Cut(small_tables()), server)
    assert "\n" not in str(raised.value)
    assert stored(db, "entities") == before


def test_readers_see_the_old_rows_until_the_end(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    seen: list[int] = []

    class Watched(FakeFeed):
        def edi_types(self) -> Iterator[Any]:
            seen.extend(db.execute("SELECT count(*) FROM sor.entities").fetchone())
            yield from small_tables()["edi_types"]

    convert(Watched(small_tables()), server)
    assert seen == [95]
    assert len(stored(db, "entities")) == 4


def test_what_is_not_ours_is_not_replaced(server: str, db: Any) -> None:
    db.execute("CREATE SCHEMA sor")
    db.execute("CREATE TABLE sor.entities (mine text)")
    db.execute("INSERT INTO sor.entities VALUES ('x')")
    with pytest.raises(ConversionError, match=r"names that are not the library's \(entities\)"):
        convert(examples.sor2_zip, server)
    assert db.execute("SELECT mine FROM sor.entities").fetchone() == ("x",)


def test_a_database_that_refuses(server: str, db: Any) -> None:
    with pytest.raises(ConversionError, match=r'cannot write .*"nowhere" does not exist'):
        convert(examples.sor2_zip, server.replace("/postgres?", "/nowhere?"))
    with pytest.raises(
        ConversionError, match="cannot write postgresql://x@localhost:1/db"
    ) as raised:
        convert(examples.sor2_zip, "postgresql://x:secret@localhost:1/db")
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_text_that_the_database_cannot_hold(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    bad = SOREntity(sor_id="1", name="a\0b")
    with pytest.raises(ConversionError, match=r"0x00.*COPY entities, line 1"):
        convert(FakeFeed({"entities": [bad]}), server)
    assert len(stored(db, "entities")) == 95
