"""Split text into rows of cells: delimiter, quotes, whitespace, Excel's ``="…"``."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from ...issues import IssueLog
from ...limits import Limits
from .row_blocks import beginning_at
from .row_outcomes import MANY, ONCE, SHORT, Outcome, Outcomes, RowIssues

R = TypeVar("R")

BLANKS = " \t\xa0"
_CELL_END = "\x1f"
_QUOTED = re.compile(r'"((?:[^"]+|"")*+)"')


def clean(cell: str) -> str:
    """Return the text of a cell without the whitespace around it and without Excel's ``="…"``.

    The text ``NULL`` becomes empty.
    """
    cell = cell.strip(BLANKS)
    if len(cell) > 2 and cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1].strip(BLANKS)
    return "" if cell == "NULL" else cell


# The csv module refuses longer texts with its default settings.
_CSV_LIMIT = 100_000


def split_quoted(text: str, delimiter: str) -> list[str] | None:
    """Split a text by the rules of RFC 4180. Only quoted cells can contain a line end.

    Args:
        text: A line, or several for a row with line ends in its cells.
        delimiter: The character between cells.

    Returns:
        The cells. ``None`` if a quoted cell is not closed, or has text after its closing quote.
    """
    quotes = text.count('"')
    if quotes == 1:  # it begins a cell that is not closed, or belongs to a text
        is_open = text.startswith('"') or f'{delimiter}"' in text
        return None if is_open else text.split(delimiter)
    if text[:1] == text[-1:] == '"':
        # every cell is quoted if each quotation mark within them is doubled
        inner = text[1:-1].replace(f'"{delimiter}"', _CELL_END)
        if inner.count('"') == 2 * inner.count('""') and _CELL_END not in text:
            return inner.replace('""', '"').split(_CELL_END)
    if len(text) < _CSV_LIMIT:
        try:
            return next(csv.reader((text,), delimiter=delimiter, strict=True))
        except csv.Error:
            return None
    cells: list[str] = []
    place = 0
    while True:
        if text.startswith('"', place):
            match = _QUOTED.match(text, place)
            if match is None:
                return None
            cells.append(match[1].replace('""', '"'))
            place = match.end()
        else:
            end = text.find(delimiter, place)
            cell = text[place:] if end < 0 else text[place:end]
            if "\n" in cell:
                return None
            cells.append(cell)
            place += len(cell)
        if place == len(text):
            return cells
        if text[place] != delimiter:
            return None
        place += 1


class Rows:
    """The rows of one text, each with the number of its first line.

    A line without a quote only needs to be split at its delimiters. So a reader decodes line by
    line (:meth:`each`), and has irregular lines split by the rules of quoting (:meth:`exact`). A
    row that continues on the next lines includes them.

    Args:
        blocks: Blocks of lines: the number of the first line, and the lines.
        file: Name of the file, for issues.
        log: Receives the issues.
        limits: The longest value.
        delimiter: The character between cells.
        rfc: Whether a quoted cell may always continue on the next lines. Without it, as in sor.csv
            where a cell may contain a single quote, a line with the right number of delimiters is
            a row, and a quote never makes such a line part of the row before it.
    """

    def __init__(
        self,
        blocks: Iterable[tuple[int, list[str]]],
        *,
        file: str,
        log: IssueLog,
        limits: Limits,
        delimiter: str,
        rfc: bool,
    ) -> None:
        self._blocks = iter(blocks)
        self.issues = RowIssues(log, file)
        self._outcomes = Outcomes()
        self._most = limits.max_field_chars
        self._delimiter = delimiter
        self._rfc = rfc
        self._blanks = BLANKS.replace(delimiter, "")
        self.header: list[str] | None = None
        """The names of the columns; the reader sets them after the first row."""
        self._first: int
        self._lines: list[str] = []
        self._at = -1
        """Place of the current line: the one yielded last."""
        self.has_suspects: bool
        """Whether a line may have a NUL, or more characters than a value may have."""
        self.is_regular: bool
        """Whether the last row that was not regular text had no issue."""
        self._is_repeatable: bool
        """Whether the current row decodes to the same anywhere in the text."""
        self._examined: int
        """Number of lines that decide what the current row is."""
        self._after = 0
        """Place after the last row that was split by the rules of quoting."""

    def each(
        self, decode: Callable[[str], R | None], otherwise: Callable[[str], R | None]
    ) -> Iterator[R]:
        """Yield the result of ``decode`` for each line that begins a row; skip ``None``.

        All iterators of these rows share one position: each continues after the current line,
        whose number is :attr:`number`.

        Args:
            decode: Gets a line; not one with a NUL, or with more characters than a value may have.
            otherwise: Gets the line if ``decode`` does not, or raises ValueError, and lines after
                irregular ones. Between :meth:`begin` and :meth:`end`, it can read the row with
                :meth:`exact`. Both functions return the same for a regular line.
        """
        known, issues = self._outcomes.by_line, self.issues
        kinds = issues.kinds
        self.is_regular = True
        with issues.reading():
            while True:
                start = max(self._after, self._at + 1)
                taken = self._lines[start:]
                end = start + len(taken)
                self.has_suspects = self._has_suspect(taken)
                following = enumerate(taken, start)
                for self._at, line in following:
                    if not line:
                        continue
                    record: R | None
                    if (
                        len(line) <= SHORT
                        and line in known
                        and (outcome := self._remembered(known[line]))
                    ):
                        record = outcome.record
                        kinds += outcome.kinds
                        self._after = self._at + outcome.lines
                    elif line.isspace() and not line.strip(self._blanks):
                        continue
                    elif self.is_regular and not (self.has_suspects and self.is_suspect(line)):
                        try:
                            record = decode(line)
                        except ValueError:
                            record = otherwise(line)
                    else:
                        record = otherwise(line)
                    if record is not None:
                        yield record
                    if len(kinds) > MANY:
                        issues.count()
                    if self._after > self._at:  # the row was split by the rules of quoting
                        # skip the further lines of the row that are in this block
                        for _ in range(self._at + 1, min(self._after, end)):
                            next(following)
                if len(self._lines) == end:
                    block = next(self._blocks, None)
                    if block is None:
                        return
                    self._first, self._lines = block
                    self._after = 0
                else:
                    # a quoted cell continued in the next block: continue after it
                    self._lines = self._lines[end:]
                    self._first += end
                    self._after -= end
                self._at = -1

    def _remembered(self, node: Any) -> Outcome | None:
        """Return the outcome of the current row, given what its first line leads to."""
        at = self._at
        while node.__class__ is dict:
            at += 1
            node = node.get(self._lines[at]) if at < len(self._lines) else None
        return None if node is ONCE else node

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the number and the text of each line that begins a row."""
        for line in self.each(str, str):
            yield self.number, line

    def _has_suspect(self, lines: list[str]) -> bool:
        text = "".join(lines)
        return "\0" in text or len(text) > self._most

    def is_suspect(self, line: str) -> bool:
        """Return whether a line has a NUL, or more characters than a value may have."""
        return "\0" in line or len(line) > self._most

    def split(self) -> Iterator[list[str]]:
        """Yield the cells of each row; a line that is not a row is reported."""

        def plain(line: str) -> list[str] | None:
            return line.split(self._delimiter) if '"' not in line else quoted(line)

        def quoted(_: str) -> list[str] | None:
            self.begin()
            cells = self.exact()
            self.end(cells)
            return cells

        for cells in self.each(plain, quoted):
            if len(cells) > 1 or clean(cells[0]):
                yield cells

    def skip_to(self, number: int) -> None:
        """Skip the lines before one that begins a row."""
        self._after = min(number - self._first, len(self._lines))
        self._blocks = beginning_at(number, self._blocks)

    def begin(self) -> None:
        """Begin the current row, which is irregular."""
        issues = self.issues
        issues.begin(0 if issues.is_counting else self.number)
        self._is_repeatable, self._examined = True, 1

    def end(self, record: object, *, shares: bool = True) -> None:
        """End the current row.

        Args:
            record: What it decodes to.
            shares: Whether equal rows may have one record.
        """
        issues, at = self.issues, self._at
        self.is_regular = not issues.number
        if issues.is_counting and shares and self._is_repeatable and len(self._lines[at]) <= SHORT:
            line = self._lines[at]
            if self._examined == 1 and line not in self._outcomes.by_line:
                self._outcomes.add_first(line)  # in hostile files, nearly each row may be another
                return
            lines = self._lines[at : at + self._examined]
            self._outcomes.add(lines, record, issues.kinds_of_row, max(self._after - at, 1))

    @property
    def number(self) -> int:
        """Number of the current line."""
        return self._first + self._at

    def raw(self) -> str:
        """Return the whole text of the current row."""
        return "\n".join(self._lines[self._at : max(self._after, self._at + 1)])

    def exact(self) -> list[str] | None:
        """Split the current row by the rules of quoting; it may continue on the next lines.

        Returns:
            The cells; ``None``, and an issue, if they are not a row.
        """
        line = self._lines[self._at]
        if '"' not in line:
            cells = line.split(self._delimiter)
            return cells if not self.has_suspects or self._acceptable(cells, line) else None
        row, used = self._quoted_row(line)
        self._after = self._at + used
        if row is None:
            message = "the quotation marks of this row do not match"
            self.issues.add("error", "unclosed-quote", message, raw=lambda: line)
            return None
        is_checked = not self.has_suspects and used == 1
        return row if is_checked or self._acceptable(row, self.raw()) else None

    def _quoted_row(self, text: str) -> tuple[list[str] | None, int]:
        """Return the cells of the row that begins with ``text``, and its number of lines."""
        cells = split_quoted(text, self._delimiter)
        if cells is not None and (self.header is None or len(cells) == len(self.header)):
            return cells, 1
        plain = text.split(self._delimiter)
        if self.header is None:  # the header is one line
            return self._as_they_are(text, plain), 1
        width = len(self.header)
        fits = len(plain) == width
        if fits and not self._rfc:
            return plain, 1
        over_lines = self._over_lines(width) if cells is None else None
        if over_lines is not None:
            return over_lines
        return (self._as_they_are(text, plain) if fits else cells), 1

    def _as_they_are(self, text: str, cells: list[str]) -> list[str]:
        message = "unexpected quotation mark; the cells were read literally"
        self.issues.add("warning", "stray-quote", message, value=text[:200])
        return cells

    def _over_lines(self, width: int) -> tuple[list[str], int] | None:
        """Return a row with an open quoted cell, and its number of lines; ``None`` if none fits.

        A cell is open as long as the number of quotes is not even. So there is one place to split:
        after the first line with which the number is even. Each line is examined once.
        """
        line = self._lines[self._at]
        is_open = line.count('"') % 2 == 1
        size, delimiters = len(line), line.count(self._delimiter)
        end = self._at + 1
        while is_open and size <= self._most:
            if end == len(self._lines) and not self._grow():
                self._is_repeatable = False
                return None
            line = self._lines[end]
            self._examined += 1
            in_line = line.count(self._delimiter)
            if not self._rfc and in_line == width - 1:
                return None
            size += len(line) + 1
            delimiters += in_line
            is_open ^= line.count('"') % 2 == 1
            end += 1
        if delimiters < width - 1:
            return None
        cells = split_quoted("\n".join(self._lines[self._at : end]), self._delimiter)
        if cells is None or len(cells) != width:
            return None
        return cells, end - self._at

    def _grow(self) -> bool:
        """Add the lines of the next block; return whether they directly follow."""
        block = next(self._blocks, None)
        if block is None:
            return False
        first, lines = block
        # a line that is too long may be between the blocks; a cell cannot continue across it
        missing = first - self._first - len(self._lines)
        self._lines += [""] * missing
        self._lines += lines
        return not missing

    def _acceptable(self, cells: list[str], text: str) -> bool:
        if len(text) > self._most and (longest := max(map(len, cells))) > self._most:
            place = next(i for i, cell in enumerate(cells) if len(cell) == longest)
            self.issues.add(
                "error",
                "field-too-long",
                f"a value holds {longest} characters, more than Limits.max_field_chars "
                f"({self._most}); the row is not read",
                column=self._column(place),
                value=cells[place][:200] + "…",
                raw=lambda: text[:1000] + "…",
            )
            return False
        if "\0" not in text:
            return True
        for place, cell in enumerate(cells):
            if "\0" in cell:
                column = self._column(place)
                message = partial(_holds_nul, None if column is not None else place)
                self.issues.add("error", "control-character", message, column=column, value=cell)
                cells[place] = ""
        return True

    def _column(self, place: int) -> str | None:
        if self.header is None or place >= len(self.header):
            return None
        return self.header[place]


def _holds_nul(place: int | None) -> str:
    what = "the value" if place is None else f"cell {place + 1}"
    return f"{what} holds a NUL and is not read"
