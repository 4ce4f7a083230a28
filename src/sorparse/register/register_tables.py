"""What a register holds: its source, and the tables that were read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import MissingTableError
from ..formats.base import Format
from ..issues import Issue, Issues
from ..records import (
    Classification,
    EDIType,
    GeoLocation,
    LocationCode,
    LocationCodeEDIType,
    ReplacedEntity,
    SHAKSORMap,
)
from .core import TABLES, Core


class RegisterTables:
    """The source and the tables of a register."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def core(self) -> Core:
        """The data, as the library's own functions use them."""
        return self._core

    @property
    def format(self) -> Format | None:
        """The format of the source, ``None`` if it is not known."""
        return self._core.format

    @property
    def path(self) -> Path | None:
        """The absolute path of the file or folder that it was loaded from, ``None`` without one."""
        return self._core.path

    @property
    def name(self) -> str:
        """Path of the source, or a word for it."""
        return "a register" if self.path is None else str(self.path)

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables that the register has, in the order of ``Feed.tables``."""
        if self._core.tables_read is not None:
            return self._core.tables_read
        return ("entities", *(name for name in TABLES if getattr(self._core.tables, name)))

    def records(self, table: str) -> Iterator[Any]:
        """Return an iterator of the records of a table, in the order of the source.

        Args:
            table: The name of the table, one of :attr:`tables`.

        Raises:
            MissingTableError: If the register does not have the table.

        Example:
            >>> next(register.records("shak_sor_map")).shak_code
            '9901'
        """
        if table not in self.tables:
            raise MissingTableError(
                f"the register has no table {table!r}; it has {', '.join(self.tables)}"
            )
        if table == "entities":
            return map(self._core.store.record, range(len(self._core.store)))
        return iter(getattr(self._core.tables, table))

    @property
    def snapshot_date(self) -> date | None:
        """The date that the source shows, if it states one."""
        return self._core.snapshot_date

    @property
    def shown_day(self) -> date | None:
        """The date that the source shows: its snapshot date, else the earliest date it can be of.

        A file without a date of its own is at least of the day after the latest edit in it.
        ``None`` if the file has no edit date.
        """
        return self._core.shown_day

    @property
    def issues(self) -> list[Issue]:
        """The issues found while loading; :meth:`Register.check` finds those in the content."""
        return Issues(self._core.tables.issues)

    @property
    def shak_sor_map(self) -> tuple[SHAKSORMap, ...]:
        """SHAK codes and the SOR units that they are assigned to."""
        return self._core.tables.shak_sor_map

    @property
    def location_codes(self) -> tuple[LocationCode, ...]:
        """Location numbers (GLN) and the systems behind them."""
        return self._core.tables.location_codes

    @property
    def location_code_edi_types(self) -> tuple[LocationCodeEDIType, ...]:
        """The message types of each location number."""
        return self._core.tables.location_code_edi_types

    @property
    def edi_types(self) -> tuple[EDIType, ...]:
        """Message types."""
        return self._core.tables.edi_types

    @property
    def geo_locations(self) -> tuple[GeoLocation, ...]:
        """Geographical locations."""
        return self._core.tables.geo_locations

    @property
    def classifications(self) -> tuple[Classification, ...]:
        """Entries of the code lists."""
        return self._core.tables.classifications

    @property
    def replaced_entities(self) -> tuple[ReplacedEntity, ...]:
        """Units and their successors, from the table of them."""
        return self._core.tables.replaced_entities
