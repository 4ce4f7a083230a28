"""The table ``entity_effective``: inheritance resolved once, for targets that answer by SQL.

A row is a unit in a period in which nothing of the row changes. Periods end where a version of the
unit ends, and where a version of a unit above ends from which the unit inherits. On every date the
row equals ``view.effective`` and ``view[...]`` of that date.

A unit may inherit from units that come later in the source, so what is inherited or shown is held
until all versions are read: each distinct address, name and so on once, and for each version the
number of each of them.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import chain, islice
from typing import Any

from ..inheritance import NEAREST_FIRST, Effective, Found, Inheritance, first_place
from ..records import Address, SorType
from ..register.days import OPEN_END
from ..register.storage.timeindex import NO_ROW, TimeIndex
from ..tables.effective import PLACES, effective_columns, value_fields
from ..tables.flatten import as_double, nearest_double
from ..tables.schema import DataType, TableColumn, TableSchema, schema_of
from .in_force_periods import (
    Derived,
    PeriodCollector,
    first_date,
    in_columns,
    last_date,
    periods_schema,
)

TABLE = "entity_effective"
_DOC = (
    "Disjoint periods in which nothing changes of what a unit has with inheritance resolved; "
    "the first and the last date belong to the period."
)
_SHOWN = (
    "name",
    "sor_type",
    "entity_type.code",
    "entity_type.name",
    "owner.sor_id",
    "health_institution.sor_id",
    "shak_code",
)
"""Paths of the fields of the version in force that go along."""
_RULING = ("parent_id", "sor_type", "location_code_inherited")
"""Fields that decide what is inherited."""
_ABSENT = -1
_NOBODY = -1

Resolved = dict[str, Found]
"""Field to the number of its value and the number of the unit that it comes from."""


@cache
def effective_schema() -> TableSchema:
    """Return the schema of the table."""
    entities = {column.path: column for column in schema_of("entities").columns}
    return TableSchema(
        name=TABLE,
        record=Effective,
        doc=_DOC,
        columns=(
            *periods_schema().columns,
            *(entities[path] for path in _SHOWN),
            *effective_columns(),
        ),
        key=("sor_id", "in_force_from"),
    )


@cache
def _columns_of(field: str) -> tuple[TableColumn, ...]:
    """Return the columns of ``entities`` that hold a field."""
    return tuple(
        column
        for column in schema_of("entities").columns
        if column.path == field or column.path.startswith(f"{field}.")
    )


class _Pool:
    """The distinct values of a field. A value is a tuple, and known by its number."""

    def __init__(self, width: int) -> None:
        self.absent = (None,) * width
        self._numbers: dict[tuple[Any, ...], int] = {self.absent: _ABSENT}
        self._texts: dict[Any, Any] = {}

    def numbers(self, values: Iterable[tuple[Any, ...]]) -> Iterator[int]:
        """Yield the number of each value."""
        known, texts = self._numbers, self._texts
        for value in values:
            number = known.get(value)
            if number is None:
                shared = tuple([texts.setdefault(text, text) for text in value])
                number = known[shared] = len(known) - 1
            yield number

    def values(self) -> list[tuple[Any, ...]]:
        """Return the values by number; the absent one is the last."""
        return [*islice(self._numbers, 1, None), self.absent]


class EffectiveCollector(PeriodCollector):
    """Collects the versions as they are written, then returns the rows of ``entity_effective``.

    Holds 56 bytes a version, and each distinct value once.
    """

    def __init__(self) -> None:
        super().__init__()
        addresses = _Pool(len(_columns_of("postal_address")))
        self.pools = {
            field: addresses if kind is Address else _Pool(len(_columns_of(field)))
            for field, kind in value_fields().items()
        }
        self.pools |= {field: _Pool(1) for field in _RULING}
        self._names = {field: [c.name for c in _columns_of(field)] for field in self.pools}
        self._names["shown"] = [c.name for path in _SHOWN for c in _columns_of(path)]
        self.pools["shown"] = _Pool(len(_SHOWN))
        self.held: dict[str, array[int]] = {field: array("i") for field in self._names}
        self.needed = tuple(
            dict.fromkeys([*self.needed, "extra", *chain.from_iterable(self._names.values())])
        )

    def add(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add the next rows of ``entities``: the values of each column, by its name."""
        super().add(columns)
        columns = _with_all_numbers(columns)
        for field, names in self._names.items():
            values = zip(*(columns[name] for name in names), strict=True)
            self.held[field].extend(self.pools[field].numbers(values))

    def derived(self) -> Derived:
        """Yield the tables that are derived from the units, with their rows."""
        yield from super().derived()
        yield effective_schema(), in_columns(self._effective())

    def _effective(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``entity_effective``, by unit in the order of the source."""
        index = TimeIndex(self)
        resolver = _Resolver(self, index)
        places = _Places(self.pools["postal_address"])
        ids = [*self.ids, None]  # the last is that of _NOBODY
        shown = self.pools["shown"].values()
        values = {field: self.pools[field].values() for field in value_fields()}
        for unit, sor_id in enumerate(self.ids):
            for start, end, row in index.segments(unit):
                for first, last, resolved in resolver.periods(row, start, end):
                    found = {field: resolved[field] or (_ABSENT, _NOBODY) for field in values}
                    yield (
                        *(sor_id, first_date(first), last_date(last), row + 1),
                        *shown[self.held["shown"][row]],
                        *chain.from_iterable(
                            values[field][number] for field, (number, _) in found.items()
                        ),
                        *places[tuple([found[field][0] for field in NEAREST_FIRST])],
                        *(ids[origin] for _, origin in found.values()),
                    )

    def getter(self) -> Callable[[int, str], Any]:
        """Return a function that returns a field of a row, as :class:`Inheritance` needs it.

        A unit is its number there, and a value that is only passed on is its number too.
        """
        held: dict[str, Sequence[int]] = {**self.held, "sor_id": self.unit}
        meaning = {
            "sor_type": [text and SorType(text) for (text,) in self.pools["sor_type"].values()],
            "location_code_inherited": [
                value for (value,) in self.pools["location_code_inherited"].values()
            ],
        }

        def get(row: int, field: str) -> Any:
            number = held[field][row]
            if number == _ABSENT:
                return None
            return meaning[field][number] if field in meaning else number

        return get

    def parents(self) -> list[int]:
        """Return the number of each row's parent; :data:`_NOBODY` without one in the source."""
        texts = self.pools["parent_id"].values()
        units = [_NOBODY if text is None else self.numbers.get(text, _NOBODY) for (text,) in texts]
        return [units[number] for number in self.held["parent_id"]]


class _Resolver:
    """Resolves inheritance on any day, and finds how long the result holds."""

    def __init__(self, collector: EffectiveCollector, index: TimeIndex) -> None:
        self._index = index
        self._get = collector.getter()
        self._parents = collector.parents()
        held = collector.held
        self._own = [collector.unit, *(held[field] for field in (*value_fields(), *_RULING))]
        self._of: tuple[int, ...] = ()
        self._found: Resolved = {}
        self._day = self._until = 0

    def periods(self, row: int, start: int, end: int) -> Iterator[tuple[int, int, Resolved]]:
        """Yield the periods within which the version of a row has the same values."""
        own = tuple([column[row] for column in self._own])
        first = day = start
        resolved: Resolved = {}
        while day <= end:
            following = self._resolved(row, own, day)
            if day > first and following != resolved:
                yield first, day - 1, resolved
                first = day
            resolved, day = following, self._until + 1
        yield first, end, resolved

    def _resolved(self, row: int, own: tuple[int, ...], day: int) -> Resolved:
        """Return the values on a date; those of the row before if they are the same by rule."""
        if own != self._of or not self._day <= day <= self._until:
            self._of, self._day, self._until = own, day, OPEN_END
            # a new one for each day: it remembers what it has resolved
            self._found = Inheritance(self._get, self._above).resolved(row)
        return self._found

    def _above(self, row: int) -> int | None:
        """Return the row that a row inherits from, and note how long it is that one."""
        parent = self._parents[row]
        if parent == _NOBODY:
            return None
        above = self._index.latest_row(parent, self._day)
        self._until = min(self._until, self._index.latest_until(parent, self._day))
        return None if above == NO_ROW else above


class _Places(dict[tuple[int, ...], tuple[str | None, ...]]):
    """Code and name of region and municipality, by the numbers of the addresses nearest first."""

    def __init__(self, addresses: _Pool) -> None:
        super().__init__()
        self._addresses = addresses.values()

    def __missing__(self, numbers: tuple[int, ...]) -> tuple[str | None, ...]:
        places: list[str | None] = []
        for kind in PLACES:
            code, name = _place_columns(kind)
            addresses = [self._addresses[number] for number in numbers]
            place = first_place(kind, [(each[code], each[name]) for each in addresses])
            places += (None, None) if place is None else (place.code, place.name)
        self[numbers] = known = tuple(places)
        return known


@cache
def _place_columns(kind: str) -> tuple[int, int]:
    """Return where code and name of a region or municipality are among an address's columns."""
    paths = [column.path.partition(".")[2] for column in _columns_of("postal_address")]
    return paths.index(f"{kind}_code"), paths.index(f"{kind}_name")


def _with_all_numbers(columns: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    """Return columns in which a coordinate that is in ``extra`` is the nearest double.

    A double cannot hold each decimal number, and this table has no ``extra``.
    """
    changed: dict[str, Sequence[Any]] = {}
    for row, text in enumerate(columns["extra"]):
        if text is None:
            continue
        items = json.loads(text)
        for name in _numbers().intersection(items):
            if columns[name][row] is None and _is_long(items[name]):
                values = changed.setdefault(name, list(columns[name]))
                values[row] = nearest_double(items[name])  # type: ignore[index]
    return {**columns, **changed} if changed else columns


@cache
def _numbers() -> frozenset[str]:
    return frozenset(c.name for c in schema_of("entities").columns if c.type is DataType.NUMBER)


def _is_long(text: str) -> bool:
    """Return whether a text is a number that no double returns unchanged."""
    try:
        return as_double(Decimal(text)) is None
    except InvalidOperation:
        return False
