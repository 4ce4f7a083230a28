"""From a code to the units that have it, or had it, or will.

The indexes hold every unit that has a value in any of its versions; the view then looks whether
the version in force on its day is one of those. So one index serves every day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from .store import VersionStore

T = TypeVar("T")

UnitsByKey = dict[str, Sequence[int]]
NO_UNITS: Sequence[int] = ()


def units_by(store: VersionStore, field: str) -> UnitsByKey:
    """Index the units by a text field; ascending unit numbers, each once."""
    return units_by_keys(store, field, lambda value: (value,))


def units_by_keys(
    store: VersionStore, field: str, keys: Callable[[Any], Iterable[str | None]]
) -> UnitsByKey:
    """Index the units by any number of keys that a field's value gives."""
    collected = Postings()
    unit_of = store.unit
    for row, value in store.stated(field):
        if value is not None:
            for key in keys(value):
                if key is not None:
                    collected.add(key, unit_of[row])
    return collected.finished()


class Postings:
    """Collects units by key. Most keys of a register have one unit, which is kept as a number."""

    def __init__(self) -> None:
        self._units: dict[str, int | list[int]] = {}

    def add(self, key: str, unit: int) -> None:
        """Take a unit for a key; it may come again."""
        known = self._units.get(key)
        if known is None:
            self._units[key] = unit
        elif isinstance(known, int):
            if known != unit:
                self._units[key] = [known, unit]
        elif known[-1] != unit:
            known.append(unit)

    def finished(self) -> UnitsByKey:
        """Give the units of each key, ascending, each once."""
        return {
            key: (units,) if isinstance(units, int) else tuple(sorted(set(units)))
            for key, units in self._units.items()
        }


def records_by(records: Iterable[T], key: Callable[[T], str | None]) -> dict[str, tuple[T, ...]]:
    """Group the records of a small table, in their order."""
    groups: dict[str, list[T]] = {}
    for record in records:
        found = key(record)
        if found is not None:
            groups.setdefault(found, []).append(record)
    return {found: tuple(group) for found, group in groups.items()}
