"""Encode values of records as text, without loss, and decode them.

Two forms: JSON, for whole tables; and for the fields of units the texts of a value joined by
U+001F, which is several times as fast to read. ``Address`` has 20 of them, an absent one is
empty. A value that this form cannot express is JSON, after U+001E.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache, cached_property
from itertools import islice
from operator import attrgetter
from typing import Any

import attrs

from ...records import Extra
from ...records.build import compile_function, fast_constructor
from ...records.values import NO_EXTRA

SEPARATOR = "\x1f"
NO_TEXT = _JSON = "\x1e"
_read_json = json.JSONDecoder().raw_decode  # without the guesses of json.loads

Unpack = Callable[[Any], Any]
Leaves = list[str | None]
"""The texts of a value."""

_PLAIN = frozenset((str, bool, int, types.NoneType))
"""Types that JSON supports."""


def pack(value: Any) -> Any:
    """Return a value of a record in the types of JSON; a record becomes the list of its fields.

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
    """Return the function that reads all fields of a record, of which there are at least two."""
    return attrgetter(*(field.name for field in attrs.fields(record)))


@cache
def unpacker(hint: Any) -> Unpack | None:
    """Return the function that undoes :func:`pack` for a type; ``None`` if it changes nothing."""
    if isinstance(hint, types.UnionType):
        return _optional(unpacker(_without_none(hint)))
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


def _without_none(hint: Any) -> Any:
    if not isinstance(hint, types.UnionType):
        return hint
    (kind,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
    return kind


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


# ------------------------------------------------------------------ texts


@cache
def leaf_paths(hint: Any) -> tuple[str, ...]:
    """Return the paths of the texts of a value: ``("sor_id", "name", "entity_type.code", …)``.

    What is not compared (``Coded.supplied``) is not among them.
    """
    kind = _without_none(hint)
    if not attrs.has(kind):
        return ("",)
    hints = typing.get_type_hints(kind)
    return tuple(
        f"{field.name}.{path}".rstrip(".")
        for field in attrs.fields(kind)
        if field.eq
        for path in leaf_paths(hints[field.name])
    )


class Texts:
    """Converts values of one type to text, and back."""

    def __init__(self, hint: Any) -> None:
        kind = _without_none(hint)
        self.is_text = kind is str
        self.is_tuple = typing.get_origin(kind) is tuple
        self.paths = leaf_paths(typing.get_args(kind)[0] if self.is_tuple else kind)
        """Paths of the texts in a value, or in each item of a tuple."""
        self._kind = kind
        self.absent = SEPARATOR * (len(self.paths) - 1)
        """The text of no value."""
        self._unpack = unpacker(hint)
        self._write = _writer(kind)

    def text_of(self, value: Any) -> str | None:
        """Return the text of a value, ``None`` if it cannot be converted back."""
        if self.is_text and type(value) is str and value and value[0] != _JSON:
            return value
        try:
            leaves = self._write(value)
            text = SEPARATOR.join(["" if leaf is None else leaf for leaf in leaves])
            separators = len(leaves) - 1
            if (
                text.count(SEPARATOR) == separators < len(text)
                and "" not in leaves
                and text[0] != _JSON
            ):
                if not self.is_tuple:
                    return text
                if any(leaves[-len(self.paths) :]):  # absent items at the end are not written
                    return text.rstrip(SEPARATOR)
        except (TypeError, AttributeError, LookupError):
            pass  # of another type than the field, or something that is not in ``paths``
        try:
            text = _JSON + json.dumps(pack(value), separators=(",", ":"))
        except TypeError:
            return None
        return text if self.value_of(text) == value else None

    def value_of(self, text: str) -> Any:
        """Return the value of a text."""
        if text[:1] == _JSON:
            value, _ = _read_json(text, 1)
            return value if self._unpack is None else self._unpack(value)
        if self.is_text:
            return text
        return self._read(text.split(SEPARATOR))

    def columns(self, texts: Sequence[str]) -> list[list[str]] | None:
        """Return the texts of values, a column for each path; "" is an absent text.

        ``None`` if a value is not in this form.
        """
        if self.is_text:
            return None if any(text[:1] == _JSON for text in texts) else [list(texts)]
        joined, width = SEPARATOR.join(texts), len(self.paths)
        leaves = joined.split(SEPARATOR)
        if self.is_tuple or _JSON in joined or len(leaves) % width:
            return None
        return [leaves[at::width] for at in range(width)]

    @cached_property
    def _read(self) -> Callable[[list[str]], Any]:
        return _reader(self._kind)


@cache
def _reader(hint: Any) -> Callable[[list[str]], Any]:
    """Return the function from the texts of a value to the value; it is generated."""
    kind = _without_none(hint)
    if typing.get_origin(kind) is tuple:
        item = typing.get_args(kind)[0]
        read_item, size = _reader(item), len(leaf_paths(item))

        def read_all(leaves: list[str]) -> Any:
            leaves += [""] * (-len(leaves) % size)
            return tuple([read_item(leaves[at : at + size]) for at in range(0, len(leaves), size)])

        return read_all
    leaves = [f"t{place}" for place in range(len(leaf_paths(kind)))]
    names = {"yes": {"1": True, "0": False}, "no_text": _no_text}
    source = f"def read(texts):\n    [{', '.join(leaves)}] = texts\n"
    source += f"    return {_expression(kind, leaves, names)}\n"
    return compile_function("read", source, names, f"read {kind}")


def _expression(kind: Any, leaves: list[str], names: dict[str, Any]) -> str:
    """Return the expression of a value; ``names`` gets what it uses."""
    if kind is str:
        return f"{leaves[0]} or None"
    if kind is bool:
        return f"yes[{leaves[0]}]"
    name = getattr(kind, "__name__", "no_text")
    if not attrs.has(kind):
        is_text = isinstance(kind, type) and issubclass(kind, (Decimal, Enum))
        names[name] = kind if is_text else _no_text
        return f"{name}({leaves[0]})"
    names[name] = fast_constructor(kind)
    hints, parts, left = typing.get_type_hints(kind), [], iter(leaves)
    for field in attrs.fields(kind):
        hint = _without_none(hints[field.name])
        own = list(islice(left, len(leaf_paths(hint)))) if field.eq else []
        part = _expression(hint, own, names) if own else "None"
        parts.append(part if hint is str else f"{part} if {' or '.join(own) or 'False'} else None")
    return f"{name}({', '.join(parts)})"


@cache
def _writer(hint: Any) -> Callable[[Any], Leaves]:
    """Return the function from a value to its texts; it raises TypeError for other values."""
    kind = _without_none(hint)
    if typing.get_origin(kind) is tuple:
        write = _writer(typing.get_args(kind)[0])
        return lambda values: [leaf for value in values for leaf in write(value)]
    if kind is str:
        return lambda value: [value]
    if kind is bool:
        return _bool
    if kind is Decimal:
        return _decimal
    if attrs.has(kind):
        return _record_writer(kind)
    return (lambda value: [value.value]) if issubclass(kind, Enum) else _no_text


def _no_text(_: Any) -> Any:
    raise TypeError("a value of this type is JSON")


def _bool(value: Any) -> Leaves:
    if type(value) is not bool:
        raise TypeError
    return ["1" if value else "0"]


def _decimal(value: Any) -> Leaves:
    if type(value) is not Decimal:
        raise TypeError
    return [str(value)]


def _record_writer(record: type[Any]) -> Callable[[Any], Leaves]:
    hints = typing.get_type_hints(record)
    fields = attrs.fields(record)
    fields_of = attrgetter(*[field.name for field in fields])
    absent = [place for place, field in enumerate(fields) if not field.eq]
    parts = [  # what is not a text by itself; from the end, so that places before stay
        (place, len(leaf_paths(hints[field.name])), _writer(hints[field.name]))
        for place, field in reversed([*enumerate(fields)])
        if field.eq and _without_none(hints[field.name]) is not str
    ]

    def write(value: Any) -> Leaves:
        leaves = list(fields_of(value))
        for place, size, write_part in parts:
            part = leaves[place]
            written = [None] * size if part is None else write_part(part)
            if part is not None and not any(written):
                raise TypeError("it would be read as absent")
            leaves[place : place + 1] = written
        for place in absent:
            if leaves.pop(place) is not None:
                raise TypeError("it is not written")
        return leaves

    return write
