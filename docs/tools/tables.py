"""The page of the flat columns, from the table schemas."""

from __future__ import annotations

from formats import table_lines
from sorparse.tables.schema import records_by_table, schema_of

_TEXT = """\
<!-- Made by docs/tools/make.py: edit the docstrings of the records. -->

# Columns of the tables

The same columns in Arrow, pandas, Polars, Parquet, the databases and CSV; see
[tables](tables.md) and [databases](databases.md). Made from the records' own field docs.
"""


def pages() -> dict[str, str]:
    """Give the page by its path below docs."""
    parts = [_TEXT]
    for table in records_by_table():
        schema = schema_of(table)
        rows = [(f"`{column.name}`", str(column.type), column.doc) for column in schema.columns]
        key = ", ".join(f"`{name}`" for name in schema.key)
        lines = table_lines(("Column", "Holds", "Meaning"), rows)
        parts.append(f"## `{table}`\n\n{schema.doc}\n\nKey: {key}\n\n" + "\n".join(lines) + "\n")
    return {"table-columns.md": "\n".join(parts)}
