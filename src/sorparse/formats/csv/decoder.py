"""Generated functions that turn a line into a record.

What costs in reading is Python frames and objects, not conversions: the cells of a row are a
hundred strings, and each takes longer to make than to convert. So for each header a function is
written (see ``recordwriter.py``) that

- leaves whole what the row shares with the row before it (the owner, an address, the
  specialities): where the text of such a run is the same, its cells are not even made;
- looks up dates, codes, types and references in bounded memos, so that equal values are one object;
- stores the fields and makes the record frozen at the end (see ``records.build``).

Anything out of the ordinary raises ValueError. A line as it comes holds no quoted cells but ids
written for Excel (``="…"``, quoted); one with others is given to the function again, without
their quotes. What is still out of the ordinary is taken the exact way: split by the rules of
quoting and, where its cells are in order, given to the function parted by a sign that stands in
none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...paths import parse_path
from ...records.row import Row, row_of
from ..decode import CarefulDecoder, Leaf
from ..generator import NeedsCarefulParsing
from .cell_text import unquoted
from .recordwriter import RecordWriter
from .rowwriter import RowWriter
from .valuewriter import ValueWriter

_BETWEEN = "\x1f"
"""Parts cells that may hold the file's delimiter: ASCII's sign for just this, in no real text."""


class FastDecoder:
    """The generated function of one header: to records, or to rows of some of their fields."""

    def __init__(
        self, careful: CarefulDecoder, delimiter: str, row: type[Row] | None = None
    ) -> None:
        self._delimiter = delimiter
        self._between = f'"{delimiter}"'
        self._delimiters = len(careful.plan.header) - 1
        values = ValueWriter(careful, delimiter)
        self._decode: Callable[..., Any] = (
            RecordWriter(values).decoder() if row is None else RowWriter(values).decoder(row)
        )
        self.line: Callable[[str], Any] = self._decode
        """Give the record of a line; raises ValueError where it is for the exact way."""

    def quoted(self, line: str) -> Any:
        """Give the record of a line with quoted cells; raises ValueError likewise."""
        if line[:1] == line[-1:] == '"' and line.count(self._between) == self._delimiters:
            # every cell is quoted, if each quote within them is doubled
            text = line[1:-1].replace(self._between, _BETWEEN)
            if text.count('"') == 2 * text.count('""'):
                text = text.replace('""', '"')
                if text[:1] != '"' and f'{_BETWEEN}"' not in text:
                    return self._decode(text, _BETWEEN)
        if self._delimiter != ";" or '"' not in line:
            raise NeedsCarefulParsing
        return self._decode(unquoted(line))

    def cells(self, cells: Sequence[str]) -> Any:
        """Give the record of cells that were split by the rules; raises ValueError likewise."""
        text = _BETWEEN.join(cells)
        if not len(cells) - 1 == text.count(_BETWEEN) == self._delimiters:
            raise NeedsCarefulParsing  # another number of cells, or one that holds the sign
        if text[:1] == '"' or f'{_BETWEEN}"' in text:
            raise NeedsCarefulParsing  # the cell would be read as one that is still quoted
        return self._decode(text, _BETWEEN)


class Chosen:
    """What the careful way needs to know of the fields asked for; ``None`` for all."""

    def __init__(self, row: type[Row] | None) -> None:
        self._paths = None if row is None else row.paths
        self.finished: Callable[[Any], Any] = _itself if row is None else row_of(row)
        """Give what is asked for, from a whole record."""

    def tells(self, leaf: Leaf) -> bool:
        """Tell whether a finding in this cell concerns what is asked for."""
        if self._paths is None:
            return True
        fields = [parse_path(field) for field in (leaf.column.field, *leaf.column.also)]
        return any(
            field[: len(path)] == path for field in fields for path in map(parse_path, self._paths)
        )


def _itself(record: Any) -> Any:
    return record
