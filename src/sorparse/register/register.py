"""The register: every version of every unit, and the tables beside them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import attrs

from ..errors import MissingTableError
from ..formats.base import Format
from ..issues import Issue, Issues
from ..notebook import HtmlRepr, Records, show
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
from .core import TABLES, Core, Tables
from .days import Day, as_day, from_ordinal
from .forged_file import reports_forged_files
from .graph import follow
from .store_builder import StoreBuilder

if TYPE_CHECKING:
    from ..display.picture import Picture
    from ..tables import Table
    from ..tables.rowtable import RowTable
    from .differences import Diff
    from .shak import ShakRegister
    from .view import View


@reports_forged_files
class Register(HtmlRepr):
    """All units with all their versions: ask it about any day.

    Made by :func:`sorparse.load` or :meth:`from_records`. Immutable: threads may share it, copying
    gives the same object, and it can be pickled.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def core(self) -> Core:
        """The data, as the library's own functions use them."""
        return self._core

    @classmethod
    def from_records(  # noqa: PLR0917 - one argument a table, in the order of the contract
        cls,
        entities: Iterable[SOREntity],
        shak_sor_map: Iterable[SHAKSORMap] = (),
        location_codes: Iterable[LocationCode] = (),
        location_code_edi_types: Iterable[LocationCodeEDIType] = (),
        edi_types: Iterable[EDIType] = (),
        geo_locations: Iterable[GeoLocation] = (),
        classifications: Iterable[Classification] = (),
        replaced_entities: Iterable[ReplacedEntity] = (),
        *,
        format: Format | None = None,
        snapshot_date: date | None = None,
        issues: Iterable[Issue] = (),
    ) -> Register:
        """Build a register from records; each argument is read once.

        Args:
            entities: The versions of the units, in any order. The other tables follow.
            format: What the records were read from. If omitted, they count as the full history.
            snapshot_date: The date that the records show, for :attr:`View.caveats`.
            issues: Issues found while reading.
        """
        builder = StoreBuilder()
        for record in entities:
            builder.add(record)
        tables = Tables(
            Records(shak_sor_map),
            Records(location_codes),
            Records(location_code_edi_types),
            Records(edi_types),
            Records(geo_locations),
            Records(classifications),
            Records(replaced_entities),
            tuple(issues),
        )
        return cls(Core(builder.store(), tables, format, snapshot_date))

    @property
    def format(self) -> Format | None:
        """The format of the source, where it is known."""
        return self._core.format

    @property
    def path(self) -> Path | None:
        """Absolute path of the file or folder that it was loaded from, if there is one."""
        return self._core.path

    @property
    def name(self) -> str:
        """Path of the source, or a word for it."""
        return "a register" if self.path is None else str(self.path)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that it holds, in the order of ``Feed.tables``."""
        if self._core.tables_read is not None:
            return self._core.tables_read
        return ("entities", *(name for name in TABLES if getattr(self._core.tables, name)))

    def records(self, table: str) -> Iterator[Any]:
        """Return the records of a table in the order of the source.

        Raises:
            MissingTableError: If the register does not hold the table.
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
        """The day that the source shows, where it tells."""
        return self._core.snapshot_date

    @property
    def shown_day(self) -> date | None:
        """The day that the source shows: its snapshot date, else the earliest day it can be of.

        A file without a date of its own is at least of the day after the latest edit in it.
        ``None`` where nothing tells.
        """
        return self._core.shown_day

    @property
    def issues(self) -> list[Issue]:
        """What the reader found while loading; for what is wrong in the content see `check`."""
        return Issues(self._core.tables.issues)

    @property
    def shak_sor_map(self) -> tuple[SHAKSORMap, ...]:
        """SHAK codes and the SOR units they stood on."""
        return self._core.tables.shak_sor_map

    @property
    def location_codes(self) -> tuple[LocationCode, ...]:
        """Location numbers and the systems behind them."""
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

    def __len__(self) -> int:
        """Count the units."""
        return len(self._core.store.ids)

    def __contains__(self, sor_id: str) -> bool:
        return self._core.sor_id(sor_id) in self._core.store.numbers

    def __iter__(self) -> Iterator[str]:
        """Yield the SOR ids in the order of the source."""
        return iter(self._core.store.ids)

    def __repr__(self) -> str:
        versions = len(self._core.store)
        source = f"{self.format}" if self.format else "records"
        of = f" of {self.snapshot_date.isoformat()}" if self.snapshot_date else ""
        return f"<Register from {source}{of}: {len(self)} units in {versions} versions>"

    def as_of(self, day: Day = None) -> View:
        """Return a view of the register on the given date; see :attr:`View.caveats`.

        Args:
            day: A date, or ISO text such as ``"2021-03-31"``. Defaults to today in Denmark.

        Raises:
            InvalidDateError: If the text is not a valid date.
        """
        from .view import View

        return View(self, as_day(day))

    def history(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Return all versions of a unit, oldest first.

        Sorted by from-date, then by precedence. Raises UnknownUnitError, a KeyError.
        """
        return self._core.history(sor_id)

    def diff(self, from_day: Day, to_day: Day) -> Diff:
        """Compare two days of this register: the state on each, not what happened in between."""
        from .differences import diff_days

        return diff_days(self.as_of(from_day), self.as_of(to_day))

    def successors(self, sor_id: str) -> tuple[str, ...]:
        """Return the ids of all units that replaced a unit, directly or by way of others.

        Nearest first, each once, itself excluded; n:m and cycles are fine. Raises
        UnknownUnitError for an id that neither a unit nor a replacement has.
        """
        return Records(follow(self._core.replacements.after, self._core.replaced_or_known(sor_id)))

    def predecessors(self, sor_id: str) -> tuple[str, ...]:
        """Return the ids of all units that a unit replaced, directly or by way of others."""
        return Records(follow(self._core.replacements.before, self._core.replaced_or_known(sor_id)))

    def active_successors(self, sor_id: str, day: Day = None) -> tuple[SOREntity, ...]:
        """Return the units in force on a date in place of ``sor_id``; see the view's method."""
        return self.as_of(day).active_successors(sor_id)

    @property
    def shak(self) -> ShakRegister | None:
        """SHAK, if it was attached with :meth:`with_shak`."""
        return self._core.shak

    def with_shak(self, shak: ShakRegister) -> Self:
        """Return the same register with SHAK attached; the data are shared, not copied.

        ``view.shak_to_sor`` then also reports the period of the code in SHAK (``shak_unit``) and
        its status there, and the rule ``only-in-shak`` if the code was in force on the date
        although no SOR unit had it. Everything else is answered as before.

        Args:
            shak: SHAK, from :func:`sorparse.load_shak`.

        Example:
            >>> import sorparse
            >>> from sorparse import examples
            >>> shak = sorparse.load_shak(examples.shak)
            >>> register = sorparse.load(examples.sor2_zip).with_shak(shak)
            >>> match = register.as_of("2026-06-15").shak_to_sor("9901")
            >>> match.best.sor_id, match.shak_status
            ('9000041000016007', <Status.ACTIVE: 'ACTIVE'>)
        """
        return type(self)(attrs.evolve(self._core, shak=shak))

    def code_periods(self) -> Table:
        """Return a table for data that hold SHAK codes and SOR ids in one column.

        Its key is the SHAK code or the SOR id, in the column ``code``, and the date: of each code
        the periods are disjoint, and their first and last days are filled
        (``in_force_from``, ``in_force_to``; 0001-01-01 and 9999-12-31 if they are open). Each row
        has the name, the other code if there is one, and the hospital. SHAK codes are in it if
        SHAK is attached, see :meth:`with_shak`. Needs the extra ``[arrow]``.
        """
        from .code_periods import periods_table

        return periods_table(self._core)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Save the register in one file, which :func:`sorparse.load` opens at once.

        All processes of a machine share the file's memory. It replaces an earlier one in one step:
        processes that have the earlier one open continue with it, see :meth:`is_current`.

        Args:
            path: The file to write.
            force: Also replace a file that is not a saved register; never the source.

        Raises:
            ConversionError: If the target must not be written, or SHAK is attached.
        """
        from .saving import save

        save(self._core, path, force=force)

    def is_current(self) -> bool:
        """Return whether the saved register was not replaced or removed since it was opened.

        Of a register that was loaded with ``cache=``: whether the source is still the one that was
        read.

        Raises:
            SorError: If the register was not opened from a saved one.
        """
        return self._core.store.is_current()

    def check(self) -> list[Issue]:
        """Return what is wrong in the content; the docs list the codes of the issues."""
        from .check import check

        return Issues(check(self._core))

    def lifetime(self, sor_id: str) -> Validity | None:
        """Return the first and the last date on which a unit is in force, gaps included.

        ``from_date`` or ``to_date`` is ``None`` if the unit has no known opening or closing;
        the result is ``None`` for a unit that is never in force.

        Raises:
            UnknownUnitError: If the register does not have the unit.
        """
        segments = list(self._core.index.segments(self._core.unit(sor_id)))
        if not segments:
            return None
        return Validity(from_ordinal(segments[0].start), from_ordinal(segments[-1].end))

    def counts(
        self,
        *fields: str,
        every: Literal["year", "month"] = "year",
        from_day: Day = None,
        to_day: Day = None,
    ) -> RowTable:
        """Return how many units were in force, opened and closed, by year or month and by groups.

        Args:
            fields: As in :meth:`View.counts`.
            every: ``"year"`` or ``"month"``.
            from_day: First date counted. Defaults to the earliest opening.
            to_day: Last date counted. Defaults to the date that the source shows, else today.

        Returns:
            A table with the columns ``from_day`` and ``to_day`` (of each period), one for each
            field, and ``in_force`` (on the period's last date), ``opened`` and ``closed`` (first
            and last dates of units that lie in the period). A unit is counted in the group that it
            is in on that date; a gap between two versions is neither a closing nor an opening.
            ``caveats`` says where the source does not cover the dates.

        Raises:
            UnknownFieldError: If there is no such field.
            SorError: If ``every`` or the dates make no sense.
        """
        from ..tables.counts import count_register

        return count_register(
            self,
            fields,
            every=every,
            from_day=None if from_day is None else as_day(from_day),
            to_day=None if to_day is None else as_day(to_day),
        )

    def timeline(self, sor_id: str) -> Picture:
        """Draw the life of a unit: its names, the units above, its codes, its successors.

        Returns a :class:`Picture`, which a notebook shows; ``save(path)`` writes it as SVG, PNG or
        PDF. Needs the extra ``plot``. Raises UnknownUnitError, a KeyError.
        """
        picture: Picture = show("timeline", self, sor_id)
        return picture

    def activity(
        self, by: str | None = None, *, first_year: int | None = None, last_year: int | None = None
    ) -> Picture:
        """Draw how many units opened and closed each year.

        Args:
            by: A field to group by, as in :meth:`counts`.
            first_year: First year drawn.
            last_year: Last year drawn.

        Needs the extra ``plot``. Raises UnknownFieldError, a ValueError, for another ``by``.
        """
        picture: Picture = show("activity", self, by, first_year, last_year)
        return picture

    def __copy__(self) -> Register:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Register:
        return self
