"""Text files without a header: one record per line, in fixed columns or separated by tabs."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import attrs

from .. import codes
from ..description import TableDescription
from ..issues import Issue, IssueKind, Severity
from ..records import Coded
from ..sources import Member
from .base import Format, ReadOptions
from .blocks import TextBlocks, decode_windows_1252, without_cut_line
from .cells import BadCell
from .columns import ColumnSamples
from .csv.row_outcomes import MANY, SHORT, Outcome, RowIssues
from .declare import Column, TableSpec
from .decode import CarefulDecoder, Leaf, make_plan
from .generator import MEMO_SIZE
from .tolerant_writer import TolerantDecoder

_FIRST_LINES = 20
MISSING_KEY: IssueKind = ("error", "missing-key")
ROW_LENGTH: IssueKind = ("error", "row-length")


def decode_counting(
    careful: CarefulDecoder, tolerant: TolerantDecoder, cells: Sequence[str]
) -> tuple[Any, list[IssueKind]]:
    """Return the record of a row, if it has a SHAK code, and the kinds of its issues."""
    record = tolerant.decode(cells) if any(cells) else None
    kinds = tolerant.kinds.copy()
    tolerant.kinds.clear()
    return (record, kinds) if careful.has_required(cells) else (None, [*kinds, MISSING_KEY])


@attrs.define(eq=False)
class RecordFile:
    """A file of one table whose cells the careful decoder reads."""

    member: Member
    options: ReadOptions
    format: Format
    table: str

    lists: ClassVar[Mapping[str, str]]
    """Field to the list of ``sorparse.codes`` that has the names of its codes."""

    def issue(
        self,
        severity: Severity,
        code: str,
        message: str,
        line: int | None,
        *,
        column: str | None = None,
        value: str | None = None,
        raw: str | None = None,
    ) -> None:
        """Report an issue of this file."""
        place = (self.member.name, line, column, value, None)
        if not self.options.log.only_counts(severity, code, place):
            self.options.log.add(Issue(severity, code, message, *place, raw=raw))

    def decoder(
        self, spec: TableSpec, names: tuple[str, ...], columns: tuple[Column | None, ...]
    ) -> CarefulDecoder:
        """Return the decoder of rows with these column names."""
        plan = make_plan(spec, names, columns)
        return CarefulDecoder(plan, repair=self.options.repair, complete=self._named)

    def _named(self, field: str, coded: Coded) -> Coded:
        name = self.name_of(field, coded.code) if coded.code is not None else None
        return coded if name is None else Coded(coded.code, name, supplied="name")

    def name_of(self, field: str, code: str) -> str | None:
        """Return the name of a code in a field, if known."""
        return codes.name_of(self.lists[field], code) if field in self.lists else None

    def decode(
        self,
        decoding: CarefulDecoder,
        cells: Sequence[str],
        line: int | None,
        raw: Callable[[], str],
    ) -> Any:
        """Return the record of a row; ``None``, and an issue, if it has no SHAK code."""

        def report(bad: BadCell, leaf: Leaf, text: str) -> None:
            self.issue(bad.severity, bad.code, str(bad), line, column=leaf.header, value=text)

        record = decoding.decode(cells, report)
        if record is None:
            self.issue(*MISSING_KEY, "the row lacks a SHAK code", line, raw=raw())
        return record


@attrs.define(eq=False)
class RecordLines(RecordFile):
    """Reads a text file with one record per line and columns by position."""

    specs: ClassVar[tuple[TableSpec, ...]]
    """The declarations of the rows."""
    names: ClassVar[tuple[str, ...]]
    """The publisher's names of the columns, by position."""
    note: ClassVar[str]
    """What ``describe`` says about the form of the file."""
    delimiter: ClassVar[str | None] = None

    issues: RowIssues = attrs.field(
        default=attrs.Factory(
            lambda self: RowIssues(self.options.log, self.member.name), takes_self=True
        ),
        kw_only=True,
    )
    """Reports the issues of one reading."""
    tolerant: dict[CarefulDecoder, TolerantDecoder] = attrs.field(factory=dict, kw_only=True)
    """The decoders of one reading whose issues are only counted."""

    @classmethod
    @abstractmethod
    def cut(cls, line: str) -> list[str]:
        """Return the cells of a line."""

    @abstractmethod
    def length_problem(self, line: str, cells: Sequence[str]) -> str | None:
        """Return the error in the length of a line, if there is one."""

    def spec_of(self, cells: Sequence[str]) -> TableSpec:
        """Return the declaration of a row."""
        del cells
        return self.specs[0]

    def evident_issue(self, line: str) -> IssueKind | None:
        """Return the only issue of a line that has no record, if its length alone shows that."""

    def issue(
        self,
        severity: Severity,
        code: str,
        message: str,
        line: int | None,
        *,
        column: str | None = None,
        value: str | None = None,
        raw: str | None = None,
    ) -> None:
        """Report an issue of the current line, or only count it."""
        del line
        text = None if raw is None else partial(str, raw)
        self.issues.add(severity, code, message, column=column, value=value, raw=text)

    def numbered(self) -> Iterator[tuple[int, Any]]:
        """Read the lines; pairs of the line's number and its record."""
        decoders = {
            spec: self.decoder(spec, self.names, _columns(self, spec)) for spec in self.specs
        }
        issues = RowIssues(self.options.log, self.member.name)
        reader = attrs.evolve(self, issues=issues, tolerant={})
        known: dict[str, Outcome] = {}
        record: Any
        with self.member.open() as stream, issues.reading():
            for number, line in _lines(self._blocks(stream)):
                if issues.is_counting and (kind := self.evident_issue(line)) is not None:
                    issues.kinds.append(kind)
                    record = None
                elif len(line) <= SHORT and (outcome := known.get(line)) is not None:
                    issues.kinds += outcome.kinds
                    record = outcome.record
                else:
                    issues.begin(number)
                    record = reader.record_of(line, number, decoders)
                    if len(line) <= SHORT and issues.is_counting:
                        if len(known) >= MEMO_SIZE:
                            known.clear()
                        known[line] = Outcome(record, issues.kinds_of_row, 1)
                if record is not None:
                    yield number, record
                if len(issues.kinds) > MANY:
                    issues.count()

    def decode(
        self,
        decoding: CarefulDecoder,
        cells: Sequence[str],
        line: int | None,
        raw: Callable[[], str],
    ) -> Any:
        """Return the record of a row, as the base class; where issues are counted, faster."""
        if not self.issues.is_counting:
            return super().decode(decoding, cells, line, raw)
        tolerant = self.tolerant.get(decoding)
        if tolerant is None:
            tolerant = self.tolerant[decoding] = TolerantDecoder(decoding, None, counting=True)
        record, kinds = decode_counting(decoding, tolerant, cells)
        self.issues.kinds += kinds
        return record

    def record_of(
        self, line: str, number: int, decoders: Mapping[TableSpec, CarefulDecoder]
    ) -> Any:
        """Return the record of a line; ``None``, and an issue, if it has none."""
        cells = self.cut(line)
        problem = self.length_problem(line, cells)
        if problem is not None:
            self.issue(*ROW_LENGTH, problem, number, raw=line)
            return None
        decoding = decoders[self.spec_of(cells)]
        return self.decode(decoding, cells, number, partial(str, line))

    def _blocks(self, stream: Any, *, counting: bool = False) -> TextBlocks:
        return TextBlocks(
            stream,
            file=self.member.name,
            log=self.options.log,
            limits=self.options.limits,
            encoding=self.options.encoding,
            counting=counting,
        )

    def describe(self) -> TableDescription:
        """Read the file once and return its form."""
        count = ColumnSamples(self.names)
        with self.member.open() as stream:
            blocks = self._blocks(stream, counting=True)
            for _, lines in blocks:
                for line, times in Counter(lines).items():
                    if line.strip():
                        count.add(zip(self.names, self.cut(line), strict=False), times)
        fields = {name: " or ".join(dict.fromkeys(_fields(self, name))) for name in self.names}
        return TableDescription(
            table=self.table,
            file=self.member.name,
            rows=count.rows,
            columns=count.columns(fields),
            encoding=blocks.encoding,
            bom=blocks.bom,
            delimiter=self.delimiter,
            line_ends=" and ".join(name for name, n in blocks.line_ends.items() if n) or None,
            notes=(self.note,),
        )


def _columns(table: RecordLines, spec: TableSpec) -> tuple[Column | None, ...]:
    by_name = {column.name: column for column in spec.columns}
    return tuple(by_name.get(name) for name in table.names)


def _fields(table: RecordLines, name: str) -> Iterator[str]:
    for spec in table.specs:
        yield from (column.field for column in spec.columns if column.name == name)


def _lines(blocks: TextBlocks) -> Iterator[tuple[int, str]]:
    for first, lines in blocks:
        for number, line in enumerate(lines, first):
            if line.strip():
                yield number, line


def has_lines(head: bytes, is_record: Callable[[str], object]) -> bool:
    """Return whether the beginning of a file has lines of a given form.

    The first line has to have the form, or more than half of the first lines.
    """
    text = decode_windows_1252(without_cut_line(head).removeprefix(b"\xef\xbb\xbf"))
    lines = [line for line in text.splitlines() if line.strip()][:_FIRST_LINES]
    fitting = [bool(is_record(line)) for line in lines]
    return any(fitting[:1]) or 2 * sum(fitting) > len(lines)
