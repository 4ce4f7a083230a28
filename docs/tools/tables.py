"""The page of the flat columns, from the table schemas."""

from __future__ import annotations

import re

from formats import meaning, table_lines
from sorparse.tables.schema import TableColumn, TableSchema, records_by_table, schema_of

_TEXT = """\
<!-- Made by docs/tools/make.py: edit the docstrings of the records. -->

# Columns of the tables

The same columns in Arrow, pandas, Polars, Parquet, the databases and CSV; see
[tables](tables.md) and [databases](databases.md). How the files name each field is told on the
pages of their columns: [SOR2](formats/sor2-columns.md), [CSV 1.2.1.19](formats/sor-csv-columns.md),
[XML](formats/sor-xml-elements.md), [SHAK](formats/shak-columns.md),
[SHAKregion](formats/shak-region-columns.md).
"""


def pages() -> dict[str, str]:
    """Give the page by its path below docs."""
    parts = [_TEXT]
    for table in records_by_table():
        schema = schema_of(table)
        rows = [
            (f"`{column.name}`", str(column.type), _meaning(schema, column))
            for column in schema.columns
        ]
        key = ", ".join(f"`{name}`" for name in schema.key)
        lines = table_lines(("Column", "Holds", "Meaning"), rows)
        parts.append(f"## `{table}`\n\n{schema.doc}\n\nKey: {key}\n\n" + "\n".join(lines) + "\n")
    return {"table-columns.md": "\n".join(parts)}


def _meaning(schema: TableSchema, column: TableColumn) -> str:
    told = meaning(schema.record, column.path)
    place = re.search(r"\[(\d+)\]", column.path)
    return f"{told} Place {int(place[1]) + 1}." if place else told
