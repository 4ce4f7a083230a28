"""SOR2's CSV files to record batches without a record for each row.

A plain file is read in blocks of lines (``formats.csv.plain_file``), whose cells become columns
(``formats.csv.arrow_columns``). Irregular rows, such as those with a wrong check digit or a value
to be reported, are read as every other reader reads them, and put in their places. The result
equals that of reading records, issues included; tests compare both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import attrs

from ..extras import load_numpy, load_pyarrow
from ..formats.csv.arrow_columns import ArrowColumns, readable
from ..formats.csv.buffers import array_of, mask_array, whole_numbers
from ..formats.csv.cell_spans import Lines
from ..formats.csv.counted_errors import CountedErrors
from ..formats.csv.plain_file import PlainFile
from ..formats.csv.reader import CsvTable
from ..formats.csv.rows import Rows
from ..formats.decode import Plan
from .flatten import filled_columns_of
from .schema import TableSchema, arrow_schema
from .table import record_batches

if TYPE_CHECKING:
    import pyarrow as pa


def batches_of(readers: Iterable[Any], schema: TableSchema) -> Iterator[pa.RecordBatch]:
    """Yield the record batches of a table that is in one or more files."""
    for reader in readers:
        if isinstance(reader, CsvTable):
            yield from _of_csv(reader, schema)
        else:
            yield from record_batches(schema, (record for _, record in reader.numbered()))


def _of_csv(reader: CsvTable, schema: TableSchema) -> Iterator[pa.RecordBatch]:
    file = PlainFile.of(reader)

    def batches(plan: Plan, _: Rows, records: Iterator[Any]) -> Iterator[pa.RecordBatch]:
        fields = (*plan.fields, *reader.completed_fields)
        return record_batches(schema, records, frozenset(fields))

    if file is not None and readable(file.plan):
        yield from _FastFile(file, schema).batches()
        yield from file.planned_rest(batches)
    else:
        yield from reader.planned(batches)


@attrs.frozen(eq=False)
class _Read:
    """The columns of a block, and the places of the lines to be read again."""

    lines: Lines
    columns: list[Any]
    places: Any
    """The lines on which the rows of the columns are."""
    irregular: Any
    """Mask of the rows that are not taken from the columns."""
    again: Any
    """The lines that are read again: those rows, and what is not a row here."""
    errors: CountedErrors | None
    """The errors in the other rows, if they are only counted."""


class _FastFile:
    """One reading of one file."""

    def __init__(self, file: PlainFile, schema: TableSchema) -> None:
        self._file = file
        self._schema = schema
        paths = (column.path for column in schema.columns)
        types = dict(zip(paths, arrow_schema(schema).types, strict=True))
        self._columns = ArrowColumns(file.plan, types, repair=file.repair)
        self._fields = frozenset(file.plan.fields)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches, as far as the lines are rows."""
        for first, read in self._file.blocks(self._read):
            yield from self._finished(first, read)

    def _read(self, lines: Lines) -> _Read:
        """Turn a block to columns; runs beside the reading, and reports nothing."""
        cells = self._file.cells(lines)
        places, irregular = cells.places, cells.irregular
        errors = CountedErrors(irregular) if self._file.counts(lines) else None
        columns = self._columns.read(cells, errors) if len(places) else []
        lines.filled[places[~irregular]] = False
        return _Read(lines, columns, places, irregular, lines.filled.nonzero()[0], errors)

    def _finished(self, first: int, read: _Read) -> Iterator[pa.RecordBatch]:
        if read.errors is not None:
            self._file.tally(read.errors)
        exact = self._file.exact(first, read.lines, read.again) if len(read.again) else {}
        pa, schema = load_pyarrow(), arrow_schema(self._schema)
        batch = pa.record_batch(read.columns, schema=schema) if read.columns else None
        if not exact:
            if batch is not None:
                yield batch.filter(mask_array(~read.irregular)) if read.irregular.any() else batch
            return
        columns = filled_columns_of(self._schema, list(exact.values()), self._fields)
        arrays = [
            self._columns.nulls(kind, len(exact)) if column is None else array_of(kind, column)
            for kind, column in zip(schema.types, columns, strict=True)
        ]
        others = pa.record_batch(arrays, schema=schema)
        is_only = batch is None or read.irregular.all()
        yield others if is_only else self._in_order(read, batch, list(exact), others)

    def _in_order(self, read: _Read, batch: Any, places: list[int], others: Any) -> Any:
        """Insert the records of irregular lines in their places among the other rows."""
        np, pa = load_numpy(), load_pyarrow()
        ordinary = np.flatnonzero(~read.irregular)
        order = np.argsort(np.concatenate((read.places[ordinary], places)))
        rows = np.concatenate((ordinary, batch.num_rows + np.arange(others.num_rows)))
        both = pa.Table.from_batches([batch, others]).unify_dictionaries().combine_chunks()
        taken = both.take(whole_numbers(rows[order].astype(np.int32)))
        return taken.combine_chunks().to_batches()[0]
