"""Writes the source of the functions that read a few fields of a line.

Such a function splits no further than the last column it needs. In the rest the delimiters are
counted. A line with other quotes than those of ids is refused: a delimiter may be between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ...paths import parse_path, value_at
from ...records.row import Row
from ..declare import Kind
from ..decode import Group, Leaf
from .valuewriter import ValueWriter, names_of

# No quotes but those of ids written for Excel, and in cells that ``unquoted`` has marked. Looking
# at each costs much; what was taken once is therefore not given back (possessive).
_PLAIN = r'(?:[^"]*+(?<![^{0}])"(?:=""[^"{0}]*+"""(?![^{0}])|\n[^{0}]*+))*+[^"]*+'


class RowWriter:
    """Writes one function from a line, or from the cells of a row, to a few fields of it."""

    def __init__(self, values: ValueWriter) -> None:
        self._values = values
        self._plan = values.plan
        self._places: set[int] = set()
        self._texts: dict[int, Leaf] = {}
        self._kept: list[str] = []

    def decoder(self, row: type[Row]) -> Callable[..., Any]:
        """Compile the function."""
        values = self._values
        found = [self._value(path) for path in row.paths]
        needed = [self._value(path) for path in self._plan.spec.required]
        values.names |= {
            "Row": row,
            "make": tuple.__new__,
            "plain": re.compile(_PLAIN.format(re.escape(values.delimiter))).fullmatch,
        }
        body = [*self._pieces(), *self._kept]
        for i, value in enumerate(needed):
            body += [
                f"needed_{i} = {value}",
                f"if needed_{i} is None:",
                "    raise NeedsCarefulParsing",
            ]
        items = (f"needed_{needed.index(value)}" if value in needed else value for value in found)
        body.append(f"return make(Row, ({', '.join(items)},))")
        return values.decoder(body, "a row of")

    def _pieces(self) -> Iterator[str]:
        """Split a line, no further than needed; raises where quotes may change the split."""
        width, end = len(self._plan.header), max(self._places) + 1
        yield f"""if '"' in line and sep == {self._values.delimiter!r} and plain(line) is None:"""
        yield "    raise NeedsCarefulParsing"
        if end == width:
            yield f"{names_of(range(end))}, = line.split(sep)"
        else:
            yield f"{names_of(range(end))}, rest = line.split(sep, {end})"
            yield f"if rest.count(sep) != {width - end - 1}:"
            yield "    raise NeedsCarefulParsing"
        yield from self._tidied(range(end))

    def _tidied(self, places: range) -> Iterator[str]:
        for place in places:
            if place in self._texts:
                yield from self._values.tidied_leaf(self._texts[place])

    def _value(self, path: str) -> str:
        """Write an expression for the value at a path, and note the cells that it needs."""
        first, *steps = parse_path(path)
        assert isinstance(first, str)
        part: Leaf | Group | None = self._plan.fields.get(first)
        whole = part
        for step in steps:
            part = part.parts.get(str(step)) if isinstance(part, Group) else None
        if isinstance(part, Leaf) and (
            part is whole
            or (
                part.column.kind not in (Kind.EASTING, Kind.NORTHING)  # may stand swapped
                and not self._values.completes
            )
        ):
            self._places.add(part.place)
            if part.column.kind is Kind.TEXT:
                self._texts[part.place] = part
            value, kept = self._values.kept_value(part)
            self._kept += [line for line in kept if line not in self._kept]
            return f"({value})"
        if isinstance(whole, Group):
            # the whole value object is made, and the rest taken from it
            self._places |= {leaf.place for leaf in whole.leaves}
            name = f"take_{len(self._values.names)}"
            self._values.names[name] = partial(value_at, steps=tuple(steps))
            return f"{name}({self._values.group_value(first, whole)})"
        if first == "extra" and self._plan.unknown:
            self._places |= {place for place, _ in self._plan.unknown}
            return f"({self._values.extra_value()})"
        default = self._values.default(first)
        name = f"default_{len(self._values.names)}"
        self._values.names[name] = value_at(default, tuple(steps))
        return name
