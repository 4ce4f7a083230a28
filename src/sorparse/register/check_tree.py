"""Checks of the hierarchy: orphans, cycles, parents that are not there at the time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ..issues import Issue
from .check_issues import row_issue
from .core import Core
from .days import LAST_DATE, OPEN_END, UNKNOWN_START, from_ordinal
from .graph import cycles
from .timeindex import NO_ROW


def check_parents(core: Core) -> Iterator[Issue]:
    """Yield the issues of parents."""
    yield from _orphans(core)
    yield from _cycles(core)
    yield from _parents_in_time(core)


def _orphans(core: Core) -> Iterator[Issue]:
    store = core.store
    reported = set()
    for row, parent in store.values_by_row("parent_id"):
        if parent is not None and parent not in store.numbers:
            key = (store.unit[row], parent)
            if key not in reported:
                reported.add(key)
                message = f"the parent {parent} is not in the register"
                yield row_issue(core, row, "unknown-parent", message, "parent_id", parent)


def _parents_in_time(core: Core) -> Iterator[Issue]:
    store, index = core.store, core.index

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

    reported: set[tuple[int, int, str]] = set()
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
                yield from _inherits_from_closed(core, unit, row, seen, inherited)
            early = lacking < opening
            code = "parent-opens-after-child" if early else "parent-closed-before-child"
            if (unit, parent, code) in reported:
                continue
            reported.add((unit, parent, code))
            day = from_ordinal(lacking)
            message = (
                f"the unit has the parent {parent_id} from {day}, which opens on "
                f"{from_ordinal(opening)}"
                if early
                else f"the parent {parent_id} is not in force from {day}, though the unit is"
            )
            yield row_issue(core, row, code, message, "parent_id", parent_id)


def _inherits_from_closed(
    core: Core, unit: int, row: int, day: int, reported: set[tuple[int, str]]
) -> Iterator[Issue]:
    """Yield the closed units that a unit inherits from on a date, each once for the unit."""
    store, index = core.store, core.index
    effective = core.inheritance(day).effective(row)
    for origin in dict.fromkeys(effective.origin.values()):
        closed = index.row_on(store.numbers[origin], day) == NO_ROW
        if closed and (unit, origin) not in reported:
            reported.add((unit, origin))
            fields = [name for name, each in effective.origin.items() if each == origin]
            message = (
                f"{', '.join(fields)} of the unit are those of {origin}, which is closed on "
                f"{from_ordinal(day)}"
            )
            yield row_issue(core, row, "inherits-from-closed-unit", message, fields[0], origin)


def _first_outside(runs: tuple[tuple[int, int], ...], start: int, end: int) -> int | None:
    """Return the first day from ``start`` to ``end`` that no run holds."""
    day = start
    for first, last in runs:
        if last < day:
            continue
        if first > day or last == OPEN_END:
            return day if first > day and day <= end else None
        day = last + 1
    return day if day <= end and day < OPEN_END else None


def _cycles(core: Core) -> Iterator[Issue]:
    """Find cycles on any date, each reported once with the first day it is seen on."""
    store, index = core.store, core.index
    suspects = _suspects(core)
    # a cycle is complete from the day its last member's version starts on
    days: dict[int, list[int]] = {}
    for unit in sorted(suspects):
        for start, _, _ in index.segments(unit):
            days.setdefault(start, []).append(unit)
    reported: set[frozenset[int]] = set()
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
            if frozenset(members) in reported:
                continue
            reported.add(frozenset(members))
            around = " under ".join(store.ids[member] for member in (*members, at))
            since = from_ordinal(day)
            message = f"{around}, a cycle" + (f" on {since}" if since else "")
            parent_id = store.value(path[at], "parent_id")
            yield row_issue(core, path[at], "parent-cycle", message, "parent_id", parent_id)


def _suspects(core: Core) -> set[int]:
    """Return the units that are in a cycle when the parents of all days are taken together.

    So that single days are only looked at where there can be something.
    """
    store = core.store
    parents: dict[int, set[int]] = {}
    for row, parent_id in store.values_by_row("parent_id"):
        parent = store.numbers.get(parent_id) if parent_id is not None else None
        if parent is not None:
            parents.setdefault(store.unit[row], set()).add(parent)
    return {unit for group in cycles(parents) for unit in group}
