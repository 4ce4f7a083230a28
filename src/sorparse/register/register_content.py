"""The content of a register: its source, its tables, and the versions of its units."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import MissingTableError
from ..formats.base import Format
from ..issues import Issue, Issues
from ..notebook import Records
from ..records import (
    Classification,
    EDIType,
    GeoLocation,
    LocationCode,
    LocationCodeEDIType,
    ReplacedEntity,
    SHAKSORMap,
    SOREntity,
    Validity,
)
from .core import TABLES, Core
from .days import from_ordinal
from .graph import follow
from .saved.forged import reports_forged_files


@reports_forged_files
class RegisterContent:
    """The source and the tables of a register, and the versions of its units."""

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
        """Path of the source, or a description of it."""
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
            return map(self._core.store.whole_record, range(len(self._core.store)))
        return iter(getattr(self._core.tables, table))

    @property
    def snapshot_date(self) -> date | None:
        """The date that the source shows, if it states one."""
        return self._core.snapshot_date

    @property
    def shown_day(self) -> date | None:
        """The date that the source shows: its snapshot date, else the earliest possible date.

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

    def history(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Return all versions of a unit, oldest first.

        Args:
            sor_id: The SOR id, in any notation that :func:`sorparse.identifiers.parse` reads.

        Returns:
            The versions by from-date; of equal from-dates the one that takes precedence is last.

        Raises:
            UnknownUnitError: If the register does not have the unit; a KeyError.

        Example:
            >>> [str(unit.validity.from_date) for unit in register.history("9000041000016007")]
            ['2007-01-01', '2014-05-01']
        """
        return self._core.history(sor_id)

    def lifetime(self, sor_id: str) -> Validity | None:
        """Return the first and the last date on which a unit is in force, gaps included.

        Returns:
            ``from_date`` or ``to_date`` is ``None`` if the unit has no known opening or closing.
            The result is ``None`` for a unit that is never in force.

        Raises:
            UnknownUnitError: If the register does not have the unit.

        Example:
            >>> print(register.lifetime("9000211000016001").to_date)
            2021-03-31
        """
        segments = list(self._core.index.segments(self._core.unit(sor_id)))
        if not segments:
            return None
        return Validity(from_ordinal(segments[0].start), from_ordinal(segments[-1].end))

    def successors(self, sor_id: str) -> tuple[str, ...]:
        """Return the SOR ids of all units that replaced a unit, directly or through other units.

        Args:
            sor_id: The unit, or an id that only a replacement names.

        Returns:
            The ids, nearest first, each once, without the unit itself. Cycles are followed once.

        Raises:
            UnknownUnitError: If neither a unit nor a replacement has the id.

        Example:
            >>> register.successors("9000681000016009")
            ('9000701000016006', '9000721000016004')
        """
        return Records(follow(self._core.replacements.after, self._core.replaced_or_known(sor_id)))

    def predecessors(self, sor_id: str) -> tuple[str, ...]:
        """Return the SOR ids of all units that a unit replaced, directly or through other units.

        Args:
            sor_id: The unit, or an id that only a replacement names.

        Returns:
            The ids, nearest first, each once, without the unit itself. Cycles are followed once.

        Raises:
            UnknownUnitError: If neither a unit nor a replacement has the id.

        Example:
            >>> register.predecessors("9000231000016007")
            ('9000211000016001', '9000221000016005')
        """
        return Records(follow(self._core.replacements.before, self._core.replaced_or_known(sor_id)))
