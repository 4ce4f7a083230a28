"""SQLite: one file, with the standard library alone.

Days are ISO text, yes/no is 1 and 0, a list is a JSON array, ``extra`` a JSON object. The
meaning of a column is in the table's ``CREATE`` statement (``.schema`` shows it).

``entity_as_of`` is a view with the columns ``in_force_from`` and ``in_force_to`` before those of
``entities``: SQLite has no functions that return tables, so the date goes into the query:
``SELECT * FROM entity_as_of WHERE :day BETWEEN in_force_from AND in_force_to``.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from ..replace import failed, replaced_file
from ..tables.flatten import Columns
from ..tables.schema import DataType, TableSchema
from . import in_force_periods
from .conversion_job import INFO, INFO_DOC, ROW_ID, ConversionJob
from .database import FileDatabase, column_lines, indices, quoted, refuse_others

_TYPES = {
    DataType.TEXT: "TEXT",
    DataType.DATE: "DATE",
    DataType.BOOL: "BOOLEAN",
    DataType.INTEGER: "INTEGER",
    DataType.NUMBER: "REAL",
    DataType.TEXT_LIST: "TEXT",
    DataType.JSON: "TEXT",
}
# Today in Denmark: an hour ahead of UTC, two between the last Sundays of March and October.
_LAST_SUNDAY = "datetime(strftime('%Y', 'now') || '-{}-25 01:00', 'weekday 0')"
TODAY = (
    "date('now', CASE WHEN datetime('now') >= "
    + _LAST_SUNDAY.format("03")
    + " AND datetime('now') < "
    + _LAST_SUNDAY.format("10")
    + " THEN '+2 hours' ELSE '+1 hours' END)"
)


_NAMES = (
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
)
LOCK_SECONDS = 10.0
"""How long to wait for another program that is writing to the target."""


class Sqlite(FileDatabase):
    """One file, with the standard library alone."""

    name = "sqlite"
    title = "SQLite"
    names_query = _NAMES
    error = sqlite3.Error

    def connect(self, path: Path) -> sqlite3.Connection:
        """Open a database to ask it."""
        return open_target(path)

    def write(self, job: ConversionJob, place: str) -> None:
        """Write the tables to a SQLite file, in place of what an earlier conversion wrote there.

        Raises:
            ConversionError: If the target holds anything else and ``job.force`` is not set, or
                another program keeps writing to it.
        """
        # SQLite's own -wal and -journal are beside the real file
        path = Path(os.path.realpath(place))
        if _has_pages(path) and not job.force:
            with _reported(path), closing(open_target(path)) as db:
                refuse_others(db, _NAMES, path)
        with (
            replaced_file(path, partial(_put, force=job.force)) as new,
            _reported(path),
            closing(sqlite3.connect(new, isolation_level=None)) as db,
        ):
            _fill(job, db)
            job.check_guards()


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        reason: object = error
        if _is_broken(error):
            reason = f"the file there is not a SQLite database of the library ({error})"
        elif _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            reason = f"it is in use: another program is writing to it ({error})"
        raise failed(path, reason) from error


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extended part


def _is_broken(error: sqlite3.Error) -> bool:
    return _code(error) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def _has_pages(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def open_target(path: Path) -> sqlite3.Connection:
    """Open the target as SQLite means it to be opened: for writing, with its locks.

    A connection for reading alone would leave the ``-wal`` and ``-shm`` that it makes. This one
    finishes what a program that ended in the middle of a change left behind, and the last one to
    close removes the files beside the database. The file itself is never opened by other means:
    closing it would end the locks that this process has on it.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=LOCK_SECONDS)


def _put(new: Path, path: Path, *, force: bool) -> None:
    """Put the finished database in the target's place, whoever has the target open.

    A database in WAL mode is more than its file, and programs that have it open go on writing to
    the ``-wal`` of that name: a new file beside it would be read together with pages of the old
    one. Its content is therefore replaced through SQLite, in one transaction. Readers see the old
    content until their transaction ends; the file stays in WAL mode. The same is done on Windows,
    where a file that is open cannot be replaced.

    Any other database is replaced by renaming the new file, while a lock keeps everyone from
    writing to the old one or setting WAL mode. Readers are not blocked, and go on reading the old
    file. A program that still has the old file open cannot write beside the new one: SQLite
    refuses to start a journal for a file that was moved.
    """
    with _reported(path):
        if not _has_pages(path):
            _rename(new, path)
            return
        try:
            while not _put_locked(new, path, force=force):
                pass
        except sqlite3.Error as error:
            if not (force and _is_broken(error)):
                raise
            _rename(new, path)


def _put_locked(new: Path, path: Path, *, force: bool) -> bool:
    """Replace the target under its lock; False if another file took its name before that."""
    before = path.stat()
    with closing(open_target(path)) as db:
        db.execute("BEGIN IMMEDIATE")
        if not os.path.samestat(before, path.stat()):
            return False
        if not force:
            refuse_others(db, _NAMES, path)
        (mode,) = db.execute("PRAGMA journal_mode").fetchone()
        if mode != "wal":
            with suppress(PermissionError):  # Windows does not replace a file that is open
                new.replace(path)
                return True
        db.execute("COMMIT")
        with closing(sqlite3.connect(new)) as source:
            source.backup(db, progress=_give_up_after(LOCK_SECONDS))
    return True


def _give_up_after(seconds: float) -> Callable[[int, int, int], None]:
    """Return a function that ends a copy which cannot start; ``backup`` would try for ever."""
    end = monotonic() + seconds

    def check(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and monotonic() > end:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = status
            raise error

    return check


def _rename(new: Path, path: Path) -> None:
    """Rename where there is no database; SQLite, too, removes what is beside a file without pages.

    A ``-wal`` or ``-journal`` of a file that was deleted would be read as part of the new one.
    """
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    new.replace(path)


def _fill(job: ConversionJob, db: sqlite3.Connection) -> None:
    job.collect_effective()
    # nobody sees the file before it is whole, so it needs no journal of its own
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    for schema in job.schemas:
        _write(db, schema, [None, *schema.types], job.columns(schema.name))
    for schema, batches in job.derived():
        _write(db, schema, schema.types, batches)
    if job.derived_schemas:
        _create_views(db)
    db.execute(f"CREATE TABLE {INFO} (\n  -- {INFO_DOC}\n  name TEXT PRIMARY KEY, value TEXT)")
    db.executemany(f"INSERT INTO {INFO} VALUES (?, ?)", job.info().items())  # noqa: S608
    db.execute("COMMIT")
    db.execute("ANALYZE")


def _create(schema: TableSchema) -> str:
    lines = [f"CREATE TABLE {quoted(schema.name)} (\n  -- {schema.doc}"]
    columns = column_lines(schema, _TYPES)
    is_derived = ROW_ID in schema
    key = ", ".join(schema.key)
    for place, (name, kind, doc) in enumerate(columns, 1):
        comma = "," if place < len(columns) or is_derived else ""
        # INTEGER PRIMARY KEY is the row number itself; BIGINT would be a second index
        kind = kind.replace("BIGINT", "INTEGER")  # noqa: PLW2901
        lines.append(f"  {quoted(name)} {kind}{comma} -- {doc}")
    end = [f"  PRIMARY KEY ({key})", ") WITHOUT ROWID"] if is_derived else [")"]
    return "\n".join([*lines, *end])


def _write(
    db: sqlite3.Connection,
    schema: TableSchema,
    types: Sequence[DataType | None],
    batches: Iterable[Columns],
) -> None:
    """Write a table with its indices."""
    db.execute(_create(schema))
    marks = ", ".join("?" * len(types))
    insert = f"INSERT INTO {quoted(schema.name)} VALUES ({marks})"  # noqa: S608 - own names
    for columns in batches:
        db.executemany(insert, zip(*_plain(columns, types), strict=True))
    for name, parts in indices(schema):
        if ROW_ID in schema and parts == schema.key:
            continue  # it is the primary key
        listed = ", ".join(map(quoted, parts))
        db.execute(f"CREATE INDEX {quoted(name)} ON {quoted(schema.name)} ({listed})")


def _plain(columns: Columns, types: Sequence[DataType | None]) -> Iterator[list[Any]]:
    for values, kind in zip(columns, types, strict=True):
        if kind is DataType.DATE:
            yield [value and value.isoformat() for value in values]
        elif kind is DataType.TEXT_LIST:
            yield [value and json.dumps(value, ensure_ascii=False) for value in values]
        else:
            yield values


def _create_views(db: sqlite3.Connection) -> None:
    source = f"FROM {in_force_periods.TABLE} p JOIN entities e ON e.row_id = p.row_id"
    db.execute(
        "CREATE VIEW entity_as_of AS\n"
        "-- to be asked with WHERE :day BETWEEN in_force_from AND in_force_to\n"
        f"SELECT p.in_force_from, p.in_force_to, e.* {source}"
    )
    db.execute(
        "CREATE VIEW entity_current AS -- the units in force today in Denmark\n"
        f"SELECT e.* {source} WHERE {TODAY} BETWEEN p.in_force_from AND p.in_force_to"
    )
