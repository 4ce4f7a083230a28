"""What the databases have in common: which columns, keys and indices a table gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..records.tables import TABLES
from ..tables.schema import DataType, TableSchema
from . import effective, periods
from .load import INFO, ROW_ID, ROW_ID_DOC

OUR_TABLES = frozenset({*TABLES, periods.TABLE, effective.TABLE, INFO})
"""Every table that a conversion may make."""
OUR_VIEWS = frozenset({"entity_current", "entity_as_of"})

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
    """Give name and columns of each index: the key, and what rows are looked up by.

    The key's index is not unique: in the register's own files keys occur twice, and a load that
    refuses them would lose rows.
    """
    yield f"{schema.name}_key", schema.key
    for column in _LOOKED_UP:
        if column in schema and column != schema.key[0]:
            yield f"{schema.name}_{column}", (column,)


def column_lines(schema: TableSchema, types: Mapping[DataType, str]) -> list[tuple[str, str, str]]:
    """Return name, type with constraint, and meaning of each column.

    ``row_id`` is the first of a table of the source; ``entity_effective`` has one of its own.
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
