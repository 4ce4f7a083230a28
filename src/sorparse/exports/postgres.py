"""PostgreSQL: a schema of tables, by way of COPY. Needs the extra ``[postgres]``.

Everything happens in one transaction: others see the old rows until it ends, and where anything
fails the old rows stay. Tables that have the columns of this version are emptied and filled, not
dropped, so that rights and views of others on them live on.

``entities.validity`` and ``entity_periods.period`` are ``daterange`` with a GiST index.
``entity_as_of(day)`` is a function: ``SELECT * FROM sor.entity_as_of('2020-01-01')``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..extras import load_extra
from ..tables.flatten import Columns
from ..tables.schema import DataType, TableSchema, schema_of
from . import effective, periods
from .effective import effective_schema
from .load import INFO, INFO_DOC, Load
from .replace import failed
from .sql import OUR_TABLES, column_lines, indices, literal, quoted

_TYPES = {
    DataType.TEXT: "text",
    DataType.DATE: "date",
    DataType.BOOL: "boolean",
    DataType.INTEGER: "bigint",
    DataType.NUMBER: "double precision",
    DataType.TEXT_LIST: "text[]",
    DataType.JSON: "jsonb",
}
_YES_NO = {True: "t", False: "f", None: None}
# a period that ends before it starts has no day; daterange() would refuse it
_VALIDITY = (
    "daterange GENERATED ALWAYS AS (CASE WHEN to_date < from_date THEN 'empty'::daterange "
    "ELSE daterange(from_date, to_date, '[]') END) STORED"
)
_VALIDITY_DOC = "The days from from_date to to_date, both included, as one value."
# a range without end where there is none: drivers cannot read the day after 9999-12-31
_PERIOD = (
    "daterange GENERATED ALWAYS AS "
    "(daterange(in_force_from, NULLIF(in_force_to, '9999-12-31'), '[]')) STORED"
)
_PERIOD_DOC = "Both as one value, last day included."
SETTLED = (periods.TABLE, effective.TABLE)
TODAY = "(now() AT TIME ZONE 'Europe/Copenhagen')::date"
Lines = list[tuple[str, str, str]]


def shown(address: str) -> str:
    """Give the database's address without the password."""
    parts = urlsplit(address)
    if parts.password is None:
        return address
    user, host = (parts.username or ""), (parts.hostname or "")
    place = f"{user}@{host}" + (f":{parts.port}" if parts.port else "")
    return urlunsplit(parts._replace(netloc=place))


def write(load: Load, target: str, schema: str = "sor") -> None:
    """Write the tables to a schema of a database, in place of what an earlier load wrote there."""
    psycopg = load_extra("psycopg", "postgres", "PostgreSQL databases")
    place = f"{shown(target)}, schema {schema}"
    try:
        with psycopg.connect(target) as db:
            with db.transaction():
                _Writer(load, db, schema, place).write()
            # the rows replaced make room for the next load, and the planner knows the new ones
            db.autocommit = True
            for table in (*load.tables, *(SETTLED if load.has_periods else ())):
                db.execute(f"VACUUM (ANALYZE) {quoted(schema)}.{quoted(table)}")
    except psycopg.Error as error:
        raise failed(place, _told(error)) from error


def _told(error: Any) -> str:
    """Give the server's message, with where in the copied rows it was, and its hint."""
    diagnosis = error.diag
    if diagnosis.message_primary is None:
        return str(error)
    parts = [diagnosis.message_primary, diagnosis.message_detail, diagnosis.context]
    return ": ".join(part for part in parts if part)


class _Writer:
    """One load into one schema, within the transaction of the caller."""

    def __init__(self, load: Load, db: Any, schema: str, place: str) -> None:
        self._load = load
        self._db = db
        self._schema = schema
        self._place = place

    def write(self) -> None:
        name = quoted(self._schema)
        # a second load into the same schema waits here for the first
        lock = f"SELECT pg_advisory_xact_lock(hashtext({literal('sorparse ' + self._schema)}))"
        self._db.execute(lock)
        self._refuse_others()
        self._db.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
        wanted = self._wanted()
        self._load.settle()
        self._clear(wanted)
        for schema in self._load.schemas:
            self._copy(schema.name, [c.name for c in schema.columns], _chunks(self._load, schema))
        if self._load.has_periods:
            columns = ["sor_id", "in_force_from", "in_force_to", "row_id"]
            batches = (_csv(batch) for batch in self._load.period_columns())
            self._copy(periods.TABLE, columns, batches, numbered=False)
            self._copy_effective()
            self._add_views()
        for item in self._load.info().items():
            self._db.execute(f"INSERT INTO {name}.{INFO} VALUES (%s, %s)", item)  # noqa: S608 - quoted

    def _wanted(self) -> dict[str, tuple[str, Lines, dict[str, str]]]:
        """Give meaning, columns, and indices of each table that is to be there."""
        found: dict[str, tuple[str, Lines, dict[str, str]]] = {}
        for schema in self._load.schemas:
            lines = column_lines(schema, _TYPES)
            listed = {
                name: f"({', '.join(map(quoted, columns))})" for name, columns in indices(schema)
            }
            if schema.has_period:
                lines.append(("validity", _VALIDITY, _VALIDITY_DOC))
                listed[f"{schema.name}_validity"] = "USING gist (validity)"
            found[schema.name] = (schema.doc, lines, listed)
        if self._load.has_periods:
            types = ["text NOT NULL", "date NOT NULL", "date NOT NULL", "bigint NOT NULL"]
            lines = [
                (name, kind, doc)
                for kind, (name, doc) in zip(types, periods.DOCS.items(), strict=True)
            ]
            lines.append(("period", _PERIOD, _PERIOD_DOC))
            keys = {
                f"{periods.TABLE}_key": "(sor_id, in_force_from)",
                f"{periods.TABLE}_period": "USING gist (period)",
                f"{periods.TABLE}_row": "(row_id)",
            }
            found[periods.TABLE] = (periods.TABLE_DOC, lines, keys)
            resolved = effective_schema()
            lines = [*column_lines(resolved, _TYPES), ("period", _PERIOD, _PERIOD_DOC)]
            keys = {
                name: f"({', '.join(map(quoted, columns))})" for name, columns in indices(resolved)
            }
            keys[f"{resolved.name}_period"] = "USING gist (period)"
            found[resolved.name] = (resolved.doc, lines, keys)
        info = [("name", "text PRIMARY KEY", "What"), ("value", "text", "Its value")]
        found[INFO] = (INFO_DOC, info, {})
        return found

    def _there(self) -> dict[str, list[tuple[str, str]]]:
        """Give the tables of ours that the schema has, each with its columns and their types."""
        rows = self._db.execute(
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE n.nspname = %s AND c.relname = ANY(%s) AND a.attnum > 0 AND NOT a.attisdropped "
            "ORDER BY c.relname, a.attnum",
            (self._schema, list(OUR_TABLES)),
        )
        found: dict[str, list[tuple[str, str]]] = {}
        for table, column, kind in rows:
            found.setdefault(table, []).append((column, kind))
        return found

    def _refuse_others(self) -> None:
        there = self._there()
        if there and INFO not in there:
            told = ", ".join(sorted(there)[:3])
            raise failed(
                self._place, f"the schema holds tables of these names that are not ours ({told})"
            )

    def _clear(self, wanted: dict[str, tuple[str, Lines, dict[str, str]]]) -> None:
        """Empty the tables that are as they should be; drop the others; make what is missing."""
        there = self._there()
        stale = {
            table
            for table, columns in there.items()
            if table not in wanted or columns != _expected(wanted[table][1])
        }
        if stale & {"entities", periods.TABLE}:
            # these two are made from the tables; a view of somebody else's stands in the way still
            self._db.execute(f"DROP VIEW IF EXISTS {self._name('entity_current')}")
            self._db.execute(f"DROP FUNCTION IF EXISTS {self._name('entity_as_of')}(date)")
        for table in stale:
            self._db.execute(f"DROP TABLE {self._name(table)}")
        for table, (doc, lines, keys) in wanted.items():
            if table in there and table not in stale:
                # rows and not TRUNCATE: whoever reads meanwhile goes on reading the old ones
                self._db.execute(f"DELETE FROM {self._name(table)}")  # noqa: S608 - quoted
                continue
            listed = ", ".join(f"{quoted(name)} {kind}" for name, kind, _ in lines)
            self._db.execute(f"CREATE TABLE {self._name(table)} ({listed})")
            self._db.execute(f"COMMENT ON TABLE {self._name(table)} IS {literal(doc)}")
            for name, _, told in lines:
                column = f"{self._name(table)}.{quoted(name)}"
                self._db.execute(f"COMMENT ON COLUMN {column} IS {literal(told)}")
            for name, columns in keys.items():
                self._db.execute(f"CREATE INDEX {quoted(name)} ON {self._name(table)} {columns}")

    def _copy(
        self, table: str, columns: list[str], chunks: Iterator[str], *, numbered: bool = True
    ) -> None:
        listed = ", ".join(map(quoted, ["row_id", *columns] if numbered else columns))
        statement = f"COPY {self._name(table)} ({listed}) FROM STDIN (FORMAT csv)"
        with self._db.cursor() as cursor, cursor.copy(statement) as copy:
            for chunk in chunks:
                copy.write(chunk)

    def _copy_effective(self) -> None:
        schema = effective_schema()
        types = [column.type for column in schema.columns]
        batches = (_csv(list(_as_text(columns, types))) for columns in self._load.effective())
        self._copy(schema.name, list(schema.names), batches, numbered=False)

    def _add_views(self) -> None:
        entities, settled = self._name("entities"), self._name(periods.TABLE)
        source = f"SELECT e.* FROM {settled} p JOIN {entities} e ON e.row_id = p.row_id"  # noqa: S608
        self._db.execute(
            f"CREATE OR REPLACE FUNCTION {self._name('entity_as_of')}(day date) "
            f"RETURNS SETOF {entities} LANGUAGE sql STABLE PARALLEL SAFE "
            f"AS $$ {source} WHERE p.period @> day $$"
        )
        view = self._name("entity_current")
        self._db.execute(f"CREATE OR REPLACE VIEW {view} AS {source} WHERE p.period @> {TODAY}")
        self._db.execute(f"COMMENT ON VIEW {view} IS 'The units in force today in Denmark.'")

    def _name(self, name: str) -> str:
        return f"{quoted(self._schema)}.{quoted(name)}"


def _expected(lines: Lines) -> list[tuple[str, str]]:
    ends = (" PRIMARY KEY", " NOT NULL", " GENERATED")
    found = []
    for name, kind, _ in lines:
        for end in ends:
            kind = kind.partition(end)[0]  # noqa: PLW2901 - cut bit by bit
        found.append((name, kind.lower()))
    return found


def _chunks(load: Load, schema: TableSchema) -> Iterator[str]:
    types = [None, *(column.type for column in schema_of(schema.name).columns)]
    for columns in load.columns(schema.name):
        yield _csv(list(_as_text(columns, types)))


def _csv(columns: Any) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(zip(*columns, strict=True))
    return text.getvalue()


def _as_text(columns: Columns, types: Sequence[DataType | None]) -> Iterator[list[Any]]:
    for values, kind in zip(columns, types, strict=True):
        if kind is DataType.BOOL:
            yield [_YES_NO[value] for value in values]
        elif kind is DataType.TEXT_LIST:
            yield [value and _array(value) for value in values]
        else:
            yield values


def _array(texts: list[str]) -> str:
    escaped = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in escaped) + "}"
