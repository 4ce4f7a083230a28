"""Writes the source of the functions that read a few fields of a line.

Such a function splits no further than the last column it needs. The rest is only counted, and the
quotes are looked at: a line with others than those of wrapped ids goes the exact way, since a
delimiter may stand inside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..records.row import Row
from .declare import Kind
from .decode import Group, Leaf

if TYPE_CHECKING:
    from .valuewriter import ValueWriter

# No quotes but those of ids written for Excel. Looking at each costs much; what was taken once is
# therefore not given back (possessive).
_PLAIN = r'(?:[^"]*+"=""[^"{0}]*+""")*+[^"]*+'


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
        delimiter = values.delimiter
        found = [self._value(path) for path in row.paths]
        needed = [self._value(path) for path in self._plan.spec.required]
        width = len(self._plan.header)
        last = max(self._places)
        values.names |= {
            "Row": row,
            "make": tuple.__new__,
            "plain": re.compile(_PLAIN.format(re.escape(delimiter))).fullmatch,
        }
        body = ["if row is None:"]
        body += [f"    {text}" for text in self._taken_apart(width, last + 1)]
        body += [f"elif len(row) != {width}:", "    raise Odd"]
        body += [f"c{place} = row[{place}]" for place in sorted(self._places)]
        for leaf in self._texts.values():
            body += values.tidied_leaf(leaf)
        body += self._kept
        for value in needed:
            body += [f"if {value} is None:", "    raise Odd"]
        body.append(f"return make(Row, ({', '.join(found)},))")
        return values.decoder(body, "a row of")

    def _taken_apart(self, width: int, count: int) -> Iterator[str]:
        """Split a line, no further than needed; raises where the quotes tell of another split."""
        sign = self._values.delimiter
        if count >= width - 1:
            yield """if '"' in line and plain(line) is None:"""
            yield "    raise Odd"
            yield f"row = line.split({sign!r})"
            yield f"if len(row) != {width}:"
            yield "    raise Odd"
            return
        yield f"row = line.split({sign!r}, {count})"
        yield f"if len(row) != {count + 1}:"
        yield "    raise Odd"
        yield f"rest = row[{count}]"
        yield f"if rest.count({sign!r}) != {width - count - 1}:"
        yield "    raise Odd"
        # most quotes are those of the ids in front; looking for one is much the quickest
        yield """if '"' in rest and plain(rest) is None:"""
        yield "    raise Odd"
        yield "end = len(line) - len(rest)"
        yield """if plain(line, 0, end) is None:"""
        yield "    raise Odd"

    def _value(self, path: str) -> str:
        """Write an expression for the value at a path, and note the cells that it needs."""
        first, *steps = path.replace("[", ".#").replace("]", "").split(".")
        part: Leaf | Group | None = self._plan.fields.get(first)
        whole = part
        for step in steps:
            part = part.parts.get(step) if isinstance(part, Group) else None
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
            self._values.names[name] = _taker(steps)
            return f"{name}({self._values.group_value(first, whole)})"
        if first == "extra" and self._plan.unknown:
            self._places |= {place for place, _ in self._plan.unknown}
            return f"({self._values.extra_value()})"
        default = self._values.default(first)
        name = f"default_{len(self._values.names)}"
        self._values.names[name] = _taker(steps)(default)
        return name


def _taker(steps: list[str]) -> Callable[[Any], Any]:
    def take(value: Any) -> Any:
        for step in steps:
            if value is None:
                return None
            if step.startswith("#"):
                place = int(step[1:])
                value = value[place] if place < len(value) else None
            else:
                value = getattr(value, step)
        return value

    return take
