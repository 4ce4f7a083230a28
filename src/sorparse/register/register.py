"""The register: every version of every unit, and the other tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, Self

import attrs

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
)
from .core import Core, Tables
from .days import Day, as_day
from .register_content import RegisterContent
from .saved.forged import reports_forged_files
from .storage.builder import StoreBuilder

if TYPE_CHECKING:
    from ..display.picture import Picture
    from ..tables import Table
    from ..tables.table import RowTable
    from .differences import Diff
    from .shak.register import ShakRegister
    from .view import View


@reports_forged_files
class Register(HtmlRepr, RegisterContent):
    """All units with all their versions.

    :func:`sorparse.load` and :meth:`from_records` return it. It is immutable: threads can share it,
    a copy is the same object, and it can be pickled. Iterating yields the SOR ids in the order of
    the source, ``len`` is the number of units, and ``sor_id in register`` reads any notation of an
    id.

    Example:
        >>> register = sorparse.load(examples.sor2_zip)
        >>> register
        <Register from SOR2: 88 units in 95 versions>
        >>> "9000041000016007" in register
        True
    """

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
        """Return a register of the caller's records; each argument is read once.

        Args:
            entities: The versions of the units, in any order.
            shak_sor_map: SHAK codes and their SOR units.
            location_codes: Location numbers (GLN).
            location_code_edi_types: The message types of the location numbers.
            edi_types: The message types.
            geo_locations: Geographical locations.
            classifications: Entries of the code lists.
            replaced_entities: Units and their successors.
            format: The format that the records were read from. It decides what a :class:`View`
                cannot know; without it the records count as the full history.
            snapshot_date: The date that the records show.
            issues: Issues found while reading them, for :attr:`issues`.

        Example:
            >>> from datetime import date
            >>> from sorparse import SOREntity, Validity
            >>> unit = SOREntity("9000041000016007", name="A", validity=Validity(date(2020, 1, 1)))
            >>> sorparse.Register.from_records([unit]).as_of("2020-01-01")["9000041000016007"].name
            'A'
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
        """Return a view of the register on the given date.

        Args:
            day: A date, or ISO text such as ``"2021-03-31"``. Defaults to today in Denmark.

        Returns:
            The register as it was on that date. Creating a view is cheap; threads can share it. If
            the source does not cover the date, ``caveats`` of the view says why, and the logger
            ``sorparse`` writes one warning for the register.

        Raises:
            InvalidDateError: If the text is not a valid date.

        Example:
            >>> register.as_of("2021-03-31").status("9000471000016005")
            <Status.ACTIVE: 'ACTIVE'>
        """
        from .view import View

        return View(self, as_day(day))

    def diff(self, from_day: Day, to_day: Day) -> Diff:
        """Return what differs between two dates of this register.

        A diff compares two states: what opened and closed again in between is in neither.

        Args:
            from_day: The first date, or ISO text; ``None`` is today in Denmark.
            to_day: The second date.

        Raises:
            InvalidDateError: If a text is not a valid date.

        Example:
            >>> changes = register.diff("2021-01-01", "2026-01-01")
            >>> [unit.sor_id for unit in changes.opened], len(changes.closed)
            (['9000231000016007', '9000721000016004', '9000731000016002'], 6)
        """
        from .differences import diff_days

        return diff_days(self.as_of(from_day), self.as_of(to_day))

    def active_successors(self, sor_id: str, day: Day = None) -> tuple[SOREntity, ...]:
        """Return the units in force on a date in place of a unit; see `View.active_successors`.

        Args:
            sor_id: The unit, or an id that only a replacement names.
            day: A date, or ISO text. Defaults to today in Denmark.

        Raises:
            UnknownUnitError: If neither a unit nor a replacement has the id.
            InvalidDateError: If the text is not a valid date.

        Example:
            >>> [unit.name for unit in register.active_successors("9000211000016001", "2026-06-15")]
            ['Fælles Operationsgang']
        """
        return self.as_of(day).active_successors(sor_id)

    @property
    def shak(self) -> ShakRegister | None:
        """SHAK, if it was attached with :meth:`with_shak`, or saved with the register."""
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
        return type(self)(attrs.evolve(self._core, attached_shak=shak))

    def code_periods(self) -> Table:
        """Return a table for data that hold SHAK codes and SOR ids in one column.

        Its key is the SHAK code or SOR id in the column ``code``, and the date: the periods of a
        code are disjoint. Their first and last dates are filled (``in_force_from``,
        ``in_force_to``; 0001-01-01 and 9999-12-31 if they are open). Each row has the name, the
        other code if there is one, and the hospital. SHAK codes are included if SHAK is attached,
        see :meth:`with_shak`. Needs the extra ``[arrow]``.

        Raises:
            MissingExtraError: If the extra is not installed.

        Example:
            >>> register.code_periods().to_pyarrow().num_rows
            95
        """
        from .code_periods import periods_table

        return periods_table(self._core)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Save the register in one file, which :func:`sorparse.load` opens at once.

        SHAK is saved too, if it is attached. All processes of a machine share the file's memory.
        The file replaces an earlier one in one step: processes that have the earlier one open
        continue with it, see :meth:`is_current`.

        Args:
            path: The file to write.
            force: Whether to replace a file that is not a saved register; never the source.

        Raises:
            ConversionError: If the target must not be written.

        Example:
            >>> register.save("register.sor")
            >>> sorparse.load("register.sor")
            <Register from SOR2: 88 units in 95 versions>
        """
        from .saved.saving import save

        save(self._core, path, force=force)

    def is_current(self) -> bool:
        """Return whether the saved register was not replaced or removed since it was opened.

        Of a register that was loaded with ``cache=``: whether the source is still the one that was
        read.

        Raises:
            SorError: If the register was not opened from a saved one.

        Example:
            >>> register.save("register.sor")
            >>> sorparse.load("register.sor").is_current()
            True
        """
        return self._core.store.is_current()

    def check(self) -> list[Issue]:
        """Return the contradictions in the content.

        Returns:
            The issues, check by check, each in the order of the source. The page *Data quality* of
            the docs lists the codes.

        Example:
            >>> [issue.code for issue in register.check()]
            ['shared-shak-code', 'shared-provider-number']
        """
        from .checks.run import check

        return Issues(check(self._core))

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
            ``caveats`` states why numbers may be incomplete.

        Raises:
            UnknownFieldError: If there is no such field.
            SorError: If ``every`` is neither, or ``from_day`` is after ``to_day``.

        Example:
            >>> for row in register.counts(from_day="2025-01-01", to_day="2026-06-15"):
            ...     print(row["to_day"], row["in_force"], row["opened"], row["closed"])
            2025-12-31 75 0 0
            2026-06-15 74 0 1
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

        Args:
            sor_id: The unit.

        Returns:
            A picture, which a notebook shows; ``save(path)`` writes it as SVG, PNG or PDF. Needs
            the extra ``[plot]``.

        Raises:
            UnknownUnitError: If the register does not have the unit.
            MissingExtraError: If the extra is not installed.

        Example:
            >>> register.timeline("9000041000016007").save("timeline.svg")
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

        Returns:
            A picture, which a notebook shows. Needs the extra ``[plot]``.

        Raises:
            UnknownFieldError: If there is no such field; a ValueError.
            MissingExtraError: If the extra is not installed.

        Example:
            >>> register.activity("level", first_year=2010).save("activity.svg")
        """
        picture: Picture = show("activity", self, by, first_year, last_year)
        return picture

    def __copy__(self) -> Register:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Register:
        return self
