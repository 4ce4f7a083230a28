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
from ..replace import failed, replaced_file
from ..tables.schema import DataType, TableSchema
from . import in_force_periods
from .conversion_job import INFO, INFO_DOC, ConversionJob, arrow_table
from .database import FileDatabase, column_lines, create_statements, indices, quoted, refuse_others

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


_NAMES = "SELECT table_name FROM information_schema.tables"


class DuckDB(FileDatabase):
    """One file. Needs the extra ``[duckdb]``."""

    name = "duckdb"
    title = "DuckDB"
    names_query = _NAMES

    @property
    def error(self) -> type[Exception]:
        """What the database raises."""
        error_class: type[Exception] = _duckdb().Error
        return error_class

    def connect(self, path: Path) -> Any:
        """Open a database to ask it."""
        return _duckdb().connect(str(path), read_only=True)

    def write(self, job: ConversionJob, place: str) -> None:
        """Write the tables to a DuckDB file, in place of what an earlier conversion wrote there.

        Raises:
            ConversionError: If the target holds anything else and ``job.force`` is not set, or
                another program has it open for writing.
        """
        duckdb = _duckdb()
        load_pyarrow()
        path = Path(os.path.realpath(place))  # DuckDB's own .wal is beside the real file
        with _locked(duckdb, path, force=job.force):
            pass
        with replaced_file(path, partial(_put, duckdb, force=job.force)) as new:
            try:
                with closing(duckdb.connect(str(new))) as db:
                    _fill(job, db)
                job.check_guards()
            except duckdb.Error as error:
                raise failed(path, error) from error


def _duckdb() -> Any:
    return load_extra("duckdb", "duckdb", "DuckDB files")


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
            reason = f"the file there is not a DuckDB database of the library ({error})"
            raise failed(path, reason) from error
        db = None
    if db is None:
        yield False
        return
    with closing(db):
        if not force:
            refuse_others(db, _NAMES, path)
        yield True


def _fill(job: ConversionJob, db: Any) -> None:
    job.collect_effective()
    db.execute("BEGIN")
    for schema in job.schemas:
        _write(db, schema, job.arrow_tables(schema.name, _BATCH_ROWS))
    for schema, batches in job.derived():
        _write(db, schema, (arrow_table(schema, columns) for columns in batches))
    if job.derived_schemas:
        _create_views(db)
    info = [("name", "VARCHAR PRIMARY KEY", "What"), ("value", "VARCHAR", "Its value")]
    _create(db, INFO, INFO_DOC, info)
    db.executemany(f"INSERT INTO {INFO} VALUES (?, ?)", list(job.info().items()))  # noqa: S608
    db.execute("COMMIT")
    db.execute("CHECKPOINT")


def _write(db: Any, schema: TableSchema, batches: Iterable[Any]) -> None:
    """Write a table with its indices."""
    _create(db, schema.name, schema.doc, column_lines(schema, _TYPES))
    for batch in batches:
        db.register("batch", batch)
        db.execute(f"INSERT INTO {quoted(schema.name)} SELECT * FROM batch")  # noqa: S608 - own names
        db.unregister("batch")
    for name, parts in indices(schema):
        listed = ", ".join(map(quoted, parts))
        db.execute(f"CREATE INDEX {quoted(name)} ON {quoted(schema.name)} ({listed})")


def _create(db: Any, table: str, doc: str, columns: list[tuple[str, str, str]]) -> None:
    for statement in create_statements(quoted(table), doc, columns):
        db.execute(statement)


def _create_views(db: Any) -> None:
    source = f"FROM {in_force_periods.TABLE} p JOIN entities e ON e.row_id = p.row_id"
    inside = "BETWEEN p.in_force_from AND p.in_force_to"
    db.execute(
        "CREATE MACRO entity_as_of(on_day) AS TABLE "
        f"SELECT e.* {source} WHERE CAST(on_day AS DATE) {inside}"
    )
    db.execute(f"CREATE VIEW entity_current AS SELECT e.* {source} WHERE {TODAY} {inside}")
    db.execute("COMMENT ON VIEW entity_current IS 'The units in force today in Denmark.'")
