"""JSON Lines: a folder of one file per table, one record a line, nested as the records are.

Each line is :func:`sorparse.to_dict` of a record: every field is a key, absent is ``null``, dates
are ISO text, and coordinates are text, so that no digit is lost.
"""

from __future__ import annotations

import json
from pathlib import Path

from ..records.plain import to_dict
from .folder import write_tables
from .load import Load


def write(load: Load, target: str) -> None:
    """Write the tables to a folder of JSON Lines files, or to one file for one table."""

    def write_table(table: str, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            for record in load.records(table):
                line = json.dumps(to_dict(record), ensure_ascii=False, separators=(",", ":"))
                stream.write(line + "\n")

    write_tables(load, target, ".jsonl", write_table)
