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
from operator import methodcaller
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from ..formats.csv_reader import CsvTable
from ..formats.rows import split_quoted
from .arrow import arrow_arrays, arrow_schema, load_pyarrow, record_batches
from .fast_columns import FastColumns, NotAligned, readable
from .flatten import columns_of
from .schema import TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_BYTES = 2 * 1024 * 1024
_AHEAD = 2  # blocks on their way while one is handed out
_BOM = b"\xef\xbb\xbf"
_quotes_in = methodcaller("count", b'"')
_returns_in = methodcaller("count", b"\r")
_ends_in_return = methodcaller("endswith", b"\r")


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


@attrs.frozen(eq=False)
class _Block:
    """Lines, each a row by itself, with the number of the first."""

    number: int
    lines: list[bytes]


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
            lines = (rest + chunk[:end]).split(b"\n")
            lines.pop()
            rest = chunk[end:]
            yield from self._below_header(number, lines)
            number += len(lines)
        if rest:
            yield from self._below_header(number, [rest])

    def _below_header(self, number: int, lines: list[bytes]) -> Iterator[_Block]:
        above = self._header + 1 - number
        if above > 0:
            number, lines = number + above, lines[above:]
        if lines:
            yield _Block(number, lines)

    def _read(self, block: _Block) -> _Read:
        """Turn a block to columns; runs beside the reading, and tells nothing to anybody."""
        lines = block.lines
        if max(map(len, lines)) > self._longest or any(b"\0" in line for line in lines):
            raise NotAligned
        filled = [place for place, line in enumerate(lines) if line not in (b"", b"\r")]
        if len(filled) < len(lines):
            lines = [lines[place] for place in filled]
        if not lines:
            return _Read(block, [], [], None)
        quotes = list(map(_quotes_in, lines))
        if any(count % 2 for count in quotes):
            raise NotAligned  # a cell may go on over the next line
        if sum(map(_returns_in, lines)) != sum(map(_ends_in_return, lines)):
            raise NotAligned  # a lone CR ends a line too
        columns, odd, wrapped = self._columns.read(lines)
        places = [row for row, is_odd in enumerate(odd.tolist()) if is_odd]
        for row, (count, known) in enumerate(zip(quotes, wrapped.tolist(), strict=True)):
            if count != known and not odd[row] and not self._well_quoted(lines[row]):
                places.append(row)
                odd[row] = True
        odd_lines = [filled[row] for row in sorted(places)]
        return _Read(block, columns, odd_lines, ~odd if places else None)

    def _well_quoted(self, line: bytes) -> bool:
        """Tell whether a line's quotes mean the same to everyone."""
        cells = split_quoted(line.decode().rstrip("\r"), self._reader.delimiter)
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
        first, lines = read.block.number, read.block.lines
        odd = ((first + at, lines[at].decode().rstrip("\r")) for at in read.odd)
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
        for place, line in enumerate(read.block.lines):
            if place in odd:
                if place in after:
                    order.append(after[place])
            elif line not in (b"", b"\r"):
                order.append(row)
                row += 1
        both = pa.Table.from_batches([ordinary, others]).unify_dictionaries().combine_chunks()
        yield from both.take(pa.array(order)).combine_chunks().to_batches()
