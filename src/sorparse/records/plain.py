"""Records as plain dicts, lists and texts, for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

import attrs

from .build import per_class


def to_dict(record: object) -> dict[str, Any]:
    """Give a record (or any attrs object of this library) as a nested plain dict.

    Every field is a key, absent is ``None``, so that all records of a kind have the same keys.
    Dates become ISO text, ``Decimal`` text (nothing is rounded), enums their value, tuples lists,
    ``extra`` a dict.

    >>> import sorparse
    >>> sorparse.to_dict(sorparse.Coded("22232009", None))
    {'code': '22232009', 'name': None}

    Raises TypeError for what is no attrs object.
    """
    return {name: _plain(getattr(record, name)) for name in dict_keys(type(record))}


@per_class
def dict_keys(cls: type[Any]) -> tuple[str, ...]:
    """Return the keys that :func:`to_dict` gives a record of the class."""
    if not attrs.has(cls):
        raise TypeError(f"{cls.__name__} is not a record class")
    # a field outside the comparison tells where a value comes from and is no part of the record
    return tuple(
        field.name for field in attrs.fields(cls) if field.eq and not field.name.startswith("_")
    )


def _plain(value: Any) -> Any:
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [_plain(each) for each in value]
    if attrs.has(type(value)):
        return to_dict(value)
    return str(value)


_AS_THEY_ARE = frozenset({str, bool, int, float})
