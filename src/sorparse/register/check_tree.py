"""Checks of the hierarchy: orphans, circles, parents that are not there at the time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from ..issues import Issue
from .circles import circles
from .days import LAST_DATE, OPEN_END, UNKNOWN_START, from_ordinal
from .findings import unit_finding
from .inheriting import inheritance_on
from .timeindex import NO_ROW

if TYPE_CHECKING:
    from .register import Register


def check_parents(register: Register) -> Iterator[Issue]:
    """Yield what is odd about parents."""
    yield from _orphans(register)
    yield from _cycles(register)
    yield from _parents_in_time(register)


def _orphans(register: Register) -> Iterator[Issue]:
    store = register._store
    told = set()
    for row, parent in store.stated("parent_id"):
        if parent is not None and parent not in store.numbers:
            key = (store.unit[row], parent)
            if key not in told:
                told.add(key)
                yield unit_finding(
                    register,
                    "unknown-parent",
                    f"the parent {parent} is not in the register",
                    row,
                    column="parent_id",
                    value=parent,
                )


def _parents_in_time(register: Register) -> Iterator[Issue]:
    store, index = register._store, register._index

    @cache
    def runs(unit: int) -> tuple[tuple[int, int], ...]:
        """The unbroken times in force."""
        found: list[tuple[int, int]] = []
        for start, end, _ in index.segments(unit):
            if found and found[-1][1] == start - 1:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return tuple(found)

    told: set[tuple[int, int, str]] = set()
    inherited: set[tuple[int, str]] = set()
    for unit in range(len(store.ids)):
        for start, end, row in index.segments(unit):
            parent_id = store.value(row, "parent_id")
            parent = store.numbers.get(parent_id) if parent_id is not None else None
            if parent is None or parent == unit:
                continue
            # the parent of the days before the version's own from-date is not known
            since = max(start, store.start[row])
            lacking = _first_outside(runs(parent), since, end)
            if lacking is None:
                continue
            opening = index.opening[parent]
            if lacking < opening and store.start[row] == UNKNOWN_START:
                lacking = _first_outside(runs(parent), opening, end)
                if lacking is None:
                    continue
            for seen in sorted({lacking, min(end, LAST_DATE)}):
                yield from _inherits_from_closed(register, unit, row, seen, inherited)
            early = lacking < opening
            code = "parent-opens-after-child" if early else "parent-closed-before-child"
            if (unit, parent, code) in told:
                continue
            told.add((unit, parent, code))
            day = from_ordinal(lacking)
            yield unit_finding(
                register,
                code,
                f"the parent {parent_id} is not in force from {day}, though the unit is"
                if not early
                else f"the unit hangs under {parent_id} from {day}, which opens on "
                f"{from_ordinal(opening)}",
                row,
                column="parent_id",
                value=parent_id,
            )


def _inherits_from_closed(
    register: Register, unit: int, row: int, day: int, told: set[tuple[int, str]]
) -> Iterator[Issue]:
    """Yield the closed units that a unit inherits from on a date, each once for the unit."""
    store, index = register._store, register._index
    effective = inheritance_on(store, index, day).effective(row)
    for origin in dict.fromkeys(effective.origin.values()):
        closed = index.row_on(store.numbers[origin], day) == NO_ROW
        if closed and (unit, origin) not in told:
            told.add((unit, origin))
            fields = [name for name, each in effective.origin.items() if each == origin]
            yield unit_finding(
                register,
                "inherits-from-closed-unit",
                f"{', '.join(fields)} of the unit are those of {origin}, which is closed on "
                f"{from_ordinal(day)}",
                row,
                column=fields[0],
                value=origin,
            )


def _first_outside(runs: tuple[tuple[int, int], ...], start: int, end: int) -> int | None:
    """Give the first day from ``start`` to ``end`` that no run holds."""
    day = start
    for first, last in runs:
        if last < day:
            continue
        if first > day or last == OPEN_END:
            return day if first > day and day <= end else None
        day = last + 1
    return day if day <= end and day < OPEN_END else None


def _cycles(register: Register) -> Iterator[Issue]:
    """Find circles on any day, each told once with the first day it is seen on."""
    store, index = register._store, register._index
    suspects = _suspects(register)
    # a circle stands complete from the day its last member's version starts on
    days: dict[int, list[int]] = {}
    for unit in sorted(suspects):
        for start, _, _ in index.segments(unit):
            days.setdefault(start, []).append(unit)
    told: set[frozenset[int]] = set()
    for day in sorted(days):
        walked: set[int] = set()
        for first in days[day]:
            path: dict[int, int] = {}
            at: int | None = first
            while at is not None and at not in walked:
                walked.add(at)
                row = index.row_on(at, day)
                path[at] = row
                parent = store.value(row, "parent_id") if row != NO_ROW else None
                at = store.numbers.get(parent) if parent is not None else None
            if at is None or at not in path:
                continue
            members = list(path)[list(path).index(at) :]
            if frozenset(members) in told:
                continue
            told.add(frozenset(members))
            around = " under ".join(store.ids[member] for member in (*members, at))
            since = from_ordinal(day)
            yield unit_finding(
                register,
                "parent-cycle",
                f"{around}, a circle" + (f" on {since}" if since else ""),
                path[at],
                column="parent_id",
                value=store.value(path[at], "parent_id"),
            )


def _suspects(register: Register) -> set[int]:
    """Give the units that stand in a circle when the parents of all days are taken together.

    So that single days are only looked at where there can be something.
    """
    store = register._store
    parents: dict[int, set[int]] = {}
    for row, parent_id in store.stated("parent_id"):
        parent = store.numbers.get(parent_id) if parent_id is not None else None
        if parent is not None:
            parents.setdefault(store.unit[row], set()).add(parent)
    return {unit for group in circles(parents) for unit in group}
