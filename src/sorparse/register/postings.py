"""From a code to the units that have it, or had it, or will.

The postings list every unit that has a key in any of its versions; whether the version in force on
a date is one of those is tested afterwards. So one index serves every date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..records import Address, Coded, EntityRef
from .folding import fold
from .match_codes import coded_keys, municipality_keys, region_keys
from .store import Store

UnitsByKey = Mapping[str, Sequence[int]]
NO_UNITS: Sequence[int] = ()
ADDRESS_BLOCKS = ("postal_address", "visiting_address", "activity_address")


class Posting(NamedTuple):
    """What units are looked up by."""

    fields: tuple[str, ...]
    """Fields of a unit that hold it."""
    keys: Callable[[Any], Iterable[str]]
    """Returns the keys of a value that is not absent."""


def _itself(value: str) -> tuple[str]:
    return (value,)


def _name(value: str) -> tuple[str]:
    return (fold(value),)


def speciality_keys(values: Iterable[Coded]) -> Iterator[str]:
    """Yield what any of several codes can be asked for by."""
    for value in values:
        yield from coded_keys(value)


def owner_keys(owner: EntityRef) -> Iterator[str]:
    """Yield what the units of an owner can be asked for by."""
    if owner.sor_id is not None:
        yield owner.sor_id
    if owner.name is not None:
        yield fold(owner.name)
    yield from coded_keys(owner.entity_type)


def _post_code(address: Address) -> tuple[str, ...]:
    return () if address.post_code is None else (address.post_code,)


_TEXTS = (
    *("parent_id", "shak_code", "location_code", "provider_number", "cvr"),
    "production_unit_number",
)
POSTINGS: dict[str, Posting] = {
    **{field: Posting((field,), _itself) for field in _TEXTS},
    "name": Posting(("name",), _name),
    "entity_type": Posting(("entity_type",), coded_keys),
    "specialities": Posting(("specialities",), speciality_keys),
    "owner": Posting(("owner",), owner_keys),
    "post_code": Posting(ADDRESS_BLOCKS, _post_code),
    "municipality": Posting(ADDRESS_BLOCKS, municipality_keys),
    "region": Posting(ADDRESS_BLOCKS, region_keys),
}
"""All that units are looked up by, by name."""


def build_postings(store: Store, posting: Posting) -> UnitsByKey:
    """Return the units of each key, ascending, each once."""
    # most keys of a register have one unit, which is held as a number until the end
    collected: dict[str, int | list[int]] = {}
    unit_of = store.unit
    for field in posting.fields:
        for row, value in store.values_by_row(field):
            if value is None:
                continue
            unit = unit_of[row]
            for key in posting.keys(value):
                known = collected.get(key)
                if known is None:
                    collected[key] = unit
                elif isinstance(known, int):
                    if known != unit:
                        collected[key] = [known, unit]
                elif known[-1] != unit:
                    known.append(unit)
    return {
        key: (units,) if isinstance(units, int) else tuple(sorted(set(units)))
        for key, units in collected.items()
    }
