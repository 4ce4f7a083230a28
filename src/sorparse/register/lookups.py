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
    """Index the units by any number of keys that a field's value gives.

    Most keys of a register have one unit: those are kept as a tuple, which needs the least room.
    """
    sets: dict[str, set[int]] = {}
    unit_of = store.unit
    for row, value in store.stated(field):
        if value is not None:
            for key in keys(value):
                if key is not None:
                    sets.setdefault(key, set()).add(unit_of[row])
    return {key: tuple(sorted(units)) for key, units in sets.items()}


def records_by(records: Iterable[T], key: Callable[[T], str | None]) -> dict[str, tuple[T, ...]]:
    """Group the records of a small table, in their order."""
    groups: dict[str, list[T]] = {}
    for record in records:
        found = key(record)
        if found is not None:
            groups.setdefault(found, []).append(record)
    return {found: tuple(group) for found, group in groups.items()}
