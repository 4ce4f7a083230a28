"""Targets that are a folder of one file per table, or one file where there is one table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ..replace import failed, replaced_file, replaced_folder
from .load import INFO_FILE, Load
from .sql import OUR_TABLES

WriteTable = Callable[[str, Path], None]
"""Writes the table of that name to that path."""


def write_tables(
    load: Load, target: str, ending: str, write: WriteTable, *, beside: tuple[str, ...] = ()
) -> None:
    """Write each table to a file of its own.

    ``target`` is a folder; where it ends in ``ending``, one file for the one table there is.
    ``beside`` names what ``write`` is also asked for in a folder, after the tables.
    """
    path = Path(target)
    if path.suffix.lower() == ending:
        if len(load.tables) != 1:
            raise failed(
                path,
                f"one file holds one table, and there are {len(load.tables)} "
                f"({', '.join(load.tables)}); name a folder, or the table",
            )
        with replaced_file(path) as new:
            write(load.tables[0], new)
            load.check_guards()
        return
    ours = {INFO_FILE, *(table + ending for table in OUR_TABLES)}
    with replaced_folder(path, ours.__contains__, force=load.force) as new:
        for table in (*load.tables, *beside):
            write(table, new / (table + ending))
        info = {**load.info(), "rows": load.counts}
        (new / INFO_FILE).write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")
        load.check_guards()
