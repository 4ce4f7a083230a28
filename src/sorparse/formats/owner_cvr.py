"""Copy the owner's CVR number to the units below, in files with it on the owner's row only."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import attrs

from ..errors import SorFileError
from ..records import SOREntity
from .csv.row_outcomes import SHORT

_MOST_HELD = 100_000_000
_BYTES_OF_UNIT = 200
"""Bytes in memory for each unit, beside its ids; a file of 100,000 units holds some 25 MB."""
_STEPS = 20
"""Most units between one and the end of its path before the steps are shortened."""
Line = tuple[str, str | None, str | None]
"""SOR id, parent's SOR id and CVR number of a unit."""


class OwnersCvr:
    """Fills in the CVR number of the owner at the top, as in Sor.xml, during one reading.

    The rows may be in any order: if a number is missing, all units of the file are read once more.
    In a stream that can be read only once, each unit has to follow the units above it, and
    to have one row.

    Args:
        scan: Reads the units of the file once more; ``None`` for a stream.
        file: The name of the file, for errors.
    """

    def __init__(self, scan: Callable[[], Iterable[Line]] | None, file: str) -> None:
        self._scan = scan
        self._file = file
        self._held = 0
        self._units: dict[str, tuple[str | None, str | None]] = {}

    def complete(self, unit: SOREntity) -> SOREntity:
        """Return the unit, with its owner's CVR number if its row has none.

        Raises:
            SorFileError: If the file has too many units to hold them in memory.
        """
        if self._scan is None:
            self._hold(unit.sor_id, unit.parent_id, unit.cvr)
        if unit.cvr is None and unit.parent_id is not None:
            if self._scan is not None and not self._units:
                for line in self._scan():
                    self._hold(*line)
            cvr = self._of_the_top(unit)
            if cvr is not None and len(unit.sor_id) > SHORT:
                # nobody else has the record yet
                object.__setattr__(unit, "cvr", cvr)
            elif cvr is not None:  # equal rows of so few characters have one record
                unit = attrs.evolve(unit, cvr=cvr)
        return unit

    def _hold(self, sor_id: str, parent: str | None, cvr: str | None) -> None:
        if sor_id not in self._units:
            self._held += _BYTES_OF_UNIT + len(sor_id) + len(parent or "") + len(cvr or "")
            if self._held > _MOST_HELD:
                raise SorFileError(
                    f"{len(self._units) + 1:,} units, or their ids, are too large to be held in "
                    "memory, as the CVR numbers of their owners need",
                    file=self._file,
                )
        self._units[sor_id] = parent, cvr

    def _of_the_top(self, unit: SOREntity) -> str | None:
        parent, cvr = unit.parent_id, unit.cvr
        seen = {unit.sor_id: None}
        while parent is not None and parent not in seen and parent in self._units:
            seen[parent] = None
            parent, cvr = self._units[parent]
        if len(seen) > _STEPS:  # in a hostile file each unit may be below the one before it
            del seen[unit.sor_id]
            self._units.update(dict.fromkeys(seen, (parent, cvr)))  # to the end in one step
        return cvr if parent is None else None
