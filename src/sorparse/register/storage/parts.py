"""Parts of the values of a field, such as the region of addresses, each read once from its text."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from operator import attrgetter
from typing import Any

from ..optional_numpy import array_of, find_numpy
from .store import TEXTS, Store

Texts = tuple[str | None, ...]
_AT_ONCE = 1024
"""Values that are read at once."""


class Parts:
    """Some parts of the values of a field, by number of the value.

    Args:
        store: The versions.
        field: The field.
        paths: The parts of a value, two or more, or one.
    """

    def __init__(self, store: Store, field: str, paths: Sequence[str]) -> None:
        self._column, self._values = store.column(field)
        self._texts, self._paths = TEXTS[field], paths
        self._groups = array("i", bytes(4 * (self._values.count + 1)))
        self._known: dict[Texts, int] = {}
        self._distinct: dict[int, Texts] = {0: (None,) * len(paths)}
        self._group = count(1)

    def of(self, numbers: list[int]) -> list[Texts]:
        """Return the parts of values; of an absent value (number 0), ``None`` for each."""
        distinct = self._distinct
        return [distinct[group] for group in self._groups_of(numbers)]

    def matching(self, numbers: Any, matches: Callable[[Texts], bool]) -> list[bool]:
        """Return whether the parts of values match.

        Args:
            numbers: The values, as :func:`~.store.array_taken` returns them.
            matches: Returns whether some parts match; it is called for distinct parts.
        """
        groups = self._groups_of(numbers)
        distinct = self._distinct.copy()  # another thread may add to it
        known = [False] * (max(distinct) + 1)
        for group, parts in distinct.items():
            known[group] = matches(parts)
        if isinstance(groups, list):
            return [known[group] for group in groups]
        hits: list[bool] = find_numpy().array(known)[groups].tolist()
        return hits

    def _groups_of(self, numbers: Any) -> Any:
        """Return the numbers of the parts of values; what was not read before is read."""
        if isinstance(numbers, list):
            groups: Any = self._groups
            unread = [number for number in set(numbers) if number and not groups[number]]
        else:
            groups, np = array_of(self._groups), find_numpy()
            unread = np.unique(numbers[(groups[numbers] == 0) & (numbers != 0)]).tolist()
        for at in range(0, len(unread), _AT_ONCE):
            self._read(unread[at : at + _AT_ONCE])
        return groups[numbers] if groups is not self._groups else [groups[one] for one in numbers]

    def anywhere(self) -> Iterator[Texts]:
        """Yield the distinct parts of the values of all versions; what is known already first."""
        yield from list(self._known)
        for at in range(0, len(self._column), _AT_ONCE):
            yield from set(self.of(list(self._column[at : at + _AT_ONCE])))

    def _read(self, numbers: Sequence[int]) -> None:
        for number, parts in zip(numbers, self._parts(numbers), strict=True):
            group = self._known.get(parts)
            if group is None:  # whichever thread is first
                group = self._known.setdefault(parts, next(self._group))
                self._distinct[group] = parts
            self._groups[number] = group

    def _parts(self, numbers: Sequence[int]) -> Iterable[Texts]:
        columns = self._texts.columns(self._values.texts(numbers))
        if columns is None:
            getters = [attrgetter(path) for path in self._paths]
            values: list[Any] = [self._values[number] for number in numbers]
            return [tuple([get(value) for get in getters]) for value in values]
        chosen = [columns[self._texts.paths.index(path)] for path in self._paths]
        return zip(*([text or None for text in column] for column in chosen), strict=True)
