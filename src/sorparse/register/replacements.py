"""Replacements: a graph of units and successors, n:m, in which cycles can occur."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import compress

import attrs

from ..notebook import HtmlRepr
from ..records import ReplacedEntity
from .graph import cycles
from .storage.store import Store


@attrs.frozen(weakref_slot=False, order=True)
class Replacement(HtmlRepr):
    """One unit replaced by another."""

    sor_id: str
    """SOR id of the replaced unit."""
    replaced_by_id: str
    """SOR id of its successor."""
    from_date: date | None = attrs.field(default=None, order=False)
    """Date from which the replacement applies, if stated."""
    name: str | None = attrs.field(default=None, eq=False)
    """Name of the replaced unit, in a :class:`Diff`."""
    replaced_by_name: str | None = attrs.field(default=None, eq=False)
    """Name of its successor, in a :class:`Diff`."""


class Replacements:
    """All replacements, from the table of them and from the units' own lists, each pair once."""

    def __init__(self, pairs: Iterable[Replacement]) -> None:
        self.pairs: dict[tuple[str, str], Replacement] = {}
        self.after: dict[str, list[str]] = {}
        """Direct successors by SOR id."""
        self.before: dict[str, list[str]] = {}
        """Direct predecessors by SOR id."""
        for pair in pairs:
            key = (pair.sor_id, pair.replaced_by_id)
            known = self.pairs.get(key)
            if known is not None:
                if known.from_date is None:
                    self.pairs[key] = pair
                continue
            self.pairs[key] = pair
            self.after.setdefault(pair.sor_id, []).append(pair.replaced_by_id)
            self.before.setdefault(pair.replaced_by_id, []).append(pair.sor_id)

    def __contains__(self, sor_id: object) -> bool:
        return sor_id in self.after or sor_id in self.before

    def active_after(self, sor_id: str, day: date, is_active: Callable[[str], bool]) -> list[str]:
        """Return the units in force at the ends of all chains from ``sor_id``, itself included.

        A chain ends at the first unit that is in force; a replacement that applies only after
        ``day`` is not followed.
        """
        active: list[str] = []
        waiting, seen = deque([sor_id]), {sor_id}
        while waiting:
            current = waiting.popleft()
            if is_active(current):
                active.append(current)
                continue
            for successor in self.after.get(current, ()):
                since = self.pairs[current, successor].from_date
                if successor not in seen and (since is None or since <= day):
                    seen.add(successor)
                    waiting.append(successor)
        return active

    def cycles(self) -> list[list[str]]:
        """Return the groups of units that replace each other in a cycle."""
        return cycles(self.after)


def replacements_of(store: Store, table: Iterable[ReplacedEntity]) -> Iterator[Replacement]:
    """Yield the replacements of a source, from the table and from the units."""
    for record in table:
        yield Replacement(record.sor_id, record.replaced_by_id, record.from_date)
    for row, successors in _values(store, "replaced_by"):
        for successor in successors:
            yield Replacement(store.ids[store.unit[row]], successor)
    for row, predecessors in _values(store, "replaces"):
        for predecessor in predecessors:
            yield Replacement(predecessor, store.ids[store.unit[row]])


def _values(store: Store, field: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows that have a value in a field, which few have, and the value."""
    numbers, _ = store.column(field)
    return ((row, store.value(row, field)) for row in compress(range(len(numbers)), numbers))
