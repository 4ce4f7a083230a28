"""Finding units by words: an inverted index over all names that units ever had.

The index gives, for the beginning of a word, the units that may match on any day; whether the name
on the day asked about does is looked at afterwards. So one index serves every day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import takewhile

from .folding import fold, words
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


class NameIndex:
    """Units by the words of their names."""

    def __init__(self, store: VersionStore) -> None:
        sets: dict[str, set[int]] = {}
        for row, name in store.stated("name"):
            if name is not None:
                for word in words(name):
                    sets.setdefault(word, set()).add(store.unit[row])
        self._words = sorted(sets)
        self._units: dict[str, Sequence[int]] = {
            word: tuple(sorted(units)) for word, units in sets.items()
        }

    def units(self, beginning: str) -> set[int]:
        """Give the units with a word that begins so in any of their names."""
        at = bisect_left(self._words, beginning)
        matching = takewhile(
            lambda word: word.startswith(beginning),
            (self._words[place] for place in range(at, len(self._words))),
        )
        return set().union(*(self._units[word] for word in matching))


class Rank:
    """Orders hits: the closer the name is to the words asked for, the earlier."""

    def __init__(self, text: str) -> None:
        self.asked = words(text)
        self._folded = fold(text)

    def matches(self, name: str | None) -> bool:
        """Tell whether each word asked for begins a word of the name."""
        if name is None:
            return False
        having = words(name)
        return all(any(word.startswith(asked) for word in having) for asked in self.asked)

    def key(self, name: str | None, sor_id: str) -> tuple[int, int, int, int, str, int, str]:
        """Give the sort key of a hit; a hit by number has rank over all names."""
        name = name or ""
        having = words(name)
        folded = fold(name)
        whole_words = sum(asked in having for asked in self.asked)
        if not self.matches(name):
            return (0, 0, 0, 0, folded, len(sor_id), sor_id)
        return (
            1 if folded == self._folded else 2,
            -whole_words,
            0 if having[: len(self.asked)] == self.asked or folded.startswith(self._folded) else 1,
            len(having),
            folded,
            len(sor_id),
            sor_id,
        )
