"""The versions of all units in columns; a record is built on request.

Each field is one number per row, and the distinct values by number, as text. So a register needs
little memory although it repeats itself (a new version changes two or three of some forty fields),
and memory and the file of a saved register have the same content.
"""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Protocol

import attrs

from ...errors import SorError
from ...formats.edits import AHEAD, latest_edit
from ...records import SOREntity, Validity
from ...records.build import compile_function, fast_constructor
from ..days import from_ordinal
from ..optional_numpy import array_of, loaded_numpy
from .packed import NO_TEXT, Texts

FIELDS = tuple(field.name for field in attrs.fields(SOREntity))
_CELLS = {
    "sor_id": "ids[unit[row]]",
    "validity": "Validity(day(start[row]), day(end[row]))",
    "updated_at": "day(updated[row])",
    "first_from_date": "day(first_from[row])",
}
"""The fields that are not pooled, as they are read."""
POOLED = tuple(name for name in FIELDS if name not in _CELLS)
"""Fields that are one number per row, and values by number."""
DEFAULTS = dict.fromkeys(FIELDS) | {
    field.name: field.default
    for field in attrs.fields(SOREntity)
    if field.default not in (attrs.NOTHING, None)
}
"""Values that have the number 0."""
_hints = typing.get_type_hints(SOREntity)
TEXTS = {name: Texts(_hints[name]) for name in POOLED}
"""How the values of each field are converted to text."""
_ORDINALS = ("start", "end", "updated", "first_from")
_PARTS = ("numbers", "offsets", "data")
_FEW = 100  # rows that are taken without numpy
_AHEAD = AHEAD.toordinal()
_new_entity, _new_validity = map(fast_constructor, (SOREntity, Validity))


def taken(column: Sequence[int], rows: Sequence[int]) -> list[int]:
    """Return the numbers of some rows in a column; 0 where there is no row (below zero)."""
    numbers = array_taken(column, rows)
    return numbers if isinstance(numbers, list) else numbers.tolist()


def array_taken(column: Sequence[int], rows: Sequence[int]) -> Any:
    """Return what :func:`taken` returns, as an array if numpy is loaded and there are many."""
    np = loaded_numpy()
    if np is None or len(rows) < _FEW:
        return [column[row] if row >= 0 else 0 for row in rows]
    at = np.asarray(rows)
    return np.where(at < 0, 0, array_of(column)[at])


def differing_places(
    column: Sequence[int], rows: Sequence[int], others: Sequence[int]
) -> Sequence[int]:
    """Return the places at which two lists of rows have different numbers in a column."""
    np = loaded_numpy()
    if np is None:
        pairs = enumerate(zip(rows, others, strict=True))
        return [place for place, (row, other) in pairs if column[row] != column[other]]
    numbers = array_of(column)
    places: list[int] = np.flatnonzero(numbers[rows] != numbers[others]).tolist()
    return places


class Blocks(Protocol):
    """Arrays and bytes by name: in memory, or in a mapped file."""

    def __contains__(self, name: str) -> bool: ...

    def block(self, name: str) -> Any:
        """Return a block."""


class MemoryBlocks(dict[str, Any]):
    """Blocks in memory."""

    def block(self, name: str) -> Any:
        """Return a block."""
        return self[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name)


class Values(dict[int, Any]):
    """The values of a field by number, decoded on request; some are cached."""

    def __init__(self, field: str, blocks: Blocks, most: int) -> None:
        super().__init__({0: DEFAULTS[field]})
        self._default = DEFAULTS[field]
        self._most = most
        self._absent, self._value_of = TEXTS[field].absent, TEXTS[field].value_of
        self._is_text = TEXTS[field].is_text
        is_there = f"{field}.offsets" in blocks
        self._offsets = blocks.block(f"{field}.offsets") if is_there else (0,)
        self._data = blocks.block(f"{field}.data") if is_there else b""
        self.count = len(self._offsets) - 1
        """The highest number."""
        objects = f"{field}.objects"
        self._objects: Mapping[int, Any] = blocks.block(objects) if objects in blocks else {}

    def texts(self, numbers: Iterable[int]) -> list[str]:
        """Return the texts of values, :data:`~.packed.NO_TEXT` for one that has none."""
        return [str(piece, "utf-8", "surrogatepass") for piece in self.pieces(numbers)]

    def pieces(self, numbers: Iterable[int]) -> list[bytes | memoryview]:
        """Return the texts of values in UTF-8, :data:`~.packed.NO_TEXT` for one that has none."""
        data, offsets, objects = self._data, self._offsets, self._objects
        absent, no_text = self._absent.encode(), NO_TEXT.encode()
        return [
            (no_text if number in objects else data[offsets[number - 1] : offsets[number]])
            if number
            else absent
            for number in numbers
        ]

    def of(self, numbers: Sequence[int]) -> Iterator[Any]:
        """Return an iterator of values that are asked for once: texts are not cached."""
        if not self._is_text:
            return map(self.__getitem__, numbers)
        return (
            text if text and text[0] != NO_TEXT else self[number]
            for number, text in zip(numbers, self.texts(numbers), strict=True)
        )

    def __missing__(self, number: int) -> Any:
        if number == 0:  # another thread has just cleared the values
            return self._default
        if number in self._objects:
            return self._objects[number]
        raw = self._data[self._offsets[number - 1] : self._offsets[number]]
        value = self._value_of(str(raw, "utf-8", "surrogatepass"))
        if len(self) > self._most:
            self.clear()
            self[0] = self._default
        self[number] = value
        return value


class Store:
    """All versions in the order of the source; a row identifies a version, a number a unit.

    Dates are ordinals. Any number of threads may read it.
    """

    most_values = 20_000
    """Values of a field that are cached: some 20 MB for addresses."""

    def __init__(self, blocks: Blocks, ids: Sequence[str], numbers: Mapping[str, int]) -> None:
        self.blocks = blocks
        self.ids = ids
        """SOR id by unit number, in the order of first appearance."""
        self.numbers = numbers
        """Unit number by SOR id."""
        self.unit: Sequence[int]
        """Unit number by row."""
        self.start: Sequence[int]
        self.end: Sequence[int]
        self.updated: Sequence[int]
        self.first_from: Sequence[int]
        self.unit = blocks.block("unit")
        self.start, self.end, self.updated, self.first_from = map(blocks.block, _ORDINALS)
        self._columns: dict[str, tuple[Sequence[int], Values]] = {}

    @cached_property
    def line(self) -> Sequence[int]:
        """Line in the source by row, 0 if not known."""
        lines: Sequence[int] = self.blocks.block("line")
        return lines

    def __len__(self) -> int:
        return len(self.unit)

    def record(self, row: int) -> SOREntity:
        """Build the record of a row; equal to the one that was read."""
        return self._build(row)

    @cached_property
    def _build(self) -> Callable[[int], SOREntity]:
        """The function that builds the record of a row; it is generated."""
        names: dict[str, Any] = {name: getattr(self, name) for name in ("unit", "ids", *_ORDINALS)}
        names |= {"day": from_ordinal, "Validity": _new_validity, "SOREntity": _new_entity}
        cells = {**dict.fromkeys(FIELDS), **_CELLS}
        for field in POOLED:
            numbers, names[f"v_{field}"] = self.column(field)
            names[f"n_{field}"] = numbers
            cells[field] = f"v_{field}[{'0' if numbers is self._absent else f'n_{field}[row]'}]"
        source = f"def build(row):\n    return SOREntity({', '.join(map(str, cells.values()))})\n"
        return compile_function("build", source, names, "build SOREntity")

    def value(self, row: int, field: str) -> Any:
        """Return one field of a row without building its record; not its validity or edit date."""
        if field == "first_from_date":
            return from_ordinal(self.first_from[row])
        if field == "sor_id":
            return self.ids[self.unit[row]]
        numbers, by_number = self.column(field)
        return by_number[numbers[row]]

    def units(self, ids: Sequence[str]) -> Sequence[int]:
        """Return the numbers of units, -1 for an id that no unit has."""
        return [self.numbers.get(sor_id, -1) for sor_id in ids]

    def rows_with_values(self, field: str) -> Sequence[int]:
        """Return rows, ascending, that include every value of every unit."""
        numbers = self.numbers_of(field)
        latest = [-1] * len(self.ids)
        rows = []
        for row, (unit, number) in enumerate(zip(self.unit, numbers, strict=True)):
            if latest[unit] != number:
                latest[unit] = number
                rows.append(row)
        return rows

    def values_by_row(self, field: str) -> Iterator[tuple[int, Any]]:
        """Yield row and value of :meth:`rows_with_values`; absent values are included."""
        return ((row, self.value(row, field)) for row in self.rows_with_values(field))

    def numbers_of(self, field: str) -> Sequence[int]:
        """Return the number of each row in a pooled field, or its first date in force."""
        return self.first_from if field == "first_from_date" else self.column(field)[0]

    def column(self, field: str) -> tuple[Sequence[int], Values]:
        """Return the number of each row, and the values by number; 0 is the default.

        Equal numbers are equal values. Different numbers are different values, but for decimals
        and ``Coded.supplied``, of which values compare equal that are written differently.
        """
        known = self._columns.get(field)
        if known is None:
            name = f"{field}.numbers"
            numbers = self.blocks.block(name) if name in self.blocks else self._absent
            known = numbers, self.read_values(field)
            self._columns[field] = known
        return known

    def read_values(self, field: str) -> Values:
        """Return the values of a field."""
        return Values(field, self.blocks, self.most_values)

    @cached_property
    def _absent(self) -> bytes:
        return bytes(len(self.unit))

    def as_blocks(self) -> dict[str, Any]:
        """Return the columns as blocks of a file.

        Raises:
            TypeError: If a record holds something that no field of a record has.
        """
        names = ["unit", "line", *_ORDINALS]
        for field in POOLED:
            if f"{field}.objects" in self.blocks:
                for value in self.blocks.block(f"{field}.objects").values():
                    raise TypeError(f"cannot save {value!r}, a {type(value).__name__}")
            names += [name for part in _PARTS if (name := f"{field}.{part}") in self.blocks]
        return {name: self.blocks.block(name) for name in names}

    def saved(self, name: str) -> Callable[[], Any] | None:  # noqa: ARG002 - for saved registers
        """Return the reader of an index that was saved; ``None`` if it has to be built."""
        return None

    def is_current(self) -> bool:
        """Return whether the saved register that it is from was not replaced; else SorError."""
        raise SorError("is_current: this register was not opened from a saved one")

    def line_of(self, row: int) -> int | None:
        """Return the line of a row in the source, if known."""
        return self.line[row] or None

    def latest_edit(self) -> date | None:
        """Return the latest ``updated_at`` near others; the source is at least of that date."""
        latest = latest_edit(Counter(self.updated))
        return None if latest is None else from_ordinal(latest)

    def edits_ahead(self) -> tuple[date | None, list[tuple[int, date]]]:
        """Return :meth:`latest_edit`, and row and date of the edits that are well after it."""
        latest = self.latest_edit()
        last = _AHEAD if latest is None else latest.toordinal()
        days = enumerate(self.updated)
        return latest, [(row, date.fromordinal(day)) for row, day in days if last < day < _AHEAD]

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.blocks, self.ids, self.numbers))
