"""Generated functions that turn a line into a record.

What costs in reading is Python frames and objects, not conversions: the cells of a row are a
hundred strings, and each takes longer to make than to convert. So for each header a function is
written (see ``recordwriter.py``) that

- compares the cells that make a value object (an address, the owner) with those of the row
  before, which in the register they mostly equal, and only where they differ makes a new object;
- looks up dates, codes, types and references in bounded memos, so that equal values are one object;
- stores the fields and makes the record frozen at the end (see ``records.build``).

Anything out of the ordinary raises ValueError, and the row is then taken the exact way: split by
the rules of quoting and, where its cells are in order, given to the same function again as cells
in which what would be misread is escaped. A line as it comes holds no quotes but those of ids
written for Excel (``="…"``, quoted), or it is out of the ordinary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..records.row import Row, row_of
from .decode import CarefulDecoder, Leaf
from .recordwriter import RecordWriter
from .rowwriter import RowWriter
from .texts import like_a_line
from .valuewriter import ValueWriter


class FastDecoder:
    """The generated function of one header: to records, or to rows of some of their fields."""

    def __init__(
        self, careful: CarefulDecoder, delimiter: str, row: type[Row] | None = None
    ) -> None:
        values = ValueWriter(careful, delimiter)
        self.line: Callable[..., Any] = (
            RecordWriter(values).decoder() if row is None else RowWriter(values).decoder(row)
        )
        """Give the record of a line; raises ValueError where it is for the exact way."""

    def cells(self, cells: Sequence[str]) -> Any:
        """Give the record of cells that were split by the rules; raises ValueError likewise."""
        return self.line("", like_a_line(cells))


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
        fields = (leaf.column.field, *leaf.column.also)
        return any(
            field == path or field.startswith((f"{path}.", f"{path}["))
            for field in fields
            for path in self._paths
        )


def _itself(record: Any) -> Any:
    return record
