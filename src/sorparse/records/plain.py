"""Records as plain dicts, lists and texts, for JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import attrs

from .build import per_class

Number = Callable[[Decimal], object]


def to_dict(record: object, *, compact: bool = False, number: Number = str) -> dict[str, Any]:
    """Give a record (or any attrs object of this library) as a nested plain dict.

    Every field is a key, absent is ``None``, so that all records of a kind have the same keys.
    Dates become ISO text, ``Decimal`` text (nothing is rounded), enums their value, tuples lists,
    ``extra`` a dict.

    compact: leave out the fields that hold nothing.
    number: what becomes of a ``Decimal``.

    >>> import sorparse
    >>> sorparse.to_dict(sorparse.Coded("22232009", None))
    {'code': '22232009', 'name': None}
    >>> sorparse.to_dict(sorparse.Coded("22232009", None), compact=True)
    {'code': '22232009'}

    Raises TypeError for what is no attrs object.
    """
    found = {name: _plain(getattr(record, name), compact, number) for name in _names(type(record))}
    if compact:
        return {name: value for name, value in found.items() if value not in (None, [], {})}
    return found


@per_class
def _names(cls: type[Any]) -> tuple[str, ...]:
    if not attrs.has(cls):
        raise TypeError(f"{cls.__name__} is no record")
    # a field outside the comparison tells where a value comes from and is no part of the record
    return tuple(
        field.name for field in attrs.fields(cls) if field.eq and not field.name.startswith("_")
    )


def _plain(value: Any, compact: bool, number: Number) -> Any:
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each, compact, number) for key, each in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [_plain(each, compact, number) for each in value]
    if attrs.has(type(value)):
        return to_dict(value, compact=compact, number=number)
    return str(value)


_AS_THEY_ARE = frozenset({str, bool, int, float})
