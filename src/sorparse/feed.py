"""The tables of a source, as iterators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import attrs

from .description import Description
from .detection import detect
from .errors import MissingTableError, SorError
from .formats import Format, GivesRows, ReadOptions, TableReader
from .formats.base import ReadsPages
from .issues import Issue
from .notebook import HtmlRepr
from .records.tables import TABLES, Tables
from .snapshots import may_have_rows
from .sources import Source

if TYPE_CHECKING:
    from .records.row import Row
    from .tables import Table


class Feed(HtmlRepr, Tables):
    """The tables of one source. A context manager; :func:`sorparse.open` returns it.

    Each table is a method that returns a lazy iterator. You can call it again if the source can be
    read again. Iterators are independent of each other.

    Example:
        >>> with sorparse.open("Sor_complete.zip") as feed:
        ...     code = next(feed.shak_sor_map())
        >>> code.shak_code, code.sor_id
        ('9901', '9000041000016007')
    """

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self._source = source
        self._options = options
        self._detected = detect(source, options)
        self._readers = self._detected.readers
        self._look_for_entities()
        self._opening_issues = tuple(self._options.log.as_list())
        if options.validator is not None and not any(
            reader.format is Format.SOR_XML for reader in self._readers.get("entities", ())
        ):
            raise SorError(f"{self.name}: there is no Sor.xml to validate in it")

    def _look_for_entities(self) -> None:
        """Report a set without units, as far as the beginning of its files shows it."""
        readers = self._readers.get("entities", ())
        if readers:
            # a page without entries is how the copy service says that there are no more
            if not any(isinstance(one, ReadsPages) or may_have_rows(one) for one in readers):
                self.report_no_entities()
        elif self._source.is_set and self.format.has_units:
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
                "probably not what the publisher meant to publish",
                file=self._source.name,
            )
        )

    def report(self, issue: Issue) -> None:
        """Add an issue to those of the feed, as ``on_issue`` asks."""
        self._options.log.add(issue)

    @property
    def format(self) -> Format:
        """The format that was detected; the richest if the source holds several."""
        return self._detected.format

    @cached_property
    def snapshot_date(self) -> date | None:
        """The date that the data represent, if the file states it (XML does)."""
        return self._detected.snapshot_date()

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
        for reader in self._detected.paged():
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

        Example:
            >>> feed.settled() is feed  # a feed of SOR2
            True
        """
        if not any(True for _ in self._detected.paged()):
            return self
        other = copy(self)
        other._readers = {
            table: [one.settled() if isinstance(one, ReadsPages) else one for one in readers]
            for table, readers in self._readers.items()
        }
        other._detected = attrs.evolve(self._detected, readers=other._readers)
        return other

    @property
    def name(self) -> str:
        """The path of the source, or a word for bytes and streams."""
        return self._source.name

    @property
    def path(self) -> Path | None:
        """Absolute path of the file or folder; None for bytes and streams without a file."""
        return self._source.path

    @property
    def error_count(self) -> int:
        """Number of errors, including those beyond ``Limits.max_issues``."""
        return self._options.log.errors

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that the source has."""
        return tuple(self._readers)

    @property
    def issues(self) -> list[Issue]:
        """The issues of the rows read so far; complete once the iterators are exhausted."""
        return self._options.log.as_list()

    @property
    def issue_counts(self) -> Counter[str]:
        """Number of issues by code, including those beyond ``Limits.max_issues``."""
        return Counter(self._options.log.counts)

    def numbered(self, table: str) -> Iterator[tuple[int | None, Any]]:
        """Read a table by its name: pairs of the record's line in its file and the record.

        Raises:
            MissingTableError: If the source does not have the table.

        Example:
            >>> line, unit = next(feed.numbered("entities"))
            >>> line
            2
        """
        return self._numbered(self.readers(table))

    @staticmethod
    def _numbered(readers: Iterable[TableReader]) -> Iterator[tuple[int | None, Any]]:
        for reader in readers:
            yield from reader.numbered()

    def files(self, table: str) -> tuple[str, ...]:
        """Return the names of the files from which a table is read, as issues name them.

        Raises:
            MissingTableError: If the source does not have the table.

        Example:
            >>> feed.files("entities")
            ('...Sor_complete.zip/SOREntity.csv',)
        """
        return tuple(reader.member.name for reader in self.readers(table))

    def readers(self, table: str) -> list[TableReader]:
        """Return what reads a table, a reader for each of its files.

        Raises:
            MissingTableError: If the source does not have the table.
        """
        if table not in self._readers:
            start = f"{self.name} has" if table in TABLES else "there is"
            having = ", ".join(self._readers)
            raise MissingTableError(f"{start} no table {table!r}; the source has {having}")
        return self._readers[table]

    def records(self, table: str) -> Iterator[Any]:
        """Read a table by its name.

        Raises:
            MissingTableError: If the source does not have the table; raised at once, not at the
                first row. The message names the tables of the source.

        Example:
            >>> {name: sum(1 for _ in feed.records(name)) for name in feed.tables[:2]}
            {'entities': 95, 'shak_sor_map': 41}
        """
        return self._table_rows(table, None)

    def _table_rows(self, table: str, row: type[Row] | None) -> Iterator[Any]:
        rows = self._rows(self.readers(table), row)
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

        Example:
            >>> feed.to_arrow("entities")
            <Table entities: 132 columns>
        """
        from .extras import load_pyarrow
        from .tables import Table, schema_of
        from .tables.csv_batches import batches_of

        readers = self.readers(table)  # complains at once of a table that is not there
        load_pyarrow()
        schema = schema_of(table, lists=lists)
        return Table(schema, lambda: batches_of(readers, schema))

    def rows(self, table: str, fields: Iterable[str]) -> Iterator[Row]:
        """Read a few fields of a table: named tuples instead of records, and faster.

        Issues are reported for these fields only.

        Args:
            table: Name of the table.
            fields: Names of the record's fields, with dots into value objects and brackets for
                places: ``("sor_id", "name", "postal_address.post_code", "specialities[0].code")``.

        Raises:
            UnknownFieldError: If the table's record does not have a field.
            MissingTableError: If the source does not have the table.

        Example:
            >>> next(feed.rows("entities", ["sor_id", "postal_address.post_code"]))
            Row(sor_id='11000016002', postal_address_post_code='2100')
        """
        from .records.row import row_class

        self.readers(table)
        return self._table_rows(table, row_class(TABLES[table].record, fields))

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
        if self.format.has_units:
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

    def describe(self) -> Description:
        """Read all tables once; return encoding, quoting, columns and samples of each.

        Example:
            >>> feed.describe().tables[0].encoding
            'utf-8'
        """
        day = self.snapshot_date
        return Description(
            source=self.name,
            format=str(self.format),
            snapshot_date=day.isoformat() if day else None,
            tables=tuple(reader.describe() for reader in self._detected.all_readers()),
            ignored=self._detected.ignored,
            issues=self._opening_issues,
        )

    def close(self) -> None:
        """Close what was opened for the feed; the caller's own file object stays open.

        Example:
            >>> feed = sorparse.open("Sor.xml")
            >>> feed.close()
        """
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Feed {self.name}: {self.format}, {', '.join(self._readers)}>"
