"""The cells of CSV lines, found with numpy: where each begins and ends.

What stands between delimiters is a cell. Of a quoted one the quotes are left out, of one that
Excel is to take for text (``="…"``) those signs too. A row is taken only where every quote in it
belongs to such a cell; any other is odd, and read again as every other reader reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .arrow import load_pyarrow
from .buffers import load_numpy

_LF, _CR, _QUOTE, _EQUALS = b'\n\r"='
_SHORTEST_WRAPPED = 8  # "="" and """ with one sign between them


class NotAligned(Exception):
    """The lines are not rows."""


class Lines:
    """Lines that end in a line feed, each a row by itself or empty.

    Raises NotAligned where they are not what they seem: a cell may go on over the next line, a
    lone CR ends a line too, a line is longer than a value may be, or the text is not UTF-8.
    """

    def __init__(self, data: bytes, longest: int) -> None:
        np = load_numpy()
        if b"\0" in data or not _is_utf8(data):
            raise NotAligned
        self._data = data
        self.signs = np.frombuffer(data, dtype=np.uint8)
        self.stops = np.flatnonzero(self.signs == _LF)
        """Places of the line feeds."""
        self.starts = np.concatenate(([0], self.stops[:-1] + 1))
        if (self.stops - self.starts).max() > longest:
            raise NotAligned
        self.returned = (self.stops > self.starts) & (self.signs[self.stops - 1] == _CR)
        """Which lines end in CR LF."""
        if np.count_nonzero(self.signs == _CR) != np.count_nonzero(self.returned):
            raise NotAligned
        self.quotes = np.flatnonzero(self.signs == _QUOTE)
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


def _is_utf8(data: bytes) -> bool:
    pa = load_pyarrow()
    offsets = load_numpy().array([0, len(data)], dtype="int32")
    whole = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


class Cells:
    """The cells of those lines that have the right number of them."""

    def __init__(self, lines: Lines, delimiter: str, width: int, wrapped: Sequence[int]) -> None:
        """wrapped: places of the columns that usually stand in ``="…"``; any may."""
        np = load_numpy()
        self._lines = lines
        self.signs = lines.signs
        """The bytes, to which ``texts`` points."""
        stops, numbers = self._stops(ord(delimiter), width)
        fits = numbers == width
        if not fits.all():
            stops = stops[np.repeat(fits, numbers)]
        self.places = np.flatnonzero(fits)
        """Places of the rows among the lines."""
        self._stops_of_rows = stops.reshape(-1, width)
        self.texts = self._bounds(slice(None))
        """Where the text of each cell begins and ends: rows x cells x 2."""
        self.odd = np.zeros(len(self.places), dtype=bool)
        """Mask of the rows that have quotes of any other kind."""
        if len(self.places) and len(lines.quotes):
            self._leave_out_quotes(wrapped)

    def _stops(self, delimiter: int, width: int) -> tuple[Any, Any]:
        """Give the places of the signs that end a cell, and how many there are in each line."""
        np = load_numpy()
        lines, signs = self._lines, self.signs
        stops = np.flatnonzero((signs == delimiter) | (signs == _LF)).astype(np.int32)
        numbers = _in_each(stops, lines.stops)
        quoting = (numbers > width) & (lines.quoted > 0)
        if quoting.any():
            # a delimiter behind an odd number of quotes stands in a quoted cell
            among = np.flatnonzero(np.repeat(quoting, numbers))
            within = np.searchsorted(lines.quotes, stops[among]) % 2 == 1
            stops = np.delete(stops, among[within])
            numbers = _in_each(stops, lines.stops)
        return stops, numbers

    def _bounds(self, rows: Any) -> Any:
        np = load_numpy()
        stops, places = self._stops_of_rows[rows], self.places[rows]
        texts = np.empty((*stops.shape, 2), dtype=np.int32)
        texts[:, 0, 0] = self._lines.starts[places]
        np.add(stops[:, :-1], 1, out=texts[:, 1:, 0])
        texts[:, :, 1] = stops
        texts[:, -1, 1] -= self._lines.returned[places]
        return texts

    def _leave_out_quotes(self, wrapped: Sequence[int]) -> None:
        np = load_numpy()
        quoted = self._lines.quoted[self.places]
        found = np.zeros(len(quoted), dtype=np.int32)
        for place in wrapped:
            found += self._unquote(self.texts[:, place])
        others = np.flatnonzero(found != quoted)
        if not len(others):
            return
        texts = self._bounds(others)
        of_cells = self._unquote(texts)
        found = of_cells.sum(axis=1)
        for row in np.flatnonzero(found != quoted[others]):
            for cell in np.flatnonzero(of_cells[row] == 2):
                found[row] += self._undouble(texts[row, cell])
        self.texts[others] = texts
        self.odd[others] = found != quoted[others]

    def _unquote(self, texts: Any) -> Any:
        """Leave out the quotes of quoted cells, and of those for Excel; tell how many they are."""
        np = load_numpy()

        def sign(places: Any) -> Any:
            return self.signs.take(places, mode="clip")

        number = np.zeros(texts.shape[:-1], dtype=np.int8)
        sizes = texts[..., 1] - texts[..., 0]
        first = sign(texts[..., 0])
        at = np.nonzero(((first == _QUOTE) & (sizes > 1)) | ((first == _EQUALS) & (sizes > 3)))
        starts, ends, size = texts[at][..., 0], texts[at][..., 1], sizes[at]
        closed = sign(ends - 1) == _QUOTE
        second_sign, is_quoted = sign(starts + 1), first[at] == _QUOTE
        quoted = closed & is_quoted
        raw = closed & ~is_quoted & (second_sign == _QUOTE)
        wrapped = quoted & (size >= _SHORTEST_WRAPPED) & (second_sign == _EQUALS)
        for beside in (starts + 2, starts + 3, ends - 2, ends - 3):
            wrapped &= sign(beside) == _QUOTE
        number[at] = 2 * (quoted | raw) + 4 * wrapped
        texts[(*at, 0)] += quoted + 2 * raw + 3 * wrapped
        texts[(*at, 1)] -= (quoted | raw) + 2 * wrapped
        return number

    def _undouble(self, bounds: Any) -> int:
        """Make each doubled quote of a cell a single one; gives how many quotes there were."""
        start, end = bounds
        if self.signs[start - 2] == _EQUALS:
            return 0  # ="…" without quotes around it: a quote in it is one
        text = self.signs[start:end].tobytes()
        if b'"' in text.replace(b'""', b""):
            return 0
        if not self.signs.flags.writeable:
            self.signs = self.signs.copy()  # the lines stay as they are
        single = text.replace(b'""', b'"')
        bounds[1] = start + len(single)
        self.signs[start : bounds[1]] = load_numpy().frombuffer(single, dtype="uint8")
        number: int = text.count(b'"')
        return number


def _in_each(places: Any, ends: Any) -> Any:
    """Give how many of the places stand in each line, its end included."""
    np = load_numpy()
    return np.diff(np.searchsorted(places, ends, side="right"), prepend=0)
