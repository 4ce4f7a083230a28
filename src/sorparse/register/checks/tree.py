"""Checks of the hierarchy: orphans, cycles, parents that are not in force at the time."""

from __future__ import annotations

from collections.abc import Iterator

from ...issues import Issue
from ..core import Core
from ..days import LAST_DATE, UNKNOWN_START, from_ordinal
from ..graph import cycles
from ..storage.timeindex import NO_ROW
from ..timeline import Segment
from .issues import row_issue

_LEVELS = 12
"""Levels that a register has at most as a rule."""


def check_parents(core: Core) -> Iterator[Issue]:
    """Yield the issues of parents."""
    yield from _orphans(core)
    yield from _cycles(core)
    yield from _parents_in_time(core)


def _orphans(core: Core) -> Iterator[Issue]:
    store = core.store
    numbers, values = store.column("parent_id")
    reported = set()
    for row, (unit, parent, number) in enumerate(
        zip(store.unit, core.parents, numbers, strict=True)
    ):
        if number and parent == NO_ROW and (unit, number) not in reported:
            reported.add((unit, number))
            parent_id = values[number]
            message = f"the parent {parent_id} is not in the register"
            yield row_issue(core, row, "unknown-parent", message, "parent_id", parent_id)


def _parents_in_time(core: Core) -> Iterator[Issue]:
    store, index, parents = core.store, core.index, core.parents
    lapses = list(_lapses(core))
    # what a unit inherits is compared on the first and on the last date without its parent
    rows = [lapse.row for lapse in lapses for _ in range(2)]
    days = [day for first, end, _ in lapses for day in (first, min(end, LAST_DATE))]
    inherited = core.origins.from_closed(rows, days)
    inherited.append((2 * len(lapses), NO_ROW, ()))
    at = 0
    reported: set[tuple[int, int, str]] = set()
    for place, (first, _, row) in enumerate(lapses):
        while inherited[at][0] < 2 * place + 2:
            which, origin, fields = inherited[at]
            day = from_ordinal(days[which])
            sor_id, names = store.ids[origin], ", ".join(fields)
            message = f"{names} of the unit are those of {sor_id}, which is closed on {day}"
            yield row_issue(core, row, "inherits-from-closed-unit", message, fields[0], sor_id)
            at += 1
        parent = parents[row]
        opening = index.opening[parent]
        code = "parent-opens-after-child" if first < opening else "parent-closed-before-child"
        key = (store.unit[row], parent, code)
        if key not in reported:
            reported.add(key)
            parent_id, day = store.ids[parent], from_ordinal(first)
            message = (
                f"the unit has the parent {parent_id} from {day}, which opens on "
                f"{from_ordinal(opening)}"
                if first < opening
                else f"the parent {parent_id} is not in force from {day}, though the unit is"
            )
            yield row_issue(core, row, code, message, "parent_id", parent_id)


def _lapses(core: Core) -> Iterator[Segment]:
    """Yield the versions that are in force while their parent is not, from that date on."""
    store, index, parents = core.store, core.index, core.parents
    # the parent of the dates before a version's own from-date is not known
    for lapse in index.lapses(parents, store.start):
        parent = parents[lapse.row]
        opening = index.opening[parent]
        if lapse.start < opening and store.start[lapse.row] == UNKNOWN_START:
            first = index.first_lapse(parent, opening, lapse.end)
            if first is not None:
                yield lapse._replace(start=first)
        else:
            yield lapse


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
            since = from_ordinal(day)
            message = f"{around}, a cycle" + (f" on {since}" if since else "")
            parent_id = store.value(path[at], "parent_id")
            yield row_issue(core, path[at], "parent-cycle", message, "parent_id", parent_id)


def _suspects(core: Core) -> set[int]:
    """Return the units that are in a cycle if the parents of all dates are combined.

    Only for these units single dates are checked.
    """
    pairs = [
        (unit, parent)
        for unit, parent in dict.fromkeys(zip(core.store.unit, core.parents, strict=True))
        if parent != NO_ROW
    ]
    for _ in range(_LEVELS):  # what leads to units without parent is in no cycle
        below = {unit for unit, _ in pairs}
        pairs = [pair for pair in pairs if pair[1] in below]
    edges: dict[int, set[int]] = {}
    for unit, parent in pairs:
        edges.setdefault(unit, set()).add(parent)
    return {unit for group in cycles(edges) for unit in group}
