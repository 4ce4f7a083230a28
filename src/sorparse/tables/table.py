"""One table as Arrow, for any tool that takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..extras import load_extra, load_pyarrow
from ..notebook import HtmlRepr
from .arrow import record_batches
from .schema import TableSchema, arrow_schema, schema_of

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


class Table(HtmlRepr):
    """A table as a stream of Arrow record batches.

    Anything that knows the Arrow PyCapsule interface takes it as it is:
    ``polars.DataFrame(table)``, ``pandas.DataFrame.from_arrow(table)``, ``pyarrow.table(table)``,
    and DuckDB by its variable's name (``duckdb.sql("from table")``). Every use reads the source
    anew, a batch at a time.

    Columns: see ``table.schema``. Ids and codes are text, days are dates, coordinates doubles,
    ``extra`` a JSON object as text. ``replaces`` and ``replaced_by`` are text with a space between
    the ids, so that every tool can save the frame; ``lists=True`` of the method that makes the
    table returns them as lists. Absent is null. Needs the extra ``[arrow]``.
    """

    __slots__ = ("_batches", "_schema")

    def __init__(
        self, schema: TableSchema, batches: Callable[[], Iterable[pa.RecordBatch]]
    ) -> None:
        self._schema = schema
        self._batches = batches

    @classmethod
    def from_records(
        cls, table: str, records: Callable[[], Iterable[Any]], *, lists: bool = False
    ) -> Table:
        """Build the table called ``table`` from the records that each call of ``records`` returns.

        Args:
            table: Name of the table.
            records: Called anew for each use of the table.
            lists: Whether ``replaces`` and ``replaced_by`` are lists instead of text.

        Raises:
            SorError: If no table has that name.
            MissingExtraError: If pyarrow is not installed.
        """
        load_pyarrow()
        schema = schema_of(table, lists=lists)
        return cls(schema, lambda: record_batches(schema, records()))

    @property
    def schema(self) -> TableSchema:
        """Names, types and meanings of the columns; ``print`` it for a list."""
        return self._schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the record batches, one at a time."""
        yield from self._batches()

    def _reader(self) -> pa.RecordBatchReader:
        pa = load_pyarrow()
        return pa.RecordBatchReader.from_batches(arrow_schema(self._schema), self.batches())

    def __arrow_c_schema__(self) -> object:
        """Hand the schema over (Arrow PyCapsule interface)."""
        return self._schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hand the record batches over (Arrow PyCapsule interface)."""
        return self._reader().__arrow_c_stream__(requested_schema)

    def to_pyarrow(self) -> pa.Table:
        """Give all of it as a ``pyarrow.Table``."""
        return self._reader().read_all()

    def to_pandas(self) -> pd.DataFrame:
        """Give all of it as a ``pandas.DataFrame``; needs the extra ``[pandas]``.

        Days are ``datetime64[ms]``, yes/no is pandas' nullable ``boolean``, texts from a short
        list are categories.
        """
        pandas = load_extra("pandas", "pandas", "Data frames of pandas")
        pa = load_pyarrow()
        mapper = {pa.bool_(): pandas.BooleanDtype()}.get
        frame: pd.DataFrame = self.to_pyarrow().to_pandas(date_as_object=False, types_mapper=mapper)
        return frame

    def to_polars(self) -> pl.DataFrame:
        """Give all of it as a ``polars.DataFrame``; needs the extra ``[polars]``."""
        polars = load_extra("polars", "polars", "Data frames of Polars")
        # through pyarrow and not the C stream: an error in the source stays the error it is
        frame: pl.DataFrame = polars.DataFrame(self.to_pyarrow())
        return frame

    def __repr__(self) -> str:
        return f"<Table {self._schema.name}: {len(self._schema.columns)} columns>"
