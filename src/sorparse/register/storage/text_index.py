"""Text indexes: units by words of their names, and by their numbers.

All names that units ever had are in one long text, a line each, their letters folded. To find a
word in it, or a part of one, is one search at the speed of memory: a few milliseconds for a
quarter of a million names. (Measured: a dictionary of words answers faster still, but takes twice
as long to build.) Whether the name on the date asked about matches is tested afterwards, so one
text serves every date.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import ClassVar, Protocol, Self

from ..folding import fold, fold_letters, fold_with_oe, words_of
from .postings import units_by_number
from .store import Store

NUMBER_FIELDS = (
    "shak_code",
    "location_code",
    "provider_number",
    "pharmacy_number",
    "production_unit_number",
    "cvr",
    "local_code",
)
"""The numbers by which units are found, besides name and SOR id; only as a whole."""

_BETWEEN_WORDS = re.compile(r"[^\w\n ][^\w\n]*| [^\w\n]+")
"""What becomes one space between words: anything but that one space."""


def inside(word: str) -> bool:
    """Return whether a word is also found inside and at the end of words.

    Danish is a language of compounds. Shorter words than of three letters would be found in nearly
    every name, and numbers are not compounds.
    """
    return len(word) > 2 and not word.isdigit()


Key = tuple[int, int, int, int, str, int, str]


class Text(Protocol):
    """Bytes that can be searched."""

    def find(self, sought: bytes, start: int = 0, /) -> int:
        """Return where ``sought`` is from ``start`` on, -1 if it is nowhere."""

    def count(self, sought: bytes, /) -> int:
        """Return how often ``sought`` is there."""


class Lines:
    """Lines of text, each of some units, to be searched all at once."""

    def __init__(
        self, text: Text, starts: Sequence[int], bounds: Sequence[int], units: Sequence[int]
    ) -> None:
        self.text = text
        """The lines, a line break before each."""
        self.starts = starts
        """The start of each line, and the end of the last one."""
        self.bounds = bounds
        """Where the units of each line begin, and where those of the last one end."""
        self.line_units = units
        """The units of each line, one after the other."""

    @classmethod
    def of(cls, store: Store) -> Self:
        """Build the text from the distinct values."""
        bounds, units = array("i", [0]), array("i")
        lines = [""]
        for field in cls.fields:
            values = store.column(field)[1]
            numbers, ends, having = units_by_number(store, field)
            lines += [" ".join(values[number].split()) for number in numbers]
            bounds.extend([len(units) + end for end in ends[1:]])
            units.extend(having)
        content = cls.prepared("\n".join([*lines, ""])).encode("utf-8", "surrogatepass")
        starts = array("q", [match.start() for match in re.finditer(b"\n", content)])
        return cls(content, starts, bounds, units)

    fields: ClassVar[tuple[str, ...]]
    """The fields whose values are the lines."""

    @staticmethod
    def prepared(text: str) -> str:
        """Return the text as it is searched."""
        return text

    def units_with(self, wanted: str) -> set[int]:
        """Return the units of the lines that hold ``wanted``."""
        text, starts, bounds = self.text, self.starts, self.bounds
        sought = wanted.encode("utf-8", "surrogatepass")
        units: set[int] = set()
        at = text.find(sought)
        while at >= 0:
            line = bisect_right(starts, at) - 1
            units.update(self.line_units[bounds[line] : bounds[line + 1]])
            at = text.find(sought, starts[line + 1])
        return units


class Names(Lines):
    """The names that units ever had."""

    fields = ("name",)

    @staticmethod
    def prepared(text: str) -> str:
        """Return the names folded, a space before each word."""
        return _separated(fold_letters(text))

    def units(self, words: Iterable[str]) -> set[int]:
        """Return the units with a name that may have these words, or words that hold them.

        Only the rarest is looked for; none give no units.
        """
        wanted = [
            # the first letter of "enhed" is folded away after an o
            word.removeprefix("e") if inside(word) else f" {word}"
            for word in words
        ]
        if not wanted:
            return set()
        return self.units_with(min(wanted, key=self._count) if wanted[1:] else wanted[0])

    def units_named(self, folded: str) -> set[int]:
        """Return all units that ever had a name, which is folded, and perhaps others."""
        return self.units_with(_separated(f"\n{folded}\n").removesuffix(" "))

    def _count(self, wanted: str) -> int:
        return self.text.count(wanted.encode("utf-8", "surrogatepass"))


def _separated(text: str) -> str:
    words = _BETWEEN_WORDS.sub(" ", text)
    return words.replace("\n ", "\n").replace("\n", "\n ")


class Numbers(Lines):
    """The numbers that units ever had, of whatever kind."""

    fields = NUMBER_FIELDS

    def units(self, asked: Iterable[str]) -> set[int]:
        """Return the units that ever had one of some numbers."""
        return set().union(*(self.units_with(f"\n{number}\n") for number in asked))


class Rank:
    """Selects the names that match the words asked for, and orders the hits.

    Best is the whole name, then names whose words begin with all words asked for, then those that
    only hold one of them inside a word; then more whole words, then the words at the beginning of
    the name, then fewer words in all; name and SOR id decide the rest. A hit by number precedes
    all.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded = fold(text)
        self.words = words_of(self._folded)
        """The words asked for."""
        self._keys: dict[int, Key] = {}

    def add(self, row: int, name: str | None, sor_id: str) -> bool:
        """Return whether the name has each word asked for; remember the place of the hit if so."""
        if name is None or not self.words:
            return False
        folded = fold(name)
        having = words_of(folded)
        place = 1 if folded == self._folded else 2
        for asked in self.words:
            for word in having:
                if word.startswith(asked):
                    break
            else:
                if not inside(asked) or not (asked in folded or self._at_a_joint(asked, name)):
                    return False
                place = 3
        self._keys[row] = (
            place,
            -sum([asked in having for asked in self.words]),
            0 if having[: len(self.words)] == self.words or folded.startswith(self._folded) else 1,
            len(having),
            folded,
            len(sor_id),
            sor_id,
        )
        return True

    @staticmethod
    def _at_a_joint(asked: str, name: str) -> bool:
        """Return whether a word that begins with e follows an o, as in *Neuroenhed*."""
        return asked.startswith("e") and f"o{asked}" in fold_with_oe(name)

    def add_first(self, row: int, sor_id: str) -> None:
        """Add a hit that precedes all hits by name."""
        self._keys[row] = (0, 0, 0, 0, "", len(sor_id), sor_id)

    def sorted(self, rows: Iterable[int]) -> list[int]:
        """Return the rows added, best first."""
        return sorted(rows, key=self._keys.__getitem__)
