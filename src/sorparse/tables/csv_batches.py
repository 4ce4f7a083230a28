"""SOR2's CSV files to record batches without a record for each row.

A file is read in blocks of whole lines. numpy finds the cells of a block
(``formats.csv.cell_spans``), and they become columns (``formats.csv.arrow_columns``). Irregular
rows, such as those with a wrong check digit or a value to be reported, are read line by line as
every other reader reads them, and put in their places. The result equals that of reading records,
issues included; tests compare both.

Where lines are not rows (a quoted cell continues on the next line, a text is not UTF-8), the file
is read by records from that block to its end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from ..extras import load_numpy, load_pyarrow
from ..formats.csv.arrow_columns import ArrowColumns, readable
from ..formats.csv.buffers import array_of, mask_array, whole_numbers
from ..formats.csv.cell_spans import Cells, Lines, NotAligned
from ..formats.csv.reader import CsvTable
from .arrow import arrow_schema, record_batches
from .flatten import columns_of
from .schema import TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_BYTES = 2 * 1024 * 1024
_HEAD_BYTES = 16 * 1024
_THREADS = 2  # with more of them, more blocks would be held
_AHEAD = 1  # blocks on their way while one is handed out


def batches_of(readers: Iterable[Any], schema: TableSchema) -> Iterator[pa.RecordBatch]:
    """Give the record batches of a table that stands in one or more files."""
    for reader in readers:
        if isinstance(reader, CsvTable):
            yield from _of_csv(reader, schema)
        else:
            yield from record_batches(schema, (record for _, record in reader.numbered()))


def _of_csv(reader: CsvTable, schema: TableSchema) -> Iterator[pa.RecordBatch]:
    start = _can_be_fast(reader)
    line = 0
    if start is not None:
        fast = _FastFile(reader, schema, *start)
        try:
            yield from fast.batches()
        except _GoOnByRecords as given_up:
            line = given_up.line
        else:
            return
    records = (record for number, record in reader.numbered() if number >= line)
    yield from record_batches(schema, records)


def _can_be_fast(reader: CsvTable) -> tuple[Any, int] | None:
    """Give how a file's rows become records, and the line of its header, where it is plain."""
    plain = (
        find_spec("numpy") is not None
        and reader.member.size is not None  # a stream without end cannot be read a second time
        and reader.rfc
        and reader.delimiter in (";", ",", "|")
        and reader.names is None
        and reader.complete is None
        and not reader.na_is_missing
        and reader.spec.skip_where is None
        and not reader.spec.part
        and reader.options.encoding in (None, "utf-8", "utf-8-sig")
    )
    start = reader.plan() if plain else None
    if start is None or not readable(start[0]) or len(start[0].header) < 2:
        return None
    return start


class _GoOnByRecords(Exception):
    """From this line on the file is read by records."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@attrs.frozen(eq=False)
class _Read:
    """What became of a block: its columns, and the places of the lines to be read again."""

    lines: Lines
    columns: list[Any]
    places: Any
    """The lines on which the rows of the columns stand."""
    odd: Any
    """Mask of the rows that are not taken from the columns."""
    again: Any
    """The lines that are read again: those rows, and what is no row here."""


class _FastFile:
    """One reading of one file."""

    def __init__(self, reader: CsvTable, schema: TableSchema, plan: Any, header: int) -> None:
        self._reader = reader
        self._schema = schema
        self._header = header
        self._width = len(plan.header)
        paths = (column.path for column in schema.columns)
        types = dict(zip(paths, arrow_schema(schema).types, strict=True))
        self._columns = ArrowColumns(plan, types)
        self._picked: Callable[[Iterable[tuple[int, str]]], Iterator[tuple[int, Any]]]
        self._picked = reader.picked(plan)
        self._longest = reader.options.limits.max_field_chars
        self._number = header + 1
        """Number of the first line that is not handed out."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the batches; raises _GoOnByRecords where lines are no longer rows."""
        waiting: deque[Future[_Read]] = deque()
        with self._reader.member.open() as stream, ThreadPoolExecutor(_THREADS) as pool:
            try:
                for block in self._blocks(stream):
                    waiting.append(pool.submit(self._read, block))
                    if len(waiting) > _AHEAD:
                        yield from self._finished(waiting.popleft())
                while waiting:
                    yield from self._finished(waiting.popleft())
            finally:
                for future in waiting:
                    future.cancel()

    def _blocks(self, stream: BinaryIO) -> Iterator[bytes]:
        """Give what stands below the header, cut after the last line end of each chunk.

        A line that is longer than a value may be comes by itself, and not to its end.
        """
        rest = b""
        for _ in range(self._header):
            line, rest = self._line(stream, rest)
            if b"\r" in line.removesuffix(b"\r\n"):
                raise _GoOnByRecords(0)  # lines end there too
        while chunk := stream.read(BLOCK_BYTES):
            end = chunk.rfind(b"\n") + 1
            if end:
                yield b"".join((rest, memoryview(chunk)[:end]))
                rest = chunk[end:]
            else:
                rest += chunk
                if len(rest) - rest.rfind(b"\n") > self._longest + 1:
                    break
        if rest:
            yield rest if rest.endswith(b"\n") else rest + b"\n"

    def _line(self, stream: BinaryIO, rest: bytes) -> tuple[bytes, bytes]:
        """Give the next line, of which ``rest`` is the beginning, and what was read beyond it."""
        while b"\n" not in rest and (chunk := stream.read(min(_HEAD_BYTES, BLOCK_BYTES))):
            rest += chunk
        end = rest.find(b"\n") + 1 or len(rest)
        return rest[:end], rest[end:]

    def _read(self, block: bytes) -> _Read:
        """Turn a block to columns; runs beside the reading, and tells nothing to anybody."""
        lines = Lines(block, self._longest)
        cells = Cells(lines, self._reader.delimiter, self._width, self._columns.wrapped)
        columns, odd = self._columns.read(cells) if len(cells.places) else ([], cells.odd)
        lines.filled[cells.places[~odd]] = False
        return _Read(lines, columns, cells.places, odd, lines.filled.nonzero()[0])

    def _finished(self, future: Future[_Read]) -> Iterator[pa.RecordBatch]:
        try:
            read = future.result()
        except NotAligned as error:
            raise _GoOnByRecords(self._number) from error
        exact = self._exact(read) if len(read.again) else {}
        self._number += len(read.lines)
        pa, schema = load_pyarrow(), arrow_schema(self._schema)
        batch = pa.record_batch(read.columns, schema=schema) if read.columns else None
        if not exact:
            if batch is not None:
                yield batch.filter(mask_array(~read.odd)) if read.odd.any() else batch
            return
        columns = columns_of(self._schema, list(exact.values()))
        arrays = [
            array_of(kind, column) for kind, column in zip(schema.types, columns, strict=True)
        ]
        others = pa.record_batch(arrays, schema=schema)
        yield others if batch is None else self._in_order(read, batch, list(exact), others)

    def _exact(self, read: _Read) -> dict[int, Any]:
        """Read the odd lines as every reader does, and give their records by place."""
        first = self._number
        odd = ((first + at, read.lines[at]) for at in read.again.tolist())
        return {number - first: record for number, record in self._picked(odd)}

    def _in_order(self, read: _Read, batch: Any, places: list[int], others: Any) -> Any:
        """Put the records of odd lines in their places among the other rows."""
        np, pa = load_numpy(), load_pyarrow()
        ordinary = np.flatnonzero(~read.odd)
        order = np.argsort(np.concatenate((read.places[ordinary], places)))
        rows = np.concatenate((ordinary, batch.num_rows + np.arange(others.num_rows)))
        both = pa.Table.from_batches([batch, others]).unify_dictionaries().combine_chunks()
        taken = both.take(whole_numbers(rows[order].astype(np.int32)))
        return taken.combine_chunks().to_batches()[0]
