"""Writes the function that makes a record of the texts of a unit.

Which text belongs to which column is known for each sequence of elements: there are getters that
pick the texts. One picks those of the columns that are values by themselves, and for each value
object there is one more, or ``None`` where the unit has none. Texts are never empty and have no
blanks around them; what a unit does not have is ``None``. The function, shortened::

    def assemble(texts, getters):
        nonlocal last_postal_address, postal_address
        leaves, get_validity, get_postal_address, ... = getters
        c0, c1, c2, ... = leaves(texts)
        record = new(Builder)
        record.sor_id = c0 and SOR_ID(c0)
        record.name = c1
        record.entity_type = c2 and entity_type_of[c2]
        record.validity = ALWAYS if get_validity is None else make_Validity(get_validity(texts))
        if get_postal_address is None:
            record.postal_address = None
        else:
            found = get_postal_address(texts)
            if found != last_postal_address:            # else as in the unit before
                postal_address = make_Address(found)
                last_postal_address = found
            record.postal_address = postal_address
        ...
        return record

The record is not frozen yet: what follows from its place in the tree is still to be put in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

import attrs

from ...records import Address, Coded
from ...records.build import builder_of, compile_function
from ..cells import CONVERTERS, convert
from ..declare import Kind
from ..decode import (
    NORTHING_FROM,
    Complete,
    Group,
    Leaf,
    defaults_of,
    make_plan,
    straighten,
    trimmed,
)
from ..generator import NOT_REPEATED, Memo
from .unit_grammar import ABSENT
from .units import Layout

Texts = list[Any]
Getters = tuple[Callable[[Texts], Any] | None, ...]


class RecordWriter:
    """Writes the source, and collects the names it uses."""

    def __init__(self, layout: Layout, complete: Complete, on_swap: Callable[[], object]) -> None:
        names = [column.name for column in layout.columns]
        self._record = layout.spec.record
        self._parts = make_plan(layout.spec, names, layout.columns).fields
        self._title = layout.spec.title
        self._complete = complete
        self._leaves: list[int] = []
        """Places of the columns that are values by themselves."""
        self._groups: dict[str, list[int]] = {}
        """Field of a value object to the places of its columns."""
        self._kept: set[str] = set()
        self._names: dict[str, Any] = {
            "new": object.__new__,
            "Builder": builder_of(self._record),
            "NORTHING_FROM": NORTHING_FROM,
            "trimmed": trimmed,
            "straighten": _straightener(on_swap),
        }

    def function(self) -> Callable[[Texts, Getters], Any]:
        """Give the function; it raises BadCell at the first text that is not what it should be."""
        body = list(self._body())
        lines = [
            "def make():",
            *(f"    {name} = None" for name in self._kept),
            "    def assemble(texts, getters):",
            *([f"        nonlocal {', '.join(self._kept)}"] if self._kept else ()),
            f"        leaves, {', '.join(f'get_{name}' for name in self._groups)}, = getters",
            f"        {', '.join(f'c{place}' for place in self._leaves)}, = leaves(texts)",
            "        record = new(Builder)",
            *(f"        {line}" for line in body),
            "        return record",
            "    return assemble",
        ]
        made: Callable[[Texts, Getters], Any] = self._compiled("make", lines, "a unit of")()
        return made

    def getters(self, number_of: Mapping[int, int]) -> Getters:
        """Give what picks the texts, for the function; ``number_of``: place of a column to text."""

        def getter(places: Sequence[int]) -> Callable[[Texts], Any]:
            return itemgetter(*(number_of.get(place, ABSENT) for place in places))

        return (
            getter(self._leaves),
            *(
                getter(places) if any(place in number_of for place in places) else None
                for places in self._groups.values()
            ),
        )

    def _compiled(self, name: str, lines: Sequence[str], about: str) -> Callable[..., Any]:
        source = "\n".join(lines) + "\n"
        return compile_function(name, source, self._names, f"{about} {self._title}")

    def _body(self) -> Iterator[str]:
        for name, default in defaults_of(self._record).items():
            part = self._parts.get(name)
            if isinstance(part, Leaf):
                self._leaves.append(part.place)
                yield f"record.{name} = {self._value(part, f'c{part.place}')}"
            elif isinstance(part, Group) and part.cls is Coded:
                self._names[f"{name}_of"] = Memo(self._coded(name))
                (code,) = part.leaves
                self._leaves.append(code.place)
                yield f"record.{name} = c{code.place} and {name}_of[c{code.place}]"
            elif isinstance(part, Group) and all(
                isinstance(inner, Leaf) for inner in part.parts.values()
            ):
                self._groups[name] = [leaf.place for leaf in part.leaves]
                yield from self._object(name, part)
            else:  # specialities have an order of their own, and see to themselves
                self._names[f"default_{name}"] = default
                yield f"record.{name} = default_{name}"

    def _coded(self, name: str) -> Callable[[str], Coded]:
        return lambda text: self._complete(name, Coded(text))

    def _object(self, name: str, part: Group) -> Iterator[str]:
        """Make a value object, or a tuple, of texts."""
        found = f"get_{name}(texts)"
        if part.cls is not Address:
            make = "trimmed([*{}])" if part.cls is None else f"{self._maker(part, part.cls)}({{}})"
            self._names[f"no_{name}"] = part.empty
            yield f"record.{name} = no_{name} if get_{name} is None else {make.format(found)}"
            return
        self._kept |= {name, f"last_{name}"}
        yield f"if get_{name} is None:"
        yield f"    record.{name} = None"
        yield "else:"
        yield f"    found = {found}"
        yield f"    if found != last_{name}:"
        yield f"        {name} = {self._maker(part, part.cls)}(found)"
        yield f"        last_{name} = found"
        yield f"    record.{name} = {name}"

    def _maker(self, part: Group, cls: type[Any]) -> str:
        """Write a function from the texts to the object; addresses share theirs."""
        name = f"make_{cls.__name__}"
        if name in self._names:
            return name
        self._names |= {f"{cls.__name__}Builder": builder_of(cls), cls.__name__: cls}
        lines = [
            f"def {name}(found):",
            f"    {', '.join(part.parts)}, = found",
            f"    record = new({cls.__name__}Builder)",
        ]
        for field in attrs.fields_dict(cls):
            leaf = part.parts.get(field)
            value = self._value(leaf, field) if isinstance(leaf, Leaf) else "None"
            lines.append(f"    record.{field} = {value}")
        if cls is Address:
            lines.append(
                "    if record.easting is not None and record.easting > NORTHING_FROM:\n"
                "        straighten(record)"
            )
        lines += [f"    record.__class__ = {cls.__name__}", "    return record"]
        self._names[name] = self._compiled(name, lines, f"{cls.__name__} of")
        return name

    def _value(self, leaf: Leaf, text: str) -> str:
        """Write an expression for the value of one text."""
        kind = leaf.column.kind
        if kind is Kind.TEXT:
            return text
        if kind.name not in self._names:
            read: Any = CONVERTERS[kind]
            if kind in (Kind.EASTING, Kind.NORTHING):
                read = to_metres
            self._names[kind.name] = read if kind in NOT_REPEATED else Memo(read)
        return f"{text} and {kind.name}" + (f"({text})" if kind in NOT_REPEATED else f"[{text}]")


_METRES = re.compile(r"[1-9][0-9]{3,7}(?:\.[0-9]{1,6})?").fullmatch


def to_metres(text: str) -> Any:
    """Read a coordinate: nearly all stand in the one form that needs no thought."""
    return Decimal(text) if _METRES(text) else convert(Kind.EASTING, text)


def _straightener(on_swap: Callable[[], object]) -> Callable[[Any], None]:
    def straighten_record(record: Any) -> None:
        pair = {"easting": record.easting, "northing": record.northing}
        straighten(pair, on_swap)
        record.easting, record.northing = pair["easting"], pair["northing"]

    return straighten_record
