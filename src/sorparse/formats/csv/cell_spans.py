"""The cells of CSV lines, found with numpy: where each begins and ends.

What stands between delimiters is a cell. Of a quoted one the quotes are left out, of one that
Excel is to take for text (``="…"``) those signs too. A row is taken only where every quote in it
belongs to such a cell; any other is odd, and read again as every other reader reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...extras import load_numpy

_LF, _CR, _QUOTE, _EQUALS = b'\n\r"='
_BEFORE = int.from_bytes(b'"=""', "little")
_BEHIND = int.from_bytes(b'"""', "little")
_SHORTEST_WRAPPED = 8  # with one sign between them


class NotAligned(Exception):
    """The lines are not rows."""


class Lines:
    """Lines that end in a line feed, each a row by itself or empty.

    Raises NotAligned where they are not what they seem: a cell may go on over the next line, a
    lone CR ends a line too, a line is longer than a value may be, or the text is not UTF-8.
    """

    def __init__(self, data: bytes, longest: int) -> None:
        np = load_numpy()
        if b"\0" in data or not is_utf8(data):
            raise NotAligned
        self._data = data
        self.signs = np.frombuffer(data, dtype=np.uint8)
        self.stops = np.flatnonzero(self.signs == _LF).astype(np.int32)
        """Places of the line feeds."""
        self.starts = np.concatenate((np.zeros(1, np.int32), self.stops[:-1] + 1))
        if (self.stops - self.starts).max() > longest:
            raise NotAligned
        self.returned = (self.stops > self.starts) & (self.signs[self.stops - 1] == _CR)
        """Which lines end in CR LF."""
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
        """Which lines are not empty."""

    def __len__(self) -> int:
        return len(self.stops)

    def __getitem__(self, place: int) -> str:
        end = self.stops[place] - self.returned[place]
        return self._data[self.starts[place] : end].decode()


def is_utf8(data: bytes) -> bool:
    """Return whether bytes are text in UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class Cells:
    """The cells of those lines that have the right number of them."""

    def __init__(self, lines: Lines, delimiter: str, width: int, wrapped: Sequence[int]) -> None:
        """wrapped: places of the columns whose cells are usually made for Excel; any may be."""
        np = load_numpy()
        self._lines = lines
        self.signs = lines.signs
        """The bytes, to which ``texts`` points."""
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
        self.odd = np.zeros(len(self.places), dtype=bool)
        """Mask of the rows that have quotes of any other kind."""
        if len(self.places) and len(lines.quotes):
            self._leave_out_quotes(wrapped)

    def _delimiters(self, delimiter: int, wanted: int) -> tuple[Any, Any]:
        """Give the places of the delimiters, and how many there are in each line."""
        np = load_numpy()
        lines = self._lines
        places = np.flatnonzero(self.signs == delimiter).astype(np.int32)
        numbers = _in_each(places, lines.stops)
        quoting = (numbers > wanted) & (lines.quoted > 0)
        if quoting.any():
            # a delimiter behind an odd number of quotes stands in a quoted cell
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
        """Return the places of the delimiters, and their number in each line, likewise."""
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
        """Where it ends."""
        lines, places = self._lines, self.places
        self.ends[:-1] = delimiters.T
        self.ends[-1] = lines.stops[places] - lines.returned[places]
        self.starts[0] = lines.starts[places]
        np.add(self.ends[:-1], 1, out=self.starts[1:])

    def _leave_out_quotes(self, wrapped: Sequence[int]) -> None:
        np = load_numpy()
        quoted = self._lines.quoted[self.places]
        if self._is_quoted:
            every = np.arange(len(quoted))
            self._undouble_rows(every, self.starts, self.ends, self._unquote_all())
            return
        found = np.zeros(len(quoted), dtype=np.int32)
        plain = {place: self._unwrap(place) for place in wrapped}
        for is_wrapped in plain.values():
            found += 6 * is_wrapped
        others = np.flatnonzero(found != quoted)
        if not len(others):
            return
        # from the beginning, and every cell
        starts, ends = self.starts[:, others], self.ends[:, others]
        for place, is_wrapped in plain.items():
            starts[place] -= 4 * is_wrapped[others]
            ends[place] += 3 * is_wrapped[others]
        of_cells = self._unquote(starts, ends)
        self._undouble_rows(others, starts, ends, of_cells)
        self.starts[:, others], self.ends[:, others] = starts, ends

    def _undouble_rows(self, rows: Any, starts: Any, ends: Any, of_cells: Any) -> None:
        """Make doubled quotes single ones, and mark the rows with quotes of any other kind.

        of_cells: how many quotes were left out of each cell, columns x rows.
        """
        np = load_numpy()
        quoted, quotes = self._lines.quoted[self.places[rows]], self._lines.quotes
        found = of_cells.sum(axis=0, dtype=np.int32)
        if self._is_quoted:  # the quotes on both sides of a delimiter may be shared: ";";"
            found[(ends < starts).any(axis=0)] = -1
        for row in np.flatnonzero((found != quoted) & (found >= 0)):
            inner = np.searchsorted(quotes, ends[:, row]) > np.searchsorted(quotes, starts[:, row])
            for cell in np.flatnonzero(inner & (of_cells[:, row] == 2)):
                length, number = self._undouble(starts[cell, row], ends[cell, row])
                ends[cell, row] = starts[cell, row] + length
                found[row] += number
        self.odd[rows] = found != quoted

    def _unquote_all(self) -> Any:
        """Leave out the quotes of cells that are all quoted; return how many they are."""
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
        """Leave out the quotes of cells for Excel in one column, and tell which they are."""
        np = load_numpy()
        starts, ends = self.starts[place], self.ends[place]
        if len(self.signs) <= _SHORTEST_WRAPPED:
            return np.zeros(len(starts), dtype=np.int32)
        # four signs at once, from any place
        fours = np.ndarray((len(self.signs) - 3,), "<u4", self.signs, strides=(1,))
        found = fours[np.minimum(starts, len(fours) - 1)] == _BEFORE
        found &= fours[np.maximum(ends, 4) - 4] >> 8 == _BEHIND
        found &= ends - starts >= _SHORTEST_WRAPPED
        is_wrapped = found.astype(np.int32)
        starts += 4 * is_wrapped
        ends -= 3 * is_wrapped
        return is_wrapped

    def _unquote(self, starts: Any, ends: Any) -> Any:
        """Leave out the quotes of quoted cells, and of those for Excel; tell how many they are."""
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
        # quotes after an equals sign quote no delimiter: such a row has more cells
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
        """Make each doubled quote of a cell a single one.

        Gives how long the text is then, and how many quotes there were.
        """
        text = self.signs[start:end].tobytes()
        # in ="…" without quotes around it, two quotes are two
        if b'"' in text.replace(b'""', b"") or self.signs[start - 2] == _EQUALS:
            return end - start, 0
        if not self.signs.flags.writeable:
            self.signs = self.signs.copy()  # the lines stay as they are
        single = text.replace(b'""', b'"')
        self.signs[start : start + len(single)] = load_numpy().frombuffer(single, dtype="uint8")
        return len(single), text.count(b'"')


def _in_each(places: Any, ends: Any) -> Any:
    """Give how many of the places stand in each line, its end included."""
    np = load_numpy()
    return np.diff(np.searchsorted(places, ends, side="right"), prepend=0)
