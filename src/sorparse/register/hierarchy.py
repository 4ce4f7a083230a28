"""The units above and below a unit on a date."""

from __future__ import annotations

from collections.abc import Iterator

from ..notebook import Records
from ..records import Coded, SOREntity, SorType
from .explain_id import spelled
from .match_codes import asked_keys, coded_keys
from .saved.forged import reports_forged_files
from .state import State
from .storage.timeindex import NO_ROW


@reports_forged_files
class Hierarchy(State):
    """A register on one date, with the units above and below each."""

    def children(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Return the units in force whose parent is a unit, in the order of the source.

        Args:
            sor_id: The parent. It may be closed, or missing from the register (a file can lack it).

        Raises:
            UnknownUnitError: If the id is neither that of a unit nor of a unit's parent.

        Example:
            >>> [unit.name for unit in view.children("9000251000016002")]
            ['Akutklinik', 'Skadestuen']
        """
        sor_id = self._parent_id(sor_id)
        return Records([self._store.record(row) for _, row in self._child_rows(sor_id)])

    def parent(self, sor_id: str) -> SOREntity | None:
        """Return the unit above a unit.

        Returns:
            The parent in force; ``None`` for a unit without parent, or if the parent is not in
            force.

        Raises:
            NotInForceError: If the unit itself is not in force.

        Example:
            >>> view.parent("9000271000016009").name
            'Akutmodtagelsen'
        """
        return self._parent(self[sor_id])

    def ancestors(self, sor_id: str) -> tuple[SOREntity, ...]:
        """Return the units above a unit as they are on the date, nearest first; the owner is last.

        Returns:
            The units. They end early if a parent is not in force or not in the register, and if
            units form a cycle.

        Raises:
            NotInForceError: If the unit itself is not in force.

        Example:
            >>> [unit.name for unit in view.ancestors("9000251000016002")]
            ['Nordhavets Universitetshospital', 'Region Nordhavet']
        """
        above: dict[str, SOREntity] = {}
        unit = self[sor_id]
        entity = self._parent(unit)
        while entity is not None and entity.sor_id != unit.sor_id and entity.sor_id not in above:
            above[entity.sor_id] = entity
            entity = self._parent(entity)
        return Records(above.values())

    def descendants(
        self, sor_id: str, *, entity_type: str | Coded | None = None
    ) -> tuple[SOREntity, ...]:
        """Return all units in force below a unit, each after its parent, branch by branch.

        Args:
            sor_id: The unit; it is not among them. A cycle is followed once.
            entity_type: Only those of this type, by code or name; units below other types are
                included.

        Raises:
            UnknownUnitError: If the id is neither that of a unit nor of a unit's parent.

        Example:
            >>> below = view.descendants("9000041000016007", entity_type="skadestue")
            >>> [unit.name for unit in below]
            ['Skadestuen']
        """
        wanted = None if entity_type is None else asked_keys(entity_type)
        sor_id = self._parent_id(sor_id)
        below: list[SOREntity] = []
        waiting = [iter(self._child_rows(sor_id))]
        while waiting:
            step = next(waiting[-1], None)
            if step is None:
                waiting.pop()
                continue
            unit, row = step
            child = self._store.ids[unit]
            if child == sor_id:  # a cycle; any other unit has one parent and is reached once
                continue
            if wanted is None or wanted & {*coded_keys(self._store.value(row, "entity_type"))}:
                below.append(self._store.record(row))
            waiting.append(iter(self._child_rows(child)))
        return Records(below)

    def owner(self, sor_id: str) -> SOREntity | None:
        """Return the institution owner that a unit's row names, else the topmost unit above it.

        Returns:
            The owner; ``None`` if it is not in force or not in the register.

        Raises:
            NotInForceError: If the unit itself is not in force.

        Example:
            >>> view.owner("9000251000016002").name
            'Region Nordhavet'
        """
        entity = self[sor_id]
        if entity.owner is not None and entity.owner.sor_id is not None:
            return self.get(entity.owner.sor_id)
        top = (entity, *self.ancestors(sor_id))[-1]
        return top if top.sor_type is SorType.IE else None

    def _parent_id(self, text: str) -> str:
        """Return the id of a unit, or of a parent that has no unit."""
        by_parent = self.core.units_by("parent_id")
        sor_id = spelled(text, "sor_id", self._store.numbers, by_parent)
        if sor_id not in by_parent:
            self.core.unit(sor_id)
        return sor_id

    def _child_rows(self, sor_id: str) -> Iterator[tuple[int, int]]:
        ids = self._store.ids
        return (pair for pair in self.rows_having("parent_id", sor_id) if ids[pair[0]] != sor_id)

    def _parent(self, entity: SOREntity) -> SOREntity | None:
        row = NO_ROW if entity.parent_id is None else self.row(entity.parent_id)
        return None if row == NO_ROW else self._store.record(row)
