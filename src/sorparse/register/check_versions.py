"""Checks of each unit's versions against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ..issues import Issue
from .days import OPEN_END, UNKNOWN_START, from_ordinal
from .findings import unit_finding

if TYPE_CHECKING:
    from .register import Register


def check_versions(register: Register) -> Iterator[Issue]:
    """Yield what is odd about the dates of the versions."""
    store, index = register._store, register._index
    yield from edits_ahead(register)
    for unit in range(len(store.ids)):
        rows = index.history(unit)
        for row in rows:
            if store.start[row] > store.end[row]:
                yield unit_finding(
                    register,
                    "inverted-validity",
                    f"the version ends on {_said(store.end[row])}, before it starts on "
                    f"{_said(store.start[row])}",
                    row,
                )
        if len(rows) > 1:
            yield from _starts(register, rows)
            yield from _neighbours(
                register, [row for row in rows if store.start[row] <= store.end[row]]
            )
        yield from _openings(register, rows)


def edits_ahead(register: Register) -> Iterator[Issue]:
    """Yield the edit dates that lie well after nearly all others."""
    store = register._store
    for row, day in store.edits_ahead():
        yield unit_finding(
            register,
            "edit-date-ahead",
            f"edited on {day.isoformat()}, well after nearly all other edits (the latest of them: "
            f"{store.latest_edit()}); the date does not decide what date the source is of",
            row,
            column="updated_at",
            value=day.isoformat(),
        )


def _starts(register: Register, rows: Sequence[int]) -> Iterator[Issue]:
    store = register._store
    for earlier, row in pairwise(rows):
        if store.start[earlier] == store.start[row]:
            since = _said(store.start[row])
            yield unit_finding(
                register,
                "duplicate-key",
                f"two versions start on {since}; the one edited last counts, else the last in "
                "the file",
                row,
            )


def _neighbours(register: Register, live: Sequence[int]) -> Iterator[Issue]:
    """Compare each version with the one before it that lasts longest."""
    store = register._store
    longest = live[0] if live else -1
    for row in live[1:]:
        start, end = store.start[row], store.end[row]
        before = store.end[longest]
        if start == store.start[longest]:
            pass  # told as duplicate key
        elif before == OPEN_END:
            code = "several-open-versions" if end == OPEN_END else "overlapping-versions"
            yield unit_finding(
                register,
                code,
                f"the version of {_said(store.start[longest])} has no end, yet another starts "
                f"on {_said(start)}; the earlier one is taken to end the day before",
                row,
            )
        elif start == before:
            yield unit_finding(
                register,
                "touching-versions",
                f"the version starts on {_said(start)}, the last day of the one before",
                row,
            )
        elif start < before:
            yield unit_finding(
                register,
                "overlapping-versions",
                f"the version of {_said(store.start[longest])} lasts until {_said(before)}, yet "
                f"another starts on {_said(start)}",
                row,
            )
        elif start > before + 1:
            yield unit_finding(
                register,
                "version-gap",
                f"no version from {_said(before + 1)} to {_said(start - 1)}",
                row,
            )
        if end >= before or before == OPEN_END:  # a superseded open one ends where this starts
            longest = row


def _openings(register: Register, rows: Sequence[int]) -> Iterator[Issue]:
    store = register._store
    given = {store.first_from[row] for row in rows} - {UNKNOWN_START}
    if not given:
        return
    opening = min(given)
    if len(given) > 1:
        days = ", ".join(_said(day) for day in sorted(given))
        last = rows[-1]
        yield unit_finding(
            register, "opening-differs", f"the versions say the unit opened on {days}", last
        )
    for row in rows:
        if UNKNOWN_START < store.start[row] < opening:
            yield unit_finding(
                register,
                "version-before-opening",
                f"the version starts on {_said(store.start[row])}, the unit opens on "
                f"{_said(opening)}",
                row,
            )


def _said(ordinal: int) -> str:
    day = from_ordinal(ordinal)
    return "an unknown day" if day is None else day.isoformat()
