"""The core of a register on one date: what every question about that date is answered from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar, overload

import attrs

from ..errors import NotInForceError, UnknownUnitError
from ..inheritance import Effective
from ..notebook import Records
from ..records import Coded, SOREntity, SorType
from .core import Core
from .days import OPEN_END, from_ordinal
from .explain_id import spelled, why_unknown
from .forged_file import reports_forged_files
from .lazy_cache import LazyCache
from .match_codes import asked_keys, coded_keys
from .postings import NO_UNITS
from .timeindex import CLOSED, FUTURE, NO_ROW
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
        """Return the version in force, or ``default`` if there is none, whatever the text."""
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
        return sum(1 for row in self.rows if row != NO_ROW)

    def status(self, sor_id: str) -> Status:
        """Return the status of a unit.

        Raises:
            UnknownUnitError: If the register does not have the unit; a KeyError.
        """
        return self._index.status(self.core.unit(sor_id), self.ordinal)

    def closing_date(self, sor_id: str) -> date | None:
        """Return the last day of the unit's unbroken time in force around the date.

        ``None`` if no closing is known. Versions that follow each other day by day count as one
        time.

        Raises:
            NotInForceError: If the unit is not in force.
        """
        return from_ordinal(self._index.last_day(self.in_force(sor_id), self.ordinal))

    def before_history(self, sor_id: str) -> bool:
        """Return whether the date is before the earliest from-date that the source has of a unit.

        The unit is open then (its ``first_from_date`` has passed), but is shown with the earliest
        version there is, which may differ from what it was on that date.
        """
        unit = self.in_force(sor_id)
        return self.ordinal < self._store.start[self._index.row_on(unit, self.ordinal)]

    def effective(self, sor_id: str) -> Effective:
        """Return addresses, virtual address and location code with inheritance resolved.

        The units above are taken as they are on the date. A unit above that is closed, or in a
        gap, counts with its last version before the date; ``caveats`` of the result says so. A
        unit above that has not opened yet passes nothing on.

        Raises:
            NotInForceError: If the unit is not in force.
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
        """Yield the units in force, in the order of the source."""
        return (self._store.record(row) for row in self.rows if row != NO_ROW)

    def closed(self) -> Iterator[SOREntity]:
        """Yield the units closed by the date, each in the last version that was in force."""
        return self._representatives(CLOSED)

    def future(self) -> Iterator[SOREntity]:
        """Yield the units that open after the date, each in the version it opens with."""
        return self._representatives(FUTURE)

    def closing(self) -> Iterator[SOREntity]:
        """Yield the units in force whose closing date is known; see :meth:`closing_date`."""
        for unit, row in enumerate(self.rows):
            if row != NO_ROW and self._index.last_day(unit, self.ordinal) != OPEN_END:
                yield self._store.record(row)

    def _representatives(self, code: int) -> Iterator[SOREntity]:
        for unit, status in enumerate(self._index.statuses(self.ordinal)):
            if status == code:
                yield self._store.record(self._index.representative(unit, self.ordinal))

    # -- the hierarchy

    def children(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Return the units in force whose parent is ``sor_id``, in the order of the source.

        The parent need not be in force, nor be in the register (a file can lack it).

        Raises:
            UnknownUnitError: If the id is neither that of a unit nor of a unit's parent.
        """
        sor_id = self._parent_id(sor_id)
        return Records([self._store.record(row) for _, row in self._child_rows(sor_id)])

    def parent(self, sor_id: str) -> SOREntity | None:
        """Return the unit above; ``None`` for a top, or if the parent is not in force."""
        return self._parent(self[sor_id])

    def ancestors(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Return the units above, nearest first, as they are on the date; the owner is last.

        Ends early if a parent is not in force or not in the register, and if units form a cycle.

        Raises:
            NotInForceError: If the unit itself is not in force.
        """
        above: dict[str, SOREntity] = {}
        unit = self[sor_id]
        entity = self._parent(unit)
        while entity is not None and entity.sor_id != unit.sor_id and entity.sor_id not in above:
            above[entity.sor_id] = entity
            entity = self._parent(entity)
        return Records(above.values())

    def descendants(
        self, sor_id: str, *, entity_type: str | Coded | None = None
    ) -> tuple[SOREntity, ...]:
        """Return all units in force below, each after its parent, branch by branch.

        Args:
            sor_id: The unit; it is not among them. A cycle is followed once.
            entity_type: Only those of a type, by code or name; units below other types are
                included.
        """
        wanted = None if entity_type is None else asked_keys(entity_type)
        sor_id = self._parent_id(sor_id)
        below: list[SOREntity] = []
        seen = {sor_id}
        waiting = [iter(self._child_rows(sor_id))]
        while waiting:
            step = next(waiting[-1], None)
            if step is None:
                waiting.pop()
                continue
            unit, row = step
            child = self._store.ids[unit]
            if child in seen:
                continue
            seen.add(child)
            if wanted is None or wanted & {*coded_keys(self._store.value(row, "entity_type"))}:
                below.append(self._store.record(row))
            waiting.append(iter(self._child_rows(child)))
        return Records(below)

    def owner(self, sor_id: str) -> SOREntity | None:
        """Return the institution owner of a unit: the one its row names, else the topmost unit.

        ``None`` if that owner is not in force or not in the register.
        """
        entity = self[sor_id]
        if entity.owner is not None and entity.owner.sor_id is not None:
            return self.get(entity.owner.sor_id)
        top = (entity, *self.ancestors(sor_id))[-1]
        return top if top.sor_type is SorType.IE else None

    # -- for the library's own functions

    @property
    def rows(self) -> Sequence[int]:
        """The row in force by unit number, ``NO_ROW`` if there is none."""
        return self._cache.get("rows", lambda: self._index.snapshot(self.ordinal))

    def row(self, sor_id: str) -> int:
        """Return the row in force of a unit, ``NO_ROW`` if there is none or no such unit."""
        return self._row(self._store.numbers.get(sor_id))

    def in_force(self, text: str) -> int:
        """Return the number of a unit in force; raises NotInForceError."""
        unit = self.core.known_unit(text)
        if unit is None or self._index.row_on(unit, self.ordinal) == NO_ROW:
            raise self._not_in_force(self.core.sor_id(text), unit)
        return unit

    def rows_having(self, field: str, value: str) -> Iterator[tuple[int, int]]:
        """Yield unit and row of the units in force whose row has ``value`` in a field."""
        for unit in self.core.units_by(field).get(value, NO_UNITS):
            row = self._index.row_on(unit, self.ordinal)
            if row != NO_ROW and self._store.value(row, field) == value:
                yield unit, row

    def _row(self, unit: int | None) -> int:
        return NO_ROW if unit is None else self._index.row_on(unit, self.ordinal)

    def _parent_id(self, text: str) -> str:
        """Return the id of a unit, or of a parent that has no unit."""
        by_parent = self.core.units_by("parent_id")
        sor_id = spelled(text, "sor_id", self._store.numbers, by_parent)
        if sor_id not in by_parent:
            self.core.unit(sor_id)
        return sor_id

    def _child_rows(self, sor_id: str) -> Iterator[tuple[int, int]]:
        ids = self._store.ids
        return (pair for pair in self.rows_having("parent_id", sor_id) if ids[pair[0]] != sor_id)

    def _parent(self, entity: SOREntity) -> SOREntity | None:
        row = NO_ROW if entity.parent_id is None else self.row(entity.parent_id)
        return None if row == NO_ROW else self._store.record(row)

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
            why = "none of its versions has a day" if last is None else f"its last day was {known}"
            message = f"is closed on {day}: {why}"
        return NotInForceError(
            f"{sor_id} {message}", sor_id=sor_id, day=day, reason=reason, date=known
        )
