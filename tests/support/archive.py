"""Small nights for the tests of the archive."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sorparse import Archive
from support.csv_files import HEADER, sor2, sor_id

DAILY = "SorEntity_daily.csv"
FIRST = date(2026, 1, 1)


class Named(io.BytesIO):
    """Bytes with the name of a file."""

    def __init__(self, content: bytes, name: str = DAILY) -> None:
        super().__init__(content)
        self.name = name


def day(number: int) -> date:
    """The night with a number; the first is 0."""
    return FIRST + timedelta(number)


def row(item: int, name: str | None = None, start: str = "2000-01-01", end: str = "") -> str:
    return f"{sor_id(item)};{name or f'Enhed {item}'};{start};{end};"


def night(*rows: str, **options: Any) -> Named:
    return Named(sor2(*rows, header=HEADER, **options))


def archive_of(folder: Path, *contents: bytes | None) -> Archive:
    """An archive of nights one after the other; None is a night that is missing."""
    archive = Archive(folder)
    for number, content in enumerate(contents):
        if content is not None:
            archive.add(Named(content), night=day(number))
    return archive


def content_of(archive: Archive, number: int) -> bytes:
    return archive.file(day(number)).read()


def seen(archive: Archive, item: int) -> list[tuple[str | None, int, int]]:
    """Name of each record of a unit, with the numbers of its first and last night."""
    return [
        (one.record.name, (one.registered_from - FIRST).days, (one.registered_to - FIRST).days)
        for one in archive.history(sor_id(item))
    ]


def rewrite(file: Path, change: Callable[[Any], Any]) -> None:
    """Replace the table in a Parquet file by another one, as no version of the library does."""
    from pyarrow import parquet

    parquet.write_table(change(parquet.read_table(file)), file)
