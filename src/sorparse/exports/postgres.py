"""PostgreSQL: a schema of tables, by way of COPY. Needs the extra ``[postgres]``.

Everything happens in one transaction: others see the old rows until it ends, and if anything fails
the old rows are left unchanged. The rows of tables that have the columns of this version are
compared with the new ones, and only the differences are written. Rights on these tables and views
of others over them stay, and a load of equal rows takes no space.

Locks: while the source is read nothing is locked that a reader needs. Tables that must be dropped
(columns of another version, tables that the source does not have) are dropped at the very end; if a
reader keeps one of them locked, the load gives up so that other readers do not queue behind it.

``entities.validity`` and ``entity_periods.period`` are ``daterange`` with a GiST index.
``entity_as_of(day)`` is a function: ``SELECT * FROM sor.entity_as_of('2020-01-01')``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from ..errors import ConversionError
from ..extras import load_extra
from ..issues import Issue
from ..replace import failed
from ..tables.flatten import Columns
from ..tables.schema import DataType
from . import in_force_periods
from .conversion_job import DERIVED, INFO, INFO_DOC, ROW_ID, ConversionJob
from .database import (
    OWN_TABLES,
    OWN_VIEWS,
    Asked,
    Database,
    column_lines,
    create_statements,
    differences,
    fetching,
    indices,
    literal,
    quoted,
)
from .postgres_address import parsed, shown
from .postgres_rows import csv_text, reason_of, vacuum

_TYPES = {
    DataType.TEXT: "text",
    DataType.DATE: "date",
    DataType.BOOL: "boolean",
    DataType.INTEGER: "bigint",
    DataType.NUMBER: "double precision",
    DataType.TEXT_LIST: "text[]",
    DataType.JSON: "jsonb",
}
# a period that ends before it starts has no day; daterange() would refuse it
_VALIDITY = (
    "daterange GENERATED ALWAYS AS (CASE WHEN to_date < from_date THEN 'empty'::daterange "
    "ELSE daterange(from_date, to_date, '[]') END) STORED"
)
_VALIDITY_DOC = "The dates from from_date to to_date, both included, as one value."
# a range without end where there is none: drivers cannot read the day after 9999-12-31
_PERIOD = (
    "daterange GENERATED ALWAYS AS "
    "(daterange(in_force_from, NULLIF(in_force_to, '9999-12-31'), '[]')) STORED"
)
_PERIOD_DOC = "Both as one value, last day included."
_DERIVED = frozenset(schema.name for schema in DERIVED)
TODAY = "(now() AT TIME ZONE 'Europe/Copenhagen')::date"
Lines = list[tuple[str, str, str]]
Wanted = dict[str, tuple[str, Lines, dict[str, str]]]
"""Meaning, columns and indices of each table, by name."""
_VIEW, _FUNCTION = "entity_current", "entity_as_of"
_NEW = " new"
DROP_SECONDS = 10
"""How long to wait for readers of a table that must be dropped, if the server sets no limit."""


class Postgres(Database):
    """A schema of a database, by way of COPY. Needs the extra ``[postgres]``."""

    name = "postgres"
    title = "PostgreSQL"
    needs = "the database's address"
    is_path = False

    def __init__(self, schema: str = "sor") -> None:
        """Prepare to write to a schema, which is created if it is missing."""
        self.schema = schema

    def shown(self, place: str) -> str:
        """Return the address without password and other parameters."""
        return shown(place)

    @contextmanager
    def asked(self, place: str) -> Iterator[Asked]:
        """Open the database, and yield its tables of the library and how to ask."""
        psycopg = load_extra("psycopg", "postgres", "PostgreSQL databases")
        address = parsed(place)
        try:
            with psycopg.connect(place, client_encoding="utf8") as db:
                query = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
                names = {str(name) for (name,) in db.execute(query, (self.schema,))}
                if INFO not in names:
                    yield None, lambda _: ()
                    return
                db.execute(f"SET LOCAL search_path TO {quoted(self.schema)}")
                yield names & OWN_TABLES, fetching(db)
        except psycopg.Error as error:
            reason = address.without_secrets(str(error))
            raise failed(f"{address.shown}, schema {self.schema}", reason) from error

    def write(self, job: ConversionJob, place: str) -> None:
        """Write the tables to a schema, in place of what an earlier load wrote there.

        Args:
            job: The tables. ``force`` also writes to a schema that holds tables of others; these
                are never touched.
            place: The address of the database, in any form that libpq takes.

        Raises:
            ConversionError: If the schema holds tables of others, or the database refuses the load.
        """
        psycopg = load_extra("psycopg", "postgres", "PostgreSQL databases")
        address = parsed(place)
        target = f"{address.shown}, schema {self.schema}"
        is_committing = False
        db = None
        try:
            db = psycopg.connect(place, client_encoding="utf8")
            with closing(db):
                # each statement is to see what a load that it waited for has committed
                db.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
                writer = _Writer(job, db, self.schema, target)
                writer.write()
                job.check_guards()
                is_committing = True
                db.commit()
                vacuum(job, db, [writer.name(table) for table in sorted(writer.changed)], address)
        except psycopg.Error as error:
            reason = address.without_secrets(reason_of(error))
            if is_committing and db is not None and db.broken:
                raise ConversionError(
                    f"cannot write {target}: {reason}; the connection broke while the load was "
                    "being committed, so either all of it is stored or nothing: load again"
                ) from error
            raise failed(target, reason) from error


class _Writer:
    """One load into one schema, within the transaction of the caller."""

    def __init__(self, job: ConversionJob, db: Any, schema: str, place: str) -> None:
        self._job = job
        self._db = db
        self._schema = schema
        self._place = place
        self._wanted = self._tables_wanted()
        self._there: dict[str, list[tuple[str, str]]] = {}
        self.changed: set[str] = set()
        """Tables that got other rows."""

    def write(self) -> None:
        # a second load into the same schema waits here for the first
        lock = f"SELECT pg_advisory_xact_lock(hashtext({literal('sorparse ' + self._schema)}))"
        self._db.execute(lock)
        self._there = self._tables_there()
        schemas = self._db.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (self._schema,))
        if schemas.fetchone() is None:
            self._db.execute(f"CREATE SCHEMA {quoted(self._schema)}")
        self._job.collect_effective()
        for schema in self._job.schemas:
            names, types = (ROW_ID, *schema.names), [None, *schema.types]
            self._take(schema.name, names, types, self._job.columns(schema.name))
        for schema, batches in self._job.derived():
            self._take(schema.name, schema.names, schema.types, batches)
        info = self._job.info()
        self._take(INFO, ("name", "value"), (None, None), [[list(info), list(info.values())]])
        for table in self._wanted.keys() & self._there.keys() - self._stale():
            self._write_differences(table)
        self.changed.discard(INFO)
        self._put_in_place()
        if not self.changed and self._there.keys() == self._wanted.keys():
            message = f"{self._place} holds the same rows already; no table was written"
            self._job.issues.append(Issue("info", "same-content", message))

    def _tables_wanted(self) -> Wanted:
        wanted: Wanted = {}
        for schema in (*self._job.schemas, *self._job.derived_schemas):
            lines = column_lines(schema, _TYPES)
            keys = {
                name: f"({', '.join(map(quoted, columns))})" for name, columns in indices(schema)
            }
            if schema.has_period:
                lines.append(("validity", _VALIDITY, _VALIDITY_DOC))
                keys[f"{schema.name}_validity"] = "USING gist (validity)"
            if schema.name in _DERIVED:
                lines.append(("period", _PERIOD, _PERIOD_DOC))
                keys[f"{schema.name}_period"] = "USING gist (period)"
            if schema.name == in_force_periods.TABLE:
                keys[f"{schema.name}_row"] = "(row_id)"
            wanted[schema.name] = (schema.doc, lines, keys)
        info = [("name", "text PRIMARY KEY", "What"), ("value", "text", "Its value")]
        wanted[INFO] = (INFO_DOC, info, {})
        return wanted

    def _tables_there(self) -> dict[str, list[tuple[str, str]]]:
        """Return the library's tables in the schema, each with its columns and their types.

        Raises:
            ConversionError: If the schema holds anything that is not to be replaced.
        """
        rows = self._db.execute(
            "SELECT c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod) "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute "
            "a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
            "WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'f', 'v', 'm') "
            "ORDER BY c.relname, a.attnum",
            (self._schema,),
        )
        tables: dict[str, list[tuple[str, str]]] = {}
        views: set[str] = set()
        for name, kind, column, type_ in rows:
            if kind in {"v", "m"}:
                views.add(name)
            else:
                tables.setdefault(name, []).append((column, type_))
        strange = sorted(tables.keys() - OWN_TABLES)
        if strange and not self._job.force:
            shown = ", ".join(strange[:3])
            raise failed(self._place, f"the schema holds other tables ({shown})")
        own = {name: columns for name, columns in tables.items() if name in OWN_TABLES}
        theirs = (views & OWN_TABLES) | {
            name
            for name, columns in own.items()
            if name not in {INFO, *_DERIVED} and ROW_ID not in dict(columns)
        }
        if not self._is_loaded(own):
            theirs |= own.keys() | (views & OWN_VIEWS)
            if self._functions():
                theirs.add(_FUNCTION)
        if theirs:
            shown = ", ".join(sorted(theirs)[:3])
            reason = f"the schema holds tables of these names that are not the library's ({shown})"
            raise failed(self._place, reason)
        return own

    def _is_loaded(self, tables: dict[str, list[tuple[str, str]]]) -> bool:
        if tables.get(INFO) != _expected(self._wanted[INFO][1]):
            return False
        query = f"SELECT 1 FROM {self.name(INFO)} WHERE name = 'sorparse_version'"  # noqa: S608
        return self._db.execute(query).fetchone() is not None

    def _functions(self) -> list[str]:
        """Return the text of each function with the name of the library's."""
        query = (
            "SELECT p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = %s AND p.proname = %s"
        )
        return [text for (text,) in self._db.execute(query, (self._schema, _FUNCTION))]

    def _stale(self) -> set[str]:
        """Return the tables that are there with columns of another version."""
        return {
            table
            for table, columns in self._there.items()
            if table in self._wanted and columns != _expected(self._wanted[table][1])
        }

    def _take(
        self,
        table: str,
        columns: Sequence[str],
        kinds: Sequence[DataType | None],
        batches: Iterable[Columns],
    ) -> None:
        """Copy the rows to where no reader is: a new table, or one of this session alone."""
        rows = (csv_text(batch, kinds) for batch in batches)
        doc, lines, keys = self._wanted[table]
        if table in self._there and table not in self._stale():
            place = f"pg_temp.{quoted(table)}"
            types = dict(_expected(lines))
            listed = ", ".join(f"{quoted(name)} {types[name]}" for name in columns)
            self._db.execute(f"CREATE TEMP TABLE {quoted(table)} ({listed}) ON COMMIT DROP")
            self._copy(place, columns, rows)
            self._db.execute(f"ANALYZE {place}")
            return
        ending = _NEW if table in self._there else ""
        for statement in create_statements(self.name(table + ending), doc, lines):
            self._db.execute(statement)
        self._copy(self.name(table + ending), columns, rows)
        for name, indexed in keys.items():
            index = quoted(name + ending)
            self._db.execute(f"CREATE INDEX {index} ON {self.name(table + ending)} {indexed}")
        self.changed.add(table)

    def _copy(self, place: str, columns: Sequence[str], rows: Iterator[str]) -> None:
        listed = ", ".join(map(quoted, columns))
        statement = f"COPY {place} ({listed}) FROM STDIN (FORMAT csv)"
        with self._db.cursor() as cursor, cursor.copy(statement) as copy:
            for chunk in rows:
                copy.write(chunk)

    def _write_differences(self, table: str) -> None:
        generated = " GENERATED "
        columns = [name for name, kind, _ in self._wanted[table][1] if generated not in kind]
        statements = differences(self.name(table), f"pg_temp.{quoted(table)}", columns)
        if sum(self._db.execute(statement).rowcount for statement in statements):
            self.changed.add(table)

    def _put_in_place(self) -> None:
        """Drop and rename tables, and make the views; each only if it must be, for it locks."""
        self._db.execute(
            "SELECT set_config('lock_timeout', %s, true) "
            "WHERE current_setting('lock_timeout') = '0'",
            (f"{DROP_SECONDS}s",),
        )
        stale, gone = self._stale(), self._there.keys() - self._wanted.keys()
        if (stale | gone) & {"entities", in_force_periods.TABLE}:
            # these two are built from the tables; a view of somebody else's still prevents it
            self._db.execute(f"DROP VIEW IF EXISTS {self.name(_VIEW)}")
            self._db.execute(f"DROP FUNCTION IF EXISTS {self.name(_FUNCTION)}(date)")
        for table in sorted(stale | gone):
            self._db.execute(f"DROP TABLE {self.name(table)}")
        for table in sorted(stale):
            self._db.execute(f"ALTER TABLE {self.name(table + _NEW)} RENAME TO {quoted(table)}")
            for index in self._wanted[table][2]:
                old = self.name(index + _NEW)
                self._db.execute(f"ALTER INDEX {old} RENAME TO {quoted(index)}")
            if table not in _DERIVED:
                old = self.name(f"{table}{_NEW}_pkey")
                self._db.execute(f"ALTER INDEX {old} RENAME TO {quoted(table + '_pkey')}")
        if stale:
            self._job.note(
                "table-made-anew",
                f"tables with the columns of another version were created again "
                f"({', '.join(sorted(stale))}): grant rights on them again",
            )
        if self._job.derived_schemas:
            self._put_views()

    def _put_views(self) -> None:
        entities, periods = self.name("entities"), self.name(in_force_periods.TABLE)
        source = f"SELECT e.* FROM {periods} p JOIN {entities} e ON e.row_id = p.row_id"  # noqa: S608
        view = f"{source} WHERE p.period @> {TODAY}"
        # the text of the function says of both whether they are those of this version
        text = f"{source} WHERE p.period @> day\n-- {_VIEW}: {view}\n"
        query = "SELECT 1 FROM pg_views WHERE schemaname = %s AND viewname = %s"
        has_view = self._db.execute(query, (self._schema, _VIEW)).fetchone() is not None
        if has_view and self._functions() == [text]:
            return
        self._db.execute(
            f"CREATE OR REPLACE FUNCTION {self.name(_FUNCTION)}(day date) "
            f"RETURNS SETOF {entities} LANGUAGE sql STABLE PARALLEL SAFE AS {literal(text)}"
        )
        self._db.execute(f"CREATE OR REPLACE VIEW {self.name(_VIEW)} AS {view}")
        meaning = literal("The units in force today in Denmark.")
        self._db.execute(f"COMMENT ON VIEW {self.name(_VIEW)} IS {meaning}")

    def name(self, name: str) -> str:
        """Return the quoted name of something in the schema."""
        return f"{quoted(self._schema)}.{quoted(name)}"


def _expected(lines: Lines) -> list[tuple[str, str]]:
    ends = (" PRIMARY KEY", " NOT NULL", " GENERATED")
    expected = []
    for name, kind, _ in lines:
        for end in ends:
            kind = kind.partition(end)[0]  # noqa: PLW2901 - cut bit by bit
        expected.append((name, kind.lower()))
    return expected
