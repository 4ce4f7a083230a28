"""Read one CSV file as one table; the header shows which table it is."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO, TypeVar

import attrs

from ...description import TableDescription
from ...errors import SorFileError
from ...issues import Issue, IssueLog
from ...records import Coded
from ...records.row import Row, row_class, row_of
from ...sources import HEAD_BYTES, Member
from ..base import Format, ReadOptions, muted, muted_options
from ..blocks import TextBlocks, without_cut_line
from ..columns import ColumnCounter
from ..declare import TableSpec, fold
from ..decode import CarefulDecoder, Plan, make_plan, swapped_message
from ..generator import NeedsCarefulParsing
from ..headers import match_columns
from ..owner_cvr import OwnersCvr
from .column_names import distinct_names
from .decoder import FastDecoder
from .irregular import IrregularRows, Skip, has_text
from .row_blocks import without_na
from .rows import BLANKS, Rows, clean

T = TypeVar("T")
ReadRows = Callable[[Plan, Rows, Iterator[Any]], Iterator[T]]
"""What is done with the plan of a table, its rows, and the records they decode to."""


def numbered(rows: Rows, records: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Yield pairs of a row's first line and its record, while the rows are read."""
    return ((rows.number, record) for record in records)


def _uncut(head: bytes, options: ReadOptions) -> bytes:
    return without_cut_line(head, options.encoding) if len(head) >= HEAD_BYTES else head


def first_rows(head: bytes, name: str, delimiter: str, options: ReadOptions) -> Iterator[list[str]]:
    """Yield the rows at the beginning of a file, including the header.

    Args:
        head: The first bytes of the file.
        name: Name of the file.
        delimiter: The character between cells.
        options: The caller's options; no issues are reported.
    """
    quiet = muted_options(options)
    blocks = TextBlocks(
        io.BytesIO(_uncut(head, options)),
        file=name,
        log=quiet.log,
        limits=quiet.limits,
        encoding=quiet.encoding,
    )
    rows = Rows(
        blocks, file=name, log=quiet.log, limits=quiet.limits, delimiter=delimiter, rfc=False
    )
    for cells in rows.split():
        yield [clean(cell) for cell in cells]


def first_records(table: CsvTable, head: bytes) -> Iterator[Any]:
    """Yield the records at the beginning of a table, without reporting issues."""
    whole = _uncut(head, table.options)
    member = attrs.evolve(table.member, opener=lambda: io.BytesIO(whole))
    for _, record in attrs.evolve(muted(table), member=member).numbered():
        yield record


class _Popped(Iterator[T]):
    """An iterator over what is in a queue; it continues if more is added."""

    def __init__(self, queue: deque[T]) -> None:
        self._queue = queue

    def __next__(self) -> T:
        if not self._queue:
            raise StopIteration
        return self._queue.popleft()


@attrs.define(eq=False)
class CsvTable:
    """A :class:`~sorparse.formats.base.TableReader` for one CSV member."""

    spec: TableSpec
    format: Format
    member: Member
    options: ReadOptions
    delimiter: str = ";"
    rfc: bool = True
    names: tuple[str, ...] | None = None
    """Names to use where the file has no header."""
    complete: Callable[[str, Coded], Coded] | None = None
    header_line: int = 1
    """The line of the header; lines above it do not belong to the table."""
    na_is_missing: bool = False
    """Whether ``NA`` means that there is no value, as in files written by R."""
    owners_cvr: bool = False
    """Whether the units below an owner get its CVR number."""

    @property
    def table(self) -> str:
        """Name of the table."""
        return self.spec.table

    def numbered(self) -> Iterator[tuple[int, Any]]:
        """Yield pairs of a row's first line and its record."""
        yield from self.planned(lambda _, rows, records: numbered(rows, records))

    def planned(self, read: ReadRows[T], first: int = 0) -> Iterator[T]:
        """Yield what ``read`` returns for the rows under the header.

        Args:
            read: Gets the plan, the rows and their records.
            first: A line that begins a row; the rows before it are skipped.
        """
        with self.member.open() as stream:
            rows = self._rows(self._blocks(stream))
            plan = self._plan(rows)
            if plan is not None:
                if first > rows.number:
                    rows.skip_to(first)
                records = self._decoder(plan)(rows)
                finished = self._finisher()
                yield from read(plan, rows, map(finished, records) if finished else records)

    def _finisher(self) -> Callable[[Any], Any] | None:
        if not self.owners_cvr:
            return None
        scan = None if self.member.size is None else self._cvr_lines
        return OwnersCvr(scan, self.member.name).complete

    def _cvr_lines(self) -> Iterator[tuple[str, str | None, str | None]]:
        fields = row_class(self.spec.record, ("sor_id", "parent_id", "cvr"))
        return muted(attrs.evolve(self, owners_cvr=False)).rows(fields)

    def _blocks(self, stream: BinaryIO, *, counting: bool = False) -> TextBlocks:
        return TextBlocks(
            stream,
            file=self.member.name,
            log=self._log,
            limits=self.options.limits,
            encoding=self.options.encoding,
            counting=counting,
        )

    def _rows(self, blocks: Iterable[tuple[int, list[str]]]) -> Rows:
        return Rows(
            without_na(blocks, self.delimiter) if self.na_is_missing else blocks,
            file=self.member.name,
            log=self._log,
            limits=self.options.limits,
            delimiter=self.delimiter,
            rfc=self.rfc,
        )

    @property
    def _log(self) -> IssueLog:
        return self.options.log

    def _plan(self, rows: Rows) -> Plan | None:
        """Read the header; return the plan of the rows under it, ``None`` without a header."""
        names = list(self.names) if self.names is not None else None
        lines = rows.lines()
        while names is None:
            number, line = next(lines, (0, None))
            if line is None:
                return None
            if number < self.header_line:
                self._above(number, line)
                continue
            if not line.strip(BLANKS):
                continue
            rows.begin()
            cells = rows.exact()
            rows.end(cells, shares=False)
            if cells is not None:
                names = self._distinct(number, [clean(cell) for cell in cells])
        most = self.options.limits.max_columns
        if len(names) > most:
            raise SorFileError(
                f"the header has {len(names)} columns, more than Limits.max_columns ({most})",
                file=self.member.name,
            )
        rows.header = names
        return make_plan(self.spec, names, match_columns(self.spec, names, self.options.columns))

    def _above(self, number: int, line: str) -> None:
        if line.strip(BLANKS):
            self._log.add(
                Issue(
                    "info",
                    "line-above-header",
                    f"this line is above the header on line {self.header_line} and is not read",
                    file=self.member.name,
                    line=number,
                    value=line[:200],
                )
            )

    def _distinct(self, line: int, cells: Sequence[str]) -> list[str]:
        names = distinct_names(cells)
        for cell, name in zip(cells, names, strict=True):
            if cell and name != cell:
                self._log.add(
                    Issue(
                        "warning",
                        "duplicate-column",
                        f"the header names {cell!r} more than once; this one is read as {name!r}",
                        file=self.member.name,
                        line=line,
                        column=cell,
                    )
                )
        return names

    def rows(self, row: type[Row] | None) -> Iterator[Any]:
        """Yield whole records, or only the fields of ``row`` and their issues."""
        if self.owners_cvr and (row is None or "cvr" in row.paths):
            take = None if row is None else row_of(row)
            for _, record in self.numbered():
                yield record if take is None else take(record)
            return
        with self.member.open() as stream:
            rows = self._rows(self._blocks(stream))
            plan = self._plan(rows)
            if plan is not None:
                yield from self._decoder(plan, row)(rows)

    @property
    def completed_fields(self) -> tuple[str, ...]:
        """Fields that are filled from other rows."""
        return ("cvr",) if self.owners_cvr else ()

    def plan(self) -> tuple[Plan, int] | None:
        """Return the plan of the rows under the header, and its line; ``None`` without a header."""
        with self.member.open() as stream:
            rows = self._rows(self._blocks(stream))
            plan = self._plan(rows)
            return None if plan is None else (plan, rows.number)

    def block_reader(self, plan: Plan) -> Callable[[int, list[str]], Iterator[tuple[int, Any]]]:
        """Return a function that reads blocks of lines in their order: first number, and lines.

        Each line has to be a whole row, whose number of quotes is even, or empty.
        """
        waiting: deque[tuple[int, list[str]]] = deque()
        # Rows continues with the next block, although there was none when it was last asked
        rows = self._rows(_Popped(waiting))
        rows.header = list(plan.header)
        decoded = self._decoder(plan)

        def read(first: int, lines: list[str]) -> Iterator[tuple[int, Any]]:
            waiting.append((first, lines))
            return numbered(rows, decoded(rows))

        return read

    def _decoder(self, plan: Plan, row: type[Row] | None = None) -> Callable[[Rows], Iterator[Any]]:
        """Return the function that reads the rows under a header."""
        careful = CarefulDecoder(
            plan,
            repair=self.options.repair,
            complete=self.complete,
            on_swap=self._on_swap,
        )
        fast = FastDecoder(careful, self.delimiter, row)
        skip = self._skip_place(plan)
        decode = fast.line if skip is None else self._wanted(fast.line, skip)
        irregular = IrregularRows(
            careful, fast, self.delimiter, row, skip=skip, shares=not self.owners_cvr
        )
        return lambda rows: rows.each(decode, partial(irregular.read, rows))

    def _wanted(self, decode: Callable[[str], Any], skip: Skip) -> Callable[[str], Any]:
        def wanted(line: str) -> Any:
            if '"' in line:  # the line has to be split by the rules of quoting
                raise NeedsCarefulParsing
            if has_text(line.split(self.delimiter, skip[0] + 1), skip):
                return None
            return decode(line)

        return wanted

    def _skip_place(self, plan: Plan) -> Skip | None:
        if self.spec.skip_where is None:
            return None
        name, text = self.spec.skip_where
        for place, header in enumerate(plan.header):
            if fold(header) == fold(name):
                return place, text
        return None

    def _on_swap(self) -> None:
        self._log.add_once(
            Issue(
                "warning",
                "coordinates-swapped",
                swapped_message("column"),
                file=self.member.name,
            )
        )

    def describe(self) -> TableDescription:
        """Read the table once and return its physical form and its columns."""
        table = muted(self)
        with self.member.open() as stream:
            blocks = table._blocks(stream, counting=True)
            counter = ColumnCounter(self.delimiter)
            rows = table._rows(counter.watched(blocks))
            plan = table._plan(rows)
            if plan is None:
                raise SorFileError("the file is empty", file=self.member.name)
            width = len(plan.header)
            for cells in rows.split():
                del cells[width:]  # a hostile row may have millions of cells
                counter.add(cells)
            return counter.describe(self.table, self.member.name, plan, blocks)
