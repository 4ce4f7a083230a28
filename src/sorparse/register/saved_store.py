"""The versions of a saved register, read from the mapped file when they are asked for.

Each field is a number a row and the distinct values by number. Ids and codes are found by
bisection. What was read is held in memory up to a limit, so that a process stays small.
"""

from __future__ import annotations

import json
import typing
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from typing import Any

import attrs

from ..errors import SorFileError
from ..records import SOREntity, Validity
from ..records.build import fast_constructor
from .days import from_ordinal
from .packed import unpacker
from .saved_file import SavedFile
from .store import Store
from .text_index import Lines, Names, Numbers
from .timeindex import TimeIndex

DATES = ("validity", "updated_at", "first_from_date")
"""Fields that are in arrays of dates."""
FIELDS = tuple(field.name for field in attrs.fields(SOREntity))
HINTS = typing.get_type_hints(SOREntity)
DEFAULTS = dict.fromkeys(FIELDS) | {
    field.name: field.default
    for field in attrs.fields(SOREntity)
    if field.default not in (attrs.NOTHING, None)
}
"""Values that have the number 0."""
_MOST_VALUES = 1_000
"""Values of a field that are held: of addresses some 1.5 MB."""
_read_json = json.JSONDecoder().raw_decode  # without the guesses of json.loads
_BROKEN = (LookupError, ValueError, TypeError, ArithmeticError, AttributeError, RecursionError)
"""What is raised by numbers and texts that do not fit together."""


class _Values(dict[int, Any]):
    """The distinct values of a field by number, decoded when they are first asked for."""

    def __init__(self, file: SavedFile, field: str) -> None:
        super().__init__({0: DEFAULTS[field]})
        self._default = DEFAULTS[field]
        self._is_text = HINTS[field] in (str, str | None)
        self._unpack = unpacker(HINTS[field])
        self._offsets = file.block(f"{field}.offsets")
        self._data = file.block(f"{field}.data")

    def __missing__(self, number: int) -> Any:
        raw = self._data[self._offsets[number - 1] : self._offsets[number]]
        value: Any = str(raw, "utf-8", "surrogatepass")
        if not self._is_text:
            value, _ = _read_json(value)
        if self._unpack is not None:
            value = self._unpack(value)
        if len(self) > _MOST_VALUES:
            self.clear()
            self[0] = self._default
        self[number] = value
        return value


class _Ids(Sequence[str]):
    """SOR ids by unit number: 64-bit numbers, and those that are none."""

    def __init__(self, numbers: memoryview, others: Mapping[int, str]) -> None:
        self._numbers = numbers
        self._others = others

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, unit: Any) -> Any:
        if isinstance(unit, slice):
            return [self[one] for one in range(*unit.indices(len(self)))]
        return str(number) if (number := self._numbers[unit]) else self._others[unit]

    def __iter__(self) -> Iterator[str]:
        others = self._others
        return (
            str(number) if number else others[unit] for unit, number in enumerate(self._numbers)
        )


class _UnitNumbers(Mapping[str, int]):
    """Unit numbers by SOR id: one bisection."""

    def __init__(
        self, ids: _Ids, keys: memoryview, units: memoryview, others: Mapping[str, int]
    ) -> None:
        self._ids, self._keys, self._units, self._others = ids, keys, units, others

    def get(self, sor_id: str, default: Any = None) -> Any:
        """Return the number of a unit, or ``default``."""
        if is_plain(sor_id):
            number, keys = int(sor_id), self._keys
            at = bisect_left(keys, number)
            return self._units[at] if at < len(keys) and keys[at] == number else default
        return self._others.get(sor_id, default)

    def __getitem__(self, sor_id: str) -> int:
        unit: int | None = self.get(sor_id)
        if unit is None:
            raise KeyError(sor_id)
        return unit

    def __contains__(self, sor_id: object) -> bool:
        return isinstance(sor_id, str) and self.get(sor_id) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def is_plain(sor_id: str) -> bool:
    """Return whether an id is written as the number that it is, in 64 bits."""
    return len(sor_id) < 19 and sor_id.isascii() and sor_id.isdigit() and sor_id[0] != "0"


class _Postings(Mapping[str, Sequence[int]]):
    """Units by key: the keys sorted, one bisection."""

    def __init__(self, file: SavedFile, name: str) -> None:
        self._offsets, self._keys, self._bounds, self._units = (
            file.block(f"{name}.{part}") for part in ("key_offsets", "keys", "bounds", "units")
        )

    def _key(self, place: int) -> bytes:
        return bytes(self._keys[self._offsets[place] : self._offsets[place + 1]])

    def __getitem__(self, key: str) -> Sequence[int]:
        sought = key.encode("utf-8", "surrogatepass")
        at = bisect_left(range(len(self)), sought, key=self._key)
        if at == len(self) or self._key(at) != sought:
            raise KeyError(key)
        return self._units[self._bounds[at] : self._bounds[at + 1]]

    def __iter__(self) -> Iterator[str]:
        return (self._key(at).decode("utf-8", "surrogatepass") for at in range(len(self)))

    def __len__(self) -> int:
        return len(self._bounds) - 1


class SavedStore(Store):
    """The versions in a mapped file."""

    def __init__(self, file: SavedFile) -> None:
        self.file = file
        self.unit, self.start, self.end, self.updated, self.first_from = (
            file.block(name) for name in ("unit", "start", "end", "updated", "first_from")
        )
        others = dict(json.loads(bytes(file.block("ids.others"))))
        self.ids = ids = _Ids(file.block("ids"), others)
        self.numbers = _UnitNumbers(
            ids,
            file.block("ids.sorted"),
            file.block("ids.units"),
            {text: unit for unit, text in others.items()},
        )
        self._columns: dict[str, tuple[Sequence[int], Mapping[int, Any]]] = {}

    @property
    def line(self) -> Sequence[int]:  # type: ignore[override] # read when it is asked for
        """Line in the source by row, 0 if not known."""
        return self.file.block("line")

    def record(self, row: int) -> SOREntity:
        """Build the record of a row."""
        try:
            values = [by_number[numbers[row]] for numbers, by_number in self._all_columns]
            values[0] = self.ids[self.unit[row]]
            validity, updated_at, first_from_date = self._date_places
            values[validity] = _new_validity(
                from_ordinal(self.start[row]), from_ordinal(self.end[row])
            )
            values[updated_at] = from_ordinal(self.updated[row])
            values[first_from_date] = from_ordinal(self.first_from[row])
            record: SOREntity = _new_entity(*values)
        except _BROKEN as error:
            raise self._broken() from error
        return record

    def value(self, row: int, field: str) -> Any:
        """Read one field of a row."""
        if field == "first_from_date":
            return from_ordinal(self.first_from[row])
        if field == "sor_id":
            return self.ids[self.unit[row]]
        numbers, by_number = self.column(field)
        try:
            return by_number[numbers[row]]
        except _BROKEN as error:
            raise self._broken() from error

    def rows_with_values(self, field: str) -> Sequence[int]:
        """Return the rows that the register had when it was saved."""
        differing = f"rows.{field}"
        more = self.file.block(differing) if differing in self.file else ()
        return sorted((*self.file.block("rows"), *more))

    def saved(self, name: str) -> Callable[[], Any] | None:
        """Return what reads an index; every index of a core was saved."""
        readers: dict[str, Callable[[], Any]] = {
            "time": self._time_index,
            "names": partial(self._lines, Names, "names"),
            "numbers": partial(self._lines, Numbers, "numbers"),
            "shown day": self._shown_day,
        }
        return readers.get(name) or partial(_Postings, self.file, name)

    def _time_index(self) -> TimeIndex:
        import sys

        names = TimeIndex.names()
        arrays = {name: self.file.block(f"time.{name}") for name in names}
        # to import numpy takes longer than it saves
        return TimeIndex.from_arrays(len(self.ids), arrays, sys.modules.get("numpy"))

    def _lines(self, kind: type[Lines], name: str) -> Lines:
        return kind(
            self.file.text(f"{name}.text"),
            self.file.block(f"{name}.starts"),
            self.file.block(f"{name}.units"),
        )

    def _shown_day(self) -> date | None:
        text = self.file.header["shown_day"]
        return None if text is None else date.fromisoformat(text)

    @cached_property
    def _all_columns(self) -> list[tuple[Sequence[int], Mapping[int, Any]]]:
        return [self.column(field) for field in FIELDS]

    @cached_property
    def _date_places(self) -> tuple[int, ...]:
        return tuple(map(FIELDS.index, DATES))

    @cached_property
    def _absent(self) -> bytes:
        return bytes(len(self.unit))

    def column(self, field: str) -> tuple[Sequence[int], Mapping[int, Any]]:
        """Return the number of each row's value, and the values by number; 0 is the default."""
        known = self._columns.get(field)
        if known is None:
            name = f"{field}.numbers"
            if name in self.file:
                known = (self.file.block(name), _Values(self.file, field))
            else:
                known = (self._absent, {0: DEFAULTS[field]})
            self._columns[field] = known
        return known

    def is_current(self) -> bool:
        """Return whether the mapped file was not replaced."""
        return self.file.is_current()

    def __reduce__(self) -> tuple[Any, ...]:
        return (SavedStore, (self.file,))

    def _broken(self) -> SorFileError:
        return self.file.damaged("its parts do not fit together")


_new_entity, _new_validity = fast_constructor(SOREntity), fast_constructor(Validity)
