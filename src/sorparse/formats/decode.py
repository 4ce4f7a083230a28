"""Convert a row of cells to a record.

There are two implementations, built from the same plan. The fast one (``csv/decoder.py``) is a
generated function for a whole row; it raises an error at anything irregular. The careful one, in
this module, then decodes the row cell by cell and reports the errors. Both return
equal records; a test compares them.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress
from operator import itemgetter
from typing import Any

import attrs

from ..paths import parse_path
from ..records import Coded, Extra
from ..records.build import fast_constructor, per_class
from ..records.values import ALWAYS, NO_EXTRA, Address, Validity
from .cells import BadCell, convert
from .declare import Column, Kind, TableSpec
from .generator import Memo

# In the whole realm, northings are above 5.9 million metres and eastings are below, even those of
# Greenland in zone 32. So a pair in the wrong order is recognised by its size.
NORTHING_FROM = 5_900_000


Cells = Sequence[str] | Mapping[int, str]
"""Cells by place."""


def swapped_message(part: str) -> str:
    """Return the message about exchanged coordinates in a column, or an element."""
    return (
        f"eastings are in the northing {part} and northings in the easting {part}; each pair was "
        "exchanged (reported once for the file)"
    )


@attrs.frozen(eq=False)
class Leaf:
    """A field filled from one cell."""

    place: int
    column: Column
    header: str

    @property
    def leaves(self) -> list[Leaf]:
        """The leaf itself; a group returns all its leaves."""
        return [self]


@attrs.frozen(eq=False)
class Group:
    """A value object filled from several cells, or a tuple of them."""

    cls: type[Any] | None
    """The class; ``None`` for a tuple."""
    parts: Mapping[str, Leaf | Group]
    places: tuple[int, ...] = attrs.field(init=False)
    """Places of all its cells, in the order of the file."""

    @places.default
    def _all_places(self) -> tuple[int, ...]:
        return tuple(sorted({leaf.place for leaf in self.leaves}))

    cells: Callable[[Cells], Any] = attrs.field(init=False)
    """Returns the group's cells of a row; all of them are false only if all are empty."""

    @cells.default
    def _picker(self) -> Callable[[Cells], Any]:
        return itemgetter(*self.places) if self.places else lambda _: ()

    @property
    def empty(self) -> Any:
        """Value of the field if all cells are empty."""
        if self.cls is None:
            return ()
        return ALWAYS if self.cls is Validity else None

    @property
    def leaves(self) -> list[Leaf]:
        """All cells of the group, in order of the fields."""
        leaves: list[Leaf] = []
        for part in self.parts.values():
            leaves += part.leaves
        return leaves


@attrs.frozen(eq=False)
class Plan:
    """Which cell of a row fills which field of a record."""

    spec: TableSpec
    header: tuple[str, ...]
    fields: Mapping[str, Leaf | Group]
    """Field of the record to what fills it; fields without a column are omitted."""
    unknown: tuple[tuple[int, str], ...]
    """Places and names of the columns that go to ``extra``."""
    columns: tuple[Column | None, ...]
    """The column at each place of the header; ``None`` if it is unknown."""

    @property
    def required(self) -> list[list[int]]:
        """Places of the required cells; one cell of each list has to be filled."""
        return [
            [
                place
                for place, column in enumerate(self.columns)
                if column is not None and column.field == path
            ]
            for path in self.spec.required
        ]

    @property
    def missing(self) -> tuple[str, ...]:
        """Declared columns that the header does not have."""
        present = {column for column in self.columns if column is not None}
        return tuple(column.name for column in self.spec.columns if column not in present)


@per_class
def _classes(cls: type[Any]) -> Mapping[str, type[Any]]:
    """Return the class of each field that holds a value object."""
    classes: dict[str, type[Any]] = {}
    for name, hint in typing.get_type_hints(cls).items():
        options = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        for option in options:
            origin = typing.get_origin(option)
            inner = typing.get_args(option)[0] if origin is tuple else option
            if isinstance(inner, type) and attrs.has(inner):
                classes[name] = inner
    return classes


def make_plan(spec: TableSpec, header: Sequence[str], columns: Sequence[Column | None]) -> Plan:
    """Return the plan by which a row becomes a record.

    Args:
        spec: Declaration of the table.
        header: Names of the columns in the file.
        columns: The declared column for each name; ``None`` if there is none.
    """
    tree: dict[str | int, Any] = {}
    for place, column in enumerate(columns):
        if column is None:
            continue
        for path in (column.field, *column.also):
            node = tree
            steps = parse_path(path)
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
    if not node:  # a place of a tuple for which the file has no column
        return Group(cls or type(None), {})
    if any(isinstance(step, int) for step in node):
        return Group(None, {str(i): _group(node.get(i), cls) for i in range(max(node) + 1)})
    assert cls is not None
    inner = _classes(cls)
    names = [field.name for field in attrs.fields(cls)]
    return Group(cls, {name: _group(node[name], inner.get(name)) for name in names if name in node})


Convert = Callable[[Leaf, str], Any]
Complete = Callable[[str, Coded], Coded]


def trimmed(values: list[Any]) -> tuple[Any, ...]:
    """Return the values as a tuple, without the empty ones at its end."""
    while values and values[-1] is None:
        values.pop()
    if any(isinstance(value, Coded) for value in values):
        values = [Coded() if value is None else value for value in values]
    return tuple(values)


def straighten(values: dict[str, Any], swap: Callable[[], object]) -> None:
    """Exchange easting and northing if they are in each other's place, and call ``swap``."""
    easting, northing = values.get("easting"), values.get("northing")
    if (
        easting is not None
        and northing is not None
        and easting > NORTHING_FROM
        and abs(northing) < NORTHING_FROM
    ):
        values["easting"], values["northing"] = northing, easting
        swap()


Report = Callable[[BadCell, Leaf, str], None]


def _outcome(key: tuple[Kind, str]) -> Any:
    """Return the value of a text, or the BadCell that says why it has none."""
    try:
        return convert(*key)
    except BadCell as bad:
        return bad.with_traceback(None)  # a remembered traceback would keep the cells in memory


class CarefulDecoder:
    """Builds records from the rows under one header, and reports every invalid cell.

    Args:
        plan: Which cell fills which field.
        repair: Whether repaired ids replace damaged ones.
        complete: Returns a code with its other half filled in; gets the field and the code.
        on_swap: Called when easting and northing were exchanged.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        repair: bool,
        complete: Complete | None = None,
        on_swap: Callable[[], object] = lambda: None,
    ) -> None:
        self.plan = plan
        self.repair = repair
        self._complete = complete
        self.on_swap = on_swap
        self._make = fast_constructor(plan.spec.record)
        self._required = plan.required
        self._values = Memo(_outcome)
        empty = {n: None if isinstance(p, Leaf) else p.empty for n, p in plan.fields.items()}
        self._empty = {**defaults_of(plan.spec.record), **empty}
        self._parts = list(plan.fields.items())
        self._filled_by: list[set[int]] = [set() for _ in plan.header]
        """For each place of the header, the numbers of the parts that its cell fills."""
        for number, (_, part) in enumerate(self._parts):
            for leaf in part.leaves:
                self._filled_by[leaf.place].add(number)

    def decode(self, cells: Sequence[str], report: Report) -> Any:
        """Return the record of a row; an invalid cell does not affect the other cells.

        Args:
            cells: Texts without whitespace around them.
            report: Called with each invalid cell.

        Returns:
            The record, or ``None`` if a required field is missing; the caller reports that.
        """

        def take(leaf: Leaf, text: str) -> Any:
            value = self._values[leaf.column.kind, text]
            if isinstance(value, BadCell):
                report(value, leaf, text)
                repaired = self.repair and value.repaired is not None
                return value.repaired if repaired else value.stored
            return value

        filled = list(compress(self._filled_by, cells))
        if not filled and self._required:
            return None
        values: dict[str, Any] = self._empty.copy()
        for number in sorted(set().union(*filled)):
            name, part = self._parts[number]
            values[name] = self.completed(name, self.assembled(part, cells, take))
        if self.plan.unknown:
            values["extra"] = self.extra_of(cells[place] for place, _ in self.plan.unknown)
        if not self.has_required(cells):
            return None
        return self._make(*values.values())

    def assembled(self, part: Leaf | Group, cells: Cells, take: Convert) -> Any:
        """Return the value of a field from its cells, which ``take`` converts."""
        if isinstance(part, Leaf):
            text = cells[part.place]
            return take(part, text) if text else None
        if not any(part.cells(cells)):
            return part.empty
        fields = {name: self.assembled(one, cells, take) for name, one in part.parts.items()}
        if part.cls is None:
            return trimmed(list(fields.values()))
        if all(value is None for value in fields.values()):
            return part.empty
        if part.cls is Address:
            straighten(fields, self.on_swap)
        values = {**defaults_of(part.cls), **fields}
        return fast_constructor(part.cls)(*values.values())

    @property
    def completes(self) -> bool:
        """Whether the format fills in the other half of codes."""
        return self._complete is not None

    def has_required(self, cells: Sequence[str]) -> bool:
        """Return whether the required cells are filled."""
        for places in self._required:
            for place in places:
                if cells[place]:
                    break
            else:
                return False
        return True

    def extra_of(self, texts: Iterable[str | None]) -> Extra:
        """Return the names and texts of the unknown columns, given the texts of all of them."""
        names = (name for _, name in self.plan.unknown)
        filled = {name: text for name, text in zip(names, texts, strict=True) if text}
        return Extra(filled) if filled else NO_EXTRA

    def completed(self, name: str, value: Any) -> Any:
        """Return the value with the other half of its codes, if the format completes codes."""
        if self._complete is None:
            return value
        if isinstance(value, Coded):
            return self._complete(name, value)
        if isinstance(value, tuple) and value and isinstance(value[0], Coded):
            return tuple(self._complete(name, item) for item in value)
        return value


@per_class
def defaults_of(record: type[Any]) -> Mapping[str, Any]:
    """Return the value of each field of a record class if no column fills it."""
    defaults: dict[str, Any] = {}
    for field in attrs.fields(record):
        default = None if field.default is attrs.NOTHING else field.default
        defaults[field.name] = default
    return defaults
