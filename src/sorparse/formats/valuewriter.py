"""Writes the source of the expressions and functions that make values of cells.

They are the words of the generated decoders, see ``recordwriter.py`` and ``rowwriter.py``. A cell
is named by its place: ``c12``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import attrs

from ..records.build import builder_of, compile_function
from ..records.values import NO_EXTRA, Address
from .declare import Kind
from .decode import NORTHING_FROM, CarefulDecoder, Group, Leaf, defaults_of, trimmed
from .texts import EDGE, METRES_PAIR, NOT_REPEATED, Memo, Odd, converter, text_of


class ValueWriter:
    """Writes the values of one header, and collects the names that they use."""

    def __init__(self, careful: CarefulDecoder, delimiter: str) -> None:
        self._careful = careful
        self.plan = careful.plan
        self.completes = careful.completes
        self.delimiter = delimiter
        self._makers: dict[Any, str] = {}
        self._kept: list[str] = []
        self.names: dict[str, Any] = {
            "new": object.__new__,
            "Odd": Odd,
            "Decimal": Decimal,
            "EDGE": EDGE,
            "NO_EXTRA": NO_EXTRA,
            "NORTHING_FROM": NORTHING_FROM,
            "extra_of": self._extra,
            "metres_pair": METRES_PAIR,
            "text_of": text_of,
            "trimmed": trimmed,
            "swapped": careful.on_swap,
            "completed": careful.completed,
        }

    def compiled(self, name: str, lines: Iterable[str], about: str) -> Callable[..., Any]:
        """Compile generated lines."""
        source = "\n".join(lines) + "\n"
        title = f"{about} {self.plan.spec.title}"
        return compile_function(name, source, self.names, title)

    # -- single cells

    def value(self, leaf: Leaf) -> str:
        """Write an expression for the value of one cell; a text has been tidied before."""
        cell, kind = f"c{leaf.place}", leaf.column.kind
        if kind is Kind.TEXT:
            return f"{cell} or None"
        if kind in NOT_REPEATED:
            self.names.setdefault(f"to_{kind.name}", converter(kind))
            return f"to_{kind.name}({cell}) if {cell} else None"
        if kind.name not in self.names:
            self.names[kind.name] = Memo(converter(kind))
        return f"{kind.name}[{cell}]"

    def kept_value(self, leaf: Leaf) -> tuple[str, list[str]]:
        """Write an expression for the value of one cell, and what has to stand before it.

        Of kinds that do not repeat enough for a memo, the value of the row before is kept: ids of
        parents and location numbers are mostly the same again.
        """
        value, cell = self.value(leaf), f"c{leaf.place}"
        if leaf.column.kind not in NOT_REPEATED or leaf.column.field == "sor_id":
            return value, []
        kept = f"kept_{leaf.place}"
        if kept not in self._kept:
            self._kept += [kept, f"{kept}_value"]
        lines = [f"if {cell} != {kept}:", f"    {kept}_value = {value}", f"    {kept} = {cell}"]
        return f"{kept}_value", lines

    def keep(self, *names: str) -> None:
        """Take note of variables that go from row to row; they begin as ``None``."""
        self._kept += names

    def decoder(self, body: Iterable[str], about: str) -> Callable[..., Any]:
        """Compile a function from a line, or from the cells of a row, with the variables kept."""
        lines = ["def make_decode():", *(f"    {name} = None" for name in self._kept)]
        lines.append("    def decode(line, row=None):")
        if self._kept:
            lines.append(f"        nonlocal {', '.join(self._kept)}")
        lines += [f"        {line}" for line in body]
        lines.append("    return decode")
        decode: Callable[..., Any] = self.compiled("make_decode", lines, about)()
        return decode

    def tidied_leaf(self, leaf: Leaf) -> Iterator[str]:
        """Take blanks and the like off one text; raises where it holds a stray quote."""
        cell = f"c{leaf.place}"
        odd = f"""{cell}.strip(EDGE) != {cell} or '"' in {cell} or {cell} == 'NULL'"""
        yield f"if {cell} and ({odd}):"
        yield f"    {cell} = text_of({cell})"

    def default(self, name: str) -> Any:
        """What a field holds that no column fills."""
        return defaults_of(self.plan.spec.record)[name]

    def extra_value(self) -> str:
        """Write an expression for what stands in the unknown columns."""
        places = [place for place, _ in self.plan.unknown]
        return f"extra_of(({names_of(places)},)) if {any_of(places)} else NO_EXTRA"

    def _extra(self, cells: Sequence[str]) -> Any:
        return self._careful.extra_of([text_of(cell) if cell else None for cell in cells])

    # -- value objects

    def group_value(self, name: str, group: Group) -> str:
        """Write an expression for the value object of cells that stand anywhere."""
        places = places_of(group)
        self.names[f"empty_{name}"] = group.empty
        made = self.made(name, group, f"({names_of(places)},)")
        return f"{made} if {any_of(places)} else empty_{name}"

    def made(self, name: str, group: Group, cells: str, as_key: str | None = None) -> str:
        """Write an expression for the value object of ``cells``, which are not all empty.

        cells: an expression for its cells in the order of the file; ``as_key``: the same as a
            tuple, where it is none.
        """
        # addresses are mostly new where they are not as in the row before
        remembered = group.cls is not Address
        key = (_shape(group), name if self.completes else None)
        if key not in self._makers:  # the three addresses share theirs
            make = self.compiled(f"make_{name}", self._maker(name, group), name)
            self._makers[key] = f"{name}_made"
            self.names[f"{name}_made"] = Memo(make) if remembered else make
        maker = self._makers[key]
        return f"{maker}[{as_key or cells}]" if remembered else f"{maker}({cells})"

    def _maker(self, name: str, group: Group) -> Iterator[str]:
        """Write a function that makes a value object of its cells."""
        # one look at all of it tells whether a cell may need a closer one; U is for NULL
        between = self.delimiter
        signs = ('"', "U", "=", "\t", "\xa0", f" {between}", f"{between} ")
        found = " or ".join(f"{sign!r} in text" for sign in signs)
        self.names[f"empty_{name}"] = group.empty
        yield f"def make_{name}(cells):"
        yield f"    text = {between!r}.join(cells)"
        yield f"    if {found} or text[0] == ' ' or text[-1] == ' ':"
        yield "        cells = [text_of(cell) if cell else cell for cell in cells]"
        yield "        if not any(cells):"
        yield f"            return empty_{name}"
        yield f"    {names_of(places_of(group))}, = cells"
        for line in self.part("value", group, filled=True):
            yield f"    {line}"
        if self.completes:
            yield f"    value = completed({name!r}, value)"
        yield "    return value"

    def part(self, variable: str, part: Group, *, filled: bool = False) -> Iterator[str]:
        """Write what puts a value object into a variable; ``filled`` where a cell is."""
        inner = {}
        for key, value in part.parts.items():
            if isinstance(value, Group):
                inner[key] = f"{variable}_{key.strip('#')}"
                yield from self.part(inner[key], value)
            else:
                inner[key] = self.value(value)
        if not part.leaves:  # a place of a tuple that no column fills
            yield f"{variable} = None"
            return
        if part.cls is None:
            yield f"{variable} = trimmed([{', '.join(inner.values())}])"
            return
        cls = part.cls.__name__
        self.names[f"{cls}Builder"], self.names[cls] = builder_of(part.cls), part.cls
        if part.cls is Address and {"easting", "northing"} <= set(part.parts):
            east, north = f"{variable}_east", f"{variable}_north"
            yield from self._coordinates(part, east, north)
            inner |= {"easting": east, "northing": north}
        indent = "" if filled else "    "
        if not filled:
            yield f"if {any_of(places_of(part))}:"
        yield f"{indent}{variable} = new({cls}Builder)"
        for field in attrs.fields(part.cls):
            default = "None" if field.default is attrs.NOTHING else repr(field.default)
            yield f"{indent}{variable}.{field.name} = {inner.get(field.name, default)}"
        yield f"{indent}{variable}.__class__ = {cls}"
        if not filled:
            self.names[f"empty_{cls}"] = part.empty
            yield "else:"
            yield f"    {variable} = empty_{cls}"

    def _coordinates(self, part: Group, east: str, north: str) -> Iterator[str]:
        easting, northing = part.parts["easting"], part.parts["northing"]
        assert isinstance(easting, Leaf)
        assert isinstance(northing, Leaf)
        cells = f"c{easting.place}", f"c{northing.place}"
        yield f"if not {cells[0]} and not {cells[1]}:"
        yield f"    {east} = {north} = None"
        # a pair as nearly all are: in metres, and each in the size that tells it from the other
        yield f"elif metres_pair(f'{{{cells[0]}}};{{{cells[1]}}}'):"
        for name, cell in zip((east, north), cells, strict=True):
            yield f"    {name} = Decimal({cell}.replace(',', '.'))"
        yield "else:"
        yield f"    {east} = {self.value(easting)}"
        yield f"    {north} = {self.value(northing)}"
        # told by size which is which, see decode.straighten
        yield f"    if {east} is not None and {east} > NORTHING_FROM and {north} is not None:"
        yield f"        if abs({north}) < NORTHING_FROM:"
        yield f"            {east}, {north} = {north}, {east}"
        yield "            swapped()"


def places_of(part: Leaf | Group) -> list[int]:
    """Give the places of the cells that fill a part, in the order of the file."""
    return [part.place] if isinstance(part, Leaf) else sorted({leaf.place for leaf in part.leaves})


def _shape(group: Group, first: int | None = None) -> Any:
    """What a group's value depends on besides its cells: class, fields and their places in it."""
    first = places_of(group)[0] if first is None else first
    return group.cls, tuple(
        (name, _shape(part, first))
        if isinstance(part, Group)
        else (name, part.place - first, part.column.kind)
        for name, part in group.parts.items()
    )


def names_of(places: Iterable[int]) -> str:
    """Name cells, one after the other."""
    return ", ".join(f"c{place}" for place in places)


def any_of(places: Iterable[int]) -> str:
    """Write the question whether any of these cells is filled."""
    return " or ".join(f"c{place}" for place in places)
