"""The core of a register on one date, on which all queries about that date are based."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar, overload

import attrs

from ..errors import NotInForceError, UnknownUnitError
from ..inheritance import Effective
from ..records import SOREntity
from .core import Core
from .days import OPEN_END, from_ordinal
from .explain_id import why_unknown
from .lazy_cache import LazyCache
from .saved.forged import reports_forged_files
from .storage.postings import NO_UNITS, has_key
from .storage.timeindex import CLOSED, FUTURE, NO_ROW
from .timeline import Status

T = TypeVar("T")


@reports_forged_files
class State:
    """A mapping of SOR id to the version in force on a date, and the units above and below."""

    def __init__(self, core: Core, day: date) -> None:
        self.core = core
        """The register's data, as the library's own functions use them."""
        self.ordinal = day.toordinal()
        """The date as the time index writes it."""
        self._day = day
        self._store = core.store
        self._index = core.index
        self._cache = LazyCache()

    @property
    def day(self) -> date:
        """The date."""
        return self._day

    # -- one unit

    def __getitem__(self, sor_id: str) -> SOREntity:
        """Return the version in force.

        Args:
            sor_id: The SOR id, in any notation that :func:`sorparse.identifiers.parse` reads.

        Raises:
            NotInForceError: If the unit is closed or opens later; a KeyError.
            UnknownUnitError: If the register does not have the unit; a NotInForceError.
            TypeError: If ``sor_id`` is not text.
        """
        return self._store.record(self._index.row_on(self.in_force(sor_id), self.ordinal))

    @overload
    def get(self, sor_id: str) -> SOREntity | None: ...
    @overload
    def get(self, sor_id: str, default: T) -> SOREntity | T: ...
    def get(self, sor_id: str, default: T | None = None) -> SOREntity | T | None:
        """Return the version in force, or a default.

        Args:
            sor_id: The SOR id, in any notation.
            default: What to return if the unit is not in force, or the text is not an id.

        Raises:
            TypeError: If ``sor_id`` is not text.

        Example:
            >>> view.get("9000471000016005", "closed")
            'closed'
        """
        row = self._row(self.core.known_unit(sor_id))
        return default if row == NO_ROW else self._store.record(row)

    def __contains__(self, sor_id: str) -> bool:
        return self._row(self.core.known_unit(sor_id)) != NO_ROW

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of the units in force, in the order of the source."""
        ids = self._store.ids
        return (ids[unit] for unit, row in enumerate(self.rows) if row != NO_ROW)

    def __len__(self) -> int:
        """Return the number of units in force."""
        return len(self.rows) - self.rows.count(NO_ROW)

    def status(self, sor_id: str) -> Status:
        """Return the status of a unit.

        FUTURE before the unit opens, CLOSED after its last date or in a gap between two versions,
        else ACTIVE. To-dates are inclusive.

        Raises:
            UnknownUnitError: If the register does not have the unit; a KeyError.

        Example:
            >>> view.status("9000471000016005")
            <Status.CLOSED: 'CLOSED'>
        """
        return self._index.status(self.core.unit(sor_id), self.ordinal)

    def closing_date(self, sor_id: str) -> date | None:
        """Return the last date of the unit's unbroken time in force.

        Returns:
            The date, inclusive; ``None`` if no closing is known. Versions that follow each other
            day by day count as one time.

        Raises:
            NotInForceError: If the unit is not in force.

        Example:
            >>> print(view.closing_date("9000151000016006"))
            2026-12-31
        """
        return from_ordinal(self._index.last_day(self.in_force(sor_id), self.ordinal))

    def before_history(self, sor_id: str) -> bool:
        """Return whether the date is before the earliest from-date that the source has of a unit.

        The unit is open then (its ``first_from_date`` has passed), but it is shown with the
        earliest version in the source, which may differ from what it was on that date.

        Raises:
            NotInForceError: If the unit is not in force.

        Example:
            >>> view.before_history("9000041000016007")
            False
        """
        unit = self.in_force(sor_id)
        return self.ordinal < self._store.start[self._index.row_on(unit, self.ordinal)]

    def effective(self, sor_id: str) -> Effective:
        """Return addresses, virtual address and location code of a unit, with inheritance resolved.

        The units above are those of the date. A unit above that is closed, or in a gap, counts
        with its last version before the date; ``caveats`` of the result says so. A unit above that
        has not opened yet passes nothing on. The rules are those of the SOR XML documentation
        2.0.0.

        Raises:
            NotInForceError: If the unit is not in force.

        Example:
            >>> found = view.effective("9000051000016005")
            >>> found.location_code, found.origin["location_code"]
            ('5790099900026', '9000041000016007')
        """
        row = self._index.row_on(self.in_force(sor_id), self.ordinal)
        effective = self.core.inheritance(self.ordinal).effective(row)
        caveats = [
            f"{', '.join(name for name, each in effective.origin.items() if each == origin)}: from "
            f"the last version of {origin}, which closed on {last}"
            for origin in dict.fromkeys(effective.origin.values())
            if (last := self._closed_on(origin)) is not None
        ]
        return attrs.evolve(effective, caveats=tuple(caveats)) if caveats else effective

    # -- all units

    def active(self) -> Iterator[SOREntity]:
        """Return an iterator of the units in force, in the order of the source.

        Example:
            >>> sum(unit.sor_type == "IE" for unit in view.active())
            14
        """
        return (self._store.record(row) for row in self.rows if row != NO_ROW)

    def closed(self) -> Iterator[SOREntity]:
        """Return an iterator of the closed units, each in the last version that was in force.

        Example:
            >>> [unit.name for unit in view.closed()][:2]
            ['Operationsgang Øst', 'Operationsgang Vest']
        """
        return self._representatives(CLOSED)

    def future(self) -> Iterator[SOREntity]:
        """Return an iterator of the units that open later, each in the version that it opens with.

        Example:
            >>> [unit.name for unit in view.future()][:2]
            ['Dialyseafsnit M4', 'Lægehuset Havørnen ApS']
        """
        return self._representatives(FUTURE)

    def closing(self) -> Iterator[SOREntity]:
        """Return an iterator of the units in force with a closing date; see :meth:`closing_date`.

        Example:
            >>> [unit.name for unit in view.closing()]
            ['Rejsemedicinsk Ambulatorium']
        """
        for unit, row in enumerate(self.rows):
            if row != NO_ROW and self._index.last_day(unit, self.ordinal) != OPEN_END:
                yield self._store.record(row)

    def _representatives(self, code: int) -> Iterator[SOREntity]:
        for unit, status in enumerate(self._index.statuses(self.ordinal)):
            if status == code:
                yield self._store.record(self._index.representative(unit, self.ordinal))

    # -- for the library's own functions

    @property
    def rows(self) -> Sequence[int]:
        """The row in force by unit number, ``NO_ROW`` if there is none."""
        return self._cache.get("rows", lambda: self._index.snapshot(self.ordinal))

    def row(self, sor_id: str) -> int:
        """Return the row in force of a unit.

        Returns:
            The place of the version in the source; ``-1`` if the unit is not in force or not known.

        Example:
            >>> view.row("9000041000016007") >= 0
            True
        """
        return self._row(self._store.numbers.get(sor_id))

    def in_force(self, text: str) -> int:
        """Return the number of a unit in force, by the order of first appearance in the source.

        Raises:
            NotInForceError: If the unit is not in force.

        Example:
            >>> view.in_force("11000016002")
            0
        """
        unit = self.core.known_unit(text)
        if unit is None or self._index.row_on(unit, self.ordinal) == NO_ROW:
            raise self._not_in_force(self.core.sor_id(text), unit)
        return unit

    def rows_having(self, field: str, value: str) -> Iterator[tuple[int, int]]:
        """Return an iterator of the units in force whose row has a value in a field.

        Args:
            field: A field that units are looked up by, such as ``"parent_id"`` or ``"cvr"``.
            value: The value.

        Returns:
            The number and the row of each unit.

        Example:
            >>> len(list(view.rows_having("cvr", "99000015")))
            25
        """
        for unit in self.core.units_by(field).get(value, NO_UNITS):
            row = self._index.row_on(unit, self.ordinal)
            if row != NO_ROW and has_key(self._store, row, field, value):
                yield unit, row

    def _row(self, unit: int | None) -> int:
        return NO_ROW if unit is None else self._index.row_on(unit, self.ordinal)

    def _closed_on(self, sor_id: str) -> date | None:
        unit = self._store.numbers[sor_id]
        if self._index.row_on(unit, self.ordinal) != NO_ROW:
            return None
        last = self._index.last_day_before(unit, self.ordinal)
        return None if last is None else from_ordinal(last)

    def _not_in_force(self, sor_id: str, unit: int | None) -> NotInForceError:
        day = self._day
        if unit is None:
            return UnknownUnitError(why_unknown(sor_id), sor_id=sor_id, day=day)
        if self.ordinal < self._index.opening[unit]:
            reason, known = "future", from_ordinal(self._index.opening[unit])
            message = f"is not open on {day}: it opens on {known}"
        else:
            last = self._index.last_day_before(unit, self.ordinal)
            reason, known = "closed", None if last is None else from_ordinal(last)
            why = (
                "none of its versions is ever valid"
                if last is None
                else f"its last day was {known}"
            )
            message = f"is closed on {day}: {why}"
        return NotInForceError(
            f"{sor_id} {message}", sor_id=sor_id, day=day, reason=reason, date=known
        )
