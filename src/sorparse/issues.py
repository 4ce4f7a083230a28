"""Issues: errors and remarks about the data, and what happens with them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import chain
from operator import attrgetter
from sys import getsizeof
from threading import Lock
from typing import Literal

import attrs

from .errors import SorDataError
from .notebook import HtmlRepr

Severity = Literal["error", "warning", "info"]
OnIssue = Literal["collect", "raise"] | Callable[["Issue"], object]


@attrs.frozen
class Issue(HtmlRepr):
    """One error or remark about the data, with its place.

    Example:
        >>> print(sorparse.Issue("error", "bad-date", "invalid date", file="sor.csv", line=7))
        sor.csv:7: invalid date [bad-date]
    """

    severity: Severity
    """``error``: a value or row could not be read; ``warning``: it was read but looks wrong;
    ``info``: worth knowing."""
    code: str
    """Stable kebab-case name of the kind of issue; see the list of codes in the docs."""
    message: str
    """The issue in words."""
    file: str | None = None
    """File or zip member."""
    line: int | None = None
    """Line where the record starts, from 1; for XML the line of the element."""
    column: str | None = None
    """The file's own column name, or the element's path."""
    value: str | None = None
    """The offending text."""
    sor_id: str | None = None
    """SOR id of the unit concerned, if known."""
    raw: str | None = None
    """The whole raw row, if it could not become a record."""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        parts = [place] if place else []
        if self.column is not None:
            parts.append(f"column {self.column}")
        parts.append(f"{self.message} [{self.code}]")
        return ": ".join(parts)


class Issues(HtmlRepr, list[Issue]):
    """A list of issues that a notebook shows as a table."""

    __slots__ = ()


Place = tuple[str | None, int | None, str | None, str | None, str | None]
"""File, line, column, value and SOR id of an issue."""
IssueKind = tuple[Severity, str]
"""Severity and code of an issue."""
_CODE_AND_PLACE = attrgetter("code", "file", "line", "column", "value", "sor_id")


def _chars_of(issue: Issue) -> int:
    """Return the number of characters of an issue, or of bytes in memory where that is larger.

    Beyond Latin-1, Python stores each character of a text in as many bytes as its widest one needs.
    """
    chars = 0
    for text in (issue.message, issue.value, issue.raw, issue.sor_id):
        if text:
            size = len(text)
            chars += size if text.isascii() else max(size, getsizeof(text) - _OF_NO_TEXT)
    return chars


_OF_NO_TEXT = getsizeof("\u0100") - 2


class IssueLog:
    """Stores, raises or hands on issues, as the caller asked.

    An issue is stored once, however often its table is read; beyond ``max_issues`` issues, or
    ``max_chars`` characters of text in them, issues are only counted, and one closing issue has the
    number.
    """

    def __init__(
        self,
        on_issue: OnIssue = "collect",
        max_issues: int = 100_000,
        max_chars: int = 100_000_000,
    ) -> None:
        if not (on_issue in ("collect", "raise") or callable(on_issue)):
            raise ValueError(f'on_issue must be "collect", "raise" or a callable, not {on_issue!r}')
        self.on_issue = on_issue
        self.max_issues = max_issues
        self.max_chars = max_chars
        self._counts: Counter[str] = Counter()
        self._dropped = 0
        self._errors = 0
        self._waiting: list[list[IssueKind]] = []
        """Kinds of issues that are counted later, each list by the reader that adds to it."""
        self._ended: deque[list[IssueKind]] = deque()
        """Those of them whose readers have ended."""
        self._stored: dict[Issue, None] = {}
        self._chars = 0
        self._lock = Lock()
        self._is_full = False
        self._places: set[tuple[object, ...]] | None = None
        self._last_lines: dict[str | None, int] | None = None
        self._ids: set[tuple[str | None, str | None]] | None = None
        self._of_files: set[Issue] = set()

    def add(self, issue: Issue) -> None:
        """Add one issue: store it, raise it, or hand it on."""
        with self._lock:
            number = len(self._stored)
            self._stored.setdefault(issue)  # finds and stores it in one look-up
            is_new = len(self._stored) > number
            if is_new:
                self._counts[issue.code] += 1
                self._errors += issue.severity == "error"
                chars = _chars_of(issue)
                if self._has_room(number, chars):
                    self._chars += chars
                else:
                    del self._stored[issue]
                    self._is_full = True  # a smaller issue is not stored afterwards
                    self._dropped += 1
        if not is_new:  # the table is being read again
            if self.on_issue == "raise" and issue.severity == "error":
                raise SorDataError(issue)
            return
        if callable(self.on_issue):
            self.on_issue(issue)
        elif self.on_issue == "raise" and issue.severity == "error":
            raise SorDataError(issue)

    def _has_room(self, number: int, chars: int = 0) -> bool:
        """Return whether there is room for an issue beside a number of others."""
        if self._is_full or number >= self.max_issues:
            return False
        return self._chars + chars <= self.max_chars

    def _is_counted(self, severity: Severity) -> bool:
        """Return whether an issue that there is no room for needs nothing but counting."""
        return self.on_issue == "collect" or (self.on_issue == "raise" and severity != "error")

    def add_once(self, issue: Issue) -> None:
        """Add an issue of a whole file once, however many rows it comes from."""
        with self._lock:
            is_known = issue in self._of_files
            self._of_files.add(issue)
        if not is_known:
            self.add(issue)

    def only_counts(self, severity: Severity, code: str, place: Place) -> bool:
        """Count an issue that there is no room for, so that nobody needs to build it.

        Returns:
            Whether it was counted. If not, it has to be added.
        """
        if not self.would_count(severity, code, place):
            return False
        self.tally(((severity, code),))
        return True

    def would_count(self, severity: Severity, code: str, place: Place) -> bool:
        """Return whether there is no room for an issue, and nobody needs to build it."""
        if not self._is_counted(severity) or self._has_room(len(self._stored)):
            return False
        with self._lock:
            if self._places is None:
                self._places = set(map(_CODE_AND_PLACE, self._stored))
            # else it may be one of those stored, read again
            return (code, *place) not in self._places

    def only_counted_from(self, file: str | None) -> int | None:
        """Return the first line of a file whose issues, and all later ones, are only counted.

        Returns:
            The number of the line; ``None`` as long as there is room for issues.
        """
        if self.on_issue != "collect" or self._has_room(len(self._stored)):
            return None
        if self._last_lines is None:
            with self._lock:
                last_lines: dict[str | None, int] = {}
                for issue in self._stored:
                    last = last_lines.get(issue.file, 0)
                    last_lines[issue.file] = max(last, issue.line or 0)
                self._last_lines = last_lines
        return self._last_lines.get(file, 0) + 1

    def only_counts_line(self, file: str | None, line: int) -> bool:
        """Return whether the issues of a line, and of all later ones, are only counted."""
        first = self.only_counted_from(file)
        return first is not None and line >= first

    def only_counts_unit(self, file: str | None, line: int, sor_id: str | None) -> bool:
        """Return whether the issues of a unit are only counted.

        Args:
            file: The file of the issues.
            line: The line on which the unit begins.
            sor_id: The id in all its issues.
        """
        first = self.only_counted_from(file)
        if first is None or line >= first:
            return first is not None
        with self._lock:
            if self._ids is None:
                self._ids = {(issue.file, issue.sor_id) for issue in self._stored}
        return (file, sor_id) not in self._ids

    @property
    def target(self) -> IssueLog:
        """The log whose method :meth:`tally` counts; another one if this log passes issues on."""
        return self

    def tally(self, kinds: Sequence[IssueKind], times: int = 1) -> None:
        """Count issues that are not stored, see :meth:`only_counted_from`.

        Args:
            kinds: Severity and code of each.
            times: How often these issues occurred.
        """
        with self._lock:
            for severity, code in kinds:
                self._counts[code] += times
                self._dropped += times
                if severity == "error":
                    self._errors += times

    def watch(self, kinds: list[IssueKind]) -> None:
        """Count what a reader adds to a list, until :meth:`unwatch`.

        Only the reader itself changes the list; it calls :meth:`take` before it becomes long.
        """
        with self._lock:
            self._count_ended()
            self._waiting.append(kinds)

    def unwatch(self, kinds: list[IssueKind]) -> None:
        """Count what is in the list of a reader that has ended.

        A reader can also be ended by garbage collection, at any moment and so while this thread
        holds the lock. So the list is only noted here.
        """
        self._ended.append(kinds)

    def _count_ended(self) -> None:
        while self._ended:
            ended = self._ended.popleft()
            self._count(ended)
            self._waiting = [kinds for kinds in self._waiting if kinds is not ended]

    def _count(self, kinds: list[IssueKind]) -> None:
        for (severity, code), times in Counter(kinds).items():
            self._counts[code] += times
            self._errors += times * (severity == "error")
        self._dropped += len(kinds)
        kinds.clear()

    def take(self, kinds: list[IssueKind]) -> None:
        """Count what is in the list of a reader, and empty it."""
        with self._lock:
            self._count(kinds)

    @property
    def counts(self) -> Counter[str]:
        """The number of issues of each code."""
        with self._lock:
            counts = self._counts.copy()
            for _, code in self._kinds_waiting():
                counts[code] += 1
        return counts

    @property
    def errors(self) -> int:
        """The number of errors."""
        with self._lock:
            waiting = sum(severity == "error" for severity, _ in self._kinds_waiting())
            return self._errors + waiting

    @property
    def dropped(self) -> int:
        """The number of issues that were only counted."""
        with self._lock:
            return self._dropped + sum(map(len, self._waiting))

    def _kinds_waiting(self) -> list[IssueKind]:
        # copied at once, for a reader in another thread may add to a list at any time
        return list(chain.from_iterable(kinds.copy() for kinds in self._waiting))

    def as_list(self) -> Issues:
        """Return the stored issues in order, and a closing one if some were only counted."""
        issues = Issues(self._stored)
        dropped = self.dropped
        if dropped:
            issues.append(
                Issue(
                    "error",
                    "too-many-issues",
                    f"{dropped} more issues were found and only counted "
                    f"(Limits.max_issues is {self.max_issues}, "
                    f"Limits.max_issue_chars {self.max_chars})",
                )
            )
        return issues


class NoLog(IssueLog):
    """Ignores all issues: those of a table are reported when it is read itself."""

    def add(self, issue: Issue) -> None:
        """Ignore an issue."""

    def add_once(self, issue: Issue) -> None:
        """Ignore an issue of a whole file."""

    def only_counts(self, severity: Severity, code: str, place: Place) -> bool:
        """Return that nobody needs to build an issue."""
        del severity, code, place
        return True

    def would_count(self, severity: Severity, code: str, place: Place) -> bool:
        """Return that nobody needs to build an issue."""
        del severity, code, place
        return True

    def only_counted_from(self, file: str | None) -> int | None:
        """Return that nobody needs to build an issue of any line."""
        del file
        return 0

    def only_counts_unit(self, file: str | None, line: int, sor_id: str | None) -> bool:
        """Return that nobody needs to build an issue of a unit."""
        del file, line, sor_id
        return True

    def tally(self, kinds: Sequence[IssueKind], times: int = 1) -> None:
        """Ignore issues."""

    def take(self, kinds: list[IssueKind]) -> None:
        """Empty the list of a reader."""
        kinds.clear()


class PassingLog(IssueLog):
    """Passes issues on to another log."""

    def __init__(self, log: IssueLog) -> None:
        super().__init__(log.on_issue)
        self._log = log

    def add(self, issue: Issue) -> None:
        """Pass an issue on."""
        self._log.add(issue)

    def add_once(self, issue: Issue) -> None:
        """Pass an issue of a whole file on."""
        self._log.add_once(issue)

    def only_counts(self, severity: Severity, code: str, place: Place) -> bool:
        """Count an issue if the log is full; see ``IssueLog``."""
        return self._log.only_counts(severity, code, place)

    def would_count(self, severity: Severity, code: str, place: Place) -> bool:
        """Return whether nobody needs to build an issue; see ``IssueLog``."""
        return self._log.would_count(severity, code, place)

    def only_counted_from(self, file: str | None) -> int | None:
        """Return the first line whose issues are only counted; see ``IssueLog``."""
        return self._log.only_counted_from(file)

    def only_counts_unit(self, file: str | None, line: int, sor_id: str | None) -> bool:
        """Return whether the issues of a unit are only counted; see ``IssueLog``."""
        return self._log.only_counts_unit(file, line, sor_id)

    @property
    def target(self) -> IssueLog:
        """The log to which this one passes issues on."""
        return self._log.target

    def tally(self, kinds: Sequence[IssueKind], times: int = 1) -> None:
        """Count issues that are not stored."""
        self._log.tally(kinds, times)
