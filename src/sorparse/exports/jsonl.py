"""JSON Lines: a folder of one file per table, one record a line, nested as the records are.

Fields have the record's names, absent ones are left out, dates are ISO text. A coordinate is a
number; one of more digits than a double gives back is text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import attrs

from ..tables.flatten import as_double
from ..tables.schema import steps_of
from .folder import write_tables
from .load import Load


def write(load: Load, target: str) -> None:
    """Write the tables to a folder of JSON Lines files, or to one file for one table."""

    def write_table(table: str, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            for record in load.records(table):
                line = json.dumps(plain(record), ensure_ascii=False, separators=(",", ":"))
                stream.write(line + "\n")

    write_tables(load, target, ".jsonl", write_table)


def plain(value: Any) -> Any:
    """Give a record, or a part of one, as what JSON has; absent fields are left out."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, Decimal):
        number = as_double(value)
        return str(value) if number is None else number
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    found = {name: plain(getattr(value, name)) for name in _fields(type(value))}
    return {name: item for name, item in found.items() if item not in (None, [], {})}


def _fields(cls: type[Any]) -> tuple[str, ...]:
    names = _FIELDS.get(cls)
    if names is None:
        if not attrs.has(cls):
            raise TypeError(f"no record: {cls.__name__}")
        names = _FIELDS[cls] = tuple(field.name for field, _, _ in steps_of(cls))
    return names


_FIELDS: dict[type[Any], tuple[str, ...]] = {}
