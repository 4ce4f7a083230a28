"""Find the rows from which units inherit their values, for many versions at once.

:class:`sorparse.inheritance.Inheritance` holds the rules and resolves one unit. With numpy all
units are resolved together; without numpy, and for a few units, they are resolved one by one.
The tests require equal answers of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..inheritance import EFFECTIVE_FIELDS, NEAREST_FIRST, Inheritance
from ..records import SorType
from .optional_numpy import array_of, find_numpy
from .storage.timeindex import NO_ROW

if TYPE_CHECKING:
    from .storage.store import Store
    from .storage.timeindex import TimeIndex

Origins = Mapping[str, Sequence[int]]
"""Fields that values come from, each with the rows that they come from by place, ``NO_ROW`` where
the value comes from another field or there is none."""

FromClosed = tuple[int, int, Sequence[str]]
_OWN_OR_OF = dict(pairwise(NEAREST_FIRST))
"""Addresses that are the effective one of another kind if a unit has none of its own."""
_RULING = ("parent_id", "sor_type", "location_code", "location_code_inherited")


class OriginFinder:
    """Finds the rows that the effective values of versions come from.

    Args:
        store: The versions.
        index: Their times in force.
        parents: The unit above by row.
        few: How many versions are resolved one by one, as numpy need not be loaded for them.
    """

    def __init__(
        self, store: Store, index: TimeIndex, parents: Sequence[int], *, few: int = 500
    ) -> None:
        self._store = store
        self._index = index
        self._parents = parents
        self._few = few

    def origins(
        self, fields: Sequence[str], rows: Sequence[int], days: Sequence[int] | int
    ) -> Sequence[Origins]:
        """Return where fields of :class:`~sorparse.inheritance.Effective` come from.

        The unit above counts with the version in force on the date; closed or in a gap, with its
        last version before. A unit that has not opened yet passes nothing on.

        Args:
            fields: The names of the fields.
            rows: The versions.
            days: The date of each, or one for all, as an ordinal.
        """
        np = find_numpy() if len(rows) > self._few else None
        if np is None:
            return self._one_by_one(fields, rows, days)
        climb = _Climb(self, np, rows, days)
        return [climb.origins(field) for field in fields]

    def _one_by_one(
        self, fields: Sequence[str], rows: Sequence[int], days: Sequence[int] | int
    ) -> Sequence[Origins]:
        inherited = {
            day: Inheritance(self._mark, self.parent_on(day))
            for day in (set(days) if isinstance(days, Sequence) else {days})
        }
        origins_of: list[dict[str, list[int]]] = [{} for _ in fields]
        for place, row in enumerate(rows):
            day = days[place] if isinstance(days, Sequence) else days
            resolved = inherited[day].resolved(row)
            for origins, field in zip(origins_of, fields, strict=True):
                hit = resolved[field]
                if hit is not None:
                    name, origin = (
                        hit[0]
                        if field != "location_code"
                        else (field, self._row_of(hit[1], row, day))
                    )
                    origins.setdefault(name, [NO_ROW] * len(rows))[place] = origin
        return origins_of

    def _row_of(self, unit: int, row: int, day: int) -> int:
        """Return the version of a unit that a row inherits from."""
        return row if unit == self._store.unit[row] else self._index.latest_row(unit, day)

    def _mark(self, row: int, field: str) -> Any:
        """Return a field as :class:`Inheritance` reads it; what is passed on as its place."""
        if field == "sor_id":
            return self._store.unit[row]
        value = self._store.value(row, field)
        return value if value is None or field in _RULING else (field, row)

    def parent_on(self, day: int) -> Callable[[int], int | None]:
        """Return the function from a row to the row above it on a date."""
        parents, latest_row = self._parents, self._index.latest_row

        def parent(row: int) -> int | None:
            unit = parents[row]
            above = NO_ROW if unit == NO_ROW else latest_row(unit, day)
            return None if above == NO_ROW else above

        return parent

    def from_closed(self, rows: Sequence[int], days: Sequence[int]) -> list[FromClosed]:
        """Return what units inherit from units that are not in force on the date.

        Args:
            rows: Versions, in force on their dates.
            days: The date of each, as an ordinal.

        Returns:
            The place of a version, the number of the unit that is not in force, and the fields
            that come from it: of each two units the first place.
        """
        hits: Iterable[tuple[int, int, int]]
        unit, np = self._store.unit, find_numpy() if len(rows) > self._few else None
        if np is None:
            hits = sorted(self._closed_one_by_one(rows, days))
        else:
            hits = _Climb(self, np, rows, days).from_closed(self._index)
        closed: dict[tuple[int, int], tuple[int, list[str]]] = {}
        for place, field, origin in hits:
            first, fields = closed.setdefault((unit[rows[place]], origin), (place, []))
            if first == place:
                fields.append(EFFECTIVE_FIELDS[field])
        return [(place, origin, fields) for (_, origin), (place, fields) in closed.items()]

    def _closed_one_by_one(
        self, rows: Sequence[int], days: Sequence[int]
    ) -> Iterator[tuple[int, int, int]]:
        for field, origins in enumerate(self._one_by_one(EFFECTIVE_FIELDS, rows, days)):
            for origin in origins.values():
                for place, row in enumerate(origin):
                    if row != NO_ROW:
                        unit = self._store.unit[row]
                        if self._index.row_on(unit, days[place]) == NO_ROW:
                            yield place, field, unit

    # -- arrays by row, for numpy

    @cached_property
    def columns(self) -> _Columns:
        """The values that decide about inheritance, by row; needs numpy."""
        return _Columns(self._store, self._index, self._parents)


class _Columns:
    """The values that decide about inheritance, by row."""

    def __init__(self, store: Store, index: TimeIndex, parents: Sequence[int]) -> None:
        self._np = np = find_numpy()
        self._store = store
        self.index = index
        self.parent, self.unit = array_of(parents), array_of(store.unit)
        has_parent = self.numbers("parent_id") > 0
        level = self._by_row("sor_type", np.int8, _LEVELS.get)
        unknown = (level == _LEVELS[None]) & has_parent
        self.is_unit = (level == _LEVELS[SorType.OE]) | unknown
        """Whether a version inherits as an organisational unit."""
        self.inherits = self.is_unit | (level == _LEVELS[SorType.SI])
        """Whether a version inherits addresses at all."""
        self.code_inherited = self._by_row(
            "location_code_inherited", bool, lambda is_so: is_so is True
        )

    def numbers(self, field: str) -> Any:
        """Return the numbers of the values of a field; 0 if there is none."""
        return array_of(self._store.column(field)[0])

    def _by_row(self, field: str, kind: Any, convert: Callable[[Any], Any]) -> Any:
        numbers, values = self.numbers(field), self._store.column(field)[1]
        by_number = self._np.zeros(int(numbers.max(initial=0)) + 1, kind)
        for number in self._np.unique(numbers).tolist():
            by_number[number] = convert(values[number])
        return by_number[numbers]


_LEVELS: dict[SorType | None, int] = {None: 0, SorType.IE: 1, SorType.SI: 2, SorType.OE: 3}


class _Climb:
    """The units above some versions, resolved together."""

    def __init__(self, finder: OriginFinder, np: Any, rows: Sequence[int], days: Any) -> None:
        self._np = np
        self._columns = finder.columns
        self._known: dict[str, dict[str, Any]] = {}
        self._rows = np.asarray(rows)
        self._days = np.broadcast_to(np.asarray(days), self._rows.shape)

    def origins(self, field: str) -> dict[str, Any]:
        """Return the rows that a field comes from, by the field that they have it in."""
        if field not in self._known:
            self._known[field] = self._origins(field)
        return self._known[field]

    def _origins(self, field: str) -> dict[str, Any]:
        np, columns, rows = self._np, self._columns, self._rows
        if field == "location_code":
            return {field: self._location_codes()}
        has = columns.numbers(field) > 0
        if field not in _OWN_OR_OF:
            return {field: self._nearest(has)}
        lacks = ~has[rows]
        inherits = (
            lacks & (columns.is_unit if field == "activity_address" else columns.inherits)[rows]
        )
        origins = {field: np.where(lacks, NO_ROW, rows)}
        for name, origin in self.origins(_OWN_OR_OF[field]).items():
            origins[name] = np.where(inherits, origin, NO_ROW)
        return origins

    def from_closed(self, index: TimeIndex) -> Iterator[tuple[int, int, int]]:
        """Yield place, field and unit of what comes from units not in force, by place and field.

        Of each unit and the unit that it inherits from only the first place.
        """
        np, unit = self._np, self._columns.unit
        parts = []
        for field, name in enumerate(EFFECTIVE_FIELDS):
            for origin in self.origins(name).values():
                places = np.flatnonzero((origin != NO_ROW) & (origin != self._rows))
                units = unit[origin[places]]
                closed = index.are_closed(units, self._days[places])
                places, units = places[closed], units[closed]
                parts.append((places, np.full(len(places), field), units))
        places, fields, units = map(np.concatenate, zip(*parts, strict=True))
        order = np.lexsort((fields, places))
        places, fields, units = places[order], fields[order], units[order]
        pairs = unit[self._rows[places]].astype(np.int64) << 32 | units
        _, first, pair = np.unique(pairs, return_index=True, return_inverse=True)
        chosen = places == places[first[pair]]
        return zip(*(each[chosen].tolist() for each in (places, fields, units)), strict=True)

    def _nearest(self, has: Any) -> Any:
        """Return the row of each version itself, or of the nearest unit above, that has a value."""
        columns, rows = self._columns, self._rows
        nearest = self._np.where(has[rows], rows, NO_ROW)

        def look(places: Any, above: Any) -> Any:
            own = has[above]
            nearest[places[own]] = above[own]
            return columns.inherits[above] & ~own

        self._climb(columns.inherits[rows] & ~has[rows], look)
        return nearest

    def _location_codes(self) -> Any:
        columns, rows, np = self._columns, self._rows, self._np
        code = columns.numbers("location_code")
        wanted = code[rows]
        owners = np.where(wanted > 0, rows, NO_ROW)

        def look(places: Any, above: Any) -> Any:
            fits = (code[above] > 0) & ((wanted[places] == 0) | (wanted[places] == code[above]))
            owns = fits & ~columns.code_inherited[above]
            repeats = fits & (owners[places] == NO_ROW)  # unless its unit is among them
            taken = owns | repeats
            owners[places[taken]] = above[taken]
            return ~owns

        self._climb(columns.code_inherited[rows], look)
        return owners

    def _climb(self, start: Any, look: Callable[[Any, Any], Any]) -> None:
        """Follow the parents of the versions in a mask, until ``look`` returns that they are done.

        A version that is back where it was at its last power of two of steps is in a cycle.
        """
        np, columns = self._np, self._columns
        places = np.flatnonzero(start)
        at = landmark = self._rows[places]
        step = 0
        while len(places):
            step += 1
            above = columns.index.latest_rows(columns.parent[at], self._days[places])
            onward = (above != NO_ROW) & (above != landmark)
            places, above, landmark = places[onward], above[onward], landmark[onward]
            onward = look(places, above)
            places, at, landmark = places[onward], above[onward], landmark[onward]
            if step & (step - 1) == 0:
                landmark = at
