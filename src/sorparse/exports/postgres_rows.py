"""Rows as the text that PostgreSQL's COPY reads."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

from ..tables.flatten import Columns
from ..tables.schema import DataType, TableSchema, schema_of
from .effective import effective_schema
from .load import Load

_YES_NO = {True: "t", False: "f", None: None}


def chunks(load: Load, schema: TableSchema) -> Iterator[str]:
    """Yield the rows of a table, ``row_id`` first, batch by batch."""
    types = [None, *(column.type for column in schema_of(schema.name).columns)]
    for columns in load.columns(schema.name):
        yield csv_text(list(_as_text(columns, types)))


def effective_chunks(load: Load) -> Iterator[str]:
    """Yield the rows of ``entity_effective``, batch by batch."""
    types = [column.type for column in effective_schema().columns]
    for columns in load.effective():
        yield csv_text(list(_as_text(columns, types)))


def csv_text(columns: Any) -> str:
    """Return columns as rows of CSV, as COPY reads them."""
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
