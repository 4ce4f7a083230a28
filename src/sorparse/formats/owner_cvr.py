"""Copy the owner's CVR number to the units below, in files with it on the owner's row only."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..records import SOREntity

Line = tuple[str, str | None, str | None]
"""SOR id, parent's SOR id and CVR number of a unit."""


class OwnersCvr:
    """Fills in the CVR number of the owner at the top, as in Sor.xml, during one reading.

    The rows may be in any order: if a number is missing, all units of the file are read once more.
    In a stream that can be read only once, each unit has to follow the units above it.
    """

    def __init__(self, scan: Callable[[], Iterable[Line]] | None) -> None:
        self._scan = scan
        self._units: dict[str, tuple[str | None, str | None]] = {}

    def complete(self, unit: SOREntity) -> SOREntity:
        """Return the unit, with its owner's CVR number if its row has none."""
        if self._scan is None:
            self._units[unit.sor_id] = unit.parent_id, unit.cvr
        if unit.cvr is None and unit.parent_id is not None:
            if self._scan is not None and not self._units:
                self._units = {sor_id: (parent, cvr) for sor_id, parent, cvr in self._scan()}
            cvr = self._of_the_top(unit)
            if cvr is not None:
                # nobody else has the record yet
                object.__setattr__(unit, "cvr", cvr)
        return unit

    def _of_the_top(self, unit: SOREntity) -> str | None:
        parent, cvr = unit.parent_id, unit.cvr
        seen = {unit.sor_id}
        while parent is not None and parent not in seen and parent in self._units:
            seen.add(parent)
            parent, cvr = self._units[parent]
        return cvr if parent is None else None
