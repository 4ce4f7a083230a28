"""The versions of a saved register, read from the mapped file when they are asked for.

Ids and codes are found by bisection. Values that were read are cached up to a limit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ..optional_numpy import find_numpy
from ..storage.packed import read_json, unpack_all
from ..storage.store import Store, Values
from ..storage.text_index import Lines, Names, Numbers
from ..storage.timeindex import TimeIndex
from .file import SavedFile
from .layout import check_layout, day_of, require_bounds
from .tables import read_shak

_MANY = 1_000  # ids that are looked up with numpy


class _Ids(Sequence[str]):
    """SOR ids by unit number: 64-bit numbers, and separately those that are not numbers."""

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

    def of_all(self, ids: Sequence[str], np: Any) -> list[int]:
        """Return the numbers of units, -1 for an id that no unit has."""
        wanted = np.array([int(one) if is_plain(one) else 0 for one in ids], np.int64)
        keys, units = np.asarray(self._keys, np.int64), np.asarray(self._units)
        at = np.searchsorted(keys, wanted)
        known = np.append(keys, -1)[at] == wanted
        numbers: list[int] = np.where(known, np.append(units, -1)[at], -1).tolist()
        for place in np.flatnonzero(wanted == 0).tolist():
            numbers[place] = self._others.get(ids[place], -1)
        return numbers

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
        require_bounds(self._offsets, len(self._keys))
        require_bounds(self._bounds, len(self._units))

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

    most_values = 1_000  # limits the memory of a process: some 1.5 MB for addresses

    def __init__(self, file: SavedFile) -> None:
        self.file = file
        check_layout(file)
        self._shown_day = day_of(file.header["shown_day"])
        others = dict(read_json(bytes(file.block("ids.others"))))
        unpack_all(int, [*others])
        unpack_all(str, [*others.values()])
        ids = _Ids(file.block("ids"), others)
        numbers = _UnitNumbers(
            ids,
            file.block("ids.sorted"),
            file.block("ids.units"),
            {text: unit for unit, text in others.items()},
        )
        self._unit_numbers = numbers
        super().__init__(file, ids, numbers)

    def units(self, ids: Sequence[str]) -> Sequence[int]:
        """Return the numbers of units, -1 for an id that no unit has."""
        np = find_numpy() if len(ids) > _MANY else None
        return super().units(ids) if np is None else self._unit_numbers.of_all(ids, np)

    def saved(self, name: str) -> Callable[[], Any] | None:
        """Return the reader of an index; every index of a core was saved."""
        readers: dict[str, Callable[[], Any]] = {
            "time": self._time_index,
            "parents": partial(self.file.block, "parents"),
            "names": partial(self._lines, Names, "names"),
            "numbers": partial(self._lines, Numbers, "numbers"),
            "shown day": lambda: self._shown_day,
            "shak": partial(read_shak, self.file),
        }
        return readers.get(name) or partial(_Postings, self.file, name)

    def read_values(self, field: str) -> Values:
        """Return the values of a field; raises UnreadableError if their texts overlap."""
        if (name := f"{field}.offsets") in self.file:
            require_bounds(self.file.block(name), self.file.length(f"{field}.data"))
        return super().read_values(field)

    def _time_index(self) -> TimeIndex:
        blocks = {name: self.file.block(f"time.{name}") for name in TimeIndex.ARRAYS}
        require_bounds(blocks["rows_from"], len(blocks["rows"]))
        require_bounds(blocks["_segment_from"], len(blocks["_starts"]))
        return TimeIndex.from_arrays(len(self.ids), blocks.__getitem__)

    def _lines(self, kind: type[Lines], name: str) -> Lines:
        starts, bounds, units = (
            self.file.block(f"{name}.{part}") for part in ("starts", "bounds", "units")
        )
        require_bounds(starts)
        require_bounds(bounds, len(units))
        return kind(self.file.text(f"{name}.text"), starts, bounds, units)

    def is_current(self) -> bool:
        """Return whether the mapped file was not replaced."""
        return self.file.is_current()

    def __reduce__(self) -> tuple[Any, ...]:
        return (SavedStore, (self.file,))
