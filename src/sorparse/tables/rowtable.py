"""A small table that is held in memory, and can be read without pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..extras import load_pyarrow
from .arrow import arrow_arrays
from .schema import TableSchema, arrow_schema
from .table import Table

if TYPE_CHECKING:
    import pyarrow as pa


class RowTable(Table):
    """A table of few rows: iterating yields each row as a ``dict``, ``len()`` counts them.

    That needs no extra. The rest of :class:`Table` (``to_pandas``, ``to_polars``, Arrow) needs the
    same extras as there.
    """

    __slots__ = ("_caveats", "_rows")

    def __init__(
        self,
        schema: TableSchema,
        rows: Sequence[tuple[Any, ...]],
        caveats: Sequence[str] = (),
    ) -> None:
        super().__init__(schema, self._made)
        self._rows = tuple(rows)
        self._caveats = tuple(caveats)

    @property
    def caveats(self) -> tuple[str, ...]:
        """Why the numbers may be incomplete; empty if the source covers the dates."""
        return self._caveats

    def __iter__(self) -> Iterator[dict[str, Any]]:
        names = self.schema.names
        return (dict(zip(names, row, strict=True)) for row in self._rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def __repr__(self) -> str:
        columns = ", ".join(self.schema.names)
        return f"<Table {self.schema.name}: {len(self)} rows of {columns}>"

    def _made(self) -> Iterator[pa.RecordBatch]:
        pa = load_pyarrow()
        columns = [list(column) for column in zip(*self._rows, strict=True)]
        if columns:
            arrays = arrow_arrays(self.schema, columns)
            yield pa.record_batch(arrays, schema=arrow_schema(self.schema))
