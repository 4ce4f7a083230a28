"""Records as JSON that can become the same records again, and nothing else."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any

import attrs

from ..records import Extra
from ..records.build import fast_constructor
from ..records.values import NO_EXTRA

Unpack = Callable[[Any], Any]


_PLAIN = frozenset((str, bool, int, types.NoneType))
"""Types that JSON has."""


def pack(value: Any) -> Any:
    """Return a value of a record as JSON writes it; of a record the list of its fields.

    Raises:
        TypeError: If a record holds something that no field of a record has.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if attrs.has(kind):
        values = _fields_of(kind)(value)
        return [each if type(each) in _PLAIN else pack(each) for each in values]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Extra):
        return dict(value)
    if isinstance(value, tuple):
        return [pack(each) for each in value]
    raise TypeError(f"cannot save {value!r}, a {kind.__name__}")


@cache
def _fields_of(record: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what reads all fields of a record, of which there are at least two."""
    return attrgetter(*(field.name for field in attrs.fields(record)))


@cache
def unpacker(hint: Any) -> Unpack | None:
    """Return the function that undoes :func:`pack` for a type; ``None`` if it changes nothing."""
    if isinstance(hint, types.UnionType):
        (kind,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
        return _optional(unpacker(kind))
    if typing.get_origin(hint) is tuple:
        return _several(unpacker(typing.get_args(hint)[0]))
    if typing.get_origin(hint) is typing.Literal or hint in (str, bool, int):
        return None
    if hint is date:
        return date.fromisoformat
    if hint is Extra:
        return lambda items: Extra(items) if items else NO_EXTRA
    if attrs.has(hint):
        return _record_unpacker(hint)
    if issubclass(hint, (Decimal, Enum)):
        unpack: Unpack = hint
        return unpack
    raise TypeError(f"no field of a record has the type {hint!r}")


def _optional(unpack: Unpack | None) -> Unpack | None:
    return unpack and (lambda value: None if value is None else unpack(value))


def _several(unpack: Unpack | None) -> Unpack:
    return tuple if unpack is None else lambda values: tuple([unpack(each) for each in values])


def _record_unpacker(record: type[Any]) -> Unpack:
    new, hints = fast_constructor(record), typing.get_type_hints(record)
    unpackers = [unpacker(hints[field.name]) for field in attrs.fields(record)]
    changed = [(place, unpack) for place, unpack in enumerate(unpackers) if unpack is not None]

    def unpack_record(values: list[Any]) -> Any:
        for place, unpack in changed:
            values[place] = unpack(values[place])
        return new(*values)

    return unpack_record
