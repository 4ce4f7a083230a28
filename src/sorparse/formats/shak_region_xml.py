"""SHAKregion.xml. Only the names of some elements are known; the file is read by them.

An entry is an element that directly holds one of the declared columns. Its other
elements go to ``extra``. Anything outside the entries is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import attrs

from ..description import TableDescription
from ..records import SHAKRegion
from ..sources import Member
from ..xml import CREATED_AT, SNAPSHOT_DATE
from ..xml.elements import Element, line_of, shortened_raw, split_tag
from ..xml.parser import Meter
from .base import Found, ReadOptions
from .columns import ColumnSamples
from .declare import Column, fold
from .decode import CarefulDecoder
from .headers import match_columns
from .shak_region import SHAK_REGIONS, RegionFile
from .sor_xml.reader_base import context_of, events_of, snapshot_date_of
from .sor_xml.reporting import Context, ExtraTexts

_MOST_DECODERS = 4096
_XML = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?SHAKregion", re.IGNORECASE)
_NAMESPACE = re.compile(r"\{[^}]*\}")
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
        decoders: dict[Names, CarefulDecoder] = {}
        has_regions = False
        for element, texts in self._entries():
            has_regions = True
            columns = tuple(texts)
            if columns not in decoders:
                if len(decoders) >= _MOST_DECODERS:
                    decoders.clear()
                decoders[columns] = self.decoder(SHAK_REGIONS, columns, self._columns(columns))
            line = line_of(element)
            raw = partial(shortened_raw, element)
            record = self.decode(decoders[columns], list(texts.values()), line, raw)
            if record is not None:
                yield line, record
        if not has_regions:
            message = "no element holds a SHAK code; describe shows the content of the file"
            self.issue("warning", "no-entries", message, None)

    def _columns(self, names: Names) -> tuple[Column | None, ...]:
        return tuple(match_columns(SHAK_REGIONS, names, self.options.columns))

    def _entries(self) -> Iterator[tuple[Element, dict[str, str]]]:
        """Yield the entries with their texts; report texts outside the entries."""
        context = context_of(self.member, self.options)
        meter = Meter(self.member.name, self.options.limits)
        known = {*SHAK_REGIONS.by_folded_name, *map(fold, self.options.columns)}
        path: list[str] = []
        for event, element in events_of(self.member, self.options, meter):
            if event == "start":
                path.append(split_tag(element.tag)[1])
                continue
            if any(fold(name) in known for name in _names_in(element)):
                extra = ExtraTexts()
                for _, place, text in context.texts_in(element, ""):
                    name = _NAMESPACE.sub("", place)
                    extra.add(name.removeprefix("/").removeprefix("@") or "text()", text)
                yield element, extra
                _drop(element, context, path)
                meter.ended()
            elif len(element) or len(path) == 1:
                self._outside(element, context, path)
            path.pop()

    def _outside(self, element: Element, context: Context, path: list[str]) -> None:
        """Report texts and attributes of a container and of the elements left in it."""
        for inner, name, text in context.texts_in(element, "/".join(path)):
            if text and split_tag(inner.tag)[1] not in (CREATED_AT, SNAPSHOT_DATE):
                context.issue(
                    "warning",
                    "unknown-element",
                    f"{name} is outside the entries; it is stored in this issue only",
                    inner,
                    name,
                    value=text,
                )
        for child in list(element):
            element.remove(child)

    def describe(self) -> TableDescription:
        """Read the file once and return the elements of its entries."""
        count = ColumnSamples()
        names: dict[str, Column | None] = {}
        for _, texts in self._entries():
            count.add(texts.items())
            columns = tuple(texts)
            names |= dict(zip(columns, self._columns(columns), strict=True))
        return TableDescription(
            table=self.table,
            file=self.member.name,
            rows=count.rows,
            columns=count.columns({name: one.field for name, one in names.items() if one}),
            notes=("XML",),
        )


def _names_in(element: Element) -> Iterator[str]:
    yield from (split_tag(key)[1] for key in element.attrib)
    yield from (split_tag(child.tag)[1] for child in element if not len(child))


def _drop(element: Element, context: Context, path: list[str]) -> None:
    """Free an entry and what precedes it; text between entries is reported."""
    for child in list(element):
        element.remove(child)
    element.attrib.clear()
    element.text = None
    before = element.getprevious()
    parent = element.getparent()
    if before is None or parent is None or len(before) or before.text or before.attrib:
        return
    tail: Any = before.tail
    if tail and tail.strip():
        place = "/".join(path[:-1])
        context.issue(
            "warning", "stray-text", "text between the entries", before, place, value=tail.strip()
        )
    parent.remove(before)


def recognise(member: Member, head: bytes, options: ReadOptions) -> Found | None:
    """Recognise the document by its elements."""
    beginning = head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if not beginning.startswith(b"<") or not _XML.search(head.replace(b"\0", b"")):
        return None
    reader = RegionXml(member, options)
    return Found((reader,), reader.snapshot_date)
