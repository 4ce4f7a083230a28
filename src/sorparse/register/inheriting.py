"""Inheritance on a date: which version of the unit above passes its values on."""

from __future__ import annotations

from ..inheritance import Inheritance
from .store import VersionStore
from .timeindex import NO_ROW, TimeIndex


def inheritance_on(store: VersionStore, index: TimeIndex, day: int) -> Inheritance[int]:
    """Return the inheritance among the rows of a register on a date (an ordinal).

    The unit above counts with the version in force; closed or in a gap, with its last version
    before the date. A unit that has not opened yet passes nothing on.
    """

    def parent(row: int) -> int | None:
        parent_id = store.value(row, "parent_id")
        unit = None if parent_id is None else store.numbers.get(parent_id)
        above = NO_ROW if unit is None else index.latest_row(unit, day)
        return None if above == NO_ROW else above

    return Inheritance(store.value, parent)
