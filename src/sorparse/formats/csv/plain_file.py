"""Read a plain CSV file in blocks of lines, each line a row, with numpy.

A file is plain if its lines can be split at the delimiters: it can be read a second time, is in
UTF-8, and follows RFC 4180. Threads split its lines. From the first line that is not a row on (a
quoted cell continues on the next line, or the text is not UTF-8), the file is read by records.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from itertools import chain
from typing import Any, BinaryIO, TypeVar

import attrs

from ...issues import Issue, IssueLog, PassingLog, Place, Severity
from ..declare import Kind
from ..decode import Plan
from .cell_spans import Cells, Lines, NotAligned, is_utf8
from .counted_errors import CountedErrors
from .reader import CsvTable, ReadRows, numbered

T = TypeVar("T")

BLOCK_BYTES = 2 * 1024 * 1024
_BLOCK_LINES = 16 * 1024
_BLOCK_CELLS = 448 * 1024
"""About the most lines and cells of a block: each line takes memory in every column of the table,
and each cell in several arrays."""
_HEAD_BYTES = 16 * 1024
_THREADS = 2  # with more threads, more blocks would be in memory
_AHEAD = 1  # blocks that are being read while the caller has one


class PlainFile:
    """One reading of one plain file."""

    def __init__(self, reader: CsvTable, plan: Plan, header: int) -> None:
        self.plan = plan
        self._reader = reader
        self._header = header
        self._read_block = reader.block_reader(plan)
        self._longest = reader.options.limits.max_field_chars
        self._wrapped = [
            place for place, each in enumerate(plan.columns) if each and each.kind is Kind.SOR_ID
        ]
        self._number = header + 1
        """Number of the first line that has not been yielded."""
        self.is_whole = False
        """Whether all lines were yielded in blocks."""

    @classmethod
    def of(cls, reader: CsvTable) -> PlainFile | None:
        """Return the plain file of a reader; ``None`` if it is not plain, or without numpy."""
        plain = (
            find_spec("numpy") is not None
            and reader.member.size is not None  # cannot be read a second time
            and reader.rfc
            and reader.delimiter in (";", ",", "|")
            and reader.names is None
            and reader.complete is None
            and not reader.na_is_missing
            and not reader.owners_cvr
            and reader.spec.skip_where is None
            and not reader.spec.part
            and reader.options.encoding in (None, "utf-8", "utf-8-sig")
        )
        start = reader.plan() if plain else None
        return None if start is None or len(start[0].header) < 2 else cls(reader, *start)

    def blocks(self, read: Callable[[Lines], T]) -> Iterator[tuple[int, T]]:
        """Yield the number of the first line of each block, and the result of ``read``.

        ``read`` runs in a thread, one block ahead. It gets the lines of the block. Afterwards,
        :meth:`rest` reads the lines that are not in a block.
        """

        def of_lines(block: bytes, first: int) -> tuple[int, T]:
            lines = Lines(block, self._longest, first)
            return len(lines), read(lines)

        waiting: deque[Future[tuple[int, T]]] = deque()
        with self._reader.member.open() as stream, ThreadPoolExecutor(_THREADS) as pool:
            first = self._number
            try:
                for block in chain.from_iterable(map(self._pieces, self._bytes(stream))):
                    waiting.append(pool.submit(of_lines, block, first))
                    first += block.count(b"\n")
                    if len(waiting) > _AHEAD:
                        yield self._finished(waiting.popleft())
                while waiting:
                    yield self._finished(waiting.popleft())
                self.is_whole = True
            except NotAligned:
                pass
            finally:
                for future in waiting:
                    future.cancel()

    def _finished(self, future: Future[tuple[int, T]]) -> tuple[int, T]:
        number, result = future.result()
        first = self._number
        self._number += number
        return first, result

    def rest(self) -> Iterator[tuple[int, Any]]:
        """Yield line and record of the rows after the last block."""
        return self.planned_rest(lambda _, rows, records: numbered(rows, records))

    def planned_rest(self, read: ReadRows[T]) -> Iterator[T]:
        """Yield what ``read`` returns for the rows after the last block."""
        if self.is_whole:
            return iter(())
        log = _RestOfLog(self._log, self._number)
        reader = attrs.evolve(self._reader, options=attrs.evolve(self._reader.options, log=log))
        return reader.planned(read, self._number)

    def counts(self, lines: Lines) -> bool:
        """Return whether issues of these lines, and of all later ones, are only counted."""
        return self._log.only_counts_line(self._reader.member.name, lines.first)

    def tally(self, errors: CountedErrors) -> None:
        """Count errors of lines whose issues are only counted."""
        for kind, times in errors.totals():
            self._log.tally((kind,), times)

    @property
    def _log(self) -> IssueLog:
        return self._reader.options.log

    @property
    def repair(self) -> bool:
        """Whether repaired ids replace damaged ones."""
        return self._reader.options.repair

    def cells(self, lines: Lines) -> Cells:
        """Find the cells of lines."""
        return Cells(lines, self._reader.delimiter, len(self.plan.header), self._wrapped)

    def exact(self, first: int, lines: Lines, places: Any) -> dict[int, Any]:
        """Read lines of a block with the ordinary reader; return their records by place."""
        read = self._read_block(first, lines.only(places))
        return {number - first: record for number, record in read}

    def _bytes(self, stream: BinaryIO) -> Iterator[bytes]:
        """Yield the text below the header in chunks of whole lines.

        The last chunk is the beginning of a line if that is longer than a value may be.
        """
        rest = b""
        for _ in range(self._header):
            line, rest = self._line(stream, rest)
            if b"\r" in line.removesuffix(b"\r\n"):
                raise NotAligned  # a lone CR ends a line too
            if not is_utf8(line):
                raise NotAligned  # the change of encoding has to be reported
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

    def _pieces(self, block: bytes) -> Iterator[bytes]:
        """Yield a block of lines in pieces that do not have too many lines or cells."""
        parts = [block]
        while parts:
            part = parts.pop()
            half = len(part) // 2
            middle = part.rfind(b"\n", 0, half) + 1 or part.find(b"\n", half) + 1
            if middle == len(part) or not self._is_large(part):
                yield part
            else:
                parts += part[middle:], part[:middle]

    def _is_large(self, block: bytes) -> bool:
        lines = block.count(b"\n")
        if lines > _BLOCK_LINES:
            return True
        # only rows with all cells are laid out
        may_be_large = lines * len(self.plan.header) > _BLOCK_CELLS
        return may_be_large and block.count(self._reader.delimiter.encode()) > _BLOCK_CELLS

    def _line(self, stream: BinaryIO, rest: bytes) -> tuple[bytes, bytes]:
        """Return the next line, which begins with ``rest``, and the text read after it."""
        while b"\n" not in rest and (chunk := stream.read(min(_HEAD_BYTES, BLOCK_BYTES))):
            rest += chunk
        end = rest.find(b"\n") + 1 or len(rest)
        return rest[:end], rest[end:]


class _RestOfLog(PassingLog):
    """Passes issues on to a log, except those of lines that were read before."""

    def __init__(self, log: IssueLog, first: int) -> None:
        super().__init__(log)
        self._first = first

    def add(self, issue: Issue) -> None:
        """Add an issue."""
        if issue.line is None or issue.line >= self._first:
            self._log.add(issue)

    def only_counts(self, severity: Severity, code: str, place: Place) -> bool:
        """Count an issue if the log is full; see ``IssueLog``."""
        line = place[1]
        is_known = line is not None and line < self._first
        return is_known or super().only_counts(severity, code, place)

    def only_counted_from(self, file: str | None) -> int | None:
        """Return the first line whose issues are only counted; see ``IssueLog``."""
        first = super().only_counted_from(file)
        return None if first is None else max(first, self._first)
