"""Build frozen records without the cost of their frozen ``__init__``.

A frozen attrs class stores each field through a guarded ``__setattr__``; for a record of forty
fields that costs more than reading the row. Here a private subclass with the same layout and no
guard is filled by a generated function, and then becomes the frozen class itself. The result is
an ordinary instance: it refuses assignment, hashes and compares like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from itertools import count
from types import CodeType
from typing import Any, TypeVar

import attrs

R = TypeVar("R")

_serial = count(1)
_MOST_SOURCE = 10_000
"""Characters of source whose code is remembered: a hostile header has any number of columns."""


def per_class(make: Callable[[type[Any]], R]) -> Callable[[type[Any]], R]:
    """Remember one result per class: ``functools.cache``, which type checkers refuse classes."""
    return cache(make)  # type: ignore[return-value]


class _Source:
    """Generated source, as the loader of a module would have it."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get_source(self, name: str) -> str:  # noqa: ARG002 - the name of the method's protocol
        """Return the source; ``linecache`` calls this when a traceback is shown."""
        return self._source


def compile_function(
    name: str, source: str, names: dict[str, Any], about: str
) -> Callable[..., Any]:
    """Compile generated source so that tracebacks and debuggers show its lines.

    What was compiled is remembered, some of it: files of one kind need the same functions. Else the
    source is freed with the function, since a service reads for years.
    """
    code = (_compiled if len(source) <= _MOST_SOURCE else _compiled.__wrapped__)(source, about)
    namespace = names | {"__name__": code.co_filename, "__loader__": _Source(source)}
    exec(code, namespace)  # noqa: S102 - our own source, from declarations
    function: Callable[..., Any] = namespace[name]
    return function


@lru_cache(maxsize=256)
def _compiled(source: str, about: str) -> CodeType:
    return compile(source, f"sorparse generated {next(_serial)}: {about}", "exec")


@per_class
def builder_of(cls: type[Any]) -> type[Any]:
    """Return the unguarded twin of a frozen record class; see :func:`fast_constructor`."""
    return type(
        f"_{cls.__name__}Builder",
        (cls,),
        {
            "__slots__": (),
            "__setattr__": object.__setattr__,
            # one C slot serves both: left guarded, this would make each store a Python call
            "__delattr__": object.__delattr__,
        },
    )


@per_class
def fast_constructor(cls: type[Any]) -> Callable[..., Any]:
    """Return a function that makes a ``cls`` from all its fields, by position, unconverted."""
    fields = [field.name for field in attrs.fields(cls)]
    lines = [
        f"def make({', '.join(fields)}):",
        "    record = _new(Builder)",
        *(f"    record.{name} = {name}" for name in fields),
        "    record.__class__ = Record",
        "    return record",
    ]
    names = {"_new": object.__new__, "Builder": builder_of(cls), "Record": cls}
    return compile_function("make", "\n".join(lines) + "\n", names, f"make {cls.__name__}")
