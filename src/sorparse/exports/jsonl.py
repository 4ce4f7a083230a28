"""JSON Lines: a folder of one file per table, one record a line, nested as the records are.

Fields have the record's names, absent ones are left out, dates are ISO text. A coordinate is a
number; one of more digits than a double gives back is text.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from ..records import to_dict
from ..tables.flatten import as_double
from .folder import write_tables
from .load import Load


def write(load: Load, target: str) -> None:
    """Write the tables to a folder of JSON Lines files, or to one file for one table."""

    def write_table(table: str, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            for record in load.records(table):
                nested = to_dict(record, compact=True, number=_number)
                line = json.dumps(nested, ensure_ascii=False, separators=(",", ":"))
                stream.write(line + "\n")

    write_tables(load, target, ".jsonl", write_table)


def _number(value: Decimal) -> float | str:
    number = as_double(value)
    return str(value) if number is None else number
