"""Indexes from a code to the units that have it in any version.

The postings list every unit that has a key in any of its versions; whether the version in force on
a date is one of those is tested afterwards. So one index serves every date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

from ..records import Coded, EntityRef
from .folding import fold
from .match_codes import coded_keys
from .store import Store

UnitsByKey = Mapping[str, Sequence[int]]
NO_UNITS: Sequence[int] = ()


class Posting(NamedTuple):
    """An index by which units are looked up."""

    field: str
    """Field of a unit that holds it."""
    keys: Callable[[Any], Iterable[str]]
    """Returns the keys of a value that is not absent."""


def _itself(value: str) -> tuple[str]:
    return (value,)


def _name(value: str) -> tuple[str]:
    return (fold(value),)


def speciality_keys(values: Iterable[Coded]) -> Iterator[str]:
    """Yield the search keys of several codes."""
    for value in values:
        yield from coded_keys(value)


def owner_keys(owner: EntityRef) -> Iterator[str]:
    """Yield the search keys of an owner."""
    if owner.sor_id is not None:
        yield owner.sor_id
    if owner.name is not None:
        yield fold(owner.name)
    yield from coded_keys(owner.entity_type)


_TEXTS = (
    *("parent_id", "shak_code", "location_code", "provider_number", "cvr"),
    "production_unit_number",
)
POSTINGS: dict[str, Posting] = {
    **{field: Posting(field, _itself) for field in _TEXTS},
    "name": Posting("name", _name),
    "entity_type": Posting("entity_type", coded_keys),
    "specialities": Posting("specialities", speciality_keys),
    "owner": Posting("owner", owner_keys),
}
"""The indexes of units, by name."""


def first_rows(store: Store, field: str) -> Iterator[tuple[int, Any]]:
    """Yield each distinct value of a field with its first row, by row; absence is a value too."""
    numbers, values = store.column(field)
    # from the end, so that the first row of a number remains
    first = dict(zip(reversed(numbers), reversed(range(len(numbers))), strict=True))
    return ((row, values[numbers[row]]) for row in sorted(first.values()))


def build_postings(store: Store, posting: Posting) -> UnitsByKey:
    """Return the units of each key, ascending, each once."""
    numbers, values = store.column(posting.field)
    pairs = dict.fromkeys(compress(zip(numbers, store.unit, strict=True), numbers))
    units: dict[int, list[int]] = {}
    for number, unit in pairs:
        units.setdefault(number, []).append(unit)
    collected: dict[str, list[int]] = {}
    for number, having in units.items():
        for key in posting.keys(values[number]):
            collected.setdefault(key, []).extend(having)
    return {key: tuple(sorted(set(having))) for key, having in collected.items()}
