"""The page of the flat columns, from the table schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from formats import meaning, table_lines
from sorparse.exports.effective import effective_schema
from sorparse.inheritance import Effective
from sorparse.records import SOREntity
from sorparse.records.tables import TABLES
from sorparse.tables.effective import effective_columns
from sorparse.tables.schema import TableColumn, TableSchema, schema_of

_TEXT = """\
<!-- Made by docs/tools/make.py: edit the docstrings of the records. -->

# Columns of the tables

The same columns in Arrow, pandas, Polars, Parquet, the databases and CSV; see
[tables](tables.md) and [databases](databases.md). How the files name each field is told on the
pages of their columns: [SOR2](formats/sor2-columns.md), [CSV 1.2.1.19](formats/sor-csv-columns.md),
[XML](formats/sor-xml-elements.md), [SHAK](formats/shak-columns.md),
[SHAKregion](formats/shak-region-columns.md).

`replaces` and `replaced_by` are lists in DuckDB, PostgreSQL and Parquet, and in frames with
`lists=True`. In the other frames and in CSV they are text with a space between the ids, in SQLite a
JSON array.
"""
_RESOLVED = """\
## Columns with inheritance resolved

`view.to_arrow(effective=True)` and `view.to_table(units, effective=True)` have these columns after
those of `entities`; `sorparse find --csv` and the table `entity_effective` have them too. An
address or a location number is that of the unit itself, or of the unit above from which it
inherits; `effective_origin_...` names that unit.

"""
_PERIODS = """\
## `entity_effective`

{doc}

Key: {key}

{rows}

Then the [columns with inheritance resolved](#columns-with-inheritance-resolved).
"""
_HEAD = ("Column", "Holds", "Meaning")


def pages() -> dict[str, str]:
    """Give the page by its path below docs."""
    parts = [_TEXT]
    for table, declared in TABLES.items():
        schema = schema_of(table)
        rows = [
            (f"`{column.name}`", str(column.type), _meaning(schema, column))
            for column in schema.columns
        ]
        lines = "\n".join(table_lines(_HEAD, rows))
        about = f"{declared.title}. {schema.doc}\n\nKey: {_key(schema)}"
        parts.append(f"## `{table}`\n\n{about}\n\n{lines}\n")
    resolved = effective_columns()
    parts.append(_RESOLVED + _lines(resolved))
    schema = effective_schema()
    own = schema.columns[: -len(resolved)]
    parts.append(_PERIODS.format(doc=schema.doc, key=_key(schema), rows=_lines(own).rstrip()))
    return {"table-columns.md": "\n".join(parts)}


def _key(schema: TableSchema) -> str:
    return ", ".join(f"`{name}`" for name in schema.key)


def _lines(columns: Iterable[TableColumn]) -> str:
    rows = [(f"`{column.name}`", str(column.type), _told(column)) for column in columns]
    return "\n".join(table_lines(_HEAD, rows)) + "\n"


def _told(column: TableColumn) -> str:
    """Return the meaning without the publisher's column names, which are those of ``entities``."""
    record, path = SOREntity, column.path
    if path.startswith("effective."):
        record, path = Effective, path.removeprefix("effective.")
    field = path.split(".", maxsplit=1)[0]
    known = attrs.fields_dict(record).keys() - {"origin"}
    return meaning(record, path) if field in known else column.doc


def _meaning(schema: TableSchema, column: TableColumn) -> str:
    told = meaning(schema.record, column.path)
    place = re.search(r"\[(\d+)\]", column.path)
    return f"{told} Place {int(place[1]) + 1}." if place else told
