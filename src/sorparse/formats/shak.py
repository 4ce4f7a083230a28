"""SHAKCOMPLETE.TXT and its relatives of the same layout: fixed width, 214 characters a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

import attrs

from .. import codes
from ..description import ColumnDescription, TableDescription
from ..issues import Issue
from ..records import Coded, Extra, SHAKUnit, Validity
from ..records.values import NO_EXTRA
from ..sources import Member
from .base import Format, Found, ReadOptions
from .blocks import TextBlocks, decode_windows_1252
from .cells import BadCell, to_date, to_last_day, to_shak_code


@attrs.frozen
class Span:
    """One fixed-width field."""

    name: str
    """The publisher's name."""
    start: int
    """First place, from 1."""
    length: int
    field: str | None
    """The field it fills; ``None`` where it goes to ``extra``."""


# SHAK-tabelstruktur.pdf; the meaning of AGrp to DGrp depends on the kind of record
LAYOUT = (
    Span("RecArt", 1, 3, "kind"),
    Span("SHAKkode", 4, 20, "shak_code"),
    Span("DatoFra", 24, 8, "validity.from_date"),
    Span("DatoÆndring", 32, 8, "updated_at"),
    Span("DatoTil", 40, 8, "validity.to_date"),
    Span("Kodetekst", 48, 120, "name"),
    Span("AGrp", 168, 3, "institution_type (sgh), specialities[0] (afd)"),
    Span("BGrp", 171, 3, "owner_type (sgh), specialities[1] (afd)"),
    Span("CGrp", 174, 3, "specialities[2] (afd)"),
    Span("DGrp", 177, 3, "specialities[3] (afd)"),
    Span("EGrp", 180, 3, None),
    Span("AVal", 183, 1, None),
    Span("BVal", 184, 2, None),
    Span("CVal", 186, 2, None),
    Span("DVal", 188, 1, None),
    Span("Inklusion", 189, 25, None),
    Span("EkstraReg", 214, 1, None),
)
WIDTH = LAYOUT[-1].start + LAYOUT[-1].length - 1
_CODE_END = LAYOUT[1].start + LAYOUT[1].length - 1
_DATE_FIELDS = ("DatoFra", "DatoÆndring", "DatoTil")
_LINE = re.compile(r"(sgh|afd|SGH|AFD)[0-9A-Z]{4,20} *[0-9 ]{24}")


@attrs.define(eq=False)
class ShakTable:
    """A :class:`~sorparse.formats.base.TableReader` for the fixed-width file."""

    member: Member
    options: ReadOptions
    format: Format = Format.SHAK
    table: str = "shak_units"

    def numbered(self) -> Iterator[tuple[int, SHAKUnit]]:
        """Read the lines; pairs of the line's number and its record."""
        with self.member.open() as stream:
            for number, line in _lines(self._blocks(stream)):
                unit = self._unit(number, line)
                if unit is not None:
                    yield number, unit

    def _blocks(self, stream: Any, *, counting: bool = False) -> TextBlocks:
        return TextBlocks(
            stream,
            file=self.member.name,
            log=self.options.log,
            limits=self.options.limits,
            encoding=self.options.encoding,
            counting=counting,
        )

    def _issue(self, severity: Any, code: str, message: str, number: int, **more: Any) -> None:
        self.options.log.add(
            Issue(severity, code, message, file=self.member.name, line=number, **more)
        )

    def _unit(self, number: int, line: str) -> SHAKUnit | None:
        if len(line) > WIDTH and line[WIDTH:].strip():
            self._issue(
                "error",
                "row-length",
                f"the line has {len(line)} characters, {WIDTH} belong there",
                number,
                raw=line,
            )
            return None
        texts = {span.name: _cut(line, span) for span in LAYOUT}
        code = texts["SHAKkode"]
        if not code or len(line) < _CODE_END:
            self._issue("error", "missing-key", "the line lacks a SHAK code", number, raw=line)
            return None
        try:
            to_shak_code(code)
        except BadCell as bad:
            self._issue(bad.severity, bad.code, str(bad), number, column="SHAKkode", value=code)
        dates = {name: self._date(texts[name], name, number) for name in _DATE_FIELDS}
        kind = texts["RecArt"].lower() or None
        if kind not in ("sgh", "afd"):
            self._issue(
                "warning",
                "bad-kind",
                f"{texts['RecArt']!r} is neither sgh nor afd",
                number,
                column="RecArt",
                value=texts["RecArt"],
            )
        extra = {span.name: texts[span.name] for span in LAYOUT if span.field is None}
        groups = [texts[name] for name in ("AGrp", "BGrp", "CGrp", "DGrp")]
        if kind == "sgh":
            institution = _coded("shak_institution_type", groups[0])
            owner = _coded("shak_owner_type", groups[1])
            specialities: tuple[Coded, ...] = ()
            extra |= dict(zip(("CGrp", "DGrp"), groups[2:], strict=True))
        else:
            institution = owner = None
            while groups and not groups[-1]:
                groups.pop()
            specialities = tuple(_coded("shak_speciality", text) or Coded() for text in groups)
        filled = {name: text for name, text in extra.items() if text}
        return SHAKUnit(
            shak_code=code,
            kind=kind,
            name=texts["Kodetekst"] or None,
            validity=Validity(dates["DatoFra"], dates["DatoTil"]),
            updated_at=dates["DatoÆndring"],
            owner_type=owner,
            institution_type=institution,
            specialities=specialities,
            extra=Extra(filled) if filled else NO_EXTRA,
        )

    def _date(self, text: str, name: str, number: int) -> date | None:
        if not text:
            return None
        try:
            return to_last_day(text) if name == "DatoTil" else to_date(text)
        except BadCell as bad:
            self._issue(bad.severity, bad.code, str(bad), number, column=name, value=text)
            kept: date | None = bad.kept
            return kept

    def describe(self) -> TableDescription:
        """Read the file once and tell its form."""
        rows = 0
        filled = dict.fromkeys((span.name for span in LAYOUT), 0)
        samples: dict[str, dict[str, None]] = {span.name: {} for span in LAYOUT}
        with self.member.open() as stream:
            blocks = self._blocks(stream, counting=True)
            for _, line in _lines(blocks):
                rows += 1
                for span in LAYOUT:
                    text = _cut(line, span)
                    if text:
                        filled[span.name] += 1
                        if len(samples[span.name]) < 3:
                            samples[span.name][text] = None
        return TableDescription(
            table=self.table,
            file=self.member.name,
            rows=rows,
            columns=tuple(
                ColumnDescription(
                    span.name, span.field, filled[span.name], tuple(samples[span.name])
                )
                for span in LAYOUT
            ),
            encoding=blocks.encoding,
            bom=blocks.bom,
            line_ends=" and ".join(name for name, n in blocks.line_ends.items() if n) or None,
            notes=(f"fixed width, {WIDTH} characters a line, no header",),
        )


def _lines(blocks: TextBlocks) -> Iterator[tuple[int, str]]:
    for first, lines in blocks:
        for number, line in enumerate(lines, first):
            if line.strip():
                yield number, line


def _cut(line: str, span: Span) -> str:
    return line[span.start - 1 : span.start - 1 + span.length].strip()


@lru_cache(maxsize=1024)
def _coded(kind: str, text: str) -> Coded | None:
    if not text:
        return None
    name = codes.name_of(kind, text)
    return Coded(text) if name is None else Coded(text, name, supplied="name")


def recognise(member: Member, head: bytes, options: ReadOptions) -> Found | None:
    """Recognise the layout by the first lines."""
    text = decode_windows_1252(head.removeprefix(b"\xef\xbb\xbf"))
    lines = [line for line in text.splitlines()[:5] if line.strip()]
    if not lines or not all(_LINE.match(line) for line in lines[:1]):
        return None
    return Found((ShakTable(member, options),))
