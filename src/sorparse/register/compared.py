"""The fields that a comparison of two states looks at, derived from the records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs

from ..records import Address, Coded, SOREntity, VirtualAddress

if TYPE_CHECKING:
    from .register import Register

_NOT_COMPARED = frozenset(
    {
        "sor_id",
        "validity",  # a new version for every change, which is told by what changed
        "updated_at",
        "replaces",  # replaced
        "replaced_by",
    }
)
_BLOCKS: dict[str, type[Any]] = {
    "postal_address": Address,
    "visiting_address": Address,
    "activity_address": Address,
    "virtual_address": VirtualAddress,
    "entity_type": Coded,
    "organisational_level": Coded,
    "location_code_region": Coded,
}


@attrs.frozen
class Leaf:
    """A comparable part of a unit."""

    path: str
    field: str
    """The field of the unit that it is of."""
    get: Callable[[Any], Any]
    """Gives the part of the field's value."""


def _leaves() -> Iterator[Leaf]:
    for field in attrs.fields(SOREntity):
        name = field.name
        block = _BLOCKS.get(name)
        if block is not None:
            for part in attrs.fields(block):
                if part.eq:
                    yield Leaf(f"{name}.{part.name}", name, _part(part.name))
        elif name == "specialities":
            yield Leaf(f"{name}.code", name, _of_each("code"))
            yield Leaf(f"{name}.name", name, _of_each("name"))
        elif name in ("owner", "health_institution"):
            # the rest repeats what the rows of those units say
            yield Leaf(f"{name}.sor_id", name, _part("sor_id"))
        elif name not in _NOT_COMPARED:
            yield Leaf(name, name, _itself)


def _itself(value: Any) -> Any:
    return value


def _part(name: str) -> Callable[[Any], Any]:
    part = attrgetter(name)
    return lambda value: None if value is None else part(value)


def _of_each(name: str) -> Callable[[Any], Any]:
    part = attrgetter(name)

    def get(values: tuple[Any, ...]) -> Any:
        parts = tuple(part(value) for value in values)
        return parts if any(one is not None for one in parts) else None

    return get


LEAVES: tuple[Leaf, ...] = tuple(_leaves())


def shared_leaves(first: Register, second: Register) -> tuple[Leaf, ...]:
    """Give what two sources of different formats can both say, and say alike.

    Taken from what they fill: a part that one of them has nowhere is not compared. Nor is the
    street where one source writes it in one line with the number, as sor.csv does (the road code
    is). Where there is no location number some formats say that it is not inherited, others
    nothing: that means the same.
    """
    both = _filled(first) & _filled(second)
    leaves = []
    for leaf in LEAVES:
        block, _, part = leaf.path.partition(".")
        if leaf.path not in both or leaf.path == "extra":
            continue
        if part == "street_name" and f"{block}.street_building_id" not in both:
            continue
        shared = leaf
        if leaf.path == "location_code_inherited":
            shared = attrs.evolve(leaf, get=lambda value: value or None)
        leaves.append(shared)
    return tuple(leaves)


def as_stated(entity: SOREntity) -> SOREntity:
    """Leave out an inherited location number: CSV repeats it on every row, XML does not."""
    if not entity.location_code_inherited:
        return entity
    return attrs.evolve(entity, location_code=None, location_code_region=None)


def _filled(register: Register) -> set[str]:
    filled = set()
    for field, group in groupby(LEAVES, key=lambda leaf: leaf.field):
        missing = list(group)
        for _, value in register._store.stated(field):
            if value is not None and value != ():
                found = [leaf for leaf in missing if leaf.get(value) is not None]
                for leaf in found:
                    filled.add(leaf.path)
                    missing.remove(leaf)
                if not missing:
                    break
    return filled
