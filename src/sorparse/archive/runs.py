"""Which rows a file had on which nights, and in which order.

A file of a night is a sequence of rows, each known by a number. All nights of a file together are
one list of runs: a row, the first and the last night of an unbroken series of nights with it. The
list is ordered so that the runs that include a night are, one after the other, the rows of that
night's file. A row that vanishes and comes back, or that moves to another place, has several runs.
Nights are ordinals of dates, and only nights that are in the archive count: a run goes on over a
night that is missing. Whoever shows runs ends them there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import attrs


@attrs.define(eq=False)
class Runs:
    """The runs of one file over all nights; three columns of the same length."""

    rows: list[int] = attrs.Factory(list)
    first: list[int] = attrs.Factory(list)
    last: list[int] = attrs.Factory(list)

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        return zip(self.rows, self.first, self.last, strict=True)

    def at(self, night: int) -> list[int]:
        """Return the rows of a night in the order of its file."""
        return [row for row, first, last in self if first <= night <= last]

    def with_night(
        self, night: int, rows: Sequence[int], before: int | None, after: int | None
    ) -> Runs:
        """Return the runs with one more night.

        Args:
            night: The night, which the runs do not have yet.
            rows: The rows of its file, in order.
            before: The night before it in the archive, if any.
            after: The night after it in the archive, if any.
        """
        beside = before if before is not None else after
        present = (
            []
            if beside is None
            else [place for place, (_, first, last) in enumerate(self) if first <= beside <= last]
        )
        places = dict(_in_order([self.rows[place] for place in present], rows))
        again = {present[old]: new for old, new in places.items()}
        runs = Runs()
        done = 0
        for place, (row, first, last) in enumerate(self):
            new = again.get(place)
            if new is not None:
                runs._extend(rows[done:new], night)
                done = new + 1
                runs._append(row, min(first, night), max(last, night))
            elif before is not None and after is not None and first <= before < after <= last:
                runs._append(row, first, before)
                runs._append(row, after, last)
            else:
                runs._append(row, first, last)
        runs._extend(rows[done:], night)
        return runs

    def without_night(self, night: int, before: int | None, after: int | None) -> Runs:
        """Return the runs without a night; ``before`` and ``after`` are those beside it."""
        runs = Runs()
        for row, first, last in self:
            starts = after if first == night else first
            ends = before if last == night else last
            if starts is not None and ends is not None and starts <= ends:
                runs._append(row, starts, ends)
        return runs

    def _append(self, row: int, first: int, last: int) -> None:
        self.rows.append(row)
        self.first.append(first)
        self.last.append(last)

    def _extend(self, rows: Sequence[int], night: int) -> None:
        self.rows += rows
        self.first += [night] * len(rows)
        self.last += [night] * len(rows)


def _in_order(old: Sequence[int], new: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield pairs of places, increasing in both sequences, that hold the same row.

    They are as many as can be if no row occurs twice; the n-th occurrence of a row is compared
    with the n-th.
    """
    places: defaultdict[int, deque[int]] = defaultdict(deque)
    for place, row in enumerate(old):
        places[row].append(place)
    pairs = [(places[row].popleft(), at) for at, row in enumerate(new) if places.get(row)]
    if all(one[0] < other[0] for one, other in pairwise(pairs)):
        yield from pairs
        return
    # the longest increasing subsequence: for each length the pair that ends such a one lowest
    ends: list[int] = []
    ending: list[int] = []
    previous: list[int] = []
    for at, (place, _) in enumerate(pairs):
        length = bisect_left(ends, place)
        ends[length : length + 1] = [place]
        previous.append(ending[length - 1] if length else -1)
        ending[length : length + 1] = [at]
    chosen = []
    at = ending[-1] if ending else -1
    while at >= 0:
        chosen.append(pairs[at])
        at = previous[at]
    yield from reversed(chosen)


def unbroken(nights: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each series of nights without a missing date; ascending."""
    first = last = None
    for night in nights:
        if last is not None and first is not None and night > last + 1:
            yield first, last
            first = None
        first, last = night if first is None else first, night
    if first is not None and last is not None:
        yield first, last
