"""SHAKregion.txt and SHAKregion.xml: region and SOR id of each hospital of SHAK."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import attrs

from ..description import ColumnDescription, TableDescription
from ..identifiers import is_shak_code
from ..issues import Issue
from ..records import Coded, SHAKRegion
from ..sources import Member
from .base import Format, Found, ReadOptions
from .blocks import TextBlocks, decode_windows_1252, without_cut_line
from .cells import BadCell
from .declare import Column, Kind, TableSpec
from .decode import CarefulDecoder, Leaf, make_plan

C = Column

SHAK_REGIONS = TableSpec(
    table="shak_regions",
    record=SHAKRegion,
    title="SHAKregion",
    file_names=("SHAKregion",),
    required=("shak_code",),
    key=("shak_code", "validity.from_date"),
    columns=(  # in the order of the text file, which has no header
        C("SHAKkode", "shak_code", aliases=("SHAKcode", "K_SGH"), evidence="verified"),
        C("Navn", "name", aliases=("Kodetekst", "V_SGHNAVN")),
        C("DatoFra", "validity.from_date", Kind.DATE, aliases=("K_FRADTO",), evidence="verified"),
        C("Datotil", "validity.to_date", Kind.LAST_DAY, aliases=("D_TILDTO",), evidence="verified"),
        C("Ejerforhold", "owner_type.code", aliases=("C_SGHTYPE", "SGHTYPE"), evidence="verified"),
        C("Institutionsart", "institution_type.code", aliases=("C_INSTART",), evidence="verified"),
        C("Regionskode", "region.code", aliases=("C_REGION",), evidence="verified"),
        C("SORid", "sor_id", Kind.SOR_ID, aliases=("SORkode", "SORnummer", "C_SORID")),
    ),
)
TABLES = (SHAK_REGIONS,)
_NAMES = tuple(column.name for column in SHAK_REGIONS.columns)
_PLACE = {column.field: place for place, column in enumerate(SHAK_REGIONS.columns)}
_OWNERS: Mapping[str, str] = {"1": "Offentlig", "2": "Privat", "3": "Øvrige"}
_LISTS = {"region": "region", "institution_type": "shak_institution_type"}


def _named(field: str, coded: Coded) -> Coded:
    """Return a code with its name."""
    from .. import codes

    if coded.code is None:
        return coded
    name = _OWNERS.get(coded.code) if field == "owner_type" else None
    if field in _LISTS:
        name = codes.name_of(_LISTS[field], coded.code)
    return coded if name is None else Coded(coded.code, name, supplied="name")


@attrs.define(eq=False)
class RegionFile:
    """What both forms have in common."""

    member: Member
    options: ReadOptions
    format: Format = Format.SHAK_REGION
    table: str = SHAK_REGIONS.table

    def issue(self, severity: Any, code: str, message: str, line: int | None, **more: Any) -> None:
        """Report an issue of this file."""
        self.options.log.add(
            Issue(severity, code, message, file=self.member.name, line=line, **more)
        )

    def decoder(self, names: tuple[str, ...], columns: tuple[Column | None, ...]) -> CarefulDecoder:
        """Return what makes records from the cells under these names."""
        plan = make_plan(SHAK_REGIONS, names, columns)
        return CarefulDecoder(plan, repair=self.options.repair, complete=_named)

    def decode(
        self, decoding: CarefulDecoder, cells: list[str], line: int | None, raw: Callable[[], str]
    ) -> SHAKRegion | None:
        """Make a record; a row without SHAK code is reported."""

        def report(bad: BadCell, leaf: Leaf, text: str) -> None:
            self.issue(bad.severity, bad.code, str(bad), line, column=leaf.header, value=text)

        record: SHAKRegion | None = decoding.decode(cells, report)
        if record is None:
            self.issue("error", "missing-key", "the row lacks a SHAK code", line, raw=raw())
        return record


@attrs.define(eq=False)
class RegionText(RegionFile):
    """Reads SHAKregion.txt: separated by tabs, columns by position, no header."""

    def numbered(self) -> Iterator[tuple[int, SHAKRegion]]:
        """Read the lines; pairs of the line's number and its record."""
        decoding = self.decoder(_NAMES, SHAK_REGIONS.columns)
        for number, line, cells in self._rows(self._blocks):
            if len(cells) != len(_NAMES):
                self.issue(
                    "error",
                    "row-length",
                    f"the line has {len(cells)} values separated by tabs, expected {len(_NAMES)}",
                    number,
                    raw=line,
                )
                continue
            record = self.decode(decoding, cells, number, partial(str, line))
            if record is not None:
                yield number, record

    def _blocks(self, stream: Any, *, counting: bool = False) -> TextBlocks:
        return TextBlocks(
            stream,
            file=self.member.name,
            log=self.options.log,
            limits=self.options.limits,
            encoding=self.options.encoding,
            counting=counting,
        )

    def _rows(self, make: Callable[[Any], TextBlocks]) -> Iterator[tuple[int, str, list[str]]]:
        with self.member.open() as stream:
            for first, lines in make(stream):
                for number, line in enumerate(lines, first):
                    if line.strip():
                        yield number, line, [cell.strip() for cell in line.split("\t")]

    def describe(self) -> TableDescription:
        """Read the file once and return its form."""
        made: list[TextBlocks] = []

        def counted(stream: Any) -> TextBlocks:
            made.append(self._blocks(stream, counting=True))
            return made[-1]

        count = Samples()
        for _, _, cells in self._rows(counted):
            count.take(zip(_NAMES, cells, strict=False))
        (blocks,) = made
        return TableDescription(
            table=self.table,
            file=self.member.name,
            rows=count.rows,
            columns=count.columns(dict(zip(_NAMES, SHAK_REGIONS.columns, strict=True))),
            encoding=blocks.encoding,
            bom=blocks.bom,
            delimiter="\t",
            line_ends=" and ".join(name for name, n in blocks.line_ends.items() if n) or None,
            notes=("no header; columns by position",),
        )


class Samples:
    """Counts rows and takes the first distinct values of each column."""

    def __init__(self) -> None:
        self.rows = 0
        self._filled: dict[str, int] = {}
        self._samples: dict[str, dict[str, None]] = {}

    def take(self, cells: Any) -> None:
        """Take a row: pairs of name and text."""
        self.rows += 1
        for name, text in cells:
            samples = self._samples.setdefault(name, {})
            if text:
                self._filled[name] = self._filled.get(name, 0) + 1
                if len(samples) < 3:
                    samples[text] = None

    def columns(self, known: Mapping[str, Column | None]) -> tuple[ColumnDescription, ...]:
        """Return the columns; ``known`` says which field each fills."""
        return tuple(
            ColumnDescription(
                name,
                column.field if (column := known.get(name)) is not None else None,
                self._filled.get(name, 0),
                tuple(samples),
            )
            for name, samples in self._samples.items()
        )


_XML = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?SHAKregion", re.IGNORECASE)
_DAY = re.compile(r"(?:\d{8}|\d{4}-\d\d-\d\d|\d{1,2}[-./]\d{1,2}[-./]\d{4})?", re.ASCII)


def recognise(member: Member, head: bytes, options: ReadOptions) -> Found | None:
    """Recognise the XML by its elements, the text by the values of its first line."""
    beginning = head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if beginning.startswith(b"<") and _XML.search(head.replace(b"\0", b"")):
        from .shak_region_xml import RegionXml

        reader = RegionXml(member, options)
        return Found((reader,), reader.snapshot_date)
    text = decode_windows_1252(without_cut_line(head).removeprefix(b"\xef\xbb\xbf"))
    first = next((line for line in text.splitlines() if line.strip()), "")
    cells = [cell.strip() for cell in first.split("\t")]
    if len(cells) != len(_NAMES) or not is_shak_code(cells[_PLACE["shak_code"]]):
        return None
    days = (cells[_PLACE["validity.from_date"]], cells[_PLACE["validity.to_date"]])
    if not any(days) or not all(map(_DAY.fullmatch, days)):
        return None
    return Found((RegionText(member, options),))
