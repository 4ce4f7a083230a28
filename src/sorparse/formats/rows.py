"""From text to rows of cells: delimiter, quotes, blanks, Excel's ``="…"``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..issues import Issue, IssueLog
from ..limits import Limits

BLANKS = " \t\xa0"
_KEEP_LINES = 20_000
_QUOTED = re.compile(r'"((?:[^"]+|"")*+)"')
_OPEN = re.compile(r'"(?:[^"]+|"")*+\Z')


def clean(cell: str) -> str:
    """Take outer blanks, Excel's ``="…"`` and a literal ``NULL`` off a cell."""
    cell = cell.strip(BLANKS)
    if len(cell) > 2 and cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1].strip(BLANKS)
    return "" if cell == "NULL" else cell


def split_quoted(text: str, delimiter: str) -> list[str] | None:
    """Split by RFC 4180; ``None`` where a quoted cell is not closed or goes on after its quote."""
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

    A line without a quote *is* its cells between delimiters, so only lines that hold a quote need
    the slow way. Ids in the form for Excel (equals sign, quoted twice) would put a quote in every
    line of the SOR2 files; they are unwrapped in the whole block first.

    With ``rfc`` a quoted cell may go on over several lines. Without, as in sor.csv where a raw
    quote may stand in a cell, a line with the right number of delimiters is taken by itself, and
    a quote never swallows a line that is a whole row.
    """

    def __init__(
        self,
        blocks: Iterable[tuple[int, str]],
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
        self._raw_first = 1
        self._raw_lines: list[str] | None = None
        self._raw_text = ""
        self._spans: dict[int, int] = {}
        d = re.escape(delimiter)
        # the look-behind stands after the literal, so that the literal is what is searched for
        self._wrapped = re.compile(rf'"=""(?<=[{d}\n]"="")([^"{d}\n]*)"""(?=[{d}\n])')

    def raw(self, number: int) -> str:
        """Give the text of the row that starts on line ``number``, of the block being read."""
        if self._raw_lines is None:
            self._raw_lines = self._raw_text.split("\n")
        start = number - self._raw_first
        return "\n".join(self._raw_lines[start : start + self._spans.get(number, 1)])

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        delimiter = self._delimiter
        for first, text in self._blocks:
            self._raw_first, self._raw_text, self._raw_lines = first, text, None
            self._spans.clear()
            plain = self._unwrapped(text)
            lines = plain.split("\n")
            lines.pop()  # what follows the last line end
            if '"' in plain or "\0" in plain or len(plain) > self._most:
                yield from self._with_quotes(lines)
            elif self._has_outer_blanks(plain):
                for number, line in enumerate(lines, first):
                    if line.strip(BLANKS):
                        yield number, [clean(cell) for cell in line.split(delimiter)]
            else:
                number = first
                for line in lines:
                    if line:
                        yield number, line.split(delimiter)
                    number += 1

    def _unwrapped(self, text: str) -> str:
        if '"=""' not in text:
            return text
        return "".join(self._wrapped.split("\n" + text))[1:]

    def _has_outer_blanks(self, text: str) -> bool:
        delimiter = self._delimiter
        return (
            f" {delimiter}" in text
            or f"{delimiter} " in text
            or "\n " in text
            or " \n" in text
            or text.startswith(" ")
            or "\xa0" in text
            or "NULL" in text
            or (delimiter != "\t" and "\t" in text)
        )

    def _with_quotes(self, lines: list[str]) -> Iterator[tuple[int, list[str]]]:
        """Rows of a block that holds quotes beside the wrapped ids, NULs or very long lines."""
        raw_lines = self._raw_lines = self._raw_text.split("\n")
        raw_lines.pop()
        delimiter = self._delimiter
        i = 0
        while i < len(lines):  # grows when a quoted cell runs into the next block
            if i > _KEEP_LINES:  # so what is done has to go
                del lines[:i], raw_lines[:i]
                self._raw_first += i
                i = 0
            line, number = lines[i], self._raw_first + i
            here = i
            i += 1
            if '"' in line:
                cells, used = self._quoted_row(here, lines, raw_lines)
                i = here + used
                if used > 1:
                    self._spans[number] = used
                if cells is None:
                    self._log.add(
                        Issue(
                            "error",
                            "unclosed-quote",
                            "the quotes of this row do not fit together",
                            file=self._file,
                            line=number,
                            raw=raw_lines[here],
                        )
                    )
                    continue
            elif line.strip(BLANKS):
                cells = line.split(delimiter)
            else:
                continue
            cells = [clean(cell) for cell in cells]
            if self._acceptable(number, cells, line):
                yield number, cells

    def _quoted_row(
        self, i: int, lines: list[str], raw_lines: list[str]
    ) -> tuple[list[str] | None, int]:
        """Give the cells of the row that begins on line ``i``, and how many lines it takes."""
        text = raw_lines[i]
        width = len(self.header) if self.header is not None else None
        cells = split_quoted(text, self._delimiter)
        if cells is not None and (width is None or len(cells) == width):
            return cells, 1
        plain = lines[i].split(self._delimiter)
        fits = width is not None and len(plain) == width
        if fits and not self._rfc:
            return plain, 1
        if cells is None and ends_open(text, self._delimiter):
            found = self._over_lines(i, lines, raw_lines, width)
            if found is not None:
                return found
        if fits:
            self._log.add(
                Issue(
                    "warning",
                    "stray-quote",
                    "a quote stands where none belongs; the cells are taken as they are",
                    file=self._file,
                    line=self._raw_first + i,
                    value=text[:200],
                )
            )
            return plain, 1
        return cells, 1

    def _over_lines(
        self, i: int, lines: list[str], raw_lines: list[str], width: int | None
    ) -> tuple[list[str], int] | None:
        """Follow an open quoted cell over the next lines, if it closes and the row then fits.

        An open cell means an odd number of quotes, so there is one place to try: the first line
        after which their number is even. Lines without a quote are therefore looked at once.
        """
        odd = raw_lines[i].count('"') % 2 == 1
        size = len(raw_lines[i])
        end = i
        while odd and size <= self._most:
            end += 1
            if end == len(raw_lines) and not self._grow(lines, raw_lines):
                return None
            line = raw_lines[end]
            if not self._rfc and width is not None and line.count(self._delimiter) == width - 1:
                return None
            size += len(line) + 1
            odd ^= line.count('"') % 2 == 1
        cells = split_quoted("\n".join(raw_lines[i : end + 1]), self._delimiter)
        if odd or cells is None or (width is not None and len(cells) != width):
            return None
        return cells, end + 1 - i

    def _grow(self, lines: list[str], raw_lines: list[str]) -> bool:
        block = next(self._blocks, None)
        if block is None:
            return False
        text = block[1]
        if block[0] != self._raw_first + len(raw_lines):
            # a line beyond the limit lies between; a cell cannot go on across it
            missing = block[0] - self._raw_first - len(raw_lines)
            raw_lines.extend([""] * missing)
            lines.extend([""] * missing)
        raw_lines.extend(text.split("\n")[:-1])
        lines.extend(self._unwrapped(text).split("\n")[:-1])
        return True

    def _acceptable(self, number: int, cells: list[str], line: str) -> bool:
        if len(line) > self._most or number in self._spans:
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
