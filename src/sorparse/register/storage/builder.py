"""Fill a store with records, or with numbers of values that were read by columns."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import Any

from ...records import SOREntity
from ..days import OPEN_END, UNKNOWN_START, end_ordinal, start_ordinal
from .packed import SEPARATOR
from .store import DEFAULTS, POOLED, TEXTS, MemoryBlocks, Store

_SEPARATOR = SEPARATOR.encode()
_AT_ONCE = 1024
"""Number of records that are added at once."""

DAYS: dict[str, tuple[str, Callable[[Any], int], int]] = {
    "start": ("validity.from_date", start_ordinal, UNKNOWN_START),
    "end": ("validity.to_date", end_ordinal, OPEN_END),
    "updated": ("updated_at", start_ordinal, UNKNOWN_START),
    "first_from": ("first_from_date", start_ordinal, UNKNOWN_START),
}
"""Arrays of dates: path of the field, function from a date to its number, number of no date."""


class Numbers(dict[bytes, int]):
    """Numbers by text. ``make`` numbers what is not in it; numbers below zero are not stored."""

    def __init__(self, make: Callable[[bytes], int]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, text: bytes) -> int:
        number = self.make(text)
        if number >= 0:
            self[text] = number
        return number


class ColumnBuilder:
    """The numbers of one field by row, and its distinct texts."""

    def __init__(self, field: str) -> None:
        self.codec = TEXTS[field]
        self._default = DEFAULTS[field]
        self._numbers = array("B")
        self._texts: list[bytes] = []
        self._objects: dict[int, Any] = {}
        """Values that cannot be text: of other types than the field has."""
        self._checked: dict[bytes, int] = {}
        """Texts of cells that a reader has found regular, so that they are checked once."""
        self._others: dict[bytes, int] = {}

    def regular(self, is_regular: Callable[[bytes], bool], absent: bytes) -> Numbers:
        """Return the numbers of texts that are values as they are in a file, -1 for the others."""
        self._others |= {text: number for text, number in self._checked.items() if number}

        others, texts, is_tuple = self._others, self._texts, self.codec.is_tuple

        def make(text: bytes) -> int:
            if not is_regular(text):
                return -1
            if is_tuple and text[-1:] == _SEPARATOR:  # absent items are not written
                return self._number_of_text(text.rstrip(_SEPARATOR))
            known = others and others.pop(text, 0)
            if known:
                return known
            texts.append(text)
            return len(texts)

        self._checked = numbers = Numbers(make)
        numbers[absent] = 0
        return numbers

    def number_of(self, value: Any) -> int:
        """Return the number of a value."""
        if value is None or value == self._default:
            return 0
        text = self.codec.text_of(value)
        if text is None:
            number = self._add(b"")
            self._objects[number] = value
            return number
        return self._number_of_text(text.encode("utf-8", "surrogatepass"))

    def _number_of_text(self, text: bytes) -> int:
        known = self._checked.get(text) or self._others.get(text)
        if known is None:
            known = self._others[text] = self._add(text)
        return known

    def _add(self, text: bytes) -> int:
        self._texts.append(text)
        return len(self._texts)

    def room(self) -> array[int]:
        """Return the array of numbers, wide enough for all that there are."""
        most = len(self._texts)
        code = "B" if most < 1 << 8 else "H" if most < 1 << 16 else "I"
        if self._numbers.typecode != code:
            self._numbers = array(code, self._numbers)
        return self._numbers

    def blocks(self, field: str) -> dict[str, Any]:
        """Return the column as blocks of a store; none if every value is the default."""
        if not self._texts:
            return {}
        blocks = {
            f"{field}.numbers": self._numbers,
            f"{field}.offsets": array("Q", accumulate(map(len, self._texts), initial=0)),
            f"{field}.data": b"".join(self._texts),
        }
        return blocks | ({f"{field}.objects": self._objects} if self._objects else {})


class StoreBuilder:
    """Collects versions for a store."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self.columns = {field: ColumnBuilder(field) for field in POOLED}
        self._days = {name: array("i") for name in DAYS}
        self._unit = array("i")
        self._line = array("q")
        self._waiting: list[tuple[int | None, SOREntity]] = []

    def add(self, record: SOREntity, line: int | None = None) -> None:
        """Add a version."""
        self._waiting.append((line, record))
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            records = [record for _, record in waiting]
            self._line.extend([line or 0 for line, _ in waiting])
            self._unit.extend(self.unit_numbers([record.sor_id for record in records]))
            for name, numbers in self.numbers_of(records).items():
                self.array(name).extend(numbers)

    def unit_numbers(self, ids: Iterable[str]) -> list[int]:
        """Return the numbers of units; those not seen before are numbered in this order."""
        known = self._ids
        return [known.setdefault(sor_id, len(known)) for sor_id in ids]

    def numbers_of(self, records: Sequence[SOREntity]) -> dict[str, list[int]]:
        """Return the numbers of the values of records by the name of the array."""
        numbers: dict[str, list[int]] = {}
        for field, column in self.columns.items():
            values = list(map(attrgetter(field), records))
            ids = list(map(id, values))  # decoders share most values
            distinct = dict(zip(ids, values, strict=True))
            number = {one: column.number_of(value) for one, value in distinct.items()}
            numbers[field] = list(map(number.__getitem__, ids))
        for name, (path, ordinal, _) in DAYS.items():
            numbers[name] = list(map(ordinal, map(attrgetter(path), records)))
        return numbers

    def array(self, name: str) -> array[int]:
        """Return an array of numbers, to be extended."""
        return self._days[name] if name in self._days else self.columns[name].room()

    def add_numbers(self, ids: Iterable[str], lines: Any, numbers: Any) -> None:
        """Add versions that were read by columns.

        Args:
            ids: The SOR ids.
            lines: Lines in the file, a numpy array.
            numbers: By name of an array the numbers, numpy arrays.
        """
        self._flush()
        self._unit.extend(self.unit_numbers(ids))
        self._line.frombytes(lines.astype("i8").tobytes())
        for name, values in numbers.items():
            target = self.array(name)
            target.frombytes(values.astype(target.typecode).tobytes())

    def __len__(self) -> int:
        return len(self._unit) + len(self._waiting)

    def store(self) -> Store:
        """Return the store; nothing can be added after that."""
        self._flush()
        blocks = MemoryBlocks({"unit": self._unit, "line": self._line, **self._days})
        for field, column in self.columns.items():
            blocks |= column.blocks(field)
        return Store(blocks, list(self._ids), self._ids)
