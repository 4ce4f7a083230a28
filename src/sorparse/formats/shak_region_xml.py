"""SHAKregion.xml. Only the names of some elements are known; the file is read by them.

``shak_region_entries.py`` finds the entries. What no column declares goes to ``extra``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial

import attrs

from ..description import TableDescription
from ..records import SHAKRegion
from ..sources import Member
from ..xml.elements import line_of, shortened_raw
from .base import Found, ReadOptions
from .columns import ColumnSamples
from .declare import Column
from .generator import Memo
from .headers import match_columns
from .record_lines import MISSING_KEY, NO_SHAK_CODE, CellDecoder
from .shak_region import SHAK_REGIONS, RegionFile
from .shak_region_entries import Entries
from .sor_xml.reader_base import cell_reporter, context_of, snapshot_date_of
from .sor_xml.reporting import refuse_many_paths

_MOST_DECODERS = 4096
_XML = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?SHAKregion", re.IGNORECASE)
Names = tuple[str, ...]


@attrs.define(eq=False)
class RegionXml(RegionFile):
    """Reads SHAKregion.xml."""

    poorer: bool = True
    """The text file has the name and the SOR id, too."""

    def snapshot_date(self) -> date | None:
        """Return the date that the data represent, if the file states it."""
        return snapshot_date_of(self.member, self.options)

    def numbered(self) -> Iterator[tuple[int | None, SHAKRegion]]:
        """Read the entries: pairs of the line of the entry's element and its record."""
        decoders: dict[Names, CellDecoder] = {}
        context = context_of(self.member, self.options)
        log, file = self.options.log, self.member.name
        has_regions = False
        for element, texts in Entries(self.member, self.options, SHAK_REGIONS, context):
            has_regions = True
            columns = tuple(texts)
            decoder = decoders.get(columns)
            if decoder is None:
                if len(decoders) >= _MOST_DECODERS:
                    decoders.clear()
                decoder = decoders[columns] = self.decoder(
                    SHAK_REGIONS, columns, self._columns(columns)
                )
            line = line_of(element)
            cells = list(texts.values())
            if decoder.is_often_used and line is not None and log.only_counts_line(file, line):
                record, kinds = decoder.counted(cells)
                log.tally(kinds)
            else:
                record = decoder.decode(cells, cell_reporter(context, {}, element, None))
                if record is None:
                    raw = partial(shortened_raw, element)
                    context.issue(*MISSING_KEY, NO_SHAK_CODE, element, "", raw=raw)
            if record is not None:
                yield line, record
        if not has_regions:
            message = "no element holds a SHAK code; describe shows the content of the file"
            context.issue("warning", "no-entries", message, None, "")

    def _columns(self, names: Names) -> tuple[Column | None, ...]:
        return tuple(match_columns(SHAK_REGIONS, names, self.options.columns))

    def describe(self) -> TableDescription:
        """Read the file once and return the elements of its entries."""
        count = ColumnSamples()
        names: dict[str, Column | None] = {}
        columns_of = Memo(self._columns)
        context = context_of(self.member, self.options)
        for _, texts in Entries(self.member, self.options, SHAK_REGIONS, context):
            count.add(texts.items())
            columns = tuple(texts)
            names.update(zip(columns, columns_of[columns], strict=True))
            refuse_many_paths(len(names) - 1, self.member.name, self.options.limits)
        return TableDescription(
            table=self.table,
            file=self.member.name,
            rows=count.rows,
            columns=count.columns({name: one.field for name, one in names.items() if one}),
            notes=("XML",),
        )


def recognise(member: Member, head: bytes, options: ReadOptions) -> Found | None:
    """Recognise the document by its elements."""
    beginning = head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if not beginning.startswith(b"<") or not _XML.search(head.replace(b"\0", b"")):
        return None
    reader = RegionXml(member, options)
    return Found((reader,), reader.snapshot_date)
