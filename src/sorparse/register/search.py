"""Finding units by words: an inverted index over all names that units ever had.

The index gives, for the beginning of a word, the units that may match on any day; whether the name
on the day asked about does is looked at afterwards. So one index serves every day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import takewhile

from .folding import fold, words_of
from .lookups import Postings, UnitsByKey
from .store import VersionStore

NUMBER_FIELDS = (
    "shak_code",
    "location_code",
    "provider_number",
    "pharmacy_number",
    "production_unit_number",
    "cvr",
    "local_code",
)
"""What, besides the name and the SOR id, a unit is found by; as a whole, not by its beginning."""

Key = tuple[int, int, int, int, str, int, str]


def units_by_number(store: VersionStore) -> UnitsByKey:
    """Index the units by every number they ever had; which number it is, is looked at later."""
    collected = Postings()
    for field in NUMBER_FIELDS:
        for row, number in store.stated(field):
            if number is not None:
                collected.add(number, store.unit[row])
    return collected.finished()


class NameIndex:
    """Units by the words of their names."""

    def __init__(self, store: VersionStore) -> None:
        collected = Postings()
        for row, name in store.stated("name"):
            if name is not None:
                unit = store.unit[row]
                for word in words_of(fold(name)):
                    collected.add(word, unit)
        self._units = collected.finished()
        self._words = sorted(self._units)

    def units(self, beginning: str) -> set[int]:
        """Give the units with a word that begins so in any of their names."""
        at = bisect_left(self._words, beginning)
        matching = takewhile(
            lambda word: word.startswith(beginning),
            (self._words[place] for place in range(at, len(self._words))),
        )
        return set().union(*(self._units[word] for word in matching))

    def units_with_all(self, beginnings: Sequence[str]) -> set[int]:
        """Give the units whose names have words beginning with each of some; none for none."""
        found = [self.units(beginning) for beginning in beginnings]
        return set.intersection(*found) if found else set()


class Rank:
    """Tells which names match the words asked for, and orders the hits.

    Best is the whole name, then more whole words, then the words at the beginning of the name,
    then fewer words in all; name and SOR id decide the rest. A hit by number goes before all.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded = fold(text)
        self.words = words_of(self._folded)
        """The words asked for."""
        self._keys: dict[int, Key] = {}

    def take(self, row: int, name: str | None, sor_id: str) -> bool:
        """Tell whether each word asked for begins a word of the name; remember its place if so."""
        if name is None or not self.words:
            return False
        folded = fold(name)
        having = words_of(folded)
        for asked in self.words:
            for word in having:
                if word.startswith(asked):
                    break
            else:
                return False
        self._keys[row] = (
            1 if folded == self._folded else 2,
            -sum([asked in having for asked in self.words]),
            0 if having[: len(self.words)] == self.words or folded.startswith(self._folded) else 1,
            len(having),
            folded,
            len(sor_id),
            sor_id,
        )
        return True

    def take_first(self, row: int, sor_id: str) -> None:
        """Take a hit that goes before all hits by name."""
        self._keys[row] = (0, 0, 0, 0, "", len(sor_id), sor_id)

    def sorted(self, rows: Iterable[int]) -> list[int]:
        """Give the rows taken, best first."""
        return sorted(rows, key=self._keys.__getitem__)
