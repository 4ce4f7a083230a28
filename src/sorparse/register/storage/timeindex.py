"""The time index: sorted arrays, one bisection per query (compressed sparse rows).

The segments of :func:`~.timeline.resolve` of a unit are side by side in three arrays of 32-bit
numbers from ``_segment_from[unit]`` on. Overlaps, ties and versions without a date are resolved
when the index is built. With numpy all units whose versions follow each other are resolved
together, and the others one by one; the tests require equal arrays with and without numpy.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Protocol

from ..days import FIRST_DATE, LAST_DATE, OPEN_END, UNKNOWN_START
from ..optional_numpy import find_numpy, loaded_numpy
from ..timeline import Segment, Status, Version, resolve

NO_ROW = -1
CLOSED, ACTIVE, FUTURE = range(3)
"""Codes of :meth:`TimeIndex.statuses`."""
_DAY_BITS = OPEN_END.bit_length()
_ROW_BITS = 32
_ROW_MASK = (1 << _ROW_BITS) - 1


class Versions(Protocol):
    """The dates of versions, by row; a unit is its number, a date its ordinal."""

    def __len__(self) -> int: ...
    @property
    def ids(self) -> Sequence[str]:
        """SOR id by unit number."""

    @property
    def unit(self) -> Sequence[int]:
        """Unit number by row."""

    @property
    def start(self) -> Sequence[int]:
        """From-date by row."""

    @property
    def end(self) -> Sequence[int]:
        """To-date by row."""

    @property
    def updated(self) -> Sequence[int]:
        """Edit date by row."""

    @property
    def first_from(self) -> Sequence[int]:
        """Opening by row."""


class TimeIndex:
    """The row that applies to each unit on a date. Dates are ordinals, units are numbers.

    With ``numpy`` false, numpy is not used even if it is installed.
    """

    ARRAYS = (
        *("opening", "rows", "rows_from"),
        *("_starts", "_ends", "_segment_rows", "_segment_from"),
    )

    def __init__(self, store: Versions, *, numpy: bool = True) -> None:
        self._is_plain = not numpy
        self._starts_by_unit: Any = None
        self.units = len(store.ids)
        self.opening: Sequence[int]
        """Opening by unit number."""
        self.rows: Sequence[int]
        """All rows, by unit, each unit's oldest first (in order of precedence)."""
        self.rows_from: Sequence[int]
        self._starts: Sequence[int]
        self._ends: Sequence[int]
        self._segment_rows: Sequence[int]
        self._segment_from: Sequence[int]
        np = find_numpy() if numpy else None
        if np is not None and len(store):
            self._build_with_numpy(store, np)
        else:
            self._build(store)

    @classmethod
    def from_arrays(cls, units: int, array_of: Callable[[str], Sequence[int]]) -> TimeIndex:
        """Return an index that was built before, from its :meth:`arrays` by name."""
        index = cls.__new__(cls)
        index.units = units
        index._is_plain, index._starts_by_unit = False, None
        for name in cls.ARRAYS:
            setattr(index, name, array_of(name))
        return index

    def arrays(self) -> dict[str, Sequence[int]]:
        """Return all arrays of the index, by name."""
        return {name: getattr(self, name) for name in self.ARRAYS}

    @property
    def _numpy(self) -> Any:
        """The module numpy; ``None`` if it is not loaded: that takes longer than it saves here."""
        return None if self._is_plain else loaded_numpy()

    # -- questions about one unit

    def history(self, unit: int) -> Sequence[int]:
        """Return the rows of a unit, oldest first."""
        return self.rows[self.rows_from[unit] : self.rows_from[unit + 1]]

    def row_on(self, unit: int, day: int) -> int:
        """Return the row in force on a date, :data:`NO_ROW` if there is none."""
        low = self._segment_from[unit]
        at = bisect_right(self._starts, day, low, self._segment_from[unit + 1]) - 1
        if at >= low and self._ends[at] >= day:
            return self._segment_rows[at]
        return NO_ROW

    def latest_row(self, unit: int, day: int) -> int:
        """Return the row in force on a date, else the last one in force before it.

        :data:`NO_ROW` for a unit that has not been in force by then.
        """
        low = self._segment_from[unit]
        at = bisect_right(self._starts, day, low, self._segment_from[unit + 1]) - 1
        return self._segment_rows[at] if at >= low else NO_ROW

    def latest_until(self, unit: int, day: int) -> int:
        """Return the last date up to which :meth:`latest_row` returns the same as on a date."""
        high = self._segment_from[unit + 1]
        at = bisect_right(self._starts, day, self._segment_from[unit], high)
        return self._starts[at] - 1 if at < high else OPEN_END

    def status(self, unit: int, day: int) -> Status:
        """Return the status of a unit on a date."""
        if self.row_on(unit, day) != NO_ROW:
            return Status.ACTIVE
        return Status.FUTURE if day < self.opening[unit] else Status.CLOSED

    def segments(self, unit: int) -> Iterator[Segment]:
        """Yield a unit's segments, ascending."""
        for at in range(self._segment_from[unit], self._segment_from[unit + 1]):
            yield Segment(self._starts[at], self._ends[at], self._segment_rows[at])

    def last_day(self, unit: int, day: int) -> int:
        """Return the end of the unbroken time in force around a date in force."""
        high = self._segment_from[unit + 1]
        at = bisect_right(self._starts, day, self._segment_from[unit], high) - 1
        while at + 1 < high and self._starts[at + 1] == self._ends[at] + 1:
            at += 1
        return self._ends[at]

    def last_day_before(self, unit: int, day: int) -> int | None:
        """Return the last date in force before a date not in force."""
        low = self._segment_from[unit]
        at = bisect_right(self._starts, day, low, self._segment_from[unit + 1]) - 1
        return self._ends[at] if at >= low else None

    def representative(self, unit: int, day: int) -> int:
        """Return the row that represents a unit on a date, whatever its status.

        The one in force; for a closed unit the last one that was; for a future one the first that
        will be. A unit that is never in force is represented by its newest version.
        """
        low, high = self._segment_from[unit], self._segment_from[unit + 1]
        if low == high:
            return self.rows[self.rows_from[unit + 1] - 1]
        at = bisect_right(self._starts, day, low, high) - 1
        return self._segment_rows[max(at, low)]

    # -- questions about all units

    def snapshot(self, day: int) -> Sequence[int]:
        """Return the row in force by unit number, :data:`NO_ROW` where a unit has none."""
        if (np := self._numpy) is not None:
            return self._snapshot_with_numpy(day, np)
        starts, ends, in_force = self._starts, self._ends, array("i")
        low = 0
        for high in self._segment_from[1:]:
            at = bisect_right(starts, day, low, high) - 1
            inside = at >= low and ends[at] >= day
            in_force.append(self._segment_rows[at] if inside else NO_ROW)
            low = high
        return in_force

    def statuses(self, day: int) -> Sequence[int]:
        """Return the code of the status by unit number."""
        np = self._numpy
        if np is None:
            return array(
                "b",
                (
                    ACTIVE if row != NO_ROW else FUTURE if day < opening else CLOSED
                    for row, opening in zip(self.snapshot(day), self.opening, strict=True)
                ),
            )
        codes = np.where(_numbers(np, self.opening) > day, FUTURE, CLOSED)
        codes[self._segment_units(np)[self._in_force(np, day)]] = ACTIVE
        return _array("b", codes)

    def latest_rows(self, units: Any, days: Any) -> Any:
        """Return :meth:`latest_row` of units on dates, as numpy arrays; -1 means none."""
        np = find_numpy()
        rows = np.append(self._segment_rows, np.int32(NO_ROW))  # the last is that of NO_ROW
        return rows[self._segments_on(np, units, days)]

    def are_closed(self, units: Any, days: Any) -> Any:
        """Return whether units that have been in force by some dates are not in force on them.

        The arguments and the answer are numpy arrays.
        """
        np = find_numpy()
        return _numbers(np, self._ends)[self._segments_on(np, units, days)] < days

    def lapses(self, others: Sequence[int], since: Sequence[int]) -> list[Sequence[int]]:
        """Return the segments during which another unit is not in force all the time.

        Args:
            others: The number of the other unit by row; -1 if there is none.
            since: The first date that counts, by row.

        Returns:
            Of the segments, in their order, the first date without the other unit, the last date,
            and the row.
        """
        np = None if self._is_plain else find_numpy()
        if np is None or not len(self._starts):
            return [*zip(*self._lapses(others, since), strict=True)] or [()] * 3
        starts, ends, rows = (
            _numbers(np, column) for column in (self._starts, self._ends, self._segment_rows)
        )
        other, units = _numbers(np, others)[rows], self._segment_units(np)
        first = np.maximum(starts, _numbers(np, since)[rows])
        at = self._segments_on(np, other, first)
        broken = np.flatnonzero((units[1:] != units[:-1]) | (starts[1:] != ends[:-1] + 1))
        run_ends = ends[np.append(broken, len(ends) - 1)]
        in_force = (at != NO_ROW) & (ends[at] >= first)
        first = np.where(in_force, run_ends[np.searchsorted(broken, at)] + 1, first)
        ends = np.minimum(ends, LAST_DATE)
        lapsed = (first <= ends) & (other != NO_ROW) & (other != units)
        return [_array("i", column[lapsed]) for column in (first, ends, rows)]

    def _lapses(self, others: Sequence[int], since: Sequence[int]) -> Iterator[Segment]:
        for unit in range(self.units):
            for start, end, row in self.segments(unit):
                if (other := others[row]) in (NO_ROW, unit):
                    continue
                first, last = max(start, since[row]), min(end, LAST_DATE)
                if self.row_on(other, first) != NO_ROW:
                    first = self.last_day(other, first) + 1
                if first <= last:
                    yield Segment(first, last, row)

    def _segments_on(self, np: Any, units: Any, days: Any) -> Any:
        """Return the segment of each unit that began last by a date, ``NO_ROW`` without one."""
        wanted = units.astype(np.int64) << _DAY_BITS | days
        at = np.searchsorted(self._sorted_starts(np), wanted, "right") - 1
        there = (units >= 0) & (at >= _numbers(np, self._segment_from)[units])
        return np.where(there, at, NO_ROW)

    def _sorted_starts(self, np: Any) -> Any:
        """Return one number per segment, which sorts by unit and start."""
        if self._starts_by_unit is None:
            units = self._segment_units(np).astype(np.int64)
            self._starts_by_unit = units << _DAY_BITS | _numbers(np, self._starts)
        return self._starts_by_unit

    # -- building

    def _build(self, store: Versions) -> None:
        rows = len(store)
        # one number per version, which sorts by unit, start, updated and row: sorting plain numbers
        # takes a fraction of what sorting tuples does
        keys = [
            ((unit << _DAY_BITS | start) << _DAY_BITS | updated) << _ROW_BITS | row
            for unit, start, updated, row in zip(
                store.unit, store.start, store.updated, range(rows), strict=True
            )
        ]
        keys.sort()
        self.rows = array("i", [key & _ROW_MASK for key in keys])
        del keys
        self.rows_from = array("i", [0, *_run_ends(store.unit, self.rows)])
        openings, starts, ends, segment_rows, segment_from = (array("i") for _ in range(5))
        for low, high in pairwise(self.rows_from):
            segment_from.append(len(starts))
            opening, segments = _resolved(store, self.rows[low:high])
            openings.append(opening)
            for start, end, row in segments:
                starts.append(start)
                ends.append(end)
                segment_rows.append(row)
        segment_from.append(len(starts))
        self.opening, self._starts, self._ends = openings, starts, ends
        self._segment_rows, self._segment_from = segment_rows, segment_from

    def _build_with_numpy(self, store: Versions, np: Any) -> None:
        unit, start, end, updated = (
            _numbers(np, column) for column in (store.unit, store.start, store.end, store.updated)
        )
        # stable: the row decides among equals; in 32 bits, as everything here, for less memory
        order = np.lexsort((updated, start, unit)).astype(np.int32)
        unit, start, end = unit[order], start[order], end[order]
        rows_from = np.concatenate(([0], np.cumsum(np.bincount(unit))))
        first = rows_from[:-1]

        first_from = _numbers(np, store.first_from)[order]
        first_from = np.where(first_from == UNKNOWN_START, OPEN_END, first_from)
        opening = np.minimum.reduceat(first_from, first)
        opening = np.where(opening == OPEN_END, start[first], opening)

        # rule 4, then what is not plain: a version without a date, an overlap, a lost opening
        successor = np.flatnonzero(unit[1:] == unit[:-1])
        ended = end.copy()
        superseded = successor[
            (end[successor] == OPEN_END) & (start[successor + 1] > start[successor])
        ]
        ended[superseded] = start[superseded + 1] - 1
        irregular = np.zeros(self.units, bool)
        irregular[unit[start > end]] = True
        irregular[unit[successor[start[successor + 1] <= ended[successor]]]] = True
        irregular[unit[ended < FIRST_DATE]] = True
        irregular |= ended[first] < opening
        start[first] = opening  # rules 2 and 6; the irregular ones are settled again below

        del end, first_from, successor, superseded
        plain = ~irregular[unit]
        parts = [(unit[plain], start[plain], ended[plain], order[plain])]
        irregular_units = np.flatnonzero(irregular)
        if len(irregular_units):
            resolved = array("i")
            for number in irregular_units.tolist():
                rows = order[rows_from[number] : rows_from[number + 1]].tolist()
                opening[number], segments = _resolved(store, rows)
                for segment in segments:
                    resolved.append(number)
                    resolved.extend(segment)
            parts.append(tuple(_numbers(np, resolved).reshape(-1, 4).T))
        units, starts, ends, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
        if len(irregular_units):
            merged = np.argsort(units, kind="stable")  # a unit is in one part only
            units, starts, ends, rows = (column[merged] for column in (units, starts, ends, rows))
        counts = np.bincount(units, minlength=self.units)
        segment_from = np.concatenate(([0], np.cumsum(counts)))

        self.opening, self.rows, self.rows_from = (
            _array("i", column) for column in (opening, order, rows_from)
        )
        self._starts, self._ends, self._segment_rows, self._segment_from = (
            _array("i", column) for column in (starts, ends, rows, segment_from)
        )

    # -- numpy's views of the arrays; nothing is copied

    def _in_force(self, np: Any, day: int) -> Any:
        starts, ends = _numbers(np, self._starts), _numbers(np, self._ends)
        return np.flatnonzero((starts <= day) & (ends >= day))

    def _segment_units(self, np: Any) -> Any:
        return np.repeat(np.arange(self.units), np.diff(_numbers(np, self._segment_from)))

    def _snapshot_with_numpy(self, day: int, np: Any) -> Sequence[int]:
        at = self._in_force(np, day)
        in_force = np.full(self.units, NO_ROW)
        in_force[self._segment_units(np)[at]] = _numbers(np, self._segment_rows)[at]
        return _array("i", in_force)


def _run_ends(unit: Sequence[int], rows: Sequence[int]) -> Iterator[int]:
    """Yield where each unit's rows end, the rows being sorted by unit."""
    for at in range(1, len(rows)):
        if unit[rows[at]] != unit[rows[at - 1]]:
            yield at
    if rows:
        yield len(rows)


def _resolved(store: Versions, rows: Sequence[int]) -> tuple[int, list[Segment]]:
    start, end, updated, first_from = store.start, store.end, store.updated, store.first_from
    versions = [Version(start[row], updated[row], row, end[row]) for row in rows]
    given = [first_from[row] for row in rows if first_from[row] != UNKNOWN_START]
    return resolve(versions, min(given, default=UNKNOWN_START))


def _numbers(np: Any, column: Sequence[int]) -> Any:
    return np.asarray(column)  # a view


def _array(code: str, numbers: Any) -> array[int]:
    column = array(code)
    column.frombytes(numbers.astype(f"i{column.itemsize}", copy=False).view("u1"))
    return column
