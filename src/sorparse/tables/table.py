"""One table as Arrow, for any tool that accepts it; small ones also without pyarrow.

pyarrow was chosen by measurement (ns per cell, 16,384 rows from Python values; MB installed):

========== ==== ==== ==== ===== ==== ========== ===
producer   text date bool float list dictionary  MB
========== ==== ==== ==== ===== ==== ========== ===
pyarrow      36   17   17    16   13         43 170
polars       27  106   12    10  177         50 181
nanoarrow    22    –   30    61    –          –   4
arro3-core   65    –   16    14    –          –  33
========== ==== ==== ==== ===== ==== ========== ===

The two small ones cannot build date, list and dictionary arrays from Python values (–), and
Parquet needs pyarrow anyway. A second producer would need a second set of equal types.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import SorError, not_unicode
from ..extras import load_extra, load_pyarrow
from ..notebook import HtmlRepr
from . import flatten
from .schema import TableSchema, arrow_schema, schema_of

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


class Table(HtmlRepr):
    """A table as a stream of Arrow record batches.

    Each tool that supports the Arrow PyCapsule interface accepts the object itself:
    ``polars.DataFrame(table)``, ``pandas.DataFrame.from_arrow(table)``, ``pyarrow.table(table)``,
    and DuckDB by the name of a variable that holds it (``duckdb.sql("from units")``). Every use
    reads the source again, a batch at a time. If the source cannot be read to its end, the tool
    raises an error of its own with the message of the ``SorFileError``; the methods here raise
    that ``SorFileError``.

    Columns: see ``table.schema``. Ids and codes are text, dates are dates, coordinates doubles
    (metres, ETRS89 / UTM zone 32N, EPSG:25832), ``extra`` a JSON object as text. ``replaces`` and
    ``replaced_by`` are text with a space between the ids, so that every tool can save the frame;
    the methods that return a table have the option ``lists=True`` for lists. A missing value is
    null. Needs the extra ``[arrow]``.

    Example:
        >>> sorparse.open(examples.sor2_zip).to_arrow("entities").to_pyarrow().num_rows
        95
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
        """Return a table of records.

        Args:
            table: Name of the table.
            records: Returns the records; called again for each use of the table.
            lists: Whether ``replaces`` and ``replaced_by`` are lists instead of text.

        Raises:
            SorError: If no table has that name.
            MissingExtraError: If pyarrow is not installed.

        Example:
            >>> from sorparse.tables import Table
            >>> Table.from_records("entities", view.active).to_pyarrow().num_rows
            74
        """
        load_pyarrow()
        schema = schema_of(table, lists=lists)
        return cls(schema, lambda: record_batches(schema, records()))

    @property
    def schema(self) -> TableSchema:
        """Names, types and meanings of the columns; ``print`` it for a list."""
        return self._schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Return an iterator of the record batches.

        Raises:
            SorError: If a text is not valid Unicode.

        Example:
            >>> sum(batch.num_rows for batch in view.to_arrow().batches())
            74
        """
        try:
            yield from self._batches()
        except UnicodeEncodeError as error:  # a lone surrogate, in a record of the caller's
            raise SorError(not_unicode(error)) from error

    def _reader(self) -> pa.RecordBatchReader:
        pa = load_pyarrow()
        return pa.RecordBatchReader.from_batches(arrow_schema(self._schema), self.batches())

    def __arrow_c_schema__(self) -> object:
        """Return the schema (Arrow PyCapsule interface)."""
        return self._schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the record batches (Arrow PyCapsule interface)."""
        return self._reader().__arrow_c_stream__(requested_schema)

    def to_pyarrow(self) -> pa.Table:
        """Return the whole table as a ``pyarrow.Table``.

        Example:
            >>> view.to_arrow().to_pyarrow().column("sor_id")[0].as_py()
            '11000016002'
        """
        return self._reader().read_all()

    def to_pandas(self) -> pd.DataFrame:
        """Return the whole table as a ``pandas.DataFrame``.

        Dates are ``datetime64[ms]``, yes/no is the nullable ``boolean`` of pandas, texts from a
        short list are categories.

        Raises:
            MissingExtraError: If the extra ``[pandas]`` is not installed.

        Example:
            >>> str(view.to_arrow().to_pandas()["reporting_level"].dtype)
            'boolean'
        """
        pandas = load_extra("pandas", "pandas", "Data frames of pandas")
        pa = load_pyarrow()
        mapper = {pa.bool_(): pandas.BooleanDtype()}.get
        frame: pd.DataFrame = self.to_pyarrow().to_pandas(date_as_object=False, types_mapper=mapper)
        return frame

    def to_polars(self) -> pl.DataFrame:
        """Return the whole table as a ``polars.DataFrame``.

        Raises:
            MissingExtraError: If the extra ``[polars]`` is not installed.

        Example:
            >>> view.to_arrow().to_polars().height
            74
        """
        polars = load_extra("polars", "polars", "Data frames of Polars")
        # through pyarrow and not the C stream: an error in the source stays the error it is
        frame: pl.DataFrame = polars.DataFrame(self.to_pyarrow())
        return frame

    def __repr__(self) -> str:
        return f"<Table {self._schema.name}: {len(self._schema.columns)} columns>"


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


def record_batches(
    schema: TableSchema, records: Iterable[Any], fields: Container[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield the records as record batches; one batch is in memory at a time.

    Args:
        schema: The columns.
        records: The records.
        fields: The fields that may differ from their defaults, if known.
    """
    pa = load_pyarrow()
    target = arrow_schema(schema)

    def columns_of(group: list[Any]) -> Sequence[list[Any] | None]:
        if fields is None:
            return flatten.columns_of(schema, group)
        return flatten.filled_columns_of(schema, group, fields)

    for rows, columns in flatten.column_batches(records, columns_of):
        arrays = [
            pa.nulls(rows, field.type) if values is None else pa.array(values, field.type)
            for values, field in zip(columns, target, strict=True)
        ]
        yield pa.record_batch(arrays, schema=target)


def values_of(batch: pa.RecordBatch, names: Iterable[str]) -> dict[str, list[Any]]:
    """Return columns of a batch as Python values, by their names."""
    pa = load_pyarrow()
    columns: dict[str, list[Any]] = {}
    for name in names:
        column = batch.column(name)
        if pa.types.is_dictionary(column.type):
            texts = column.dictionary.to_pylist()
            columns[name] = [None if n is None else texts[n] for n in column.indices.to_pylist()]
        else:
            columns[name] = column.to_pylist()
    return columns


def arrow_arrays(schema: TableSchema, columns: flatten.Columns) -> list[pa.Array]:
    """Return each flat column as an Arrow array of its type."""
    pa = load_pyarrow()
    target = arrow_schema(schema)
    return [pa.array(values, field.type) for values, field in zip(columns, target, strict=True)]
