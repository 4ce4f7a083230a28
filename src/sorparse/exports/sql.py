"""What the databases have in common: which columns, keys and indices a table gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..tables.schema import DataType, TableSchema, records_by_table
from . import effective, periods
from .load import INFO, ROW_ID, ROW_ID_DOC

OUR_TABLES = frozenset({*records_by_table(), periods.TABLE, effective.TABLE, INFO})
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
