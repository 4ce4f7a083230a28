"""Writes the source of the functions that read a few fields of a line.

Such a function splits no further than the last column it needs, and passes over runs whose text is
that of the row before; those with ids wherever they stand, as their quotes are then seen to. In the
rest the delimiters are counted, and quotes are looked for: a delimiter may stand between them.
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
from .cell_text import NO_TEXT
from .runs import Run, find_runs
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
        """Split a line, no further than needed; raises where quotes may tell of another split."""
        width, end = len(self._plan.header), max(self._places) + 1
        place = 0
        yield "rest = line"
        for run in find_runs(self._plan):
            if self._places.isdisjoint(run.places) and (
                run.places.stop < (width if _has_ids(run) else end)
            ):
                yield from self._cells(range(place, run.places.start))
                yield from self._passed(run)
                place = run.places.stop
        yield f"""if '"' in rest and sep == {self._values.delimiter!r} and plain(rest) is None:"""
        yield "    raise NeedsCarefulParsing"
        end = max(place, end)
        if end == width:
            yield f"{names_of(range(place, end))}, = rest.split(sep)"
        else:
            yield from self._split(range(place, end))
            yield f"if rest.count(sep) != {width - end - 1}:"
            yield "    raise NeedsCarefulParsing"
        yield from self._tidied(range(place, end))

    def _cells(self, places: range) -> Iterator[str]:
        """Take single cells off the rest, and look for quotes in those not asked for."""
        yield from self._split(places)
        yield from self._tidied(places)
        for place in places:
            if place not in self._places:
                yield f"""if c{place}[:1] == '"' and plain(c{place}) is None:"""
                yield "    raise NeedsCarefulParsing"

    @staticmethod
    def _split(places: range) -> Iterator[str]:
        if places:
            yield f"{names_of(places)}, rest = rest.split(sep, {len(places)})"

    def _tidied(self, places: range) -> Iterator[str]:
        for place in places:
            if place in self._texts:
                yield from self._values.tidied_leaf(self._texts[place])

    def _passed(self, run: Run) -> Iterator[str]:
        """Pass over a run that is not asked for."""
        text, count = f"{run.name}_text", len(run.places)
        self._values.keep(text, at_first=NO_TEXT)
        yield f"if (after := rest.removeprefix({text})) == rest:"
        yield f"    *cells, after = rest.split(sep, {count})"
        yield f"    if len(cells) != {count}:"
        yield "        raise NeedsCarefulParsing"
        yield "    text = rest[:len(rest) - len(after)]"
        yield f"    if sep == {self._values.delimiter!r} and plain(text) is None:"
        yield "        raise NeedsCarefulParsing"
        yield f"    {text} = text"
        yield "rest = after"

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


def _has_ids(run: Run) -> bool:
    """Tell whether a run holds ids, and with them mostly quotes."""
    return any(leaf.column.kind is Kind.SOR_ID for _, part in run.parts for leaf in part.leaves)
