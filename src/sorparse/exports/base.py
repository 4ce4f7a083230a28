"""What a target of ``convert`` offers: each is a subclass of :class:`Target`."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

from ..records.tables import TABLES
from ..register.days import as_day
from .conversion_job import INFO_FILE, ConversionJob
from .in_force_periods import PeriodCollector

InForce = list[tuple[str, date | None]]
"""SOR ids in force, each with the closing date that is known, if any."""


class Target(ABC):
    """One form that tables are written in."""

    name: ClassVar[str]
    """The word for it: ``to`` of ``convert``."""
    title: ClassVar[str]
    """What people call it."""
    needs: ClassVar[str] = "a file or folder"
    """What the caller must name."""
    is_stream: ClassVar[bool] = False
    """Whether it can be written to standard output."""
    is_path: ClassVar[bool] = True
    """Whether the place is a path."""
    is_comparable: ClassVar[bool] = True
    """Whether it can be asked for the units in force (``max_closed``)."""

    def shown(self, place: str) -> str:
        """Return the place as it may be shown."""
        return place

    def is_own(self, path: Path) -> bool:
        """Return whether the library wrote what is at a path, or whether ``write`` decides."""
        del path
        return True

    @abstractmethod
    def rows(self, place: str) -> Mapping[str, int] | None:
        """Return the number of rows of each table in a target, None if nothing is there.

        A table is not listed if what is there is not the library's.
        """

    def units_in_force(self, place: str, source_date: date | None) -> InForce:
        """Return the units that a target has in force on the date it shows; none if it is absent.

        The date is the snapshot date that the target was loaded with, else that of the source to be
        written (``source_date``), so that both are compared on one date, else today in Denmark.
        """
        raise NotImplementedError

    @abstractmethod
    def write(self, job: ConversionJob, place: str) -> None:
        """Write the tables, in place of what an earlier conversion wrote there.

        Raises:
            ConversionError: If the target cannot be written.
        """


class FileTarget(Target):
    """A target that is a file, or a folder of files."""

    def rows(self, place: str) -> Mapping[str, int] | None:
        """Return the number of rows of each table in a target, None if nothing is there."""
        path = Path(place)
        if is_absent(path):
            return None
        if not path.is_dir():
            return dict(self.rows_of_file(path, None))
        files = [item for item in sorted(path.iterdir()) if item.is_file()]
        tables = {item: self.table_named(item.name) for item in files}
        return {
            table: count
            for item, name in tables.items()
            if name in TABLES
            for table, count in self.rows_of_file(item, name)
        } or ({} if files else None)

    @abstractmethod
    def table_named(self, name: str) -> str | None:
        """Return the table that a file of a folder holds, by the file's name."""

    @abstractmethod
    def rows_of_file(self, path: Path, table: str | None) -> Iterator[tuple[str, int]]:
        """Yield table and rows of a file; nothing if it is not in the library's form.

        Args:
            path: The file.
            table: The table if the file's name says it.
        """

    def units_in_force(self, place: str, source_date: date | None) -> InForce:
        """Return the units that a target has in force on the date it shows."""
        path = Path(place)
        if is_absent(path):
            return []
        collector = PeriodCollector()
        shown = self.collect(path, collector)
        return list(in_force(collector.periods(), as_day(shown or source_date)))

    def collect(self, path: Path, collector: PeriodCollector) -> date | str | None:
        """Read the units of a target; return the date that it shows, if it says so."""
        raise NotImplementedError


def in_force(periods: Iterable[tuple[Any, ...]], day: date) -> Iterator[tuple[str, date | None]]:
    """Reduce periods, each unit's oldest first, to the units of a date and their closing dates."""
    for sor_id, group in groupby(periods, key=lambda period: str(period[0])):
        last: date | None = None
        for _, *ends in (period[:3] for period in group):
            first, end = (d if isinstance(d, date) else date.fromisoformat(d) for d in ends)
            follows = last is not None and last < date.max and first == last + timedelta(1)
            if follows or first <= day <= end:
                last = end
        if last is not None:
            yield sor_id, None if last == date.max else last


def is_absent(path: Path) -> bool:
    """Return whether nothing is at a path, or an empty file."""
    return not path.exists() or (path.is_file() and path.stat().st_size == 0)


def line_count(path: Path) -> int:
    """Return the number of lines of a file."""
    with path.open("rb") as stream:
        return sum(1 for _ in stream)


def write_info(job: ConversionJob, folder: Path) -> None:
    """Write what the tables were loaded from, and how many rows each has."""
    text = json.dumps({**job.info(), "rows": job.counts}, indent=2) + "\n"
    (folder / INFO_FILE).write_text(text, encoding="utf-8")


def read_info(folder: Path) -> dict[str, Any]:
    """Return what :func:`write_info` wrote to a folder; empty if it did not."""
    try:
        info = json.loads((folder / INFO_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return info if isinstance(info, dict) and "sorparse_version" in info else {}
