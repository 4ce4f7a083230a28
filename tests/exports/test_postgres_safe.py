"""PostgreSQL: what a load changes, locks, refuses, and shows of the address."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import attrs
import pytest

from sorparse import ConversionError, ConversionReport, SOREntity, convert, examples
from sorparse.exports import postgres
from sorparse.exports.conversion_job import ConversionJob
from sorparse.exports.postgres_address import parsed, shown
from support.exports import dict_rows, read_records
from support.tables import FakeFeed, record_of, small_tables

psycopg = pytest.importorskip("psycopg")


def stored(db: Any) -> list[Any]:
    rows = dict_rows(db.execute("SELECT * FROM sor.entities ORDER BY row_id"))
    return [record_of("entities", row) for row in rows]


def places(db: Any, table: str) -> list[Any]:
    """Return where each row is, which an update or a new row changes."""
    return list(db.execute(f"SELECT ctid::text, xmin::text FROM sor.{table} ORDER BY 1").fetchall())


def codes(report: ConversionReport) -> list[str]:
    return [issue.code for issue in report.issues]


# ------------------------------------------------------------------ differences


def test_equal_data_are_not_written_again(server: str, db: Any) -> None:
    first = convert(examples.sor2_zip, server)
    assert "same-content" not in codes(first)
    sizes = (
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
        "WHERE relnamespace = 'sor'::regnamespace"
    )
    before = {table: places(db, table) for table in (*first.tables, "entity_periods", "load_info")}
    size = db.execute(sizes).fetchone()
    for _ in range(3):
        report = convert(examples.sor2_zip, server)
    (issue,) = (issue for issue in report.issues if issue.code == "same-content")
    assert issue.severity == "info"
    assert report.tables == first.tables
    assert {table: places(db, table) for table in before} == before
    assert db.execute(sizes).fetchone() == size


def test_only_the_rows_that_differ_are_written(server: str, db: Any) -> None:
    tables = small_tables()
    convert(FakeFeed(tables), server)
    before = {table: places(db, table) for table in tables}
    tables["entities"][2] = attrs.evolve(tables["entities"][2], note=None, extra={"x": "y"})
    tables["entities"].append(SOREntity(sor_id="1"))
    report = convert(FakeFeed(tables), server)
    assert "same-content" not in codes(report)
    assert stored(db) == tables["entities"]
    after = {table: places(db, table) for table in tables}
    assert len(set(after["entities"]) & set(before["entities"])) == 3
    assert {t for t in tables if after[t] != before[t]} == {"entities"}
    del tables["entities"][1:]
    convert(FakeFeed(tables), server)
    assert stored(db) == tables["entities"]


def test_what_somebody_changed_in_the_tables_is_put_right(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    db.execute("DELETE FROM sor.entities WHERE row_id = 7")
    db.execute("UPDATE sor.entities SET name = NULL WHERE row_id = 9")
    db.execute("DELETE FROM sor.entity_periods WHERE row_id < 20")
    assert "same-content" not in codes(convert(examples.sor2_zip, server))
    assert stored(db) == read_records(examples.sor2_zip)["entities"]
    assert "same-content" in codes(convert(examples.sor2_zip, server))


def test_the_information_about_the_load_is_always_new(server: str, db: Any) -> None:
    feed = FakeFeed(small_tables())
    convert(feed, server)
    feed.snapshot_date = feed.snapshot_date.replace(day=9)
    assert "same-content" in codes(convert(feed, server))
    info = dict(db.execute("SELECT name, value FROM sor.load_info").fetchall())
    assert info["snapshot_date"] == "2020-01-09"


# ------------------------------------------------------------------ locks


def test_a_vacuum_that_cannot_run_is_no_failed_load(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    with psycopg.connect(server) as other:
        other.execute("LOCK TABLE sor.entities IN SHARE UPDATE EXCLUSIVE MODE")
        report = convert(FakeFeed(small_tables()), server)
    (issue,) = report.issues
    assert (issue.code, issue.severity) == ("not-vacuumed", "warning")
    assert "the rows are loaded" in issue.message
    assert "entities" in issue.message
    assert stored(db) == small_tables()["entities"]


def test_a_row_that_stays_locked_stops_the_load(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    with psycopg.connect(server) as other:
        other.execute("SELECT * FROM sor.entities FOR UPDATE")
        with pytest.raises(ConversionError, match=r"lock timeout.*unchanged"):
            convert(FakeFeed(small_tables()), server + "&options=-c%20lock_timeout%3D200ms")
    assert len(stored(db)) == 95


@pytest.mark.parametrize("is_stale", [False, True])
def test_readers_are_never_blocked_while_loading(is_stale: bool, server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    if is_stale:
        db.execute("ALTER TABLE sor.entities DROP COLUMN note CASCADE")
    db.execute("SET statement_timeout = 2000")
    seen: list[int] = []

    class Watched(FakeFeed):
        def shak_units(self) -> Iterator[Any]:  # the last table
            query = "SELECT count(*) FROM sor.entities, sor.load_info"
            seen.extend(db.execute(query).fetchone())
            yield from small_tables()["shak_units"]

    convert(Watched(small_tables()), server)
    assert seen == [95 * 4]
    assert stored(db) == small_tables()["entities"]


def test_a_reader_of_a_table_that_must_go_stops_the_load(
    server: str, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "DROP_SECONDS", 1)
    convert(examples.sor2_zip, server)
    with psycopg.connect(server) as reader:
        assert reader.execute("SELECT count(*) FROM sor.entities").fetchone() == (95,)
        assert "same-content" in codes(convert(examples.sor2_zip, server))
        with pytest.raises(ConversionError, match=r"lock timeout.*unchanged"):
            convert(examples.shak, server)
        assert reader.execute("SELECT count(*) FROM sor.entities").fetchone() == (95,)
    convert(examples.shak, server)


def test_columns_of_an_older_version(server: str, db: Any) -> None:
    convert(examples.sor2_zip, server)
    db.execute("ALTER TABLE sor.entities DROP COLUMN note CASCADE")
    db.execute("ALTER TABLE sor.entity_periods ADD COLUMN old text")
    report = convert(examples.sor2_zip, server)
    (issue,) = (issue for issue in report.issues if issue.code == "table-made-anew")
    assert "entities, entity_periods" in issue.message
    assert stored(db) == read_records(examples.sor2_zip)["entities"]
    names = "SELECT indexname FROM pg_indexes WHERE schemaname = 'sor'"
    indices = {name for (name,) in db.execute(names)}
    assert {"entities_pkey", "entities_key", "entities_validity", "entity_periods_key"} <= indices
    assert not [name for name in indices if "new" in name]
    assert db.execute("SELECT count(*) FROM sor.entity_as_of('2015-06-01')").fetchone() == (67,)
    assert "same-content" in codes(convert(examples.sor2_zip, server))


def test_two_loads_at_once(server: str, db: Any) -> None:
    failures: list[Exception] = []

    def load(source: Any) -> None:
        try:
            convert(source, server)
        except Exception as error:
            failures.append(error)

    sources = [examples.sor2_zip, FakeFeed(small_tables()), examples.daily_csv] * 2
    threads = [threading.Thread(target=load, args=(source,)) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(stored(db)) in {95, 4, len(read_records(examples.daily_csv)["entities"])}
    convert(examples.sor2_zip, server)
    assert stored(db) == read_records(examples.sor2_zip)["entities"]


# ------------------------------------------------------------------ what is refused


def write(server: str, schema: str = "sor", *, force: bool = False) -> None:
    tables = small_tables()
    job = ConversionJob(FakeFeed(tables), tuple(tables), tables.__getitem__, force=force)
    postgres.Postgres(schema).write(job, server)


def test_a_schema_with_a_table_of_others(server: str, db: Any) -> None:
    db.execute("CREATE SCHEMA sor")
    db.execute("CREATE TABLE sor.patients AS SELECT 1 AS id")
    with pytest.raises(ConversionError, match=r"holds other tables \(patients\).*unchanged"):
        convert(examples.sor2_zip, server)
    write(server, force=True)
    write(server, force=True)
    assert stored(db) == small_tables()["entities"]
    assert db.execute("SELECT id FROM sor.patients").fetchone() == (1,)
    with pytest.raises(ConversionError, match=r"holds other tables \(patients\)"):
        convert(examples.sor2_zip, server)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("CREATE TABLE sor.edi_types AS SELECT 1 AS id", "edi_types"),
        ("CREATE TABLE sor.load_info AS SELECT 1 AS id", "load_info"),
        ("CREATE VIEW sor.entity_current AS SELECT 1 AS id", "entity_current"),
        ("CREATE VIEW sor.entities AS SELECT 1 AS id", "entities"),
        ("CREATE FUNCTION sor.entity_as_of(day date) RETURNS int RETURN 1", "entity_as_of"),
    ],
)
def test_force_never_replaces_what_others_gave_our_names(
    statement: str, name: str, server: str, db: Any
) -> None:
    db.execute("CREATE SCHEMA sor")
    db.execute(statement)
    for force in (False, True):
        with pytest.raises(ConversionError, match=rf"names that are not the library's \({name}\)"):
            write(server, force=force)


def test_a_table_of_others_beside_a_load(server: str, db: Any) -> None:
    convert(examples.shak, server)
    db.execute("CREATE TABLE sor.entities (mine text)")
    with pytest.raises(ConversionError, match=r"names that are not the library's \(entities\)"):
        write(server, force=True)
    db.execute("DROP TABLE sor.entities")
    db.execute("CREATE VIEW sor.mine AS SELECT count(*) AS units FROM sor.shak_units")
    convert(examples.shak, server)  # a view loses nothing


def test_a_loader_that_may_not_make_schemas(server: str, db: Any) -> None:
    db.execute("CREATE ROLE loader LOGIN")
    db.execute("CREATE SCHEMA sor AUTHORIZATION loader")
    try:
        convert(examples.sor2_zip, server.replace("sor@", "loader@"))
        assert len(stored(db)) == 95
    finally:
        db.execute("DROP OWNED BY loader")
        db.execute("DROP ROLE loader")


# ------------------------------------------------------------------ addresses

SECRET = "hunter2"
ADDRESSES = {
    f"postgresql://me:{SECRET}@host:5433/db": "postgresql://me@host:5433/db",
    f"postgres://me@host/db?password={SECRET}&connect_timeout=3": "postgresql://me@host/db",
    f"postgresql://host/db?sslpassword={SECRET}&passfile=/x/{SECRET}": "postgresql://host/db",
    f"postgresql://me:{SECRET}@[::1]:5433/db": "postgresql://me@[::1]:5433/db",
    f"host=::1 user=me password='{SECRET}' dbname=db": "postgresql://me@[::1]/db",
    f"postgresql://me:{SECRET}@/db?host=/run/pg": "postgresql://me@/db?host=/run/pg",
    f"postgresql://me:{SECRET}@a,b:1/db": "postgresql://me@a,b:,1/db",
    f"service=nightly password={SECRET}": "PostgreSQL, service nightly",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_shown_without_its_secrets(address: str) -> None:
    assert shown(address) == ADDRESSES[address]
    assert SECRET not in repr(parsed(address))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://me:{0}%zz@host/db", "cannot be parsed"),
        ("postgresql://me:{0} x@host/db", "cannot be parsed"),
        ("postgresql://me@host/db?password={0}&x=1", "cannot be parsed"),
        ("host=x password={0} '", "cannot convert to this|cannot be parsed"),
        ("postgresql://me:x@{0}@host/db", "cannot be distinguished"),
        ("postgresql://me:{0}/x@host/db", "cannot be distinguished"),
        ("postgresql://?password={0}@x", "cannot be distinguished"),
        ("postgresql://me:{0}@host:abc/db", "the port is not a number"),
        ("postgresql://me:{0}@host:99999/db", "the port is not a number"),
        ("postgresql://me:{0}@[::1/db", "cannot be parsed"),
        ("mysql://me:{0}@host/db", "cannot convert to this|cannot be parsed"),
        ("Postgres://me:{0}@host/db", "cannot convert to this|cannot be parsed"),
    ],
)
def test_an_address_that_is_wrong_is_not_shown(address: str, reason: str) -> None:
    wrong = address.format(SECRET)
    for to, target in ((wrong, None), ("postgres", wrong)):
        with pytest.raises(ConversionError, match=reason) as raised:
            convert(examples.sor2_zip, to, target)
        assert SECRET not in "".join(traceback.format_exception(raised.value))
        assert raised.value.__context__ is None
    assert shown(wrong) == "PostgreSQL"


def test_a_failed_connection_and_a_report_do_not_show_the_password(server: str, db: Any) -> None:
    for address in (
        f"postgresql://x:{SECRET}@[::1]:1/db",
        f"postgresql://x@localhost:1/db?password={SECRET}&passfile=/{SECRET}",
    ):
        with pytest.raises(ConversionError, match="cannot write postgresql://x@") as raised:
            convert(examples.sor2_zip, address)
        assert SECRET not in "".join(traceback.format_exception(raised.value))
    report = convert(examples.shak, f"{server}&password={SECRET}")
    assert SECRET not in f"{report!r} {report}"
    assert report.target.startswith("postgresql://sor@/postgres?host=/")


def test_a_connection_that_breaks_at_the_commit(server: str, db: Any) -> None:
    class Cut(FakeFeed):
        def shak_units(self) -> Iterator[Any]:
            yield from small_tables()["shak_units"]
            # a constraint that is checked at the commit ends the session itself
            connection.execute(
                "CREATE SCHEMA other; "
                "CREATE FUNCTION other.cut() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; "
                "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON sor.shak_units "
                "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION other.cut()"
            )

    convert(examples.shak, server)
    reason = "either all of it is stored or nothing"
    with (
        closing(psycopg.connect(server, autocommit=True)) as connection,
        pytest.raises(ConversionError, match=reason),
    ):
        convert(Cut({"shak_units": small_tables()["shak_units"]}), server)
