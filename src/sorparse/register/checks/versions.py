"""Checks of each unit's versions against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from ...issues import Issue
from ..core import Core
from ..days import OPEN_END, UNKNOWN_START, from_ordinal
from ..optional_numpy import find_numpy
from .issues import row_issue


def check_versions(core: Core) -> Iterator[Issue]:
    """Yield the issues of the dates of the versions."""
    store, index = core.store, core.index
    yield from edits_ahead(core)
    for unit in _irregular(core):
        rows = index.history(unit)
        for row in rows:
            start, end = store.start[row], store.end[row]
            if start > end:
                message = f"the version ends on {_date(end)}, before it starts on {_date(start)}"
                yield row_issue(core, row, "inverted-validity", message)
        if len(rows) > 1:
            yield from _starts(core, rows)
            yield from _neighbours(
                core, [row for row in rows if store.start[row] <= store.end[row]]
            )
        yield from _openings(core, rows)


def _irregular(core: Core) -> Iterable[int]:
    """Return the units whose versions may contradict each other; without numpy all units."""
    store, np = core.store, find_numpy()
    if np is None:
        return range(len(store.ids))
    rows = np.asarray(core.index.rows)
    unit, start, end, opening = (
        np.asarray(column)[rows]
        for column in (store.unit, store.start, store.end, store.first_from)
    )
    wrong = (start > end) | ((start > UNKNOWN_START) & (start < opening))
    follows = unit[1:] == unit[:-1]
    wrong[1:] |= follows & ((start[1:] != end[:-1] + 1) | (opening[1:] != opening[:-1]))
    units: Sequence[int] = np.unique(unit[wrong]).tolist()
    return units


def edits_ahead(core: Core) -> Iterator[Issue]:
    """Yield the edit dates that are well after nearly all others."""
    latest, ahead = core.store.edits_ahead()
    for row, day in ahead:
        message = (
            f"edited on {day.isoformat()}, well after nearly all other edits (the latest of them: "
            f"{latest}); the date is ignored when the date of the source is determined"
        )
        yield row_issue(core, row, "edit-date-ahead", message, "updated_at", day.isoformat())


def _starts(core: Core, rows: Sequence[int]) -> Iterator[Issue]:
    start = core.store.start
    for earlier, row in pairwise(rows):
        if start[earlier] == start[row]:
            message = (
                f"two versions start on {_date(start[row])}; the one edited last counts, else the "
                "last in the file"
            )
            yield row_issue(core, row, "duplicate-key", message)


def _neighbours(core: Core, live: Sequence[int]) -> Iterator[Issue]:
    """Compare each version with the one before it that lasts longest."""
    store = core.store
    longest = live[0] if live else -1
    for row in live[1:]:
        start, end = store.start[row], store.end[row]
        before, since = store.end[longest], _date(store.start[longest])
        code = None
        if start == store.start[longest]:
            pass  # reported as duplicate key
        elif before == OPEN_END:
            code = "several-open-versions" if end == OPEN_END else "overlapping-versions"
            message = (
                f"the version of {since} has no end, but another starts on {_date(start)}; the "
                "earlier one ends the day before"
            )
        elif start == before:
            code = "touching-versions"
            message = f"the version starts on {_date(start)}, the last day of the one before"
        elif start < before:
            code = "overlapping-versions"
            message = (
                f"the version of {since} lasts until {_date(before)}, but another starts on "
                f"{_date(start)}"
            )
        elif start > before + 1:
            code = "version-gap"
            message = f"no version from {_date(before + 1)} to {_date(start - 1)}"
        if code is not None:
            yield row_issue(core, row, code, message)
        if end >= before or before == OPEN_END:  # a superseded open one ends where this starts
            longest = row


def _openings(core: Core, rows: Sequence[int]) -> Iterator[Issue]:
    store = core.store
    openings = {store.first_from[row] for row in rows} - {UNKNOWN_START}
    if not openings:
        return
    opening = min(openings)
    if len(openings) > 1:
        message = (
            f"the versions state that the unit opened on {', '.join(map(_date, sorted(openings)))}"
        )
        yield row_issue(core, rows[-1], "opening-differs", message)
    for row in rows:
        start = store.start[row]
        if UNKNOWN_START < start < opening:
            message = f"the version starts on {_date(start)}, the unit opens on {_date(opening)}"
            yield row_issue(core, row, "version-before-opening", message)


@lru_cache(maxsize=1 << 14)
def _date(ordinal: int) -> str:
    return str(from_ordinal(ordinal) or "an unknown date")
