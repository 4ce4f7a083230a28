"""The versions of all units in little memory; records are built when asked for.

A register with full history repeats itself: of some forty fields a new version changes two or
three. So the first version of a unit is held as the record that was read, and each later one as
what differs from it, while its dates are in arrays. A version that differs in too much is content
whole again, and the following ones are compared with it. No chain is ever followed: any version
is built from one record and one difference.

Measured with 300,000 units and 1.5 million versions (``benchmarks/register.py``, Python 3.11): see
``docs/register.md``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter, is_
from typing import Any

import attrs

from ..errors import SorError
from ..formats.edits import AHEAD, latest_edit
from ..records import SOREntity, Validity
from ..records.build import fast_constructor
from .days import end_ordinal, from_ordinal, start_ordinal

_FIELDS = tuple(field.name for field in attrs.fields(SOREntity))
_DATED = ("validity", "updated_at")  # held in the arrays
_COMPARED = tuple(name for name in _FIELDS if name not in ("sor_id", *_DATED))
_COMPARED_AT = tuple(_FIELDS.index(name) for name in _COMPARED)
_PLACE = {"sor_id": -1} | {name: place for place, name in enumerate(_COMPARED)}
_VALIDITY_AT, _UPDATED_AT = (_FIELDS.index(name) for name in _DATED)
_all_fields = attrgetter(*_FIELDS)
_compared_fields = attrgetter(*_COMPARED)
_AHEAD = AHEAD.toordinal()
_WHOLE_FROM = (
    len(_COMPARED) // 2
)  # from this many differences on, the whole record takes less memory

_DEFAULTS = SOREntity("")


def _key(value: Any) -> Any:
    """Return what distinguishes a value: texts by content, objects by identity."""
    return value if value.__class__ is str else id(value)


Difference = tuple[tuple[int, ...], tuple[Any, ...]]
"""Places of the fields that differ, and their values."""


class Store(ABC):
    """All versions in the order of the source; a version is known by its row, a unit by its number.

    Dates are ordinals. Any number of threads may read it.
    """

    ids: Sequence[str]
    """SOR id by unit number, in the order of first appearance."""
    numbers: Mapping[str, int]
    """Unit number by SOR id."""
    unit: Sequence[int]
    """Unit number by row."""
    start: Sequence[int]
    end: Sequence[int]
    updated: Sequence[int]
    first_from: Sequence[int]
    line: Sequence[int]
    """Line in the source by row, 0 if not known."""

    def __len__(self) -> int:
        return len(self.unit)

    @abstractmethod
    def record(self, row: int) -> SOREntity:
        """Return the record of a row; equal to the one that was read."""

    @abstractmethod
    def value(self, row: int, field: str) -> Any:
        """Return one field of a row without building its record; not its validity or edit date."""

    @abstractmethod
    def rows_with_values(self, field: str) -> Sequence[int]:
        """Return rows, ascending, among which is one for every value of every unit."""

    @abstractmethod
    def column(self, field: str) -> tuple[Sequence[int], Mapping[int, Any]]:
        """Return the number of each row's value, and the values by number; 0 is the default.

        Equal numbers are equal values. Not for the dates of a version.
        """

    def values_by_row(self, field: str) -> Iterator[tuple[int, Any]]:
        """Yield row and value of :meth:`rows_with_values`; absent values come too."""
        return ((row, self.value(row, field)) for row in self.rows_with_values(field))

    def saved(self, name: str) -> Callable[[], Any] | None:  # noqa: ARG002 - for saved registers
        """Return what reads an index that was saved; ``None`` if it has to be built."""
        return None

    def is_current(self) -> bool:
        """Return whether the saved register that it is from was not replaced; else SorError."""
        raise SorError("is_current: this register was not opened from a saved one")

    def line_of(self, row: int) -> int | None:
        """Return the line of a row in the source, if known."""
        return self.line[row] or None

    def latest_edit(self) -> date | None:
        """Return the latest ``updated_at`` that others support: the source is no older."""
        latest = latest_edit(Counter(self.updated))
        return None if latest is None else from_ordinal(latest)

    def edits_ahead(self) -> Iterator[tuple[int, date]]:
        """Yield row and edit date of the versions that were edited well after all others."""
        latest = self.latest_edit()
        if latest is not None:
            for row, day in enumerate(self.updated):
                if latest.toordinal() < day < _AHEAD:
                    yield row, date.fromordinal(day)


class VersionStore(Store):
    """The versions in memory; filled once with :meth:`add`."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.numbers: dict[str, int] = {}
        self.unit: array[int] = array("i")
        """Unit number by row."""
        self.start: array[int] = array("i")
        self.end: array[int] = array("i")
        self.updated: array[int] = array("i")
        self.first_from: array[int] = array("i")
        self.line: array[int] = array("q")
        self._base = array("i")
        self._latest_base = array("i")
        self._contents: list[SOREntity | Difference | None] = []
        self._by_field: tuple[array[int], dict[str, array[int]]] | None = None
        self._columns: dict[str, tuple[array[int], dict[int, Any]]] = {}
        self._last_compared: tuple[int, tuple[Any, ...]] = (-1, ())  # the base and its fields
        self._shared_places: dict[tuple[int, ...], tuple[int, ...]] = {}

    def add(self, record: SOREntity, line: int | None = None) -> None:
        """Add a version."""
        row = len(self._contents)
        number = self.numbers.get(record.sor_id)
        if number is None:
            number = self.numbers[record.sor_id] = len(self.ids)
            self.ids.append(record.sor_id)
            self._latest_base.append(row)
            content: SOREntity | Difference | None = record
        else:
            content = self._difference(record, self._latest_base[number])
            if content is record:
                self._latest_base[number] = row
        self._contents.append(content)
        self._base.append(self._latest_base[number])
        self.unit.append(number)
        validity = record.validity
        self.start.append(start_ordinal(validity.from_date))
        self.end.append(end_ordinal(validity.to_date))
        self.updated.append(start_ordinal(record.updated_at))
        self.first_from.append(start_ordinal(record.first_from_date))
        self.line.append(line or 0)

    def record(self, row: int) -> SOREntity:
        """Return the record of a row; equal to the one that was read."""
        content = self._contents[row]
        if isinstance(content, SOREntity):
            return content
        values = list(_all_fields(self._contents[self._base[row]]))
        values[_VALIDITY_AT] = Validity(from_ordinal(self.start[row]), from_ordinal(self.end[row]))
        values[_UPDATED_AT] = from_ordinal(self.updated[row])
        if content is not None:
            for place, value in zip(*content, strict=True):
                values[_COMPARED_AT[place]] = value
        record: SOREntity = fast_constructor(SOREntity)(*values)
        return record

    def value(self, row: int, field: str) -> Any:
        """Return one field of a row; at most one difference is looked at."""
        content = self._contents[row]
        if isinstance(content, SOREntity):
            return getattr(content, field)
        if content is not None:
            places, values = content
            place = _PLACE[field]
            if place in places:
                return values[places.index(place)]
        return getattr(self._contents[self._base[row]], field)

    def rows_with_values(self, field: str) -> Sequence[int]:
        """Return the rows held whole, and those that differ from them in the field."""
        whole, differing = self.rows_by_field()
        return sorted((*whole, *differing.get(field, ())))

    def column(self, field: str) -> tuple[Sequence[int], Mapping[int, Any]]:
        """Return the number of each row's value, and the values by number."""
        known = self._columns.get(field)
        if known is None:
            default = getattr(_DEFAULTS, field)
            places: dict[Any, int] = {_key(default): 0}
            values = {0: default}
            whole, differing = self.rows_by_field()
            numbers = array("I", bytes(4 * len(self)))

            def number(value: Any) -> int:
                place = places.setdefault(_key(value), len(places))
                values.setdefault(place, value)
                return place

            for row in whole:
                numbers[row] = number(getattr(self._contents[row], field))
            numbers = array("I", map(numbers.__getitem__, self._base))
            for row in differing.get(field, ()):
                numbers[row] = number(self.value(row, field))
            known = self._columns[field] = numbers, values
        return known

    def rows_by_field(self) -> tuple[array[int], dict[str, array[int]]]:
        """Return the rows held whole, and those that differ from these in each field."""
        if self._by_field is None:
            whole = array("i")
            differing: dict[str, array[int]] = {}
            for row, content in enumerate(self._contents):
                if isinstance(content, SOREntity):
                    whole.append(row)
                elif content is not None:
                    for place in content[0]:
                        differing.setdefault(_COMPARED[place], array("i")).append(row)
            self._by_field = whole, differing
        return self._by_field

    def _difference(self, record: SOREntity, base: int) -> SOREntity | Difference | None:
        if self._last_compared[0] != base:  # the versions of a unit are mostly together
            self._last_compared = base, _compared_fields(self._contents[base])
        new, old = _compared_fields(record), self._last_compared[1]
        places = tuple(
            [
                place
                for place, same in enumerate(map(is_, new, old))
                if not same and new[place] != old[place]
            ]
        )
        if not places:
            return None
        if len(places) >= _WHOLE_FROM:
            return record
        places = self._shared_places.setdefault(places, places)
        return places, tuple([new[place] for place in places])
