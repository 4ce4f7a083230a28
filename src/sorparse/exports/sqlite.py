"""SQLite: one file, with the standard library alone.

Days are ISO text, yes/no is 1 and 0, a list is a JSON array, ``extra`` a JSON object. What a
column means stands in the table's own ``CREATE`` statement (``.schema`` shows it).

``entity_as_of`` is a view with the columns ``in_force_from`` and ``in_force_to`` before those of
``entities``: SQLite has no functions that give tables, so the day goes into the query:
``SELECT * FROM entity_as_of WHERE :day BETWEEN in_force_from AND in_force_to``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ..tables.flatten import Columns
from ..tables.schema import DataType, TableSchema
from . import periods
from .effective import effective_schema
from .load import INFO, INFO_DOC, Load
from .replace import failed, replaced_file
from .sql import OUR_TABLES, OUR_VIEWS, column_lines, indices, quoted

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


def write(load: Load, target: str) -> None:
    """Write the tables to a SQLite file, in place of the one that is there."""
    path = Path(target)
    _refuse_others(path)
    with replaced_file(path) as new:
        try:
            with closing(sqlite3.connect(new, isolation_level=None)) as db:
                _fill(load, db)
        except sqlite3.Error as error:
            raise failed(path, error) from error


def _refuse_others(path: Path) -> None:
    """Replace only a file that an earlier conversion wrote, and that nobody is writing to."""
    if not path.is_file() or path.stat().st_size == 0:
        return
    for ending in ("-wal", "-journal"):
        if path.with_name(path.name + ending).exists():
            raise failed(path, f"it is in use, or was left in the middle of a change ({ending})")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            query = (
                "SELECT name FROM sqlite_master "
                "WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
            )
            names = {str(name) for (name,) in db.execute(query)}
    except sqlite3.Error as error:
        raise failed(path, f"the file there is not a SQLite database of ours ({error})") from error
    strange = names - OUR_TABLES - OUR_VIEWS
    if strange or INFO not in names:
        told = ", ".join(sorted(strange or names)[:3])
        raise failed(path, f"the database there holds other tables ({told})")


def _fill(load: Load, db: sqlite3.Connection) -> None:
    load.settle()
    # nobody sees the file before it is whole, so it needs no journal of its own
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    for schema in load.schemas:
        types = [None, *(column.type for column in schema.columns)]
        _write(db, schema, types, load.columns(schema.name))
    if load.has_periods:
        _add_periods(load, db)
        resolved = effective_schema()
        _write(db, resolved, [column.type for column in resolved.columns], load.effective())
    db.execute(f"CREATE TABLE {INFO} (\n  -- {INFO_DOC}\n  name TEXT PRIMARY KEY, value TEXT)")
    db.executemany(f"INSERT INTO {INFO} VALUES (?, ?)", load.info().items())  # noqa: S608
    db.execute("COMMIT")
    db.execute("ANALYZE")


def _create(schema: TableSchema) -> str:
    lines = [f"CREATE TABLE {quoted(schema.name)} (\n  -- {schema.doc}"]
    columns = column_lines(schema, _TYPES)
    for place, (name, kind, doc) in enumerate(columns, 1):
        comma = "," if place < len(columns) else ""
        # INTEGER PRIMARY KEY is the row number itself; BIGINT would be a second index
        kind = kind.replace("BIGINT", "INTEGER")  # noqa: PLW2901
        lines.append(f"  {quoted(name)} {kind}{comma} -- {doc}")
    return "\n".join([*lines, ")"])


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


def _add_periods(load: Load, db: sqlite3.Connection) -> None:
    docs = periods.DOCS
    db.execute(
        f"CREATE TABLE {periods.TABLE} (\n  -- {periods.TABLE_DOC}\n"
        f"  sor_id TEXT NOT NULL, -- {docs['sor_id']}\n"
        f"  in_force_from DATE NOT NULL, -- {docs['in_force_from']}\n"
        f"  in_force_to DATE NOT NULL, -- {docs['in_force_to']}\n"
        f"  row_id INTEGER NOT NULL REFERENCES entities, -- {docs['row_id']}\n"
        "  PRIMARY KEY (sor_id, in_force_from)\n) WITHOUT ROWID"
    )
    db.executemany(
        f"INSERT INTO {periods.TABLE} VALUES (?, ?, ?, ?)",  # noqa: S608
        (
            (sor_id, first.isoformat(), last.isoformat(), row)
            for sor_id, first, last, row in load.periods()
        ),
    )
    source = f"FROM {periods.TABLE} p JOIN entities e ON e.row_id = p.row_id"
    db.execute(
        "CREATE VIEW entity_as_of AS\n"
        "-- to be asked with WHERE :day BETWEEN in_force_from AND in_force_to\n"
        f"SELECT p.in_force_from, p.in_force_to, e.* {source}"
    )
    db.execute(
        "CREATE VIEW entity_current AS -- the units in force today in Denmark\n"
        f"SELECT e.* {source} WHERE {TODAY} BETWEEN p.in_force_from AND p.in_force_to"
    )
