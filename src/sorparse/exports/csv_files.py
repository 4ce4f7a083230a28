"""CSV: a folder of one file per table, in the plain form that data tools read without options.

UTF-8, comma, header, LF; dates ISO, decimals with a point, ``true`` and ``false``; several ids in a
column have a space between them, ``extra`` is a JSON object. For the register's own form see
``sor2``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..tables import flatten
from ..tables.schema import DataType, TableSchema, schema_of
from .folder import write_tables
from .load import Load

_YES_NO = {True: "true", False: "false", None: None}


def write(load: Load, target: str) -> None:
    """Write the tables to a folder of CSV files, or to one file for one table."""

    def write_table(table: str, path: Path) -> None:
        schema = schema_of(table, lists=False)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(schema.names)
            for columns in flatten.batches(schema, load.records(table)):
                writer.writerows(zip(*as_text(schema, columns), strict=True))

    write_tables(load, target, ".csv", write_table)


def as_text(schema: TableSchema, columns: flatten.Columns) -> Iterator[list[Any]]:
    """Yield the columns, with ``true`` and ``false`` for yes and no."""
    for values, column in zip(columns, schema.columns, strict=True):
        if column.type is DataType.BOOL:
            yield [_YES_NO[value] for value in values]
        else:
            yield values
