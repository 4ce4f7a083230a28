"""Where each cell of CSV lines begins and ends, found with numpy.

A cell is the text between delimiters, without the quotes of a quoted cell, and without the signs
of a cell that is written as text for Excel (``="…"``). A row is regular if every quote in it
belongs to such a cell. The caller reads any other row again with the ordinary reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...extras import load_numpy

_LF, _CR, _QUOTE, _EQUALS = b'\n\r"='
_BEFORE = int.from_bytes(b'"=""', "little")
_BEHIND = int.from_bytes(b'"""', "little")
_FEW = 8  # of so many lines, a single one is decoded by itself
_SHORTEST_WRAPPED = 8  # with one character between the signs


class NotAligned(Exception):
    """Raised if the lines are not rows."""


class Lines:
    """Lines that end in a line feed; each is a whole row, or empty.

    Args:
        data: The text of the lines.
        longest: The most bytes of a line.
        first: The number of the first line.

    Raises:
        NotAligned: If a cell may continue on the next line, a lone CR ends a line, a line is too
            long, or the text is not UTF-8.
    """

    def __init__(self, data: bytes, longest: int, first: int = 1) -> None:
        np = load_numpy()
        if b"\0" in data or not is_utf8(data):
            raise NotAligned
        self._data = data
        self.first = first
        self.signs = np.frombuffer(data, dtype=np.uint8)
        self.stops = np.flatnonzero(self.signs == _LF).astype(np.int32)
        """Places of the line feeds."""
        self.starts = np.concatenate((np.zeros(1, np.int32), self.stops[:-1] + 1))
        if (self.stops - self.starts).max() > longest:
            raise NotAligned
        self.returned = (self.stops > self.starts) & (self.signs[self.stops - 1] == _CR)
        """Mask of the lines that end in CR LF."""
        if np.count_nonzero(self.signs == _CR) != np.count_nonzero(self.returned):
            raise NotAligned
        self.quotes = np.flatnonzero(self.signs == _QUOTE).astype(np.int32)
        """Places of the quotes."""
        behind = np.searchsorted(self.quotes, self.stops)
        self.quoted = np.diff(behind, prepend=0)
        """Number of quotes in each line."""
        if (behind % 2).any():
            raise NotAligned
        self.filled = self.stops - self.returned > self.starts
        """Mask of the lines that are not empty."""

    def __len__(self) -> int:
        return len(self.stops)

    def __getitem__(self, place: int) -> str:
        end = self.stops[place] - self.returned[place]
        return self._data[self.starts[place] : end].decode()

    def only(self, places: Any) -> list[str]:
        """Return the lines at some places, and an empty text in place of each other line."""
        if len(places) * _FEW < len(self):
            lines = [""] * len(self)
            for place in places.tolist():
                lines[place] = self[place]
            return lines
        text = self._data.decode()
        lines = (text.replace("\r\n", "\n") if self.returned.any() else text).split("\n")
        lines.pop()
        others = load_numpy().ones(len(self), dtype=bool)
        others[places] = False
        for place in others.nonzero()[0].tolist():
            lines[place] = ""
        return lines


def is_utf8(data: bytes) -> bool:
    """Return whether bytes are text in UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class Cells:
    """The cells of the lines that have the right number of cells."""

    def __init__(self, lines: Lines, delimiter: str, width: int, wrapped: Sequence[int]) -> None:
        """Find the cells.

        Args:
            lines: The lines.
            delimiter: The character between cells.
            width: Number of cells in a row.
            wrapped: Places of the columns whose cells are usually written for Excel (``="…"``);
                the cells of other columns may be, too.
        """
        np = load_numpy()
        self._lines = lines
        self.signs = lines.signs
        """The bytes of the lines, to which ``starts`` and ``ends`` point."""
        self._quoted_delimiters = np.zeros(0, dtype=np.int32)
        self._is_quoted = self._are_lines_quoted()
        """Whether every cell of every row is quoted."""
        if self._is_quoted:
            parted, numbers = self._delimiters_between_quotes(ord(delimiter))
        else:
            parted, numbers = self._delimiters(ord(delimiter), width - 1)
        fits = numbers == width - 1
        if not fits.all():
            parted = parted[np.repeat(fits, numbers)]
        self.places = np.flatnonzero(fits)
        """Places of the rows among the lines."""
        self._lay_out(parted.reshape(-1, width - 1))
        self.irregular = np.zeros(len(self.places), dtype=bool)
        """Mask of the irregular rows: those with any other quotes."""
        if len(self.places) and len(lines.quotes):
            self._remove_quotes(wrapped)

    def _delimiters(self, delimiter: int, wanted: int) -> tuple[Any, Any]:
        """Return the places of the delimiters, and their number in each line."""
        np = load_numpy()
        lines = self._lines
        places = np.flatnonzero(self.signs == delimiter).astype(np.int32)
        numbers = _in_each(places, lines.stops)
        quoting = (numbers > wanted) & (lines.quoted > 0)
        if quoting.any():
            # a delimiter is in a quoted cell if the number of quotes before it is not even
            among = np.flatnonzero(np.repeat(quoting, numbers))
            within = np.searchsorted(lines.quotes, places[among]) % 2 == 1
            self._quoted_delimiters = places[among[within]]
            places = np.delete(places, among[within])
            numbers = _in_each(places, lines.stops)
        return places, numbers

    def _are_lines_quoted(self) -> bool:
        lines, filled = self._lines, self._lines.filled
        first = lines.starts[filled]
        last = (lines.stops - lines.returned)[filled] - 1
        return bool(((self.signs[first] == _QUOTE) & (self.signs[last] == _QUOTE)).all())

    def _delimiters_between_quotes(self, delimiter: int) -> tuple[Any, Any]:
        """Return the same as ``_delimiters``, for rows whose cells are all quoted."""
        np = load_numpy()
        is_quote = self.signs == _QUOTE
        between = (self.signs[1:-1] == delimiter) & is_quote[:-2] & is_quote[2:]
        places = np.flatnonzero(between).astype(np.int32) + np.int32(1)
        return places, _in_each(places, self._lines.stops)

    def _lay_out(self, delimiters: Any) -> None:
        np = load_numpy()
        rows, before_last = delimiters.shape
        self.starts = np.empty((before_last + 1, rows), dtype=np.int32)
        """Where the text of each cell begins, columns x rows."""
        self.ends = np.empty_like(self.starts)
        """Where the text of each cell ends, columns x rows."""
        lines, places = self._lines, self.places
        self.ends[:-1] = delimiters.T
        self.ends[-1] = lines.stops[places] - lines.returned[places]
        self.starts[0] = lines.starts[places]
        np.add(self.ends[:-1], 1, out=self.starts[1:])

    def _remove_quotes(self, wrapped: Sequence[int]) -> None:
        np = load_numpy()
        quoted = self._lines.quoted[self.places]
        if self._is_quoted:
            every = np.arange(len(quoted))
            self._undouble_rows(every, self.starts, self.ends, self._unquote_all())
            return
        removed = np.zeros(len(quoted), dtype=np.int32)
        plain = {place: self._unwrap(place) for place in wrapped}
        for is_wrapped in plain.values():
            removed += 6 * is_wrapped
        others = np.flatnonzero(removed != quoted)
        if not len(others):
            return
        # these rows again, with every cell
        starts, ends = self.starts[:, others], self.ends[:, others]
        for place, is_wrapped in plain.items():
            starts[place] -= 4 * is_wrapped[others]
            ends[place] += 3 * is_wrapped[others]
        of_cells = self._unquote(starts, ends)
        self._undouble_rows(others, starts, ends, of_cells)
        self.starts[:, others], self.ends[:, others] = starts, ends

    def _undouble_rows(self, rows: Any, starts: Any, ends: Any, of_cells: Any) -> None:
        """Replace doubled quotes by single ones, and mark the rows with any other quotes.

        Args:
            rows: Numbers of the rows.
            starts: Where the text of each cell begins, columns x rows.
            ends: Where the text of each cell ends.
            of_cells: How many quotes were removed from each cell.
        """
        np = load_numpy()
        quoted, quotes = self._lines.quoted[self.places[rows]], self._lines.quotes
        removed = of_cells.sum(axis=0, dtype=np.int32)
        if self._is_quoted:  # the quotes on both sides of a delimiter may be shared: ";";"
            removed[(ends < starts).any(axis=0)] = -1
        others = np.flatnonzero((removed != quoted) & (removed >= 0))
        before, after = (np.searchsorted(quotes, each[:, others]) for each in (starts, ends))
        inner = (after > before) & (of_cells[:, others] == 2)
        for cell, other in zip(*inner.nonzero(), strict=True):
            row = others[other]
            length, number = self._undouble(starts[cell, row], ends[cell, row])
            ends[cell, row] = starts[cell, row] + length
            removed[row] += number
        self.irregular[rows] = removed != quoted

    def _unquote_all(self) -> Any:
        """Remove the quotes of cells that are all quoted; return their number by cell."""
        np = load_numpy()
        starts, ends = self.starts, self.ends
        number = np.full(starts.shape, 2, dtype=np.int8)
        fours = np.ndarray((len(self.signs) - 3,), "<u4", self.signs, strides=(1,))
        at = np.nonzero(fours.take(starts, mode="clip") == _BEFORE)
        wrapped = fours[np.maximum(ends[at], 4) - 4] >> 8 == _BEHIND
        wrapped &= ends[at] - starts[at] >= _SHORTEST_WRAPPED
        number[at] += 4 * wrapped.astype(np.int8)
        starts += 1
        starts[at] += 3 * wrapped
        ends -= 1
        ends[at] -= 2 * wrapped
        return number

    def _unwrap(self, place: int) -> Any:
        """Remove the signs of cells for Excel in one column; return which cells have them."""
        np = load_numpy()
        starts, ends = self.starts[place], self.ends[place]
        if len(self.signs) <= _SHORTEST_WRAPPED:
            return np.zeros(len(starts), dtype=np.int32)
        # four characters at once, from any place
        fours = np.ndarray((len(self.signs) - 3,), "<u4", self.signs, strides=(1,))
        wrapped = fours[np.minimum(starts, len(fours) - 1)] == _BEFORE
        wrapped &= fours[np.maximum(ends, 4) - 4] >> 8 == _BEHIND
        wrapped &= ends - starts >= _SHORTEST_WRAPPED
        is_wrapped = wrapped.astype(np.int32)
        starts += 4 * is_wrapped
        ends -= 3 * is_wrapped
        return is_wrapped

    def _unquote(self, starts: Any, ends: Any) -> Any:
        """Remove the quotes of quoted cells and of cells for Excel; return their number by cell."""
        np = load_numpy()

        def sign(places: Any) -> Any:
            return self.signs.take(places, mode="clip")

        number = np.zeros(starts.shape, dtype=np.int8)
        sizes = ends - starts
        first = sign(starts)
        at = np.nonzero(((first == _QUOTE) & (sizes > 1)) | ((first == _EQUALS) & (sizes > 3)))
        start, end, size = starts[at], ends[at], sizes[at]
        closed, second = sign(end - 1) == _QUOTE, sign(start + 1)
        quoted = closed & (first[at] == _QUOTE)
        raw = closed & (first[at] == _EQUALS) & (second == _QUOTE)
        # quotes after an equals sign do not quote a delimiter: such a row has more cells
        inside = np.searchsorted(self._quoted_delimiters, [start, end])
        raw &= inside[0] == inside[1]
        wrapped = quoted & (size >= _SHORTEST_WRAPPED) & (second == _EQUALS)
        for beside in (start + 2, start + 3, end - 2, end - 3):
            wrapped &= sign(beside) == _QUOTE
        number[at] = 2 * (quoted | raw) + 4 * wrapped
        starts[at] += quoted + 2 * raw + 3 * wrapped
        ends[at] -= (quoted | raw) + 2 * wrapped
        return number

    def _undouble(self, start: int, end: int) -> tuple[int, int]:
        """Replace each doubled quote of a cell by a single one.

        Returns:
            The new length of the text, and the number of quotes before.
        """
        text = self.signs[start:end].tobytes()
        # in ="…" without quotes around it, two quotes mean two quotes
        if b'"' in text.replace(b'""', b"") or self.signs[start - 2] == _EQUALS:
            return end - start, 0
        if not self.signs.flags.writeable:
            self.signs = self.signs.copy()  # the bytes of the lines do not change
        single = text.replace(b'""', b'"')
        self.signs[start : start + len(single)] = load_numpy().frombuffer(single, dtype="uint8")
        return len(single), text.count(b'"')


def _in_each(places: Any, ends: Any) -> Any:
    """Return how many of the places are in each line, its end included."""
    np = load_numpy()
    return np.diff(np.searchsorted(places, ends, side="right"), prepend=0)
