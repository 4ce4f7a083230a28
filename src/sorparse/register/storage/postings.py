"""Indexes from a code to the units that have it in any version.

The postings list every unit that has a key in any of its versions; whether the version in force on
a date is one of those is tested afterwards. So one index serves every date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, compress, pairwise
from typing import Any, NamedTuple

from ...records import Coded, EntityRef
from ..folding import fold
from ..match_codes import coded_keys
from ..optional_numpy import array_of, find_numpy, first_places
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


def _in_capitals(value: str) -> tuple[str]:
    return (value.upper(),)


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


_TEXTS = ("parent_id", "location_code", "provider_number", "cvr", "production_unit_number")
POSTINGS: dict[str, Posting] = {
    **{field: Posting(field, _itself) for field in _TEXTS},
    "shak_code": Posting("shak_code", _in_capitals),
    "entity_type": Posting("entity_type", coded_keys),
    "specialities": Posting("specialities", speciality_keys),
    "owner": Posting("owner", owner_keys),
}
"""The indexes of units, by name."""


def has_key(store: Store, row: int, field: str, key: str) -> bool:
    """Return whether the value of a row is one that a key of the index of its field names."""
    value = store.value(row, field)
    return value is not None and key in POSTINGS[field].keys(value)


def first_rows(store: Store, field: str) -> Iterator[tuple[int, Any]]:
    """Yield each distinct value of a field with its first row, by row; absence is a value too."""
    numbers, values = store.column(field)
    rows = first_places(numbers)
    return zip(rows, values.of([numbers[row] for row in rows]), strict=True)


def units_by_number(store: Store, field: str) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """Return the units that ever had each value of a field, absence omitted.

    Returns:
        The numbers of the values, ascending; where the units of each number begin, and where
        those of the last one end; the units, ascending for each number.
    """
    numbers, _ = store.column(field)
    np, count = find_numpy(), len(store.ids)
    if np is None:
        pairs = sorted(set(compress(zip(numbers, store.unit, strict=True), numbers)))
        sizes = Counter([number for number, _ in pairs])  # in the order of the pairs
        bounds = [0, *accumulate(sizes.values())]
        return list(sizes), bounds, [unit for _, unit in pairs]
    having = array_of(numbers)
    pairs = (having.astype(np.int64) * count + array_of(store.unit))[having != 0]
    pairs.sort()
    with_units, units = np.divmod(pairs[np.flatnonzero(np.diff(pairs, prepend=-1))], max(count, 1))
    starts = np.flatnonzero(np.diff(with_units, prepend=-1))
    return with_units[starts].tolist(), [*starts.tolist(), len(units)], units.tolist()


def build_postings(store: Store, posting: Posting) -> UnitsByKey:
    """Return the units of each key, ascending, each once."""
    _, values = store.column(posting.field)
    numbers, bounds, units = units_by_number(store, posting.field)
    collected: dict[str, list[Sequence[int]]] = {}
    for number, (start, end) in zip(numbers, pairwise(bounds), strict=True):
        having = units[start:end]
        for key in posting.keys(values[number]):
            collected.setdefault(key, []).append(having)
    return {
        key: several[0] if len(several) == 1 else sorted(set().union(*several))
        for key, several in collected.items()
    }
