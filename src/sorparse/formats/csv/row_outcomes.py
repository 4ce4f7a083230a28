"""The issues of one row at a time, and what short rows decode to.

Once there is no room for issues, they are only counted. Hostile files then have millions of bad
rows of a few characters each, so rows of that size are few different ones: each is decoded twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs

from ...issues import Issue, IssueKind, IssueLog, Severity
from ..generator import MEMO_SIZE

SHORT = 8
"""Most characters of a row whose outcome is remembered."""
MANY = 256
"""So many issues at most wait to be counted."""


class RowIssues:
    """Reports the issues of rows, one after the other, or only counts them."""

    def __init__(self, log: IssueLog, file: str) -> None:
        self._log = log
        self._file = file
        self._line = 0
        self._reported = 0
        """Number of issues of the current row that were not only counted."""
        self.is_counting = False
        """Whether the issues of the current row, and of all later ones, are only counted."""
        self.kinds: list[IssueKind] = []
        """The kinds of issues that are only counted and wait; the list is always the same."""
        self._before = 0
        """Number of those that are of earlier rows."""

    def begin(self, line: int) -> None:
        """Begin the row on a line."""
        if self.is_counting:
            self._before = len(self.kinds)
            return
        self._line = line
        self._reported = 0
        self.is_counting = self._log.only_counts_line(self._file, line)

    @property
    def number(self) -> int:
        """Number of issues of the current row."""
        return len(self.kinds) - self._before if self.is_counting else self._reported

    @property
    def kinds_of_row(self) -> tuple[IssueKind, ...]:
        """The kinds of the issues of the current row, as far as they are only counted."""
        return tuple(self.kinds[self._before :])

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
        if self.is_counting:
            self.kinds.append((severity, code))
            return
        self._reported += 1
        place = (self._file, self._line, column, value, sor_id)
        if not self._log.only_counts(severity, code, place):
            text = message if isinstance(message, str) else message()
            self._log.add(Issue(severity, code, text, *place, raw=raw() if raw else None))

    def count(self) -> None:
        """Count the issues of the rows so far that are only counted."""
        if self.kinds:
            self._log.target.take(self.kinds)
        self._before = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let the log count what is in :attr:`kinds` while rows are read."""
        log = self._log.target
        log.watch(self.kinds)
        try:
            yield
        finally:
            log.unwatch(self.kinds)
            self._before = 0


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
        self._make_room(len(lines))
        node = self.by_line
        for line in lines[:-1]:
            node = node.setdefault(line, {})
        last = lines[-1]
        node[last] = Outcome(record, kinds, used) if last in node else ONCE

    def add_first(self, line: str) -> None:
        """Remember that a row of one line occurred for the first time."""
        self._make_room(1)
        self.by_line[line] = ONCE

    def _make_room(self, number: int) -> None:
        if self._size >= MEMO_SIZE:
            self.by_line.clear()
            self._size = 0
        self._size += number
