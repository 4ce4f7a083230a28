"""SHAKregion.xml. Only the names of some elements are known; the file is read by them.

An entry is an element that directly holds one of the declared columns. Its other
elements go to ``extra``. Anything outside the entries is reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property, partial
from typing import Any

import attrs

from ..description import TableDescription
from ..issues import IssueKind
from ..records import SHAKRegion
from ..sources import Member
from ..xml import CREATED_AT, SNAPSHOT_DATE
from ..xml.elements import Element, attributes_of, line_of, shortened_raw, split_tag
from ..xml.parser import Meter
from .base import Found, ReadOptions
from .columns import ColumnSamples
from .declare import Column, fold
from .decode import CarefulDecoder
from .generator import Memo
from .headers import match_columns
from .record_lines import decode_counting
from .record_writer import RecordWriter
from .shak_region import SHAK_REGIONS, RegionFile
from .sor_xml.reader_base import context_of, events_of, snapshot_date_of
from .sor_xml.reporting import Context, ExtraTexts, step_name
from .tolerant_writer import TolerantDecoder

_MOST_DECODERS = 4096
_OFTEN = 100
_XML = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?SHAKregion", re.IGNORECASE)
_NAMESPACE = re.compile(r"\{[^}]*\}")
Names = tuple[str, ...]


@attrs.define(eq=False)
class RegionXml(RegionFile):
    """Reads SHAKregion.xml."""

    poorer: bool = True
    """The text file has the name and the SOR id, too."""
    _names: Memo = attrs.field(init=False, factory=lambda: Memo(_name_of))
    """Names of columns by the paths of the texts in an entry."""

    def snapshot_date(self) -> date | None:
        """Return the date that the data represent, if the file states it."""
        return snapshot_date_of(self.member, self.options)

    def numbered(self) -> Iterator[tuple[int | None, SHAKRegion]]:
        """Read the entries: pairs of the line of the entry's element and its record."""
        decoders: dict[Names, _Decoder] = {}
        has_regions = False
        for element, texts in self._entries():
            has_regions = True
            columns = tuple(texts)
            decoder = decoders.get(columns)
            if decoder is None:
                if len(decoders) >= _MOST_DECODERS:
                    decoders.clear()
                careful = self.decoder(SHAK_REGIONS, columns, self._columns(columns))
                decoder = decoders[columns] = _Decoder(careful)
            line = line_of(element)
            cells = list(texts.values())
            log, file = self.options.log, self.member.name
            if decoder.is_often_used() and line is not None and log.only_counts_line(file, line):
                record, kinds = decoder.counted(cells)
                log.tally(kinds)
            elif (record := decoder.regular(cells)) is None:
                raw = partial(shortened_raw, element)
                record = self.decode(decoder.careful, cells, line, raw)
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
        columns = {*SHAK_REGIONS.by_folded_name, *map(fold, self.options.columns)}
        is_column = Memo(lambda name: fold(split_tag(name)[1]) in columns).__getitem__
        path: list[str] = []
        for event, element in events_of(self.member, self.options, meter):
            if event == "start":
                path.append(split_tag(element.tag)[1])
                continue
            leaves = [child.tag for child in element if not len(child)]
            if any(map(is_column, element.keys())) or any(map(is_column, leaves)):
                yield element, self._texts(element, context)
                _drop(element, context, path)
                meter.ended()
            elif len(element) or len(path) == 1:
                self._outside(element, context, path)
            path.pop()

    def _texts(self, element: Element, context: Context) -> ExtraTexts:
        """Return the texts of an entry by their names."""
        texts = ExtraTexts()
        if any(len(child) or child.tail or child.keys() for child in element):
            for _, place, text in context.texts_in(element, ""):
                texts.add(self._names[place], text)
            return texts
        # the same, without the cost of a generator
        names = self._names
        texts.add(names[""], (element.text or "").strip())
        for key, value in attributes_of(element).items():
            texts.add(names[f"/@{key}"], value.strip())
        for child in element:
            texts.add(names[f"/{step_name(child.tag)}"], (child.text or "").strip())
        return texts

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
        columns_of = Memo(self._columns)
        for _, texts in self._entries():
            count.add(texts.items())
            columns = tuple(texts)
            names.update(zip(columns, columns_of[columns], strict=True))
        return TableDescription(
            table=self.table,
            file=self.member.name,
            rows=count.rows,
            columns=count.columns({name: one.field for name, one in names.items() if one}),
            notes=("XML",),
        )


def _name_of(place: str) -> str:
    """Return the name of a column for the path of a text in an entry."""
    return _NAMESPACE.sub("", place).removeprefix("/").removeprefix("@") or "text()"


class _Decoder:
    """Decodes entries of the same names."""

    def __init__(self, careful: CarefulDecoder) -> None:
        self.careful = careful
        self._used = 0

    def is_often_used(self) -> bool:
        """Return whether the names occurred often: only then functions are generated for them."""
        self._used += 1
        return self._used >= _OFTEN

    def regular(self, cells: list[str]) -> Any:
        """Return the record of cells without errors; ``None`` if they need the careful decoder."""
        if self._used < _OFTEN:
            return None
        try:
            return self._read(cells)
        except ValueError:
            return None

    @cached_property
    def _read(self) -> Callable[[list[str]], Any]:
        writer = RecordWriter(self.careful, trimmed_texts=True)
        make, getters = writer.record(), writer.getters()
        return lambda cells: make(cells, getters)

    def counted(self, cells: list[str]) -> tuple[Any, list[IssueKind]]:
        """Return the record, if there is one, and the kinds of the issues."""
        return decode_counting(self.careful, self._tolerant, cells)

    @cached_property
    def _tolerant(self) -> TolerantDecoder:
        return TolerantDecoder(self.careful, None, counting=True)


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
