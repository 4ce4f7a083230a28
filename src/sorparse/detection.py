"""Which tables a source has, and which of its files each of them is read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import attrs

from .errors import UnrecognisedFormatError
from .formats import Format, Found, ReadOptions, TableReader, recognisers
from .formats.base import GivesNames, Poorer, ReadsPages, TakesNames
from .formats.guess_format import guess_format
from .issues import Issue
from .records.tables import TABLES
from .snapshots import Snapshots
from .sources import Member, Source

Readers = Mapping[str, list[TableReader]]
"""Table to the readers that yield its rows, one after the other."""


@attrs.frozen(eq=False)
class Detected:
    """What a source was detected as."""

    readers: Readers
    recognised: tuple[Found, ...]
    """What each file of SOR was recognised as."""
    ignored: tuple[str, ...]
    """Names of the other files."""

    def all_readers(self) -> Iterator[TableReader]:
        """Yield the readers of all tables."""
        for readers in self.readers.values():
            yield from readers

    def paged(self) -> Iterator[ReadsPages]:
        """Yield the readers of the tables that are delivered in pages."""
        return (reader for reader in self.all_readers() if isinstance(reader, ReadsPages))

    @property
    def format(self) -> Format:
        """The format of the source; the richest if it holds several."""
        return min((reader.format for reader in self.all_readers()), key=_rank)

    def snapshot_date(self) -> date | None:
        """Return the date that the data represent, if a file that is read states it."""
        read = {reader.member for reader in self.all_readers()}
        for file in self.recognised:
            if not read.isdisjoint(reader.member for reader in file.readers):
                day = file.snapshot_date()
                if day is not None:
                    return day
        return max((day for one in self.paged() if (day := one.snapshot_date())), default=None)


def detect(source: Source, options: ReadOptions) -> Detected:
    """Detect the formats of a source's files, and choose what each table is read from.

    Raises:
        UnrecognisedFormatError: If no file of the source is one of SOR's.
        SorFileError: If there are two snapshots of a table and their dates do not decide.
    """
    ignored = list(source.ignored)
    candidates = []
    for member in source.members:
        recognised = _recognised(member, options, alone=len(source.members) == 1)
        if recognised is None:
            ignored.append(member.name)
        else:
            candidates.append(recognised)
    if not any(each.readers for each in candidates):
        inside = ", ".join(member.base_name for member in source.members[:10])
        raise UnrecognisedFormatError(
            f"holds none of SOR's files: {inside or 'it is empty'}", file=source.name
        )
    return Detected(_chosen(source.name, candidates, options), tuple(candidates), tuple(ignored))


def _recognised(member: Member, options: ReadOptions, *, alone: bool) -> Found | None:
    head, line = member.head(), None
    try:
        for recognise in recognisers():
            recognised = recognise(member, head, options)
            if recognised is not None:
                return recognised
        reason = guess_format(head)
    except UnrecognisedFormatError as error:
        reason, line = error.reason, error.line
    if alone:
        raise UnrecognisedFormatError(
            f"not a recognised SOR file: {reason}", file=member.name, line=line
        )
    message = f"not a recognised SOR file, and not read: {reason}"
    options.log.add(Issue("warning", "unrecognised-file", message, file=member.name, line=line))
    return None


def _chosen(source: str, candidates: list[Found], options: ReadOptions) -> Readers:
    """Choose the readers of each table: those of the richest format, and of the newest snapshot."""

    def stated_date(member: Member) -> date | None:
        has_member = (each for each in candidates if any(r.member is member for r in each.readers))
        return next((each.snapshot_date() for each in has_member), None)

    snapshots = Snapshots(source, stated_date, options.log.add)
    readers = [reader for each in candidates for reader in each.readers]
    chosen: dict[str, list[TableReader]] = {}
    for table in TABLES:
        having = [reader for reader in readers if reader.table == table]
        if not having:
            continue
        richest = min(having, key=_richness)
        best = [reader for reader in having if _richness(reader) == _richness(richest)]
        newest = snapshots.choose(
            [richest.joined(best)] if isinstance(richest, ReadsPages) else best
        )
        if newest:
            chosen[table] = newest
        for reader in having:
            if _richness(reader) != _richness(richest):
                message = f"{table} is read from {richest.member.base_name} beside it"
                file = reader.member.name
                options.log.add(Issue("info", "table-passed-over", message, file=file))
    read = [reader for reader in readers if not snapshots.refuses(reader.member)]
    names = next((reader for reader in read if isinstance(reader, GivesNames)), None)
    for reader in read:
        if isinstance(reader, TakesNames):
            reader.use_names_from(names)
    return chosen


def _rank(form: Format) -> int:
    return list(Format).index(form)


def _richness(reader: TableReader) -> tuple[int, bool]:
    return _rank(reader.format), isinstance(reader, Poorer) and reader.poorer
