"""Generated functions that turn a line, or a row of cells, into a record.

What costs in reading is Python frames and objects, not conversions: the cells of a row are a
hundred strings, and each takes longer to make than to convert. So for each header a function is
written that

- takes the line in pieces: where the columns of a value object stand together (an address, the
  owner), the text of the whole group is compared with that of the row before, which in the
  register it mostly equals, and only where it differs is it split into cells;
- looks up dates, ids, codes and value objects in bounded memos by their text, so that equal values
  are one object;
- stores the fields and makes the record frozen at the end (see ``records.build``).

Anything out of the ordinary raises ValueError, and the row is then taken the exact way. A line
holds no quotes but those of ids written for Excel, or it is out of the ordinary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import attrs

from ..identifiers import is_sor_id
from ..records.build import builder_of, compile_function
from ..records.values import NO_EXTRA, Address
from .cells import convert, to_sor_id
from .declare import Kind
from .decode import NORTHING_FROM, CarefulDecoder, Group, Leaf, defaults_of, trimmed
from .rows import BLANKS, clean

MEMO_SIZE = 4096
"""Entries of one memo. The files are ordered by owner or id, so equal values stand close."""
MEMO_CHARS = 1000
"""Longest text that is remembered: real addresses have some hundred characters."""
BLOCK_COLUMNS = 4
"""How many columns a group needs for comparing its text to be cheaper than splitting it."""

# A cell that begins or ends with one of these may not be its own value yet.
_EDGE = BLANKS + '="'
# Fields with a value of their own in nearly every row: a memo does not pay.
_UNIQUE_FIELDS = {"sor_id", "virtual_address"}


class Odd(ValueError):
    """The row is for the exact way."""


class Memo(dict[Any, Any]):
    """Remembers the value for each text, or group of texts, within a bound."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> Any:
        value = self._make(key)
        if (len(key) if isinstance(key, str) else sum(map(len, key))) > MEMO_CHARS:
            return value
        if len(self) >= MEMO_SIZE:
            self.clear()
        self[key] = value
        return value


def text_of(cell: str) -> str | None:
    """Give the value of a cell cut out of a line: unwrapped, without blanks, or ``None``."""
    if '"' in cell:
        stripped = cell.strip(BLANKS)
        if not (stripped.startswith('"=""') and stripped.endswith('"""') and len(stripped) > 6):
            raise Odd
        cell = stripped[4:-3]
        if '"' in cell:
            raise Odd
    return clean(cell) or None


def text_of_exact(cell: str) -> str | None:
    """Give the value of a cell that was split by the rules, in which a quote is a quote."""
    return clean(cell) or None


def _sor_id(cell: str) -> str | None:
    inner = cell[4:-3] if cell[:4] == '"=""' and cell[-3:] == '"""' else cell
    if is_sor_id(inner):
        return inner
    text = text_of(cell)
    return to_sor_id(text) if text else None


_METRES = re.compile(r"[1-9][0-9]{3,7}(?:[.,][0-9]{1,6})?")


def _coordinate(cell: str) -> Decimal | None:
    if _METRES.fullmatch(cell):
        return Decimal(cell.replace(",", "."))
    value: Decimal | None = convert(Kind.EASTING, clean(cell))
    return value


class FastDecoder:
    """The generated functions of one header: ``line`` for lines, ``cells`` for rows of cells."""

    def __init__(self, careful: CarefulDecoder, delimiter: str) -> None:
        self._careful = careful
        self._plan = careful.plan
        self._delimiter = delimiter
        self._blocks = self._find_blocks()
        self._memos: dict[str, Any] = {}
        self.line: Callable[[str], Any] = self._generate(exact=False)
        self.cells: Callable[[Sequence[str]], Any] = self._generate(exact=True)

    def _find_blocks(self) -> dict[int, tuple[str, range]]:
        """Find the groups whose columns stand together: first place to field and places."""
        found = {}
        needed = {place for places in self._plan.required for place in places}
        for name, part in self._plan.fields.items():
            if not isinstance(part, Group) or name in _UNIQUE_FIELDS:
                continue
            places = _places(part)
            if needed.intersection(places):
                continue
            whole = range(places[0], places[-1] + 1)
            # the last column has no delimiter after it, by which a block's end is known
            if len(places) == len(whole) >= BLOCK_COLUMNS and whole.stop < len(self._plan.header):
                found[whole.start] = (name, whole)
        return found

    def _generate(self, *, exact: bool) -> Callable[[Any], Any]:
        writer = _Writer(self._careful, self._delimiter, self._memos, exact=exact)
        head = list(writer.cells() if exact else writer.pieces(self._blocks))
        done = set() if exact else {name for name, _ in self._blocks.values()}
        body = list(writer.record(done))
        state = writer.state
        lines = ["def make_decode():"]
        lines += [f"    {name} = {value}" for name, value in state.items()]
        lines.append("    def decode(row):")
        if state:
            lines.append(f"        nonlocal {', '.join(state)}")
        lines += [f"        {line}" for line in (*head, *body)]
        lines.append("    return decode")
        title = f"decode {self._plan.spec.title}, {'cells' if exact else 'lines'}"
        make = compile_function("make_decode", "\n".join(lines) + "\n", writer.names, title)
        decode: Callable[[Any], Any] = make()
        return decode


class _Writer:
    """Writes the source of one function, and collects the names it uses."""

    def __init__(
        self, careful: CarefulDecoder, delimiter: str, memos: dict[str, Any], *, exact: bool
    ) -> None:
        self._careful = careful
        self._plan = careful.plan
        self._delimiter = delimiter
        self._memos = memos
        self._exact = exact
        self.state: dict[str, str] = {}
        self.names: dict[str, Any] = {
            "new": object.__new__,
            "Odd": Odd,
            "EDGE": _EDGE,
            "NO_EXTRA": NO_EXTRA,
            "NORTHING_FROM": NORTHING_FROM,
            "extra_of": self._extra,
            "text_of": text_of_exact if exact else text_of,
            "trimmed": trimmed,
            "swapped": careful.on_swap,
            "completed": careful.completed,
        }

    # -- taking the row apart

    def cells(self) -> Iterator[str]:
        """Unpack a row of cells; a wrong number of them raises."""
        yield f"{_names(range(len(self._plan.header)))}, = row"

    def pieces(self, blocks: dict[int, tuple[str, range]]) -> Iterator[str]:
        """Take a line apart, block by block."""
        sign = repr(self._delimiter)
        place, rest = 0, "row"
        for start, (name, whole) in sorted(blocks.items()):
            if start > place:
                cells = range(place, start)
                yield f"{_names(cells)}, rest = {rest}.split({sign}, {len(cells)})"
                rest = "rest"
            make, text = self._block(name), f"{name}_text"
            self.state |= {text: "None", f"{name}_size": "0", f"{name}_value": "None"}
            yield f"if {text} is not None and {rest}.startswith({text}):"
            yield f"    rest = {rest}[{name}_size:]"
            yield "else:"
            yield f"    whole = {rest}"
            yield f"    {_names(whole)}, rest = whole.split({sign}, {len(whole)})"
            yield f"    {name}_value = {make}[{_names(whole)}]"
            yield f"    {name}_size = len(whole) - len(rest)"
            yield f"    {text} = whole[:{name}_size]"
            place, rest = whole.stop, "rest"
        cells = range(place, len(self._plan.header))
        yield f"{_names(cells)}, = {rest}.split({sign})"

    def _block(self, name: str) -> str:
        part = self._plan.fields[name]
        assert isinstance(part, Group)
        return self._group_memo(name, part)

    def _group_memo(self, name: str, group: Group) -> str:
        memo = f"{name}_of"
        key = f"{memo}{self._exact}"
        if key not in self._memos:
            make = self._compiled(f"make_{name}", self._group(name, group))
            self._memos[key] = Memo(make)
        self.names[memo] = self._memos[key]
        return memo

    def _compiled(self, name: str, lines: Iterable[str]) -> Callable[..., Any]:
        source = "\n".join(lines) + "\n"
        return compile_function(name, source, self.names, f"{name} {self._plan.spec.title}")

    # -- putting the record together

    def record(self, blocks: set[str]) -> Iterator[str]:
        """Store every field."""
        plan = self._plan
        self.names["Builder"] = builder_of(plan.spec.record)
        self.names["Record"] = plan.spec.record
        yield "record = new(Builder)"
        for name, default in defaults_of(plan.spec.record).items():
            part = plan.fields.get(name)
            if name in blocks:
                yield f"record.{name} = {name}_value"
            elif isinstance(part, Leaf):
                yield from self._leaf(name, part)
            elif part is not None:
                yield from self._group_field(name, part)
            elif name == "extra" and plan.unknown:
                test = _any(place for place, _ in plan.unknown)
                cells = _names(place for place, _ in plan.unknown)
                yield f"record.extra = extra_of(({cells},)) if {test} else NO_EXTRA"
            else:
                self.names[f"default_{name}"] = default
                yield f"record.{name} = default_{name}"
        for path in plan.spec.required:
            steps = path.split(".")
            whole = [".".join(("record", *steps[: i + 1])) for i in range(len(steps))]
            yield f"if {' or '.join(f'{step} is None' for step in whole)}:"
            yield "    raise Odd"
        yield "record.__class__ = Record"
        yield "return record"

    def _extra(self, cells: Sequence[str]) -> Any:
        take = self.names["text_of"]
        return self._careful.extra_of([take(cell) if cell else None for cell in cells])

    def _leaf(self, name: str, leaf: Leaf) -> Iterator[str]:
        cell = f"c{leaf.place}"
        if leaf.column.kind is not Kind.TEXT:
            if name in _UNIQUE_FIELDS:
                self.names["own_id"] = _sor_id
                yield f"record.{name} = own_id({cell})"
            else:
                yield f"record.{name} = {self._value(leaf)}"
            return
        yield f"if {cell}:"
        yield f"    if {self._edges(cell)}:"
        yield f"        {cell} = text_of({cell})"
        yield f"    record.{name} = {cell}"
        yield "else:"
        yield f"    record.{name} = None"

    def _edges(self, cell: str) -> str:
        test = f"{cell}[0] in EDGE or {cell}[-1] in EDGE or {cell} == 'NULL'"
        return test if self._exact else f"""{test} or '"' in {cell}"""

    def _group_field(self, name: str, group: Group) -> Iterator[str]:
        places = _places(group)
        if name not in _UNIQUE_FIELDS:
            yield f"record.{name} = {self._group_memo(name, group)}[{_names(places)}]"
            return
        make = f"make_{name}"
        self.names[make] = self._compiled(make, self._group(name, group))
        cells = _names(places) if len(places) == 1 else f"({_names(places)})"
        self.names[f"empty_{name}"] = group.empty
        yield f"record.{name} = {make}({cells}) if {_any(places)} else empty_{name}"

    def _group(self, name: str, group: Group) -> Iterator[str]:
        """Write a function from the cells of a group to its value object."""
        places = _places(group)
        single = len(places) == 1
        self.names[f"empty_{name}"] = group.empty
        yield f"def make_{name}(cells):"
        yield f"    if not {'cells' if single else 'any(cells)'}:"
        yield f"        return empty_{name}"
        yield from self._tidied(group, places)
        yield f"    {_names(places)} = cells"
        for line in self._part("value", group):
            yield f"    {line}"
        if self._careful.completes:
            yield f"    value = completed({name!r}, value)"
        yield "    return value"

    def _tidied(self, group: Group, places: list[int]) -> Iterator[str]:
        """Take blanks and the like off texts; the other kinds see to it when they convert."""
        texts = [leaf for leaf in group.leaves if leaf.column.kind is Kind.TEXT]
        if not texts:
            return
        # one look at the whole text tells whether any cell needs a closer one
        joined = "cells" if len(places) == 1 else repr(";") + ".join(cells)"
        signs = "' ;' in text or '; ' in text or '\\t' in text or '\\xa0' in text"
        edge = "text[0] in EDGE or text[-1] in EDGE"
        yield f"    text = {joined}"
        yield f"    if {edge} or '\"' in text or '=' in text or {signs} or 'NULL' in text:"
        if len(places) == 1:
            yield "        cells = text_of(cells) or ''"
        else:
            yield "        cells = [text_of(cell) or '' if cell else '' for cell in cells]"

    def _part(self, variable: str, part: Group) -> Iterator[str]:
        inner = {}
        for key, value in part.parts.items():
            if isinstance(value, Group):
                inner[key] = f"{variable}_{key.strip('#')}"
                yield from self._part(inner[key], value)
            else:
                inner[key] = self._value(value)
        if not part.parts:  # a place of a tuple that the file has no column for
            yield f"{variable} = None"
            return
        if part.cls is None:
            yield f"{variable} = trimmed([{', '.join(inner.values())}])"
            return
        cls = part.cls.__name__
        self.names[f"{cls}Builder"], self.names[cls] = builder_of(part.cls), part.cls
        self.names[f"empty_{cls}"] = part.empty
        if part.cls is Address and {"easting", "northing"} <= set(part.parts):
            # told by size which is which, see decode.straighten
            east, north = f"{variable}_east", f"{variable}_north"
            yield f"{east} = {inner['easting']}"
            yield f"{north} = {inner['northing']}"
            yield f"if {east} is not None and {east} > NORTHING_FROM and {north} is not None:"
            yield f"    if abs({north}) < NORTHING_FROM:"
            yield f"        {east}, {north} = {north}, {east}"
            yield "        swapped()"
            inner |= {"easting": east, "northing": north}
        yield f"if {_any(_places(part))}:"
        yield f"    {variable} = new({cls}Builder)"
        for field in attrs.fields(part.cls):
            default = "None" if field.default is attrs.NOTHING else repr(field.default)
            yield f"    {variable}.{field.name} = {inner.get(field.name, default)}"
        yield f"    {variable}.__class__ = {cls}"
        yield "else:"
        yield f"    {variable} = empty_{cls}"

    def _value(self, leaf: Leaf) -> str:
        """Write an expression for the value of one cell."""
        cell, kind = f"c{leaf.place}", leaf.column.kind
        if kind is Kind.TEXT:
            return f"{cell} or None"
        take = self.names["text_of"]

        def make(text: str) -> Any:
            return convert(kind, take(text) or "")

        if kind in (Kind.EASTING, Kind.NORTHING):  # too many values for a memo to pay
            self.names["coordinate"] = _coordinate
            return f"coordinate({cell}) if {cell} else None"
        key = f"{kind.name}{self._exact}"
        memo = Memo(_sor_id if kind is Kind.SOR_ID else make)
        self.names[kind.name] = self._memos.setdefault(key, memo)
        return f"{kind.name}[{cell}]"


def _places(part: Leaf | Group) -> list[int]:
    return [part.place] if isinstance(part, Leaf) else sorted({leaf.place for leaf in part.leaves})


def _names(places: Iterable[int]) -> str:
    return ", ".join(f"c{place}" for place in places)


def _any(places: Iterable[int]) -> str:
    return " or ".join(f"c{place}" for place in places)
