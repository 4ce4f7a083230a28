"""Convert a line to a record with a generated function; see :mod:`sorparse.formats.record_writer`.

A line whose only quotation marks are those of ids written for Excel is split at its delimiters.
For any other line, and one with an irregular cell, the function raises ValueError: the reader then
splits the line by the rules of quoting and decodes its cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...records.row import Row
from ..declare import Kind
from ..decode import CarefulDecoder
from ..generator import NeedsCarefulParsing
from ..record_writer import RecordWriter

_CELL_END = "\x1f"
_WRAP_QUOTES = 6
"""Quotation marks of an id that is written for Excel."""


class FastDecoder:
    """The generated function of one header: to records, or to rows of some of their fields."""

    def __init__(
        self, careful: CarefulDecoder, delimiter: str, row: type[Row] | None = None
    ) -> None:
        plan = careful.plan
        self._delimiter = delimiter
        self._width = len(plan.header)
        self._ids = [
            place
            for place, column in enumerate(plan.columns)
            if column is not None and column.kind is Kind.SOR_ID
        ]
        self._most_quotes = _WRAP_QUOTES * len(self._ids)
        writer = RecordWriter(careful)
        self._decode = writer.record() if row is None else writer.row(row)
        self._getters = writer.getters()
        needed = writer.last_place + 1
        self._most_splits = needed if needed < self._width - 1 else self._width
        """Number of splits after which the rest of the line shows whether the row is too long."""

    def line(self, line: str) -> Any:
        """Return the record of a line; raise ValueError if the line is irregular."""
        quotes = line.count('"')
        if quotes > self._most_quotes or "NULL" in line:
            raise NeedsCarefulParsing
        cells = line.split(self._delimiter, self._most_splits)
        missing = self._width - len(cells)
        if missing and '"' in cells[-1]:
            cells = line.split(self._delimiter)
            missing = self._width - len(cells)
        if missing and (
            len(cells) <= self._most_splits or cells[-1].count(self._delimiter) != missing
        ):
            raise NeedsCarefulParsing
        if quotes and quotes != _WRAP_QUOTES * self._unwrap(cells, '"=""', '"""'):
            raise NeedsCarefulParsing
        return self._decode(cells, self._getters)

    def cells(self, cells: Sequence[str]) -> Any:
        """Return the record of cells split by the rules of quoting; raise ValueError as above."""
        if len(cells) != self._width:
            raise NeedsCarefulParsing
        cells = list(cells)
        self._unwrap(cells, '="', '"')
        text = _CELL_END.join(cells)
        if '="' in text or "NULL" in text:
            raise NeedsCarefulParsing
        return self._decode(cells, self._getters)

    def _unwrap(self, cells: list[str], before: str, after: str) -> int:
        """Unwrap the ids that are written for Excel; return their number."""
        levels, start, end = 0, len(before), -len(after)
        for place in self._ids:
            if place >= len(cells):
                break
            cell = cells[place]
            if cell[:start] == before and cell[end:] == after and len(cell) >= start - end:
                cells[place] = cell[start:end]
                levels += 1
        return levels
