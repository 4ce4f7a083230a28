"""Records whose fields are read from a register when they are asked for.

A search returns thousands of units of which a program reads two or three fields; to read all forty
takes ten times as long as to read none. So a record of a register begins with its id. It remembers
each field that is read, and reads all that are left if it is asked for more than a few. In every
other respect it is a record as any other: equal, hashable, and pickled with all its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from .build import builder_of, compile_function, per_class

_FEW = 5  # fields that are read one by one


class Source(Protocol):
    """Where the fields of deferred records are read."""

    def value(self, row: int, field: str) -> Any:
        """Return one field."""

    def values(self, row: int) -> Sequence[Any]:
        """Return all fields in their order."""


class Deferred:
    """A base class of records that may be deferred, see :func:`deferred_constructor`."""

    __slots__ = ("_asked", "_row", "_source")

    if not TYPE_CHECKING:  # type checkers would allow any attribute

        def __getattr__(self, name: str) -> Any:
            set_field, set_all = _setters(type(self))
            if name not in set_field:  # nor is _asked, which an ordinary record lacks
                message = f"{type(self).__name__!r} object has no attribute {name!r}"
                raise AttributeError(message, name=name, obj=self)
            if self._asked == _FEW:
                set_all(self, self._source.values(self._row))
                return getattr(self, name)
            value = self._source.value(self._row, name)
            set_field[name](self, value)
            object.__setattr__(self, "_asked", self._asked + 1)
            return value


@per_class
def _setters(cls: type[Any]) -> tuple[dict[str, Callable[..., None]], Callable[..., None]]:
    """Return the functions that set a field of a frozen record, by name, and all fields."""
    names = [field.name for field in attrs.fields(cls)]
    setters = {f"set_{name}": getattr(cls, name).__set__ for name in names}
    lines = [f"    set_{name}(record, {name})\n" for name in names]
    source = f"def set_all(record, values):\n    {', '.join(names)} = values\n{''.join(lines)}"
    set_all = compile_function("set_all", source, setters, f"set {cls.__name__}")
    return dict(zip(names, setters.values(), strict=True)), set_all


@per_class
def deferred_constructor(cls: type[Any]) -> Callable[[str, Source, int], Any]:
    """Return a function that makes a ``cls`` of its SOR id, the source and the row."""
    source = (
        "def make(sor_id, source, row):\n    record = _new(Builder)\n    record.sor_id = sor_id\n"
        "    record._source = source\n    record._row = row\n    record._asked = 0\n"
        "    record.__class__ = Record\n    return record\n"
    )
    names = {"_new": object.__new__, "Builder": builder_of(cls), "Record": cls}
    return compile_function("make", source, names, f"defer {cls.__name__}")
