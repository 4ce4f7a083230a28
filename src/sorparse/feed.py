"""Opening a source and reading its tables."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Self, overload

from .description import Description
from .errors import MissingTableError, SorError, UnrecognisedFormatError
from .formats import Format, Found, GivesRows, ReadOptions, TableReader, check_mapping, recognisers
from .formats.base import GivesNames, Poorer, ReadsPages, TakesNames, Validator
from .formats.looks import looks_like
from .issues import Issue, IssueLog, OnIssue
from .limits import DEFAULT_LIMITS, Limits
from .snapshots import Snapshots, may_have_rows
from .sources import Member, Source, open_source

if TYPE_CHECKING:
    from .records import (
        Classification,
        EDIType,
        GeoLocation,
        LocationCode,
        LocationCodeEDIType,
        ReplacedEntity,
        SHAKRegion,
        SHAKSORMap,
        SHAKUnit,
        SOREntity,
    )
    from .records.row import Row
    from .tables import Table

_RECORDS = {
    "entities": "SOREntity",
    "shak_sor_map": "SHAKSORMap",
    "location_codes": "LocationCode",
    "location_code_edi_types": "LocationCodeEDIType",
    "edi_types": "EDIType",
    "geo_locations": "GeoLocation",
    "classifications": "Classification",
    "replaced_entities": "ReplacedEntity",
    "shak_units": "SHAKUnit",
    "shak_regions": "SHAKRegion",
}
TABLES = tuple(_RECORDS)
# Where several formats stand side by side and hold the same table, the richest is read.
_RICHEST_FIRST = (
    Format.SOR2,
    Format.SOR_XML,
    Format.SOR2_DAILY,
    Format.SOR_CSV,
    Format.EDI_TYPES,
    Format.SKRS,
    Format.SHAK,
    Format.SHAK_REGION,
)

_WITH_UNITS = (Format.SOR2, Format.SOR2_DAILY, Format.SOR_CSV, Format.SOR_XML)
"""The formats whose sets always have units."""


def open(  # noqa: A001 - the name is the library's own `open`, as in gzip.open
    source: str | os.PathLike[str] | bytes | BinaryIO | IO[bytes],
    *,
    columns: Mapping[str, str] | None = None,
    on_issue: OnIssue = "collect",
    encoding: str | None = None,
    limits: Limits | None = None,
    repair: bool = False,
    validate: bool | str | os.PathLike[str] = False,
) -> Feed:
    """Open a published SOR file, or a set of them, and tell what it is.

    Nothing is read but the beginning of each file; the tables of the feed are read when they are
    asked for, row by row. The network is never touched.

    source: a path to a ``.csv``, ``.txt``, ``.xml`` or ``.zip`` file, or to a folder of such
        files; or the content as ``bytes``; or a binary file object. What it is is found from the
        content, not from the name.
    columns: the caller's own column names, for columns that the library does not know yet: a
        file's column name to a field's name, e.g. ``{"GLN": "location_code"}``; a field of a
        value object with a dot, e.g. ``{"By": "postal_address.district_name"}``.
    on_issue: what to do with findings in the data. ``"collect"``: go on, keep them in
        ``feed.issues``; ``"raise"``: raise SorDataError at the first error; or a callable that
        is given each Issue (they are kept all the same).
    encoding: the encoding of the text files, where it should not be found.
    limits: guards against hostile input, see Limits.
    repair: put the repaired id where a spreadsheet has damaged a SOR id and only one id can have
        been there. The finding is reported either way.
    validate: check a Sor.xml against its schema in the same pass in which ``entities`` reads it.
        ``True`` takes the bundled schema, a path the publisher's (see :func:`sorparse.validate`).
        What breaks the schema is a warning in ``feed.issues``; the document is read all the same.

    Raises UnrecognisedFormatError where the content is none of SOR's files, SorFileError where it
    cannot be read, ValueError where ``columns`` names a field that there is not, SorError where
    ``validate`` is asked for and there is no Sor.xml.
    """
    limits = limits or DEFAULT_LIMITS
    check_mapping(columns or {})
    options = ReadOptions(
        log=IssueLog(on_issue, limits.max_issues, limits.max_issue_chars),
        columns=dict(columns or {}),
        encoding=encoding,
        limits=limits,
        repair=repair,
        validator=_validator_maker(validate, limits),
    )
    opened = open_source(source, limits=limits)
    try:
        return Feed(opened, options)
    except BaseException:
        opened.close()
        raise


def _validator_maker(
    validate: bool | str | os.PathLike[str], limits: Limits
) -> Callable[[str, str], Validator] | None:
    if validate is False:
        return None
    schema = None if validate is True else validate

    def make(namespace: str, file: str) -> Validator:
        from .validation import OwnerValidator

        return OwnerValidator.for_document(namespace, schema=schema, file=file, limits=limits)

    return make


def _richness(reader: TableReader) -> tuple[int, bool]:
    return _RICHEST_FIRST.index(reader.format), isinstance(reader, Poorer) and reader.poorer


def _record_of(table: str) -> type[Any]:
    from . import records

    record: type[Any] = getattr(records, _RECORDS[table])
    return record


def _joined(readers: list[TableReader]) -> list[TableReader]:
    """Return one reader in place of those of the pages of a table."""
    first = readers[0]
    return [first.joined(readers)] if isinstance(first, ReadsPages) else readers


class Feed:
    """The tables of one source. A context manager; made by :func:`sorparse.open`.

    Each table is a method that gives a lazy iterator, which can be asked for again where the
    source can be read again. Iterators are independent of each other.
    """

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self._source = source
        self._options = options
        self._found: list[Found] = []
        self._ignored = list(source.ignored)
        for member in source.members:
            found = self._recognised(member)
            if found is not None:
                self._found.append(found)
        self._readers = self._chosen()
        self._look_for_entities()
        self._opening_issues = tuple(self._options.log.as_list())
        if options.validator is not None and not any(
            reader.format is Format.SOR_XML for reader in self._readers.get("entities", ())
        ):
            raise SorError(f"{self.name}: there is no Sor.xml to validate in it")

    def _recognised(self, member: Member) -> Found | None:
        head = member.head()
        try:
            for recognise in recognisers():
                found = recognise(member, head, self._options)
                if found is not None:
                    return found
            what = looks_like(head)
        except UnrecognisedFormatError as error:
            what = error.reason
        if len(self._source.members) == 1:
            raise UnrecognisedFormatError(f"none of SOR's files: {what}", file=member.name)
        self._ignored.append(member.name)
        self._options.log.add(
            Issue(
                "warning",
                "unrecognised-file",
                f"none of SOR's files and not read: {what}",
                file=member.name,
            )
        )
        return None

    def _chosen(self) -> dict[str, list[TableReader]]:
        readers = [reader for found in self._found for reader in found.readers]
        if not readers:
            inside = ", ".join(member.base_name for member in self._source.members[:10])
            raise UnrecognisedFormatError(
                f"holds none of SOR's files: {inside or 'it is empty'}", file=self._source.name
            )
        report = self._options.log.add
        snapshots = Snapshots(self._source.name, self._stated_date, report)
        chosen: dict[str, list[TableReader]] = {}
        for table in TABLES:
            having = [reader for reader in readers if reader.table == table]
            if not having:
                continue
            best = min(having, key=_richness)
            found = snapshots.choose(
                _joined([one for one in having if _richness(one) == _richness(best)])
            )
            if found:
                chosen[table] = found
            for reader in having:
                if _richness(reader) != _richness(best):
                    report(
                        Issue(
                            "info",
                            "table-passed-over",
                            f"{table} is read from {best.member.base_name} beside it",
                            file=reader.member.name,
                        )
                    )
        read = [reader for reader in readers if not snapshots.refuses(reader.member)]
        names = next((reader for reader in read if isinstance(reader, GivesNames)), None)
        for reader in read:
            if isinstance(reader, TakesNames):
                reader.use_names_from(names)
        return chosen

    def _stated_date(self, member: Member) -> date | None:
        for found in self._found:
            if any(reader.member is member for reader in found.readers):
                return found.snapshot_date()
        return None

    def _look_for_entities(self) -> None:
        """Report a set without units, as far as the beginning of its files shows it."""
        readers = self._readers.get("entities", ())
        if readers:
            # a page without entries is how the copy service says that there are no more
            if not any(isinstance(one, ReadsPages) or may_have_rows(one) for one in readers):
                self.report_no_entities()
        elif self._source.is_set and self.format in _WITH_UNITS:
            self.report_no_entities()

    def report_no_entities(self) -> None:
        """Report, once, that there is no unit in a set whose format promises units."""
        if "no-entities" in self._options.log.counts:
            return
        what = (
            "the file of the units has no rows"
            if "entities" in self._readers
            else f"there is no file of units beside {', '.join(self._readers)}"
        )
        self.report(
            Issue(
                "error",
                "no-entities",
                f"{self.format} without units: {what}; expected at least one unit, so the file is "
                "probably not what the publisher meant to give",
                file=self._source.name,
            )
        )

    def report(self, issue: Issue) -> None:
        """Add an issue to those of the feed, as ``on_issue`` asks."""
        self._options.log.add(issue)

    @property
    def format(self) -> Format:
        """What the source was recognised as; the richest where it holds several formats."""
        formats = {reader.format for readers in self._readers.values() for reader in readers}
        return min(formats, key=_RICHEST_FIRST.index)

    @cached_property
    def snapshot_date(self) -> date | None:
        """The day that the data represent, where the file tells it (XML does)."""
        read = {reader.member for readers in self._readers.values() for reader in readers}
        for found in self._found:
            if read.isdisjoint(reader.member for reader in found.readers):
                continue
            day = found.snapshot_date()
            if day is not None:
                return day
        return max((day for one in self._paged() if (day := one.snapshot_date())), default=None)

    def _paged(self) -> Iterator[ReadsPages]:
        for readers in self._readers.values():
            yield from (reader for reader in readers if isinstance(reader, ReadsPages))

    @property
    def next_offset(self) -> str | None:
        """The offset of the next request to the copy service, SKRS.

        It is the greatest token of the entries. ``None`` if the pages have no entry, which is how
        the service says that there are no more for now, and for every other format. Pages that
        have not been read to their end are read.

        Raises:
            SorError: The source has several datatypes; each has an offset of its own.
        """
        offsets: dict[str, str] = {}
        for reader in self._paged():
            for datatype, token in reader.next_offsets().items():
                offsets[datatype] = max(token, offsets.get(datatype, ""))
        if len(offsets) > 1:
            raise SorError(
                f"{self.name} has several datatypes ({', '.join(offsets)}), each with an offset of "
                "its own: open the pages of one datatype"
            )
        return next(iter(offsets.values()), None)

    def settled(self) -> Feed:
        """Return a feed of the same source in which a later delivery replaces an earlier one.

        The copy service (SKRS) delivers a row again when its period is closed. :func:`load` and
        :func:`convert` read the last delivery of each row. For other formats it is the same feed.
        """
        if not any(True for _ in self._paged()):
            return self
        other = copy(self)
        other._readers = {
            table: [
                reader.settled() if isinstance(reader, ReadsPages) else reader for reader in readers
            ]
            for table, readers in self._readers.items()
        }
        return other

    @property
    def name(self) -> str:
        """Path of the source, or a word for bytes and streams."""
        return self._source.name

    @property
    def path(self) -> Path | None:
        """Absolute path of the file or folder; None for bytes and streams without a file."""
        return self._source.path

    @property
    def error_count(self) -> int:
        """Number of errors, those beyond ``Limits.max_issues`` included."""
        return self._options.log.errors

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that the source has."""
        return tuple(self._readers)

    @property
    def issues(self) -> list[Issue]:
        """What was found in the rows read so far; complete once the iterators are exhausted."""
        return self._options.log.as_list()

    @property
    def issue_counts(self) -> Counter[str]:
        """How often each code was found, those beyond ``Limits.max_issues`` included."""
        return Counter(self._options.log.counts)

    def numbered(self, table: str) -> Iterator[tuple[int | None, Any]]:
        """Read a table by its name: pairs of the record's line in its file and the record."""
        return self._read(self._having_table(table))

    def _having_table(self, table: str) -> list[TableReader]:
        if table not in self._readers:
            if table not in TABLES:
                raise MissingTableError(f"there is no table {table!r}; {self._having()}")
            raise MissingTableError(f"{self.name} has no table {table!r}; {self._having()}")
        return self._readers[table]

    def _having(self) -> str:
        return f"the source has {', '.join(self._readers)}"

    @staticmethod
    def _read(readers: Iterable[TableReader]) -> Iterator[tuple[int | None, Any]]:
        for reader in readers:
            yield from reader.numbered()

    def records(self, table: str) -> Iterator[Any]:
        """Read a table by its name.

        Raises MissingTableError, naming the tables there are, at once and not at the first row.
        """
        return self._table_rows(table, None)

    def _table_rows(self, table: str, row: type[Row] | None) -> Iterator[Any]:
        rows = self._rows(self._having_table(table), row)
        return self._checked(rows) if table == "entities" else rows

    def to_arrow(self, table: str, *, lists: bool = False) -> Table:
        """Return a table as an Arrow table for any data tool; see ``Table``.

        The table is read, a batch at a time, when a tool takes it, and anew for each tool. Needs
        the extra ``[arrow]``.

        Args:
            table: Name of the table.
            lists: Whether ``replaces`` and ``replaced_by`` are lists. The default is text with a
                space between the ids, which every tool can save.

        Raises:
            MissingTableError: If the source does not have the table.
        """
        from .extras import load_pyarrow
        from .tables import Table, schema_of
        from .tables.csv_batches import batches_of

        readers = self._having_table(table)  # complains at once of a table that is not there
        load_pyarrow()
        schema = schema_of(table, lists=lists)
        return Table(schema, lambda: batches_of(readers, schema))

    def rows(self, table: str, fields: Iterable[str]) -> Iterator[Row]:
        """Read a few fields of a table: named tuples instead of records, and faster.

        fields: names of the record's fields, with dots into value objects and brackets for
            places: ``("sor_id", "name", "postal_address.post_code", "specialities[0].code")``.

        Findings are told for these fields only. Raises ValueError for what is no field of the
        table's record, MissingTableError as ``records`` does.
        """
        from .records.row import row_class

        self._having_table(table)
        return self._table_rows(table, row_class(_record_of(table), fields))

    @classmethod
    def _rows(cls, readers: Sequence[TableReader], row: type[Row] | None) -> Iterator[Any]:
        first, *others = readers
        if isinstance(first, GivesRows) and not others:
            return first.rows(row)  # as it is: each generator around it costs time for each row
        return cls._rows_of_all(readers, row)

    def _checked(self, rows: Iterator[Any]) -> Iterator[Any]:
        """Yield the units, and report if there is none. Closed early, it closes what it reads."""
        for first in rows:
            yield first
            yield from rows
            return
        if self.format in _WITH_UNITS:
            self.report_no_entities()

    @staticmethod
    def _rows_of_all(readers: Iterable[TableReader], row: type[Row] | None) -> Iterator[Any]:
        for reader in readers:
            if isinstance(reader, GivesRows):
                yield from reader.rows(row)
            elif row is None:
                for _, record in reader.numbered():
                    yield record
            else:
                from .records.row import row_of

                take = row_of(row)
                for _, record in reader.numbered():
                    yield take(record)

    def _asked(self, table: str, fields: Iterable[str] | None) -> Iterator[Any]:
        return self.records(table) if fields is None else self.rows(table, fields)

    @overload
    def entities(self) -> Iterator[SOREntity]: ...
    @overload
    def entities(self, *, fields: Iterable[str]) -> Iterator[Row]: ...
    def entities(self, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        """Units, one record a version. ``fields``: see ``rows``."""
        return self._asked("entities", fields)

    @overload
    def shak_sor_map(self) -> Iterator[SHAKSORMap]: ...
    @overload
    def shak_sor_map(self, *, fields: Iterable[str]) -> Iterator[Row]: ...
    def shak_sor_map(self, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        """SHAK codes and the SOR units they stood on. ``fields``: see ``rows``."""
        return self._asked("shak_sor_map", fields)

    @overload
    def location_codes(self) -> Iterator[LocationCode]: ...
    @overload
    def location_codes(self, *, fields: Iterable[str]) -> Iterator[Row]: ...
    def location_codes(self, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        """Location numbers (GLN) and the systems behind them. ``fields``: see ``rows``."""
        return self._asked("location_codes", fields)

    @overload
    def location_code_edi_types(self) -> Iterator[LocationCodeEDIType]: ...
    @overload
    def location_code_edi_types(self, *, fields: Iterable[str]) -> Iterator[Row]: ...
    def location_code_edi_types(self, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        """The message types of each location number. ``fields``: see ``rows``."""
        return self._asked("location_code_edi_types", fields)

    @overload
    def edi_types(self) -> Iterator[EDIType]: ...
    @overload
    def edi_types(self, *, fields: Iterable[str]) -> Iterator[Row]: ...
    def edi_types(self, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        """Message types. ``fields``: see ``rows``."""
        return self._asked("edi_types", fields)

    @overload
    def geo_locations(self) -> Iterator[GeoLocation]: ...
    @overload
    def geo_locations(self, *, fields: Iterable[str]) -> Iterator[Row]: ...
    def geo_locations(self, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        """Geographical locations. ``fields``: see ``rows``."""
        return self._asked("geo_locations", fields)

    @overload
    def classifications(self) -> Iterator[Classification]: ...
    @overload
    def classifications(self, *, fields: Iterable[str]) -> Iterator[Row]: ...
    def classifications(self, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        """Entries of the code lists. ``fields``: see ``rows``."""
        return self._asked("classifications", fields)

    @overload
    def replaced_entities(self) -> Iterator[ReplacedEntity]: ...
    @overload
    def replaced_entities(self, *, fields: Iterable[str]) -> Iterator[Row]: ...
    def replaced_entities(self, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        """Units and their successors. ``fields``: see ``rows``."""
        return self._asked("replaced_entities", fields)

    @overload
    def shak_units(self) -> Iterator[SHAKUnit]: ...
    @overload
    def shak_units(self, *, fields: Iterable[str]) -> Iterator[Row]: ...
    def shak_units(self, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        """Codes of the SHAK classification. ``fields``: see ``rows``."""
        return self._asked("shak_units", fields)

    @overload
    def shak_regions(self) -> Iterator[SHAKRegion]: ...
    @overload
    def shak_regions(self, *, fields: Iterable[str]) -> Iterator[Row]: ...
    def shak_regions(self, *, fields: Iterable[str] | None = None) -> Iterator[Any]:
        """Regions and SOR ids of the hospitals of SHAK. ``fields``: see ``rows``."""
        return self._asked("shak_regions", fields)

    def describe(self) -> Description:
        """Read everything once and tell encoding, quoting, columns and samples of each table."""
        day = self.snapshot_date
        return Description(
            source=self.name,
            format=str(self.format),
            snapshot_date=day.isoformat() if day else None,
            tables=tuple(
                reader.describe() for readers in self._readers.values() for reader in readers
            ),
            ignored=tuple(self._ignored),
            issues=self._opening_issues,
        )

    def close(self) -> None:
        """Close what was opened for the feed; a file object given by the caller stays open."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _repr_html_(self) -> str:
        from .display.findings import feed_html

        return feed_html(self)

    def __repr__(self) -> str:
        return f"<Feed {self.name}: {self.format}, {', '.join(self._readers)}>"
