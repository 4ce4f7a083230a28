"""SOR2's CSV files to record batches without a record for each row.

A file is taken in blocks of whole lines. pyarrow splits a block and turns its cells to columns
(``fast_columns``); rows in which anything is out of the ordinary, a wrong check digit or a value
to be reported, are read line by line as every other reader reads them, and put in their places.
The result equals that of reading records, findings included (a law that the tests hold).

Where lines are not rows (a quoted cell goes on over the next line, a text is not UTF-8), reading
goes on with records from that block to the end of the file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from ..extras import load_extra
from ..formats.csv_reader import CsvTable
from ..formats.rows import split_quoted
from .arrow import arrow_arrays, arrow_schema, load_pyarrow, record_batches
from .fast_columns import FastColumns, NotAligned, readable
from .flatten import columns_of
from .schema import TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_BYTES = 2 * 1024 * 1024
_AHEAD = 1  # blocks on their way while one is handed out
_BOM = b"\xef\xbb\xbf"
_QUOTE, _LF, _CR = b'"\n\r'


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


class _Block:
    """Lines, each a row by itself or empty, with the number of the first."""

    def __init__(self, number: int, data: bytes) -> None:
        self.number = number
        self.data = data

    def look(self, longest: int) -> None:
        """Find the lines; raises NotAligned where they are not what they seem."""
        np = load_extra("numpy", "arrow", "Arrow tables")
        if b"\0" in self.data:
            raise NotAligned
        signs = np.frombuffer(self.data, dtype=np.uint8)
        ends = np.flatnonzero(signs == _LF)
        if not self.data.endswith(b"\n"):
            ends = np.append(ends, len(signs))
        self._starts = np.concatenate(([0], ends[:-1] + 1))
        if (ends - self._starts).max() > longest:
            raise NotAligned
        quotes = np.flatnonzero(signs == _QUOTE)
        self.quotes = np.searchsorted(quotes, ends) - np.searchsorted(quotes, self._starts)
        """Of each line."""
        if (self.quotes % 2).any():
            raise NotAligned  # a cell may go on over the next line
        returned = (ends > self._starts) & (signs[ends - 1] == _CR)
        if np.count_nonzero(signs == _CR) != np.count_nonzero(returned):
            raise NotAligned  # a lone CR ends a line too
        self._ends = ends - returned
        self.filled = np.flatnonzero(self._ends > self._starts)
        """Places of the lines that are not empty."""

    def __len__(self) -> int:
        return len(self._starts)

    def line(self, place: int) -> str:
        """Give one line."""
        return self.data[self._starts[place] : self._ends[place]].decode()

    def rows(self) -> bytes:
        """Give the lines that are not empty."""
        if len(self.filled) == len(self):
            return self.data
        cut = (self.data[self._starts[at] : self._ends[at]] for at in self.filled)
        return b"\n".join(cut) + b"\n"


@attrs.frozen(eq=False)
class _Read:
    """What became of a block: its columns, and the places of the lines to be read again."""

    block: _Block
    columns: list[Any]
    odd: list[int]
    ordinary: Any
    """Mask of the rows that are taken from the columns; ``None`` for all."""


class _FastFile:
    """One reading of one file."""

    def __init__(self, reader: CsvTable, schema: TableSchema, plan: Any, header: int) -> None:
        self._reader = reader
        self._schema = schema
        self._header = header
        self._width = len(plan.header)
        self._columns = FastColumns(plan, schema, reader.delimiter)
        self._picked: Callable[[Iterable[tuple[int, str]]], Iterator[tuple[int, Any]]]
        self._picked = reader.picked(plan)
        self._longest = reader.options.limits.max_field_chars

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the batches; raises _GoOnByRecords where lines are no longer rows."""
        waiting: deque[tuple[int, Future[_Read]]] = deque()
        with self._reader.member.open() as stream, ThreadPoolExecutor(2) as pool:
            try:
                for block in self._blocks(stream):
                    waiting.append((block.number, pool.submit(self._read, block)))
                    if len(waiting) > _AHEAD:
                        yield from self._finished(*waiting.popleft())
                while waiting:
                    yield from self._finished(*waiting.popleft())
            finally:
                for _, future in waiting:
                    future.cancel()

    def _blocks(self, stream: BinaryIO) -> Iterator[_Block]:
        """Cut the stream after the last line end of each chunk."""
        number = 1
        rest = b""
        while chunk := stream.read(BLOCK_BYTES):
            if number == 1 and not rest and chunk.startswith(_BOM):
                chunk = chunk[len(_BOM) :]
            end = chunk.rfind(b"\n") + 1
            if not end:
                rest += chunk
                if len(rest) > self._longest:
                    raise _GoOnByRecords(number)
                continue
            data = rest + chunk[:end]
            rest = chunk[end:]
            yield from self._below_header(number, data)
            number += data.count(b"\n")
        if rest:
            yield from self._below_header(number, rest)

    def _below_header(self, number: int, data: bytes) -> Iterator[_Block]:
        while number <= self._header and data:
            data = data[data.find(b"\n") + 1 or len(data) :]
            number += 1
        if data:
            yield _Block(number, data)

    def _read(self, block: _Block) -> _Read:
        """Turn a block to columns; runs beside the reading, and tells nothing to anybody."""
        block.look(self._longest)
        filled = block.filled
        if not len(filled):
            return _Read(block, [], [], None)
        columns, odd, wrapped = self._columns.read(block.rows(), len(filled))
        for row in (~odd & (block.quotes[filled] != wrapped)).nonzero()[0]:
            odd[row] = not self._well_quoted(block.line(filled[row]))
        return _Read(block, columns, filled[odd].tolist(), ~odd if odd.any() else None)

    def _well_quoted(self, line: str) -> bool:
        """Tell whether a line's quotes mean the same to everyone."""
        cells = split_quoted(line, self._reader.delimiter)
        return cells is not None and len(cells) == self._width

    def _finished(self, number: int, future: Future[_Read]) -> Iterator[pa.RecordBatch]:
        pa = load_pyarrow()
        try:
            read = future.result()
        except (NotAligned, UnicodeDecodeError) as error:
            raise _GoOnByRecords(number) from error
        if not read.columns:
            return
        schema = arrow_schema(self._schema)
        batch = pa.record_batch(read.columns, schema=schema)
        if read.ordinary is None:
            yield batch
            return
        exact = self._exact(read)
        ordinary = batch.filter(pa.array(read.ordinary))
        yield from self._in_order(read, ordinary, exact)

    def _exact(self, read: _Read) -> dict[int, Any]:
        """Read the odd lines as every reader does, and give their records by place."""
        first = read.block.number
        odd = ((first + at, read.block.line(at)) for at in read.odd)
        return {number - first: record for number, record in self._picked(odd)}

    def _in_order(
        self, read: _Read, ordinary: Any, exact: dict[int, Any]
    ) -> Iterator[pa.RecordBatch]:
        """Put the records of odd lines in their places among the others."""
        pa = load_pyarrow()
        schema = arrow_schema(self._schema)
        if not exact:
            yield ordinary
            return
        columns = columns_of(self._schema, list(exact.values()))
        others = pa.record_batch(arrow_arrays(self._schema, columns), schema=schema)
        odd = set(read.odd)
        after = {place: ordinary.num_rows + n for n, place in enumerate(exact)}
        order, row = [], 0
        for place in read.block.filled.tolist():
            if place not in odd:
                order.append(row)
                row += 1
            elif place in after:
                order.append(after[place])
        both = pa.Table.from_batches([ordinary, others]).unify_dictionaries().combine_chunks()
        yield from both.take(pa.array(order)).combine_chunks().to_batches()
