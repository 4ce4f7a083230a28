"""The rules of time: which version of a unit applies on which dates.

The function :func:`resolve` implements all of them. The index is built with it, and the tests
compare it with a day-by-day reading of these sentences:

1. Both ends of a version are inclusive. A missing from-date is before every date, a missing to-date
   after every date.
2. A unit opens on its ``first_from_date`` (the earliest one, where its versions differ), and where
   none is given on the earliest from-date. Before that day it is FUTURE, whatever its versions say.
3. A version that ends before it starts never applies.
4. A version without to-date ends the day before the next later-starting version of the unit begins:
   the later one supersedes it.
5. Of several versions that are valid on a date, the one with the latest from-date takes precedence;
   of equal from-dates the one with the latest ``updated_at``, then the one last in the file.
6. Where the versions do not reach back to the opening (a snapshot has only the latest one), the
   earliest version applies from the opening on. If all versions of a unit end before they start,
   the earliest applies from the opening to its to-date.
7. From the opening on, a date with a version is ACTIVE, any other (after the end, or in a gap)
   CLOSED.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from .days import FIRST_DATE, LAST_DATE, OPEN_END, UNKNOWN_START


class Status(str, Enum):
    """The status of a unit or code on a date.

    Example:
        >>> sorparse.Status("ACTIVE")
        <Status.ACTIVE: 'ACTIVE'>
    """

    ACTIVE = "ACTIVE"
    """In force (aktiv)."""
    CLOSED = "CLOSED"
    """After its last day, or in a gap between two versions (lukket)."""
    FUTURE = "FUTURE"
    """Before its first day (fremtidig)."""

    def __str__(self) -> str:
        return self.value


class Version(NamedTuple):
    """The dates of one version, as ordinals. Sorts oldest first, by precedence (rule 5)."""

    start: int
    updated: int
    row: int
    """Place in the file; the later one wins among equals."""
    end: int


class Segment(NamedTuple):
    """A period, both ends inclusive, in which one version applies."""

    start: int
    end: int
    row: int


def resolve(versions: Iterable[Version], first_from: int) -> tuple[int, list[Segment]]:
    """Return a unit's opening and its segments: disjoint, ascending, each with its version.

    Args:
        versions: The versions in any order.
        first_from: The stated opening, :data:`UNKNOWN_START` if there is none.

    Returns:
        Every segment has a date of the calendar; what is before or after all dates is dropped.
    """
    ordered = sorted(versions)
    live = [version for version in ordered if version.start <= version.end]
    opening = (live or ordered)[0].start if first_from == UNKNOWN_START else first_from
    if not live:
        earliest = ordered[0]
        lasted = opening <= earliest.end
        return opening, [Segment(opening, earliest.end, earliest.row)] if lasted else []
    segments = [
        one
        for one in _flatten(_superseded(live))
        if one.end >= FIRST_DATE and one.start <= LAST_DATE
    ]
    first = segments[0]
    if opening != first.start:
        # from the opening on the version applies that is valid first
        segments[0] = Segment(min(first.start, opening), first.end, first.row)
        segments = [
            Segment(max(start, opening), end, row) for start, end, row in segments if end >= opening
        ]
    return opening, segments


def _superseded(live: list[Version]) -> list[Version]:
    """End each open version where a later-starting one begins (rule 4)."""
    later = {one.start: other.start for one, other in pairwise(live) if one.start < other.start}
    return [
        version._replace(end=later[version.start] - 1)
        if version.end == OPEN_END and version.start in later
        else version
        for version in live
    ]


def _flatten(live: list[Version]) -> list[Segment]:
    """Cut overlapping versions into disjoint segments, the later in ``live`` winning (rule 5).

    A stack holds the versions still running, the winner on top. A version that ends no later than
    a newer one is never seen again, so the ends fall from bottom to top and each version is pushed
    and popped once. Where a winner is cut short, the newer version applies from the next date on.
    """
    segments: list[Segment] = []
    running: list[Version] = []
    for following, version in enumerate(live, 1):
        while running and running[-1].end <= version.end:
            running.pop()
        running.append(version)
        day = version.start
        limit = live[following].start - 1 if following < len(live) else OPEN_END
        while running and day <= limit:
            winner = running[-1]
            last = min(winner.end, limit)
            segments.append(Segment(day, last, winner.row))
            day = last + 1
            if last == winner.end:
                running.pop()
    return segments


__all__ = ["UNKNOWN_START", "Segment", "Status", "Version", "resolve"]
