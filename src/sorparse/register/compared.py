"""The fields that a comparison of two states looks at, derived from the records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

import attrs

from ..records import Address, Coded, SOREntity, VirtualAddress
from .storage.postings import first_rows
from .storage.store import Store

_NOT_COMPARED = frozenset(
    {
        "sor_id",
        "validity",  # every change makes a new version; the comparison shows what changed
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
class ComparedField:
    """A comparable part of a unit."""

    path: str
    field: str
    """The field of the unit."""
    get: Callable[[Any], Any]
    """Returns the part of the field's value."""


def _compared_fields() -> Iterator[ComparedField]:
    for field in attrs.fields(SOREntity):
        name = field.name
        block = _BLOCKS.get(name)
        if block is not None:
            for part in attrs.fields(block):
                if part.eq:
                    yield ComparedField(f"{name}.{part.name}", name, _part(part.name))
        elif name == "specialities":
            yield ComparedField(f"{name}.code", name, _of_each("code"))
            yield ComparedField(f"{name}.name", name, _of_each("name"))
        elif name in ("owner", "health_institution"):
            # the other parts repeat the rows of those units
            yield ComparedField(f"{name}.sor_id", name, _part("sor_id"))
        elif name not in _NOT_COMPARED:
            yield ComparedField(name, name, _itself)


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


COMPARED_FIELDS: tuple[ComparedField, ...] = tuple(_compared_fields())


def shared_fields(first: Store, second: Store) -> tuple[ComparedField, ...]:
    """Return the parts that two sources of different formats both fill, and in the same form.

    A part that one of them never fills is not compared. Nor is the
    street where one source writes it in one line with the number, as sor.csv does (the road code
    is). Where there is no location number some formats say that it is not inherited, others
    nothing: both mean the same.
    """
    both = _filled(first) & _filled(second)
    fields = []
    for field in COMPARED_FIELDS:
        block, _, part = field.path.partition(".")
        if field.path not in both or field.path == "extra":
            continue
        if part == "street_name" and f"{block}.street_building_id" not in both:
            continue
        if field.path == "location_code_inherited":
            field = attrs.evolve(field, get=lambda value: value or None)  # noqa: PLW2901
        fields.append(field)
    return tuple(fields)


def _filled(store: Store) -> set[str]:
    filled = set()
    for name, group in groupby(COMPARED_FIELDS, key=lambda field: field.field):
        missing = list(group)
        if name == "first_from_date":
            if any(store.first_from):
                filled.add(name)
            continue
        for _, value in first_rows(store, name):
            if value is not None and value != ():
                filled |= {field.path for field in missing if field.get(value) is not None}
                missing = [field for field in missing if field.path not in filled]
                if not missing:
                    break
    return filled
