"""Generated functions that turn a line into a record.

What costs in reading is Python frames and objects, not conversions: the cells of a row are a
hundred strings, and each takes longer to make than to convert. So for each header a function is
written (see ``generate.py``) that

- takes the line in pieces: where the columns of a value object stand together (an address, the
  owner), the text of the whole group is compared with that of the row before, which in the
  register it mostly equals, and only where it differs is it split into cells;
- looks up dates, ids, codes and value objects in bounded memos by their text, so that equal values
  are one object;
- stores the fields and makes the record frozen at the end (see ``records.build``).

Anything out of the ordinary raises ValueError, and the row is then taken the exact way: split by
the rules of quoting and, where its cells are in order, given to the same function again as a line
in which what would be misread is escaped. A line as it comes holds no quotes but those of ids
written for Excel (``="…"``, quoted), or it is out of the ordinary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..records.row import Row, row_of
from .decode import CarefulDecoder, Leaf
from .generate import Writer
from .rowwriter import RowWriter
from .texts import Texts


class FastDecoder:
    """The generated function of one header: to records, or to rows of some of their fields."""

    def __init__(
        self, careful: CarefulDecoder, delimiter: str, row: type[Row] | None = None
    ) -> None:
        self._texts = Texts(delimiter)
        writer = Writer(careful, delimiter, self._texts)
        self.line: Callable[[str], Any] = (
            writer.decoder() if row is None else RowWriter(writer).decoder(row)
        )
        """Give the record of a line; raises ValueError where it is for the exact way."""

    def cells(self, cells: Sequence[str]) -> Any:
        """Give the record of cells that were split by the rules; raises ValueError likewise."""
        return self.line(self._texts.line_of(cells))


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
