"""Rows of a few fields, for callers who do not need whole records."""

from __future__ import annotations

import typing
from collections import namedtuple
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from ..notebook import HtmlRepr
from ..paths import PathError, column_name, parse_path, types_at, value_at


class Row(HtmlRepr, tuple[Any, ...]):
    """A row of chosen fields: a tuple whose items also have names.

    Each set of fields has a class of its own. The name of an item is its field's path with ``_``
    in place of dots and brackets: ``postal_address.post_code`` is ``row.postal_address_post_code``,
    ``specialities[0].code`` is ``row.specialities_0_code``.

    Example:
        >>> next(feed.entities(fields=("name", "entity_type.name")))
        Row(name='Fonden Det Første Hus', entity_type_name='privat')
    """

    __slots__ = ()
    paths: ClassVar[tuple[str, ...]] = ()
    """The fields as they were asked for."""
    _record: ClassVar[type[Any]]

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __reduce__(self) -> tuple[Any, ...]:
        return _remade, (self._record, self.paths, tuple(self))


def _remade(record: type[Any], paths: tuple[str, ...], items: tuple[Any, ...]) -> Row:
    return tuple.__new__(row_class(record, paths), items)


_known: dict[tuple[type[Any], tuple[str, ...]], type[Row]] = {}


def row_class(record: type[Any], paths: Iterable[str]) -> type[Row]:
    """Return the class of the rows of some fields of a record class.

    Raises:
        ValueError: If a path is not a field of the record class.
    """
    if isinstance(paths, str):
        raise TypeError(f"fields must be several names, as in fields=({paths!r},)")
    wanted = tuple(paths)
    if not wanted:
        raise ValueError("fields names no field")
    known = _known.get((record, wanted))
    if known is not None:
        return known
    names = []
    for path in wanted:
        _types(record, path)
        names.append(column_name(path))
    if len(set(names)) < len(names):
        raise ValueError(f"fields names a field twice: {', '.join(wanted)}")
    body = {
        "__slots__": (),
        "__doc__": f"A row of {', '.join(wanted)}.",
        "paths": wanted,
        "_record": record,
    }
    made: type[Row] = type("Row", (Row, namedtuple("Row", names)), body)  # noqa: PYI024 - by names
    if len(_known) >= 256:
        _known.clear()
    _known[record, wanted] = made
    return made


def row_of(row: type[Row]) -> Callable[[Any], Row]:
    """Return the function that extracts a row's fields from a whole record."""
    paths = [parse_path(path) for path in row.paths]
    return lambda record: tuple.__new__(row, [value_at(record, steps) for steps in paths])


def value_type(record: type[Any], path: str, *, above: str = "") -> type[Any]:
    """Return the type of the single value that a path leads to.

    Args:
        record: The class that the path begins in.
        path: The path.
        above: The text before the path in messages.

    Raises:
        ValueError: If the path is not a field of the record, or leads to several values or to a
            value object, which has fields of its own.
    """
    options = _types(record, path)
    if len(options) == 1 and isinstance(options[0], type) and not attrs.has(options[0]):
        return options[0]
    parts = [
        field.name
        for option in options
        for part in (*typing.get_args(option)[:1], option)
        if isinstance(part, type) and attrs.has(part)
        for field in attrs.fields(part)
    ]
    several = any(typing.get_origin(option) is tuple for option in options)
    path = above + path
    start = path + ("[0]" if several else "")
    further = ", ".join(f"{start}.{part}" for part in parts) or (start if several else "")
    raise ValueError(
        f"{path!r} is not a single value" + (f"; single values are {further}" if further else "")
    )


def _types(record: type[Any], path: str) -> list[Any]:
    try:
        return types_at(record, path)
    except PathError as error:
        why = error.hint or f": {error.why}"
        raise ValueError(f"{record.__name__} has no field {path!r}{why}") from None
