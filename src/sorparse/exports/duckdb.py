"""DuckDB: one file. Needs the extra ``[duckdb]``.

``entity_as_of(day)`` is a table macro: ``FROM entity_as_of(DATE '2020-01-01')``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ..extras import load_extra, load_pyarrow
from ..tables.schema import DataType, TableSchema
from . import periods
from .effective import effective_schema
from .load import INFO, INFO_DOC, Load
from .replace import failed, replaced_file
from .sql import OUR_TABLES, OUR_VIEWS, column_lines, indices, literal, quoted

_TYPES = {
    DataType.TEXT: "VARCHAR",
    DataType.DATE: "DATE",
    DataType.BOOL: "BOOLEAN",
    DataType.INTEGER: "BIGINT",
    DataType.NUMBER: "DOUBLE",
    DataType.TEXT_LIST: "VARCHAR[]",
    DataType.JSON: "JSON",
}
_BATCH_ROWS = 32_768
TODAY = "CAST(timezone('Europe/Copenhagen', now()) AS DATE)"


def write(load: Load, target: str, *, force: bool = False) -> None:
    """Write the tables to a DuckDB file, in place of what an earlier conversion wrote there.

    Args:
        load: The tables.
        target: The path of the file.
        force: Also replace a file that the library did not write.

    Raises:
        ConversionError: If the target holds anything else, or another program has it open for
            writing.
    """
    duckdb = load_extra("duckdb", "duckdb", "DuckDB files")
    load_pyarrow()
    path = Path(os.path.realpath(target))  # DuckDB's own .wal is beside the real file
    with _locked(duckdb, path, force=force):
        pass
    with replaced_file(path, partial(_put, duckdb, force=force)) as new:
        try:
            with closing(duckdb.connect(str(new))) as db:
                _fill(load, db)
            load.check_guards()
        except duckdb.Error as error:
            raise failed(path, error) from error


def _put(duckdb: Any, new: Path, path: Path, *, force: bool) -> None:
    """Rename the finished file, while nobody can write to the old one.

    A program that writes to the old file would make a ``.wal`` that is then read with the new one.
    Readers go on reading the old file. Windows cannot rename a file that is open: the lock ends
    before that.
    """
    with _locked(duckdb, path, force=force) as is_database:
        if not is_database:  # the .wal of a file that is gone would be read with the new one
            _wal(path).unlink(missing_ok=True)
        if os.name != "nt":
            new.replace(path)
            return
    new.replace(path)


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


@contextmanager
def _locked(duckdb: Any, path: Path, *, force: bool) -> Iterator[bool]:
    """Keep others from writing to the target if it is a database, and yield whether it is one.

    What a program that ended in the middle of a change left in the ``.wal`` becomes part of the
    file, as on any opening.
    """
    if not path.is_file() or path.stat().st_size == 0:
        yield False
        return
    try:
        if _wal(path).exists():
            with closing(duckdb.connect(str(path))) as db:
                db.execute("CHECKPOINT")
        db = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        if "not a valid DuckDB" not in str(error):
            raise failed(path, f"it is in use by another program ({error})") from error
        if not force:
            told = f"the file there is not a DuckDB database of ours ({error})"
            raise failed(path, told) from error
        db = None
    if db is None:
        yield False
        return
    with closing(db):
        query = "SELECT table_name FROM information_schema.tables"
        names = {str(name) for (name,) in db.execute(query).fetchall()}
        strange = names - OUR_TABLES - OUR_VIEWS
        if not force and (strange or INFO not in names):
            shown = ", ".join(sorted(strange or names)[:3])
            raise failed(path, f"the database there holds other tables ({shown})")
        yield True


def _fill(load: Load, db: Any) -> None:
    load.settle()
    db.execute("BEGIN")
    for schema in load.schemas:
        _write(db, schema, load.arrow_tables(schema.name, _BATCH_ROWS))
    if load.has_periods:
        _add_periods(load, db)
        _write(db, effective_schema(), load.effective_batches())
    _create(
        db,
        INFO,
        INFO_DOC,
        [("name", "VARCHAR PRIMARY KEY", "What"), ("value", "VARCHAR", "Its value")],
    )
    db.executemany(f"INSERT INTO {INFO} VALUES (?, ?)", list(load.info().items()))  # noqa: S608
    db.execute("COMMIT")
    db.execute("CHECKPOINT")


def _write(db: Any, schema: TableSchema, batches: Iterable[Any]) -> None:
    """Write a table with its indices."""
    _create(db, schema.name, schema.doc, column_lines(schema, _TYPES))
    for batch in batches:
        _insert(db, schema.name, batch)
    for name, parts in indices(schema):
        listed = ", ".join(map(quoted, parts))
        db.execute(f"CREATE INDEX {quoted(name)} ON {quoted(schema.name)} ({listed})")


def _create(db: Any, table: str, doc: str, columns: list[tuple[str, str, str]]) -> None:
    listed = ", ".join(f"{quoted(name)} {kind}" for name, kind, _ in columns)
    db.execute(f"CREATE TABLE {quoted(table)} ({listed})")
    db.execute(f"COMMENT ON TABLE {quoted(table)} IS {literal(doc)}")
    for name, _, told in columns:
        db.execute(f"COMMENT ON COLUMN {quoted(table)}.{quoted(name)} IS {literal(told)}")


def _insert(db: Any, table: str, batch: Any) -> None:
    db.register("batch", batch)
    db.execute(f"INSERT INTO {quoted(table)} SELECT * FROM batch")  # noqa: S608 - own names
    db.unregister("batch")


def _add_periods(load: Load, db: Any) -> None:
    pa = load_pyarrow()
    types = {
        "sor_id": "VARCHAR NOT NULL",
        "in_force_from": "DATE NOT NULL",
        "in_force_to": "DATE NOT NULL",
        "row_id": "BIGINT NOT NULL",
    }
    columns = [(name, types[name], doc) for name, doc in periods.DOCS.items()]
    _create(db, periods.TABLE, periods.TABLE_DOC, columns)
    for found in load.period_columns():
        _insert(db, periods.TABLE, pa.table([pa.array(column) for column in found], names=[*types]))
    source = f"FROM {periods.TABLE} p JOIN entities e ON e.row_id = p.row_id"
    inside = "BETWEEN p.in_force_from AND p.in_force_to"
    db.execute(
        "CREATE MACRO entity_as_of(on_day) AS TABLE "
        f"SELECT e.* {source} WHERE CAST(on_day AS DATE) {inside}"
    )
    db.execute(f"CREATE VIEW entity_current AS SELECT e.* {source} WHERE {TODAY} {inside}")
    db.execute("COMMENT ON VIEW entity_current IS 'The units in force today in Denmark.'")
