"""From a row of cells to a record.

There are two ways, made from the same plan. The fast one is a generated function that takes a row
as it comes and looks values up in memos; whatever is out of the ordinary makes it raise. The
careful one then takes the row cell by cell and tells what is wrong. Both give equal records (a
test holds one against the other).
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from ..records import Coded, Extra
from ..records.build import builder_of, compile_function, fast_constructor, per_class
from ..records.values import ALWAYS, NO_EXTRA, Address, Validity
from .cells import BadCell, convert
from .declare import Column, Kind, TableSpec

MEMO_SIZE = 4096
"""Entries of one memo. The files are ordered by owner or id, so equal values stand close."""

# Northings of the whole realm lie beyond 5.9 million metres and eastings, even of Greenland in
# zone 32, do not reach it; so a pair that stands the wrong way round can be told by its size.
_NORTHING_FROM = 5_900_000


class Odd(ValueError):
    """The fast way meets something that the careful way has to tell about."""


class Memo(dict[Any, Any]):
    """Remembers the value for each text, or group of texts, within a bound."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> Any:
        value = self._make(key)
        if len(self) >= MEMO_SIZE:
            self.clear()
        self[key] = value
        return value


@attrs.frozen(eq=False)
class Leaf:
    """A field filled from one cell."""

    place: int
    column: Column
    header: str


@attrs.frozen(eq=False)
class Group:
    """A value object filled from several cells, or a tuple of them."""

    cls: type[Any] | None
    """The class; ``None`` for a tuple."""
    parts: Mapping[str, Leaf | Group]

    @property
    def leaves(self) -> list[Leaf]:
        """All cells of the group, in order of the fields."""
        found: list[Leaf] = []
        for part in self.parts.values():
            found += [part] if isinstance(part, Leaf) else part.leaves
        return found


@attrs.frozen(eq=False)
class Plan:
    """Which cell of a row goes where."""

    spec: TableSpec
    header: tuple[str, ...]
    fields: Mapping[str, Leaf | Group]
    """Field of the record to what fills it; fields without a column are left out."""
    unknown: tuple[tuple[int, str], ...]
    """Places and names of the columns that go to ``extra``."""
    columns: tuple[Column | None, ...]
    """For each place of the header the column it was taken for."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Declared columns that the header does not have."""
        present = {column for column in self.columns if column is not None}
        return tuple(column.name for column in self.spec.columns if column not in present)


@per_class
def _classes(cls: type[Any]) -> Mapping[str, type[Any]]:
    """For each field that holds a value object: its class."""
    found: dict[str, type[Any]] = {}
    for name, hint in typing.get_type_hints(cls).items():
        options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        for option in options:
            origin = typing.get_origin(option)
            inner = typing.get_args(option)[0] if origin is tuple else option
            if isinstance(inner, type) and attrs.has(inner):
                found[name] = inner
    return found


def make_plan(spec: TableSpec, header: Sequence[str], columns: Sequence[Column | None]) -> Plan:
    """Lay out how a row under ``header`` becomes a record of ``spec``."""
    tree: dict[str, Any] = {}
    for place, column in enumerate(columns):
        if column is None:
            continue
        for path in (column.field, *column.also):
            node = tree
            steps = path.replace("[", ".#").replace("]", "").split(".")
            for step in steps[:-1]:
                node = node.setdefault(step, {})
            node.setdefault(steps[-1], Leaf(place, column, header[place]))
    names = [field.name for field in attrs.fields(spec.record)]
    fields = {
        name: _group(tree[name], _classes(spec.record).get(name)) for name in names if name in tree
    }
    unknown = tuple(
        (place, header[place])
        for place, column in enumerate(columns)
        if column is None and not spec.part
    )
    return Plan(spec, tuple(header), fields, unknown, tuple(columns))


def _group(node: Any, cls: type[Any] | None) -> Leaf | Group:
    if isinstance(node, Leaf):
        return node
    if any(name.startswith("#") for name in node):
        last = max(int(name[1:]) for name in node)
        parts = {f"#{i}": _group(node.get(f"#{i}", {}), cls) for i in range(last + 1)}
        return Group(None, parts)
    assert cls is not None
    inner = _classes(cls)
    names = [field.name for field in attrs.fields(cls)]
    return Group(cls, {name: _group(node[name], inner.get(name)) for name in names if name in node})


Convert = Callable[[Leaf, str], Any]
Complete = Callable[[str, Coded], Coded]


def _assemble(
    part: Leaf | Group, cells: Sequence[str], take: Convert, swap: Callable[[], object]
) -> Any:
    if isinstance(part, Leaf):
        return take(part, cells[part.place])
    if part.cls is None:
        values = [_assemble(inner, cells, take, swap) for inner in part.parts.values()]
        while values and values[-1] is None:
            values.pop()
        if any(isinstance(value, Coded) for value in values):
            values = [Coded() if value is None else value for value in values]
        return tuple(values)
    found = {name: _assemble(inner, cells, take, swap) for name, inner in part.parts.items()}
    if all(value is None for value in found.values()):
        return ALWAYS if part.cls is Validity else None
    if part.cls is Address:
        straighten(found, swap)
    names = [field.name for field in attrs.fields(part.cls)]
    return fast_constructor(part.cls)(*(found.get(name) for name in names))


def straighten(found: dict[str, Any], swap: Callable[[], object]) -> None:
    """Put easting and northing the right way round where they stand the wrong way."""
    easting, northing = found.get("easting"), found.get("northing")
    if (
        easting is not None
        and northing is not None
        and easting > _NORTHING_FROM
        and abs(northing) < _NORTHING_FROM
    ):
        found["easting"], found["northing"] = northing, easting
        swap()


Report = Callable[[BadCell, Leaf, str], None]


class Decoder:
    """Makes records from the rows under one header."""

    def __init__(
        self,
        plan: Plan,
        *,
        repair: bool = False,
        complete: Complete | None = None,
        on_swap: Callable[[], object] = lambda: None,
    ) -> None:
        self.plan = plan
        self._repair = repair
        self._complete = complete
        self._on_swap = on_swap
        self._make = fast_constructor(plan.spec.record)
        self._defaults = _defaults(plan.spec.record)
        self._memos: dict[Kind, Memo] = {}
        self.fast = self._generate()

    def careful(self, cells: Sequence[str], report: Report) -> Any:
        """Make a record cell by cell; each bad cell goes to ``report`` and costs only itself.

        Gives ``None`` where a required field is missing; that is for the caller to tell.
        """

        def take(leaf: Leaf, text: str) -> Any:
            try:
                return convert(leaf.column.kind, text)
            except BadCell as bad:
                report(bad, leaf, text)
                return bad.repaired if self._repair and bad.repaired is not None else bad.kept

        values = dict(self._defaults)
        for name, part in self.plan.fields.items():
            values[name] = self._completed(name, _assemble(part, cells, take, self._on_swap))
        if self.plan.unknown:
            values["extra"] = self._extra(cells)
        if not self.has_required(cells):
            return None
        return self._make(*values.values())

    def has_required(self, cells: Sequence[str]) -> bool:
        """Tell whether the cells that a record cannot do without are filled."""
        return all(any(cells[leaf.place] for leaf in leaves) for leaves in self._required())

    def _required(self) -> Iterable[list[Leaf]]:
        for path in self.plan.spec.required:
            yield [
                Leaf(place, column, self.plan.header[place])
                for place, column in enumerate(self.plan.columns)
                if column is not None and column.field == path
            ]

    def _extra(self, cells: Sequence[str]) -> Extra:
        items = {name: cells[place] for place, name in self.plan.unknown if cells[place]}
        return Extra(items) if items else NO_EXTRA

    def _completed(self, name: str, value: Any) -> Any:
        if self._complete is None:
            return value
        if isinstance(value, Coded):
            return self._complete(name, value)
        if isinstance(value, tuple) and value and isinstance(value[0], Coded):
            return tuple(self._complete(name, item) for item in value)
        return value

    def _memo(self, kind: Kind) -> Memo:
        if kind not in self._memos:
            self._memos[kind] = Memo(lambda text: convert(kind, text))
        return self._memos[kind]

    def _memo_of_group(self, name: str, group: Group) -> tuple[Memo, list[int]]:
        """A memo from the texts of a group's cells to its value object."""
        places = sorted({leaf.place for leaf in group.leaves})
        position = {place: i for i, place in enumerate(places)}

        def moved(part: Leaf | Group) -> Leaf | Group:
            if isinstance(part, Leaf):
                return attrs.evolve(part, place=position[part.place])
            return Group(part.cls, {key: moved(inner) for key, inner in part.parts.items()})

        local = moved(group)

        def take(leaf: Leaf, text: str) -> Any:
            kind = leaf.column.kind
            if kind is Kind.TEXT or not text:
                return text or None
            return self._memo(kind)[text]

        def make(texts: Any) -> Any:
            cells = (texts,) if len(places) == 1 else texts
            return self._completed(name, _assemble(local, cells, take, self._on_swap))

        return Memo(make), places

    def _generate(self) -> Callable[[Sequence[str]], Any]:
        """Write the fast function for this header.

        It unpacks the row (a wrong number of cells raises ValueError), stores each field, and
        makes the record frozen at the end; see ``records.build`` for why.
        """
        plan = self.plan
        record = plan.spec.record
        names: dict[str, Any] = {
            "new": object.__new__,
            "Builder": builder_of(record),
            "Record": record,
            "Odd": Odd,
            "NO_EXTRA": NO_EXTRA,
            "extra_of": self._extra,
        }
        lines = ["def decode(cells):"]
        cells = ", ".join(f"c{place}" for place in range(len(plan.header)))
        lines.append(f"    {cells}, = cells")
        required = [" or ".join(f"c{leaf.place}" for leaf in leaves) for leaves in self._required()]
        for test in required:
            lines += [f"    if not ({test}):", "        raise Odd"]
        lines.append("    record = new(Builder)")
        for name, default in self._defaults.items():
            part = plan.fields.get(name)
            if part is None:
                if name == "extra" and plan.unknown:
                    test = " or ".join(f"c{place}" for place, _ in plan.unknown)
                    value = f"extra_of(cells) if {test} else NO_EXTRA"
                else:
                    names[f"default_{name}"] = default
                    value = f"default_{name}"
            elif isinstance(part, Leaf):
                if part.column.kind is Kind.TEXT:
                    value = f"c{part.place} or None"
                else:
                    kind = part.column.kind.name
                    names[kind] = self._memo(part.column.kind)
                    value = f"{kind}[c{part.place}]"
            else:
                names[f"{name}_of"], places = self._memo_of_group(name, part)
                value = f"{name}_of[{', '.join(f'c{place}' for place in places)}]"
            lines.append(f"    record.{name} = {value}")
        lines += ["    record.__class__ = Record", "    return record"]
        source = "\n".join(lines) + "\n"
        return compile_function("decode", source, names, f"decode {plan.spec.title}")


@per_class
def _defaults(record: type[Any]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for field in attrs.fields(record):
        default = None if field.default is attrs.NOTHING else field.default
        found[field.name] = default
    return found
