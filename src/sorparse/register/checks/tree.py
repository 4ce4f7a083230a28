"""Checks of the hierarchy: orphans, cycles, parents that are not in force at the time."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import chain

from ...issues import Issue
from ..core import Core
from ..days import from_ordinal
from ..graph import cycles
from ..optional_numpy import array_of, find_numpy
from ..storage.timeindex import NO_ROW
from .issues import date_text, row_issue

_LEVELS = 12
"""Levels that a register has at most as a rule."""


def check_parents(core: Core) -> Iterator[Issue]:
    """Yield the issues of parents."""
    yield from _orphans(core)
    yield from _cycles(core)
    yield from _parents_in_time(core)


def _orphans(core: Core) -> Iterator[Issue]:
    unit, (numbers, values) = core.store.unit, core.store.column("parent_id")
    reported = set()
    for row, (number, parent) in enumerate(zip(numbers, core.parents, strict=True)):
        if parent == NO_ROW and number and (unit[row], number) not in reported:
            reported.add((unit[row], number))
            parent_id = values[number]
            message = f"the parent {parent_id} is not in the register"
            yield row_issue(core, row, "unknown-parent", message, "parent_id", parent_id)


def _parents_in_time(core: Core) -> Iterator[Issue]:
    store, parents, opening = core.store, core.parents, core.index.opening
    ids, unit = store.ids, store.unit
    # the parent of the dates before a version's own from-date is not known
    since = [start or opening[parent] for start, parent in zip(store.start, parents, strict=True)]
    firsts, lasts, rows = core.index.lapses(parents, since)
    # what a unit inherits is compared on the first and on the last date without its parent
    both = array("i", chain.from_iterable(zip(rows, rows, strict=True)))
    days = array("i", chain.from_iterable(zip(firsts, lasts, strict=True)))
    inherited = core.origins.from_closed(both, days)
    inherited.append((len(both), NO_ROW, ()))
    at, following = 0, inherited[0][0]
    reported: set[tuple[int, int, bool]] = set()
    for place, (first, row) in enumerate(zip(firsts, rows, strict=True)):
        while following < 2 * place + 2:
            which, origin, fields = inherited[at]
            sor_id, names, day = ids[origin], ", ".join(fields), date_text(days[which])
            message = f"{names} of the unit are those of {sor_id}, which is closed on {day}"
            yield row_issue(core, row, "inherits-from-closed-unit", message, fields[0], sor_id)
            at += 1
            following = inherited[at][0]
        parent = parents[row]
        is_future = first < opening[parent]
        key = (unit[row], parent, is_future)
        if key not in reported:
            reported.add(key)
            parent_id, day = ids[parent], date_text(first)
            if is_future:
                code, opens = "parent-opens-after-child", date_text(opening[parent])
                message = f"the unit has the parent {parent_id} from {day}, which opens on {opens}"
            else:
                code = "parent-closed-before-child"
                message = f"the parent {parent_id} is not in force from {day}, though the unit is"
            yield row_issue(core, row, code, message, "parent_id", parent_id)


def _cycles(core: Core) -> Iterator[Issue]:
    """Find cycles on any date, each reported once with the first date on which it exists."""
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
                row = path[at] = index.row_on(at, day)
                above = NO_ROW if row == NO_ROW else core.parents[row]
                at = None if above == NO_ROW else above
            if at is None or at not in path:
                continue
            members = list(path)[list(path).index(at) :]
            if frozenset(members) in reported:
                continue
            reported.add(frozenset(members))
            around = " under ".join(store.ids[member] for member in (*members, at))
            message = f"{around}, a cycle" + (f" on {date_text(day)}" if from_ordinal(day) else "")
            parent_id = store.value(path[at], "parent_id")
            yield row_issue(core, path[at], "parent-cycle", message, "parent_id", parent_id)


def _suspects(core: Core) -> set[int]:
    """Return the units that are in a cycle if the parents of all dates are combined.

    Only for these units single dates are checked.
    """
    pairs: Sequence[tuple[int, int]]
    np = find_numpy()
    if np is None:
        pairs = list(dict.fromkeys(zip(core.store.unit, core.parents, strict=True)))
        for _ in range(_LEVELS):  # what leads to units without parent is in no cycle
            below = {unit for unit, parent in pairs if parent != NO_ROW}
            pairs = [pair for pair in pairs if pair[1] in below]
    else:
        units, parents = array_of(core.store.unit), array_of(core.parents)
        for _ in range(_LEVELS):
            below = np.zeros(len(core.store.ids) + 1, bool)  # the last is that of NO_ROW
            below[units[parents != NO_ROW]] = True
            units, parents = units[below[parents]], parents[below[parents]]
        pairs = list(zip(units.tolist(), parents.tolist(), strict=True))
    edges: dict[int, set[int]] = {}
    for unit, parent in pairs:
        edges.setdefault(unit, set()).add(parent)
    return {unit for group in cycles(edges) for unit in group}
