"""Fields of many versions at once, with inheritance resolved, as numbers of distinct values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar

import attrs

from ..inheritance import ADDRESSES, EFFECTIVE_FIELDS, NEAREST_FIRST, Effective, first_place
from .core import Core
from .origins import Origins
from .state import State
from .storage.parts import Texts
from .storage.store import POOLED, array_taken, taken
from .storage.timeindex import NO_ROW

T = TypeVar("T")


@attrs.frozen
class Column:
    """A field of some versions."""

    numbers: Sequence[int]
    """The number of each version's value."""
    value: Callable[[int], Any]
    """Returns the value of a number."""
    pieces: Callable[[Sequence[int]], list[bytes | memoryview]] | None = None
    """Returns the texts of numbers in UTF-8, for a field whose values are stored as text."""

    def converted(self, convert: Callable[[Any], T]) -> list[T]:
        """Return the values, each distinct one converted once."""
        known = {number: convert(self.value(number)) for number in set(self.numbers)}
        return [known[number] for number in self.numbers]


class Batch:
    """Versions of units, each on a date.

    Args:
        core: The register.
        rows: The versions.
        days: The date of each, or one for all, as an ordinal.
    """

    def __init__(self, core: Core, rows: Sequence[int], days: Sequence[int] | int) -> None:
        self.core = core
        self.rows = rows
        self._days = days
        self._origins: dict[str, Origins] = {}

    @classmethod
    def in_force(cls, state: State) -> Batch:
        """Return the versions in force."""
        return cls(state.core, [row for row in state.rows if row != NO_ROW], state.ordinal)

    def __len__(self) -> int:
        return len(self.rows)

    def own(self, field: str) -> Column:
        """Return a field of the records."""
        store = self.core.store
        if field not in POOLED:
            return Column(self.rows, lambda row: getattr(store.record(row), field))
        numbers, values = store.column(field)
        return Column(taken(numbers, self.rows), values.__getitem__, values.pieces)

    def effective(self, field: str) -> Column:
        """Return a field of :class:`~sorparse.inheritance.Effective`, its region or municipality.

        The number of an absent value is 0.
        """
        if field in Effective.PLACES:
            return self._places(field)
        if field not in EFFECTIVE_FIELDS:
            return Column(range(len(self)), partial(self._one, field))
        origins = self._origins_of(field)
        columns = [self.core.store.column(name) for name in origins]
        column = [0] * len(self)
        for place, ((numbers, _), rows) in enumerate(zip(columns, origins.values(), strict=True)):
            own = taken(numbers, rows)
            column = [
                number * len(columns) + place if number else other
                for number, other in zip(own, column, strict=True)
            ]

        def value(number: int) -> Any:
            return columns[number % len(columns)][1][number // len(columns)]

        def pieces(numbers: Sequence[int]) -> list[bytes | memoryview]:
            piece_of: dict[int, bytes | memoryview] = dict.fromkeys(numbers, b"")
            for place, (_, values) in enumerate(columns):
                own = [number for number in numbers if number % len(columns) == place]
                piece_of |= zip(own, values.pieces([n // len(columns) for n in own]), strict=True)
            return list(piece_of.values())

        return Column(column, value, pieces)

    def parts(self, field: str, paths: Sequence[str]) -> list[Texts]:
        """Return parts of an effective value, each ``None`` if there is no value."""
        texts: list[Texts] = [(None,) * len(paths)] * len(self)
        for name, rows in self._origins_of(field).items():
            numbers = taken(self.core.store.column(name)[0], rows)
            known = self.core.parts(name, paths).of(numbers)
            texts = [
                parts if number else other
                for number, parts, other in zip(numbers, known, texts, strict=True)
            ]
        return texts

    def matching(
        self, field: str, paths: Sequence[str], matches: Callable[[Texts], bool]
    ) -> Iterator[list[bool]]:
        """Yield whether parts of an effective value match, for each field it can come from."""
        for name, rows in self._origins_of(field).items():
            numbers = array_taken(self.core.store.column(name)[0], rows)
            yield self.core.parts(name, paths).matching(numbers, matches)

    def origin(self, field: str) -> Column:
        """Return the id of the unit whose own an effective field is; 0 without one."""
        unit, ids = self.core.store.unit, self.core.store.ids
        column = [0] * len(self)
        for rows in self._origins_of(field).values():
            column = [
                number + 1 if row != NO_ROW else other
                for row, number, other in zip(rows, taken(unit, rows), column, strict=True)
            ]
        return Column(column, lambda number: ids[number - 1] if number else None)

    def _origins_of(self, field: str) -> Origins:
        if field not in self._origins:
            fields = ADDRESSES if field in ADDRESSES else (field,)
            origins = self.core.origins.origins(fields, self.rows, self._days)
            self._origins |= zip(fields, origins, strict=True)
        return self._origins[field] or {field: [NO_ROW] * len(self)}

    def _places(self, kind: str) -> Column:
        paths = f"{kind}_code", f"{kind}_name"
        addresses = [self.parts(field, paths) for field in NEAREST_FIRST]
        numbers: dict[Any, int] = {}
        numbered = [numbers.setdefault(each, len(numbers)) for each in zip(*addresses, strict=True)]
        return Column(numbered, [first_place(kind, each) for each in numbers].__getitem__)

    def _one(self, field: str, place: int) -> Any:
        """Return a field of ``Effective`` of one version, which is in force on its date."""
        day = self._days if isinstance(self._days, int) else self._days[place]
        sor_id = self.core.store.ids[self.core.store.unit[self.rows[place]]]
        return getattr(State(self.core, date.fromordinal(day)).effective(sor_id), field)
