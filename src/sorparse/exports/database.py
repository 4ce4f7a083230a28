"""What the databases have in common: columns, keys and indices of a table, and what is asked."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from ..records.tables import TABLES
from ..register.days import as_day
from ..replace import failed
from ..tables.schema import DataType, TableSchema
from . import in_force_periods
from .base import InForce, Target, in_force, is_absent
from .conversion_job import DERIVED, INFO, ROW_ID, ROW_ID_DOC

OWN_TABLES = frozenset({*TABLES, *(schema.name for schema in DERIVED), INFO})
"""Every table that a conversion may make."""
OWN_VIEWS = frozenset({"entity_current", "entity_as_of"})
Ask = Callable[[str], Iterable[tuple[Any, ...]]]
"""Runs a query."""
Asked = tuple[set[str] | None, Ask]
"""Tables of the library in a database, None if it is absent, and how to ask."""

# Columns by which rows are looked up beside the key.
_LOOKED_UP = (
    "sor_id",
    "parent_id",
    "owner_sor_id",
    "health_institution_sor_id",
    "shak_code",
    "location_code",
    "provider_number",
    "cvr",
    "replaced_by_id",
    "effective_location_code",
)


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text for SQL, where a statement cannot take parameters."""
    return "'" + text.replace("'", "''") + "'"


def indices(schema: TableSchema) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield name and columns of each index: the key, and what rows are looked up by.

    The key's index is not unique: in the register's own files keys occur twice, and a database that
    refuses them would lose rows.
    """
    yield f"{schema.name}_key", schema.key
    for column in _LOOKED_UP:
        if column in schema and column != schema.key[0]:
            yield f"{schema.name}_{column}", (column,)


def column_lines(schema: TableSchema, types: Mapping[DataType, str]) -> list[tuple[str, str, str]]:
    """Return name, type with constraint, and meaning of each column.

    ``row_id`` is the first of a table of the source; derived tables have one of their own.
    """
    lines = [] if ROW_ID in schema else [(ROW_ID, "BIGINT PRIMARY KEY", ROW_ID_DOC)]
    for column in schema.columns:
        null = "" if column.nullable else " NOT NULL"
        lines.append((column.name, types[column.type] + null, column.doc))
    return lines


def differences(target: str, new: str, columns: Sequence[str]) -> tuple[str, str]:
    """Return the two statements that give ``target`` the rows of ``new``.

    Rows that are equal in both are not touched, so equal content costs no space and no index entry.

    Args:
        target: The table, quoted.
        new: The table with the rows that it is to hold, quoted.
        columns: The columns to compare and write. The first one is never null, and no two rows of
            a table are equal in all of them.
    """
    names = [quoted(name) for name in columns]
    listed = ", ".join(names)
    # the first one with = lets the database join by it
    same = f"n.{names[0]} = t.{names[0]}" + "".join(
        f" AND n.{name} IS NOT DISTINCT FROM t.{name}" for name in names[1:]
    )
    delete = (
        f"DELETE FROM {target} AS t "  # noqa: S608 - quoted
        f"WHERE NOT EXISTS (SELECT 1 FROM {new} AS n WHERE {same})"
    )
    insert = (
        f"INSERT INTO {target} ({listed}) SELECT {listed} FROM {new} AS n "  # noqa: S608 - quoted
        f"WHERE NOT EXISTS (SELECT 1 FROM {target} AS t WHERE {same})"
    )
    return delete, insert


def create_statements(table: str, doc: str, columns: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return the statements that create a table with the meanings of its columns.

    Args:
        table: The table, quoted.
        doc: What it holds.
        columns: What :func:`column_lines` returns.
    """
    listed = ", ".join(f"{quoted(name)} {kind}" for name, kind, _ in columns)
    comments = [
        f"COMMENT ON COLUMN {table}.{quoted(name)} IS {literal(meaning)}"
        for name, _, meaning in columns
    ]
    return [
        f"CREATE TABLE {table} ({listed})",
        f"COMMENT ON TABLE {table} IS {literal(doc)}",
        *comments,
    ]


class Database(Target):
    """A target that is asked by SQL."""

    @abstractmethod
    def asked(self, place: str) -> AbstractContextManager[Asked]:
        """Open a database, and yield what :data:`Asked` says."""

    def rows(self, place: str) -> Mapping[str, int] | None:
        """Return the number of rows of each table in a target, None if nothing is there."""
        with self.asked(place) as (tables, ask):
            if tables is None:
                return None
            names = sorted(tables & set(TABLES))
            counts = {name: list(ask(f"SELECT count(*) FROM {quoted(name)}")) for name in names}  # noqa: S608
            return {name: int(count) for name, [(count,)] in counts.items()}

    def units_in_force(self, place: str, source_date: date | None) -> InForce:
        """Return the units that a target has in force on the date it shows."""
        periods = in_force_periods.TABLE
        with self.asked(place) as (tables, ask):
            if not tables or not {periods, INFO} <= tables:
                return []
            info: dict[str, Any] = dict(ask(f"SELECT name, value FROM {INFO}"))  # noqa: S608 - own name
            day = as_day(info.get("snapshot_date") or source_date)
            query = (
                f"SELECT sor_id, in_force_from, in_force_to FROM {periods} "  # noqa: S608 - own name
                f"WHERE in_force_to >= '{day.isoformat()}' ORDER BY sor_id, in_force_from"
            )
            return list(in_force(ask(query), day))


class FileDatabase(Database):
    """A database in one file.

    What is not a database of the library has no tables: ``write`` refuses it, or replaces it.
    """

    names_query: ClassVar[str]
    """Returns the names of all tables and views."""

    @property
    @abstractmethod
    def error(self) -> type[Exception]:
        """What the database raises."""

    @abstractmethod
    def connect(self, path: Path) -> Any:
        """Open a database to ask it."""

    @contextmanager
    def asked(self, place: str) -> Iterator[Asked]:
        """Open a database, and yield what :data:`Asked` says."""
        path = Path(place)
        if is_absent(path) or not path.is_file():
            yield None, lambda _: ()
            return
        db: Any = None
        try:
            db = self.connect(path)
            names = {str(name) for (name,) in db.execute(self.names_query).fetchall()}
        except self.error:
            if db is not None:
                db.close()
            yield set(), lambda _: ()
            return
        with closing(db):
            try:
                yield names & OWN_TABLES if INFO in names else set(), fetching(db)
            except self.error as reason:
                raise failed(path, reason) from reason


def refuse_others(db: Any, names_query: str, path: Path) -> None:
    """Refuse a database that holds anything but the tables and views of the library.

    Raises:
        ConversionError: If it does.
    """
    names = {str(name) for (name,) in db.execute(names_query).fetchall()}
    strange = names - OWN_TABLES - OWN_VIEWS
    if strange or INFO not in names:
        shown = ", ".join(sorted(strange or names)[:3])
        raise failed(path, f"the database there holds other tables ({shown})")


def fetching(db: Any) -> Ask:
    """Return what runs a query in a database."""
    return lambda query: db.execute(query).fetchall()
