"""The paths of fields: ``name``, ``postal_address.post_code``, ``specialities[0].code``."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import attrs

Steps = tuple[str | int, ...]
"""A path in its parts: names of fields, and places in a series from 0."""

_PART = re.compile(r"(\w+)(?:\[(\d+)\])?", re.ASCII)


class PathError(ValueError):
    """A path that does not lead to a field."""

    def __init__(self, why: str, part: str, holder: str = "", fields: Iterable[str] = ()) -> None:
        self.why = why
        self.part = part
        self.fields = tuple(fields)
        """The fields that exist in place of the part."""
        near = difflib.get_close_matches(part, self.fields, cutoff=0.5)
        self.hint = (f"; {holder} has {', '.join(self.fields)}" if self.fields else "") + (
            f"; nearest: {', '.join(near)}" if near else ""
        )
        super().__init__(why + self.hint)


@lru_cache(maxsize=4096)
def parse_path(path: str) -> Steps:
    """Return the steps of a path.

    Raises:
        PathError: If the text is not a path.

    Example:
        >>> parse_path("specialities[0].code")
        ('specialities', 0, 'code')
    """
    steps: list[str | int] = []
    for part in path.split("."):
        match = _PART.fullmatch(part)
        if match is None:
            raise PathError(f"there is no {part!r}", part)
        steps.append(match[1])
        if match[2] is not None:
            steps.append(int(match[2]))
    return tuple(steps)


def value_at(value: Any, steps: Steps) -> Any:
    """Return the value that steps lead to, ``None`` where one of them is absent."""
    for step in steps:
        if value is None:
            return None
        if isinstance(step, int):
            value = value[step] if len(value) > step else None
        else:
            value = getattr(value, step)
    return value


def column_name(path: str) -> str:
    """Return the name of a column: the path with ``_`` in place of dots and brackets."""
    return "_".join(map(str, parse_path(path)))


def field_types(cls: type[Any]) -> dict[str, Any]:
    """Return the types of what a path can lead to in a class: its fields, and its ``PLACES``."""
    hints = typing.get_type_hints(cls)
    types = {field.name: hints[field.name] for field in attrs.fields(cls)}
    for name in getattr(cls, "PLACES", ()):
        types[name] = typing.get_type_hints(getattr(cls, name).fget)["return"]
    return types


def types_at(
    record: type[Any], path: str, further: Mapping[str, type[Any]] | None = None
) -> list[Any]:
    """Return the types that the value at a path may have, without ``None``.

    Args:
        record: The class that the path begins in.
        path: The path.
        further: More fields that the path may begin with, and their classes.

    Raises:
        PathError: If the path is not a field of the record.
    """
    cls: type[Any] | None = record
    fields: dict[str, Any] = {**field_types(record), **(further or {})}
    try:
        steps = parse_path(path)
    except PathError as error:
        raise PathError(error.why, error.part, record.__name__, fields) from None
    options: list[Any] = []
    for place, step in enumerate(steps):
        if isinstance(step, int):
            several = [option for option in options if typing.get_origin(option) is tuple]
            if not several:
                raise PathError(f"{steps[place - 1]!r} is not a series", "")
            options = _options(typing.get_args(several[0])[0])
        elif step not in fields:
            holder = "" if cls is None else cls.__name__
            raise PathError(f"there is no {step!r}", step, holder, fields)
        else:
            options = _options(fields[step])
        cls = next((each for each in options if isinstance(each, type) and attrs.has(each)), None)
        fields = {} if cls is None else field_types(cls)
    return options


def _options(hint: Any) -> list[Any]:
    every = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return [option for option in every if option is not types.NoneType]
