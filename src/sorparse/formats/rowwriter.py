"""Writes the source of the functions that read a few fields of a line.

Such a function splits no further than the last column it needs. The rest is only counted, and the
quotes are looked at: a line with others than those of wrapped ids goes the exact way, since a
delimiter may stand inside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..records.row import Row
from .declare import Kind
from .decode import Group, Leaf

if TYPE_CHECKING:
    from .generate import Writer

# no quotes but those of ids written for Excel, and of cells escaped by Texts.line_of
_PLAIN = r'[^"]*(?:(?:"=""[^"{0}]*"""|"\n[^{0}]*)[^"]*)*'


class RowWriter:
    """Writes one function from a line to a row; the values are written as for whole records."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._plan = writer.plan
        self._places: set[int] = set()
        self._texts: dict[int, Leaf] = {}

    def decoder(self, row: type[Row]) -> Callable[[str], Any]:
        """Compile the function."""
        writer = self._writer
        delimiter = writer.delimiter
        values = [self._value(path) for path in row.paths]
        needed = [self._value(path) for path in self._plan.spec.required]
        width = len(self._plan.header)
        last = max(self._places)
        writer.names |= {
            "Row": row,
            "make": tuple.__new__,
            "plain": re.compile(_PLAIN.format(re.escape(delimiter))).fullmatch,
        }
        cells = ", ".join(f"c{place}" for place in range(last + 1))
        lines = ["def decode(row):"]
        lines.append("""    if '"' in row and plain(row) is None:""")
        lines.append("        raise Odd")
        if last + 1 == width:
            lines.append(f"    {cells}, = row.split({delimiter!r})")
        else:
            lines.append(f"    {cells}, rest = row.split({delimiter!r}, {last + 1})")
            lines.append(f"    if rest.count({delimiter!r}) != {width - last - 2}:")
            lines.append("        raise Odd")
        for leaf in self._texts.values():
            lines += [f"    {line}" for line in writer.tidied_leaf(leaf)]
        lines += [f"    if {value} is None:\n        raise Odd" for value in needed]
        lines.append(f"    return make(Row, ({', '.join(values)},))")
        return writer.compiled("decode", lines, "a row of")

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
                and not self._writer.completes
            )
        ):
            self._places.add(part.place)
            if part.column.kind is Kind.TEXT:
                self._texts[part.place] = part
            return f"({self._writer.value(part)})"
        if isinstance(whole, Group):
            # the whole value object is made, and the rest taken from it
            self._places |= {leaf.place for leaf in whole.leaves}
            name = f"take_{len(self._writer.names)}"
            self._writer.names[name] = _taker(steps)
            return f"{name}({self._writer.group_value(first, whole)})"
        if first == "extra" and self._plan.unknown:
            self._places |= {place for place, _ in self._plan.unknown}
            return f"({self._writer.extra_value()})"
        default = self._writer.default(first)
        name = f"default_{len(self._writer.names)}"
        self._writer.names[name] = _taker(steps)(default)
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
