"""Writes the source of the expressions and functions that make values of cells.

They are the words of the generated decoders, see ``recordwriter.py`` and ``rowwriter.py``. A cell
is named by its place: ``c12``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import attrs

from ...records.build import builder_of, compile_function
from ...records.values import NO_EXTRA, Address
from ..declare import Kind
from ..decode import NORTHING_FROM, CarefulDecoder, Group, Leaf, defaults_of, trimmed
from ..generator import NOT_REPEATED, Memo, NeedsCarefulParsing
from .cell_text import EDGE, METRES_PAIR, converter, text_of
from .runs import Run, places_of


class ValueWriter:
    """Writes the values of one header, and collects the names that they use."""

    def __init__(self, careful: CarefulDecoder, delimiter: str) -> None:
        self._careful = careful
        self.plan = careful.plan
        self.completes = careful.completes
        self.delimiter = delimiter
        self._makers: dict[Any, str] = {}
        self._kept: dict[str, object] = {}
        self.names: dict[str, Any] = {
            "new": object.__new__,
            "NeedsCarefulParsing": NeedsCarefulParsing,
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
        self.keep(kept, f"{kept}_value")
        lines = [f"if {cell} != {kept}:", f"    {kept}_value = {value}", f"    {kept} = {cell}"]
        return f"{kept}_value", lines

    def keep(self, *names: str, at_first: object = None) -> None:
        """Take note of variables that go from row to row, and what they are before the first."""
        self._kept |= dict.fromkeys(names, at_first)

    def decoder(self, body: Iterable[str], about: str) -> Callable[..., Any]:
        """Compile a function from a line to what its last line gives, with the variables kept.

        Its second argument is the sign between the cells, where it is not the file's delimiter.
        """
        lines = ["def make_decode():"]
        lines += [f"    {name} = {value!r}" for name, value in self._kept.items()]
        lines.append(f"    def decode(line, sep={self.delimiter!r}):")
        if self._kept:
            lines.append(f"        nonlocal {', '.join(self._kept)}")
        lines += [f"        {line}" for line in body]
        lines.append("    return decode")
        decode: Callable[..., Any] = self.compiled("make_decode", lines, about)()
        return decode

    # -- looking at cells

    def tidied_leaf(self, leaf: Leaf) -> Iterator[str]:
        """Take blanks and the like off one text; raises where it begins with a stray quote."""
        cell = f"c{leaf.place}"
        yield f"if {cell} and ({cell}.strip(EDGE) != {cell} or {cell} == 'NULL'):"
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
        run = Run(((name, group),), range(places[0], places[-1] + 1))
        make = self._maker_of(run)
        cells = f"({names_of(places)},)"
        made = f"{make}({cells})"
        if run.is_address:
            made = f"{make}({cells}, {self.delimiter!r}.join({cells}) + {self.delimiter!r})"
        elif run.recurs:
            self.names.setdefault(f"{make}_of_cells", Memo(self.names[make]))
            made = f"{make}_of_cells[{names_of(places)},]"
        self.names[f"empty_{name}"] = group.empty
        return f"{made} if {any_of(places)} else empty_{name}"

    def run_value(self, run: Run) -> str:
        """Write an expression for the values of a run, of its ``text`` and its ``cells``."""
        make = self._maker_of(run)
        if not run.recurs:
            return f"{make}(cells, text)" if run.is_address else f"{make}(cells)"
        of_cells = self.names[make]
        # a text ends with the sign between its cells; one without cells is refused
        of_text = Memo(lambda text: of_cells(text.split(text[-1:])[:-1]))
        self.names.setdefault(f"{make}_of_text", of_text)
        return f"{make}_of_text[text]"

    def _maker_of(self, run: Run) -> str:
        """Name the function that makes the values of a run of its cells; some share theirs."""
        first = places_of(run.parts[0][1])[0]
        key = tuple(
            (_shape(part, first), name if self.completes else None) for name, part in run.parts
        )
        if key not in self._makers:
            self._makers[key] = f"make_{run.name}"
            make = self.compiled(self._makers[key], self._maker(run), run.name)
            self.names[self._makers[key]] = make
        return self._makers[key]

    def _maker(self, run: Run) -> Iterator[str]:
        """Write a function that makes the values of a run of a list of its cells."""
        leaves = {leaf.place: leaf for _, part in run.parts for leaf in part.leaves}
        if not run.is_address:
            yield f"def make_{run.name}(cells):"
        else:
            # one look at all of an address tells whether a cell may need a closer one
            between = self.delimiter
            signs = ('"', "=", "\t", "\xa0", "NULL", f" {between}", f"{between} ")
            found = " or ".join(f"{sign!r} in text" for sign in signs)
            yield f"def make_{run.name}(cells, text):"
            yield f"    if {found} or text[:1] == ' ' or text[-1:] != {between!r}:"
            yield "        cells = [text_of(cell) if cell else cell for cell in cells]"
        yield f"    {names_of(sorted(leaves))}, = cells"
        if not run.is_address:
            for leaf in leaves.values():
                if leaf.column.kind is Kind.TEXT:
                    yield from (f"    {line}" for line in self.tidied_leaf(leaf))
        for name, part in run.parts:
            if isinstance(part, Leaf):
                yield f"    {name} = {self.value(part)}"
                continue
            yield from (f"    {line}" for line in self.part(name, part))
            if self.completes:
                yield f"    {name} = completed({name!r}, {name})"
        yield f"    return {', '.join(name for name, _ in run.parts)}"

    def part(self, variable: str, part: Group) -> Iterator[str]:
        """Write what puts a value object into a variable."""
        inner = {}
        for key, value in part.parts.items():
            if isinstance(value, Group):
                inner[key] = f"{variable}_{key}"
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
        self.names[f"empty_{cls}"] = part.empty
        yield f"if {any_of(part.places)}:"
        if part.cls is Address and {"easting", "northing"} <= set(part.parts):
            east, north = f"{variable}_east", f"{variable}_north"
            yield from (f"    {line}" for line in self._coordinates(part, east, north))
            inner |= {"easting": east, "northing": north}
        yield f"    {variable} = new({cls}Builder)"
        for field in attrs.fields(part.cls):
            default = "None" if field.default is attrs.NOTHING else repr(field.default)
            yield f"    {variable}.{field.name} = {inner.get(field.name, default)}"
        yield f"    {variable}.__class__ = {cls}"
        if part.empty is None and any(leaf.column.kind is not Kind.TEXT for leaf in part.leaves):
            # a cell that is filled may say nothing all the same: blanks
            absent = " and ".join(f"{variable}.{name} is None" for name in part.parts)
            yield f"    if {absent}:"
            yield f"        {variable} = empty_{cls}"
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


def _shape(part: Leaf | Group, first: int) -> Any:
    """What a value depends on besides its cells: class, fields and their places from ``first``."""
    if isinstance(part, Leaf):
        return part.place - first, part.column.kind
    return part.cls, tuple((name, _shape(inner, first)) for name, inner in part.parts.items())


def names_of(places: Iterable[int]) -> str:
    """Name cells, one after the other."""
    return ", ".join(f"c{place}" for place in places)


def any_of(places: Iterable[int]) -> str:
    """Write the question whether any of these cells is filled."""
    return " or ".join(f"c{place}" for place in places)
