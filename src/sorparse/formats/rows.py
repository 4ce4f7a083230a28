"""From text to rows of cells: delimiter, quotes, blanks, Excel's ``="…"``."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ..issues import Issue, IssueLog
from ..limits import Limits

R = TypeVar("R")

BLANKS = " \t\xa0"
_QUOTED = re.compile(r'"((?:[^"]+|"")*+)"')
_OPEN = re.compile(r'"(?:[^"]+|"")*+\Z')


def clean(cell: str) -> str:
    """Take outer blanks, Excel's ``="…"`` and a literal ``NULL`` off a cell."""
    cell = cell.strip(BLANKS)
    if len(cell) > 2 and cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1].strip(BLANKS)
    return "" if cell == "NULL" else cell


# Longer texts than this are beyond what the csv module takes without a change of its settings.
_CSV_LIMIT = 100_000


def split_quoted(text: str, delimiter: str) -> list[str] | None:
    """Split by RFC 4180; ``None`` where a quoted cell is not closed or goes on after its quote."""
    if len(text) < _CSV_LIMIT and "\n" not in text:
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
            if place < len(text) and text[place] != delimiter:
                return None
        else:
            end = text.find(delimiter, place)
            end = len(text) if end < 0 else end
            cells.append(text[place:end])
            place = end
        if place == len(text):
            return cells
        place += 1


def ends_open(text: str, delimiter: str) -> bool:
    """Tell whether the last cell is a quoted one that the text does not close."""
    place = 0
    while True:
        if text.startswith('"', place):
            match = _QUOTED.match(text, place)
            if match is None:
                return _OPEN.match(text, place) is not None
            place = match.end()
            if place < len(text) and text[place] != delimiter:
                return False
        else:
            end = text.find(delimiter, place)
            place = len(text) if end < 0 else end
        if place == len(text):
            return False
        place += 1


class Rows:
    """The rows of one text, each with the number of its first line.

    A line without a quote *is* its cells between delimiters, so a reader takes lines as they come
    (:meth:`each`) and asks for the exact cells of those in which it finds something odd
    (:meth:`exact`); a row that goes on over the next lines takes them with it.

    With ``rfc`` a quoted cell may go on over several lines. Without, as in sor.csv where a raw
    quote may stand in a cell, a line with the right number of delimiters is taken by itself, and
    a quote never swallows a line that is a whole row.
    """

    def __init__(
        self,
        blocks: Iterable[tuple[int, list[str]]],
        *,
        file: str,
        log: IssueLog,
        limits: Limits,
        delimiter: str = ";",
        rfc: bool = True,
    ) -> None:
        self._blocks = iter(blocks)
        self._file = file
        self._log = log
        self._most = limits.max_field_chars
        self._delimiter = delimiter
        self._rfc = rfc
        self.header: list[str] | None = None
        """To be set by the reader once it has taken the first row."""
        self._first = 1
        self._lines: list[str] = []
        self._at = -1
        self._after = 0
        self._grown_from: int | None = None

    def each(self, decode: Callable[[str], R], otherwise: Callable[[], R | None]) -> Iterator[R]:
        """Give what ``decode`` makes of each line that is not part of the row before it.

        Where it raises ValueError, ``otherwise`` is asked, which may take the row by
        :meth:`exact`; ``None`` is passed over. A line that holds a NUL or more characters than a
        value may have comes as a lone quote, which nobody takes for cells. Goes on behind the
        line that was given last, by whichever iterator; ``number`` tells which one it is.
        """
        odd = self._holds_odd()
        while True:
            start = max(self._after, self._at + 1)
            for i, line in enumerate(self._lines[start:], start):
                if i < self._after or not line:
                    continue
                self._at = i
                found: R | None
                try:
                    found = decode('"' if odd and self._is_odd(line) else line)
                except ValueError:
                    found = otherwise()
                if found is not None:
                    yield found
            if self._grown_from is not None:
                # a quoted cell ran into the next block: go on behind it, without what is done
                del self._lines[: self._grown_from]
                self._first += self._grown_from
                self._grown_from = None
            else:
                block = next(self._blocks, None)
                if block is None:
                    return
                self._first, self._lines = block
            self._after, self._at = 0, -1
            odd = self._holds_odd()

    def lines(self) -> Iterator[tuple[int, str]]:
        """Give each line as ``each`` has it, with its number."""
        for line in self.each(str, lambda: None):
            yield self.number, line

    def _holds_odd(self) -> bool:
        text = "".join(self._lines)
        return "\0" in text or (len(text) > self._most and any(map(self._is_odd, self._lines)))

    def _is_odd(self, line: str) -> bool:
        return "\0" in line or len(line) > self._most

    def split(self, lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
        """Give the exact cells of the rows on ``lines``; what is no row is reported."""
        for number, line in lines:
            cells = line.split(self._delimiter) if '"' not in line else self.exact()
            if cells is not None and (len(cells) > 1 or clean(cells[0])):
                yield number, cells

    @property
    def number(self) -> int:
        """The number of the line given last."""
        return self._first + self._at

    def raw(self) -> str:
        """Give the whole text of the row that was given last."""
        return "\n".join(self._lines[self._at : max(self._taken, self._at + 1)])

    @property
    def _taken(self) -> int:
        return self._after if self._grown_from is None else self._grown_from

    def exact(self) -> list[str] | None:
        """Split the line given last by the rules of quoting, with the lines it goes on over.

        Gives ``None`` where it cannot become a row; that is then reported.
        """
        line, number = self._lines[self._at], self._first + self._at
        cells: list[str] | None
        if '"' in line:
            cells, used = self._quoted_row(self._at)
            if self._grown_from is not None:
                # the loop over the lines has to end here, see ``lines``
                self._grown_from = self._at + used
                self._after = len(self._lines)
            else:
                self._after = self._at + used
            if cells is None:
                self._bad_row(
                    "unclosed-quote", "the quotes of this row do not fit together", line, number
                )
                return None
        else:
            cells, used = line.split(self._delimiter), 1
        return cells if self._acceptable(number, cells, line, used) else None

    def _bad_row(self, code: str, message: str, raw: str, number: int) -> None:
        self._log.add(Issue("error", code, message, file=self._file, line=number, raw=raw))

    def _quoted_row(self, i: int) -> tuple[list[str] | None, int]:
        """Give the cells of the row that begins on line ``i``, and how many lines it takes."""
        text = self._lines[i]
        width = len(self.header) if self.header is not None else None
        cells = split_quoted(text, self._delimiter)
        if cells is not None and (width is None or len(cells) == width):
            return cells, 1
        plain = text.split(self._delimiter)
        fits = width is not None and len(plain) == width
        if fits and not self._rfc:
            return plain, 1
        if width is None:
            return cells or self._as_they_are(i, text, plain), 1  # the header is one line
        if cells is None and ends_open(text, self._delimiter):
            found = self._over_lines(i, width)
            if found is not None:
                return found
        return (self._as_they_are(i, text, plain) if fits else cells), 1

    def _as_they_are(self, i: int, text: str, cells: list[str]) -> list[str]:
        self._log.add(
            Issue(
                "warning",
                "stray-quote",
                "a quote stands where none belongs; the cells are taken as they are",
                file=self._file,
                line=self._first + i,
                value=text[:200],
            )
        )
        return cells

    def _over_lines(self, i: int, width: int | None) -> tuple[list[str], int] | None:
        """Follow an open quoted cell over the next lines, if it closes and the row then fits.

        An open cell means an odd number of quotes, so there is one place to try: the first line
        after which their number is even. Lines without a quote are therefore looked at once.
        """
        odd = self._lines[i].count('"') % 2 == 1
        size = len(self._lines[i])
        end = i
        while odd and size <= self._most:
            end += 1
            if end == len(self._lines) and not self._grow():
                return None
            line = self._lines[end]
            if not self._rfc and width is not None and line.count(self._delimiter) == width - 1:
                return None
            size += len(line) + 1
            odd ^= line.count('"') % 2 == 1
        cells = split_quoted("\n".join(self._lines[i : end + 1]), self._delimiter)
        if odd or cells is None or (width is not None and len(cells) != width):
            return None
        return cells, end + 1 - i

    def _grow(self) -> bool:
        """Take the next block's lines too."""
        block = next(self._blocks, None)
        if block is None:
            return False
        first, lines = block
        # a line beyond the limit may lie between; no cell goes on across it
        self._lines.extend([""] * (first - self._first - len(self._lines)))
        self._lines.extend(lines)
        self._grown_from = self._at + 1
        return True

    def _acceptable(self, number: int, cells: list[str], line: str, used: int) -> bool:
        if len(line) > self._most or used > 1:
            longest = max(map(len, cells))
            if longest > self._most:
                place = next(i for i, cell in enumerate(cells) if len(cell) == longest)
                self._log.add(
                    Issue(
                        "error",
                        "field-too-long",
                        f"a value holds {longest} characters, more than Limits.max_field_chars "
                        f"({self._most}); the row is passed over",
                        file=self._file,
                        line=number,
                        column=self._column(place),
                        value=cells[place][:200] + "…",
                        raw=line[:1000] + "…",
                    )
                )
                return False
        if "\0" not in line and used == 1:
            return True
        for place, cell in enumerate(cells):
            if "\0" in cell:
                self._log.add(
                    Issue(
                        "error",
                        "control-character",
                        "the value holds a NUL and is not read",
                        file=self._file,
                        line=number,
                        column=self._column(place),
                        value=cell,
                    )
                )
                cells[place] = ""
        return True

    def _column(self, place: int) -> str | None:
        if self.header is None or place >= len(self.header):
            return None
        return self.header[place]
