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
from itertools import chain, islice
from operator import attrgetter
from typing import Any

import attrs

from ...records import Extra
from ...records.build import compile_function, fast_constructor
from ...records.values import NO_EXTRA

SEPARATOR = "\x1f"
NO_TEXT = _JSON = "\x1e"
_read_json = json.JSONDecoder().raw_decode  # without the guesses of json.loads

Unpack = Callable[[Sequence[Any]], Sequence[Any]]
Leaves = list[str | None]
"""The texts of a value."""

UNREADABLE = (LookupError, ValueError, TypeError, ArithmeticError, AttributeError, RecursionError)
"""Errors that a text raises which :func:`pack` or :class:`Texts` did not write."""


class UnreadableError(LookupError):
    """A value, a table or an index that the library did not write: a saved register is forged."""


_AT_ONCE = 512
"""Records that are unpacked at once: a wide ``zip`` is slow."""
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


def read_json(text: bytes) -> Any:
    """Return the value of a block of JSON; raises UnreadableError."""
    try:
        return json.loads(text)
    except UNREADABLE as error:
        raise UnreadableError from error


def unpack_all(hint: Any, values: Sequence[Any]) -> Sequence[Any]:
    """Undo :func:`pack` for values of one type.

    Raises:
        UnreadableError: If a value is not of the type, at any depth.
    """
    try:
        return _unpacker(hint)(values)
    except UNREADABLE as error:
        raise UnreadableError from error


@cache
def _unpacker(hint: Any) -> Unpack:
    """Return the function that undoes :func:`pack` for several values of a type."""
    if isinstance(hint, types.UnionType):
        return _optional(_without_none(hint))
    if hint in _PLAIN:
        return _of_types(hint)
    if typing.get_origin(hint) is tuple:
        return _tuples(_unpacker(typing.get_args(hint)[0]))
    if typing.get_origin(hint) is typing.Literal:
        return _each({text: text for text in typing.get_args(hint)}.__getitem__)
    if hint is date:
        return _each(date.fromisoformat)
    if hint is Extra:
        return _extras
    if attrs.has(hint):
        return _record_unpacker(hint)
    if issubclass(hint, (Decimal, Enum)):
        return _each(hint)
    raise TypeError(f"no field of a record has the type {hint!r}")


def _of_types(*allowed: type[Any]) -> Unpack:
    """Return the function that returns values unchanged if they are of one of some types."""

    def checked(values: Sequence[Any]) -> Sequence[Any]:
        if not set(map(type, values)).issubset(allowed):
            raise TypeError(f"expected {allowed}")
        return values

    return checked


_check_texts, _check_lists, _check_dicts = map(_of_types, (str, list, dict))


def _each(unpack: Callable[[str], Any]) -> Unpack:
    return lambda values: list(map(unpack, _check_texts(values)))


def _without_none(hint: Any) -> Any:
    if not isinstance(hint, types.UnionType):
        return hint
    (kind,) = (each for each in typing.get_args(hint) if each is not types.NoneType)
    return kind


def _optional(kind: Any) -> Unpack:
    if kind in _PLAIN:
        return _of_types(kind, types.NoneType)
    unpack = _unpacker(kind)

    def optional(values: Sequence[Any]) -> Sequence[Any]:
        present = [value for value in values if value is not None]
        there = unpack(present)
        if len(there) in {0, len(values)}:
            return there or values
        each = iter(there)
        return [None if value is None else next(each) for value in values]

    return optional


def _tuples(unpack: Unpack) -> Unpack:
    def tuples(values: Sequence[Any]) -> Sequence[Any]:
        items = iter(unpack(list(chain.from_iterable(_check_lists(values)))))
        return [tuple(islice(items, len(value))) for value in values]

    return tuples


def _extras(values: Sequence[Any]) -> Sequence[Any]:
    if not any(_check_dicts(values)):
        return [NO_EXTRA] * len(values)
    _check_texts([text for items in values for text in items.values()])
    return [Extra(items) if items else NO_EXTRA for items in values]


def _record_unpacker(record: type[Any]) -> Unpack:
    new, hints = fast_constructor(record), typing.get_type_hints(record)
    unpackers = [_unpacker(hints[field.name]) for field in attrs.fields(record)]

    def unpack_records(values: Sequence[Any]) -> Sequence[Any]:
        records: list[Any] = []
        for at in range(0, len(values), _AT_ONCE):
            rows = _check_lists(values[at : at + _AT_ONCE])
            columns = zip(unpackers, zip(*rows, strict=True), strict=True)
            records.extend(map(new, *[unpack(column) for unpack, column in columns]))
        return records

    return unpack_records


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
            return text if self.value_of(text) == value else None
        except (TypeError, UnreadableError):
            return None

    def value_of(self, text: str) -> Any:
        """Return the value of a text.

        Raises:
            UnreadableError: If the text is not that of a value of the type.
        """
        if text[:1] == _JSON:
            return self._of_json(text)
        if self.is_text:
            return text
        try:
            return self._read(text.split(SEPARATOR))
        except UNREADABLE as error:
            raise UnreadableError from error

    def _of_json(self, text: str) -> Any:
        try:
            value, _ = _read_json(text, 1)
        except UNREADABLE as error:
            raise UnreadableError from error
        return unpack_all(self._kind, [value])[0]  # absence has no text

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
