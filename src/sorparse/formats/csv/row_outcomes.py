"""The issues of one row at a time, and what short rows decode to.

Once there is no room for issues, they are only counted. Hostile files then have millions of bad
rows of a few characters each, so rows of that size are few different ones: each is decoded twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs

from ...issues import Issue, IssueKind, IssueLog, Severity
from ..generator import MEMO_SIZE

SHORT = 8
"""Most characters of a row whose outcome is remembered."""


class RowIssues:
    """Reports the issues of rows, one after the other, or only counts them."""

    def __init__(self, log: IssueLog, file: str) -> None:
        self._log = log
        self._file = file
        self._line = 0
        self.number = 0
        """Number of issues of the current row."""
        self.is_counting = False
        """Whether the issues of the current row, and of all later ones, are only counted."""
        self._kinds: list[IssueKind] = []

    def begin(self, line: int) -> None:
        """Begin the row on a line."""
        self._line = line
        self.number = 0
        if not self.is_counting:
            first = self._log.only_counted_from(self._file)
            self.is_counting = first is not None and line >= first

    def add(
        self,
        severity: Severity,
        code: str,
        message: str | Callable[[], str],
        *,
        column: str | None = None,
        value: str | None = None,
        sor_id: str | None = None,
        raw: Callable[[], str] | None = None,
    ) -> None:
        """Report an issue; the functions are called if it is not only counted."""
        self.number += 1
        if self.is_counting:
            self._kinds.append((severity, code))
            return
        place = (self._file, self._line, column, value, sor_id)
        if not self._log.only_counts(severity, code, place):
            text = message if isinstance(message, str) else message()
            self._log.add(Issue(severity, code, text, *place, raw=raw() if raw else None))

    def add_counted(self, kinds: Iterable[IssueKind]) -> None:
        """Add issues that are only counted."""
        before = len(self._kinds)
        self._kinds += kinds
        self.number += len(self._kinds) - before

    def end(self) -> tuple[IssueKind, ...]:
        """Count the issues of the row that are only counted, and return their kinds."""
        if not self._kinds:
            return ()
        kinds = tuple(self._kinds)
        self._kinds.clear()
        self._log.tally(kinds)
        return kinds


@attrs.frozen(eq=False)
class Outcome:
    """What a row decodes to."""

    record: Any
    """``None`` if it has no record."""
    kinds: tuple[IssueKind, ...]
    """The kinds of its issues, which are only counted."""
    lines: int
    """Its number of lines."""


ONCE = Outcome(None, (), 0)
"""In place of the outcome of a row that occurred once."""


class Outcomes:
    """The outcomes of short rows, within a bound.

    A row with an open quotation mark depends on the lines after it, so the first line leads to a
    dict by the second line, and so on.
    """

    def __init__(self) -> None:
        self.by_line: dict[str, Any] = {}
        """First line of a row to its outcome, or to a dict by the next line."""
        self._size = 0

    def add(
        self, lines: Sequence[str], record: object, kinds: tuple[IssueKind, ...], used: int
    ) -> None:
        """Remember the outcome of a row, if it is short and occurred before.

        Args:
            lines: The lines that decide on the outcome.
            record: The record, or ``None``.
            kinds: The kinds of the issues.
            used: Number of lines of the row.
        """
        if len(lines) > 1 and sum(map(len, lines)) + len(lines) > SHORT:
            return
        if self._size >= MEMO_SIZE:
            self.by_line.clear()
            self._size = 0
        node = self.by_line
        for line in lines[:-1]:
            node = node.setdefault(line, {})
        self._size += len(lines)
        last = lines[-1]
        node[last] = Outcome(record, kinds, used) if last in node else ONCE


def tally(log: IssueLog, outcomes: list[Outcome]) -> None:
    """Count the issues of rows whose outcomes were remembered, and empty the list."""
    for outcome, times in Counter(outcomes).items():
        if outcome.kinds:
            log.tally(outcome.kinds, times)
    outcomes.clear()
