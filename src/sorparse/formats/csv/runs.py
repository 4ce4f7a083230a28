"""Which columns of a header make a run: what a row mostly shares with the row before it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs

from ...records.values import Address, EntityRef
from ..decode import Group, Leaf, Plan

PART_COLUMNS = 4
"""How many columns a value object needs to be part of a run."""
RUN_COLUMNS = 6
"""How many columns a run needs for comparing its text to be cheaper than taking its cells."""

UNIQUE = frozenset(("sor_id", "validity", "virtual_address"))
"""Fields with a value of their own in nearly every row: there is nothing to compare."""


@attrs.frozen
class Run:
    """Fields of a record whose columns stand together, with no other column among them."""

    parts: tuple[tuple[str, Leaf | Group], ...]
    """The fields and what fills them, in order of place."""
    places: range

    @property
    def name(self) -> str:
        """The first of its fields."""
        return self.parts[0][0]

    @property
    def is_address(self) -> bool:
        """Whether it is an address, of which a row has several of one form."""
        return self._holds(Address)

    @property
    def recurs(self) -> bool:
        """Whether rows far from each other hold the same, so that remembering it pays."""
        return not self._holds(Address, EntityRef)

    def _holds(self, *classes: type[Any]) -> bool:
        return any(isinstance(part, Group) and part.cls in classes for _, part in self.parts)


def places_of(part: Leaf | Group) -> list[int]:
    """Give the places of the cells that fill a part, in the order of the file."""
    return sorted({leaf.place for leaf in part.leaves})


def find_runs(plan: Plan) -> list[Run]:
    """Find the runs under a header, in order of place.

    A single column between two of them goes with them: the owner's CVR number.
    """
    fields = [(name, part) for name, part in plan.fields.items() if places_of(part)]
    used = Counter(place for _, part in fields for place in places_of(part))
    single = {
        part.place: (name, part)
        for name, part in fields
        if isinstance(part, Leaf) and used[part.place] == 1
    }
    found: list[Run] = []
    for name, part in sorted(fields, key=lambda field: places_of(field[1])[0]):
        places = places_of(part)
        whole = range(places[0], places[-1] + 1)
        if (
            isinstance(part, Leaf)
            or name in UNIQUE
            or len(places) < max(len(whole), PART_COLUMNS)
            or any(used[place] > 1 for place in whole)
        ):
            continue
        run = Run(((name, part),), whole)
        before = found[-1] if found else None
        if before is not None and not before.is_address and not run.is_address:
            between = range(before.places.stop, whole.start)
            if len(between) <= 1 and all(place in single for place in between):
                found.pop()
                parts = (*before.parts, *(single[place] for place in between), *run.parts)
                run = Run(parts, range(before.places.start, whole.stop))
        found.append(run)
    return [run for run in found if len(run.places) >= RUN_COLUMNS]
