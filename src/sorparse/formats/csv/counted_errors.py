"""Errors of invalid cells that are only counted, so that their rows need not be read again.

An Arrow table is read in columns, and a row with an invalid cell is read once more as a record,
which reports the error. Once there is no room for issues, that is not necessary: the cell has its
value in the column, and the error is counted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...extras import load_numpy
from ...issues import IssueKind
from ..cells import CONVERTERS, BadCell
from ..declare import Kind
from ..evident_errors import evident_error
from .rows import clean

Counted = tuple[IssueKind, Any]
"""The kind of an error, and the value in the record nevertheless."""


def counted_error(kind: Kind, text: str, *, repair: bool) -> Counted | None:
    """Return the error of an invalid text; ``None`` if its row has to be read again.

    Args:
        kind: What the text of the column means.
        text: The text of the cell, with the whitespace around it.
        repair: Whether repaired ids replace damaged ones.
    """
    if clean(text) != text:
        return None
    evident = evident_error(kind)
    if evident is not None and evident.is_in(text):
        return evident.issue, text if evident.stores_text else None
    try:
        CONVERTERS[kind](text)
    except BadCell as bad:
        if not (repair and bad.repaired is not None):
            return (bad.severity, bad.code), bad.stored
    return None  # it is valid in another notation, or is repaired


class CountedErrors:
    """The errors in the rows of one block."""

    def __init__(self, irregular: Any) -> None:
        self._irregular = irregular
        """Mask of the rows that are read again, whose issues are reported then."""
        self._numbers: dict[IssueKind | None, int] = {None: 0}
        self._rows: list[Any] = []
        self._kinds: list[Any] = []

    def add(self, rows: Any, kinds: Sequence[IssueKind | None]) -> None:
        """Add the errors of cells in these rows; a row with ``None`` is read again."""
        np = load_numpy()
        numbers = np.array([self.number(kind) for kind in kinds])
        self.add_numbers(rows, numbers)

    def number(self, kind: IssueKind | None) -> int:
        """Return the number of a kind, for :meth:`add_numbers`."""
        return self._numbers.setdefault(kind, len(self._numbers))

    def add_numbers(self, rows: Any, numbers: Any) -> None:
        """Add the errors of cells in these rows, as the numbers of their kinds."""
        self._irregular[rows[numbers == 0]] = True
        self._rows.append(rows)
        self._kinds.append(numbers)

    def totals(self) -> Iterator[tuple[IssueKind, int]]:
        """Yield each kind with its number of errors in the rows that are not read again."""
        np = load_numpy()
        if not self._rows:
            return
        rows, kinds = np.concatenate(self._rows), np.concatenate(self._kinds)
        counts = np.bincount(kinds[~self._irregular[rows]], minlength=len(self._numbers))
        for kind, number in self._numbers.items():
            if kind is not None and counts[number]:
                yield kind, int(counts[number])
