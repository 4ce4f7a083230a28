"""Read one table from all its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import attrs

from ...description import TableDescription
from ...issues import Issue, IssueLog, NoLog
from ...sources import Member
from ...xml.elements import split_tag
from ..base import Format, ReadOptions
from ..columns import ColumnSamples, shortened
from ..declare import TableSpec
from ..sor_xml.reporting import refuse_many_paths
from .decoding import RowDecoder
from .names import spec_of
from .pages import TOKEN_DIGITS, Page, Row, RowReader

_WINDOW = 10_000
"""Number of tokens remembered to recognise repeated entries; a page has at most 2,000."""
_PID_DIGITS = 10
Decoders = Callable[[TableSpec], RowDecoder]
"""Returns the decoder of a declaration, the same on each call."""


@attrs.define(eq=False)
class SkrsTable:
    """A :class:`~sorparse.formats.base.TableReader` for the pages of one table.

    Entries are read in the order of the pages, which are sorted by the token of their first entry.
    """

    table: str
    pages: tuple[Page, ...]
    options: ReadOptions
    format: Format = Format.SKRS
    last_only: bool = False
    """Whether rows that a later delivery replaces are omitted."""

    @property
    def member(self) -> Member:
        """The first page."""
        return self.pages[0].member

    def joined(self, readers: Sequence[SkrsTable]) -> SkrsTable:
        """Return one reader of the pages of all these readers."""
        pages = [page for reader in readers for page in reader.pages]
        ordered = sorted(pages, key=lambda page: (page.first_token, page.member.name))
        return attrs.evolve(self, pages=tuple(ordered))

    def settled(self) -> SkrsTable:
        """Return a reader of the last delivery of each row."""
        return attrs.evolve(self, last_only=True)

    def snapshot_date(self) -> date | None:
        """Return the date of the newest page."""
        return max((page.updated for page in self.pages if page.updated), default=None)

    def next_offsets(self) -> Mapping[str, str]:
        """Return the last token of each datatype; reads the pages not yet read to their end."""
        offsets: dict[str, str] = {}
        for page in self.pages:
            if page.last_tokens is None:
                for _ in RowReader(page, self.options, NoLog()).rows():
                    pass
            for datatype, token in (page.last_tokens or {}).items():
                offsets[datatype] = max(token, offsets.get(datatype, ""))
        return offsets

    def numbered(self) -> Iterator[tuple[int | None, Any]]:
        """Read the entries: pairs of the entry's line (if there is one page) and its record."""
        log = self.options.log
        decoder_of = self._decoders()
        rows = self._last_deliveries(decoder_of) if self.last_only else self._rows(log)
        for row, spec in rows:
            record = decoder_of(spec).decode(row, log)
            if record is not None:
                yield row.line if len(self.pages) == 1 else None, record

    def _rows(self, log: IssueLog) -> Iterator[tuple[Row, TableSpec]]:
        """Read the rows of the table, and check their order."""
        orders: dict[str, _Order] = {}
        for page in self.pages:
            specs = dict(page.specs)
            first: str | None = None
            for row in RowReader(page, self.options, log).rows():
                first = first or row.datatype
                if row.datatype != first:
                    _report_mixed(page, first, row, log)
                if row.datatype not in specs:
                    names = [name for name, _ in row.values]
                    specs[row.datatype] = spec_of(row.datatype, names, self.options)
                spec = specs[row.datatype]
                if not page.is_of_sor(split_tag(row.tag)[0]):
                    spec = None
                if spec is None or (spec.table != self.table and spec.table not in page.tables):
                    _report_unread(row, log)
                elif spec.table == self.table:
                    orders.setdefault(row.datatype, _Order()).check(row, log)
                    yield row, spec

    def _last_deliveries(self, decoder_of: Decoders) -> Iterator[tuple[Row, TableSpec]]:
        """Read the rows twice: first to find the last delivery of each, then to yield it.

        A row is identified by its key and ``ValidFrom``. Between the two readings, a short key and
        the token of each row are in memory, not the rows. For a stream that cannot be read again,
        the rows are in memory.
        """
        log = self.options.log
        again: Iterable[tuple[Row, TableSpec]]
        if any(page.member.size is None for page in self.pages):
            again = list(self._rows(log))
            ahead: Iterable[tuple[Row, TableSpec]] = again
        else:
            again, ahead = self._rows(log), self._rows(NoLog())
        last: dict[bytes, tuple[str, int]] = {}
        token, count = "", 0
        for row, spec in ahead:
            token = row.token or token
            key = decoder_of(spec).key(row)
            if key not in last or token >= last[key][0]:
                last[key] = token, count
            count += 1
        wanted = bytearray(count)
        newest = max((token for token, _ in last.values()), default="")
        for _, place in last.values():
            wanted[place] = True
        last.clear()
        now = int(newest[: TOKEN_DIGITS - _PID_DIGITS] or 0)
        former = 0
        for place, (row, spec) in enumerate(again):
            if not wanted[place]:
                continue
            if decoder_of(spec).is_former(row, now):
                former += 1
                continue
            yield row, spec
        if former:
            self._report_former(former)

    def _report_former(self, count: int) -> None:
        self.options.log.add(
            Issue(
                "info",
                "no-longer-registered",
                f"{count} rows of {self.table} were registered until a ValidTo that has passed; "
                "they are former content of the register and are omitted",
                file=self.member.name,
            )
        )

    def describe(self) -> TableDescription:
        """Read the pages once and return their datatypes, columns and tokens."""
        decoder_of = self._decoders()
        counts: dict[str, int] = {}
        samples = ColumnSamples()
        fields: dict[str, str | None] = {}
        tokens: dict[str, list[str]] = {}
        for row, spec in self._rows(NoLog()):
            counts[row.datatype] = counts.get(row.datatype, 0) + 1
            if row.token is not None:
                ends = tokens.setdefault(row.datatype, [row.token, row.token])
                ends[:] = min(ends[0], row.token), max(ends[1], row.token)
            names = [name for name, _ in row.values]
            unknown = [name for name in dict.fromkeys(names) if name not in fields]
            fields.update(zip(unknown, decoder_of(spec).fields(unknown), strict=True))
            refuse_many_paths(len(fields) - 1, row.file, self.options.limits)
            samples.add((name, shortened(text)) for name, text in row.values)
        datatypes = counts or dict.fromkeys(self._datatypes(), 0)
        notes = [
            f"{name}: {count} entries"
            + (f", tokens {tokens[name][0]} to {tokens[name][1]}" if name in tokens else "")
            for name, count in datatypes.items()
        ]
        if len(self.pages) > 1:
            notes.insert(0, f"{len(self.pages)} pages, this is the first")
        return TableDescription(
            table=self.table,
            file=self.member.name,
            rows=samples.rows,
            columns=samples.columns(fields),
            notes=tuple(notes),
        )

    def _decoders(self) -> Decoders:
        return cache(lambda spec: RowDecoder(spec, self.options))

    def _datatypes(self) -> Iterator[str]:
        for page in self.pages:
            yield from (name for name, spec in page.specs.items() if spec)


class _Order:
    """Checks the tokens of one datatype; each kind of issue is reported once for a page."""

    def __init__(self) -> None:
        self._greatest = ""
        self._recent: dict[str, None] = {}
        self._reported: set[tuple[str, str]] = set()

    def check(self, row: Row, log: IssueLog) -> None:
        """Check the token of the next row."""
        token = row.token
        if token is None:
            return
        if token in self._recent:
            self._report("repeated-entry", f"an earlier entry has the same token {token}", row, log)
        elif token < self._greatest:
            message = f"the token {token} follows {self._greatest}; expected ascending tokens"
            self._report("entry-out-of-order", message, row, log)
        self._greatest = max(token, self._greatest)
        self._recent[token] = None
        if len(self._recent) > _WINDOW:
            del self._recent[next(iter(self._recent))]

    def _report(self, code: str, message: str, row: Row, log: IssueLog) -> None:
        if (code, row.file) in self._reported:
            return
        self._reported.add((code, row.file))
        message += " (reported once for the page)"
        log.add(Issue("warning", code, message, file=row.file, line=row.line, value=row.token))


def _report_mixed(page: Page, first: str, row: Row, log: IssueLog) -> None:
    log.add(
        Issue(
            "warning",
            "several-datatypes",
            f"the page has the datatypes {first} and {row.datatype}; a response has one",
            file=page.member.name,
            value=row.datatype,
        )
    )


def _report_unread(row: Row, log: IssueLog) -> None:
    log.add(
        Issue(
            "error",
            "entry-not-read",
            f"an entry of the datatype {row.datatype} in a page of another one; it is stored "
            "in this issue only",
            file=row.file,
            line=row.line,
            value=row.datatype,
            raw=row.raw,
        )
    )
