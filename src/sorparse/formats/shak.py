"""SHAKCOMPLETE.TXT and files of the same layout: fixed width, 214 characters a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, ClassVar

import attrs

from ..issues import IssueKind
from ..sources import Member
from .base import Format, Found, ReadOptions
from .declare import Column, Kind, TableSpec
from .record_lines import MISSING_KEY, CellDecoder, RecordLines, has_lines

C = Column


@attrs.frozen
class Span:
    """One fixed-width field."""

    name: str
    """The publisher's name."""
    start: int
    """First place, from 1."""
    length: int


# SHAK-tabelstruktur.pdf
LAYOUT = (
    Span("RecArt", 1, 3),
    Span("SHAKkode", 4, 20),
    Span("DatoFra", 24, 8),
    Span("DatoÆndring", 32, 8),
    Span("DatoTil", 40, 8),
    Span("Kodetekst", 48, 120),
    Span("AGrp", 168, 3),
    Span("BGrp", 171, 3),
    Span("CGrp", 174, 3),
    Span("DGrp", 177, 3),
    Span("EGrp", 180, 3),
    Span("AVal", 183, 1),
    Span("BVal", 184, 2),
    Span("CVal", 186, 2),
    Span("DVal", 188, 1),
    Span("Inklusion", 189, 25),
    Span("EkstraReg", 214, 1),
)
WIDTH = LAYOUT[-1].start + LAYOUT[-1].length - 1
_CODE_END = LAYOUT[1].start + LAYOUT[1].length - 1
_CUT: Callable[[str], tuple[str, ...]] = itemgetter(
    *(slice(span.start - 1, span.start - 1 + span.length) for span in LAYOUT)
)
_NO_CELLS = [""] * (len(LAYOUT) - 1)
_LINE = re.compile(r"(sgh|afd|SGH|AFD)[0-9A-Z]{4,20} *[0-9 ]{24}")


def _spec(title: str, *groups: Column) -> TableSpec:
    """Return the declaration of one kind of record; the meaning of AGrp to DGrp depends on it."""
    return TableSpec(
        table="shak_units",
        title=title,
        columns=(
            C("RecArt", "kind", evidence="verified"),
            C("SHAKkode", "shak_code", Kind.SHAK, evidence="verified"),
            C("DatoFra", "validity.from_date", Kind.DATE, evidence="verified"),
            C("DatoÆndring", "updated_at", Kind.DATE, evidence="verified"),
            C("DatoTil", "validity.to_date", Kind.LAST_DAY, evidence="verified"),
            C("Kodetekst", "name", evidence="verified"),
            *groups,
        ),
    )


HOSPITALS = _spec(
    "SHAKCOMPLETE, sgh",
    C("AGrp", "institution_type.code", evidence="verified"),
    C("BGrp", "owner_type.code", evidence="verified"),
)
DEPARTMENTS = _spec(
    "SHAKCOMPLETE, afd",
    *(C(f"{letter}Grp", f"specialities[{n}].code") for n, letter in enumerate("ABCD")),
)
TABLES = (HOSPITALS, DEPARTMENTS)


@attrs.define(eq=False)
class ShakTable(RecordLines):
    """A :class:`~sorparse.formats.base.TableReader` for the fixed-width file."""

    format: Format = Format.SHAK
    table: str = HOSPITALS.table

    specs = TABLES
    names = tuple(span.name for span in LAYOUT)
    note = f"fixed width, {WIDTH} characters a line, no header"
    lists: ClassVar = {
        "institution_type": "shak_institution_type",
        "owner_type": "shak_owner_type",
        "specialities": "shak_speciality",
    }

    @classmethod
    def cut(cls, line: str) -> list[str]:
        """Return the cells of a line."""
        if len(line) < _CODE_END:  # the code may be cut off
            return [line[: LAYOUT[0].length].strip().lower(), *_NO_CELLS]
        cells = list(map(str.strip, _CUT(line)))
        cells[0] = cells[0].lower()
        return cells

    def evident_issue(self, line: str) -> IssueKind | None:
        """Return that a line is too short to have a code."""
        return MISSING_KEY if len(line) < _CODE_END else None

    def length_problem(self, line: str, cells: Sequence[str]) -> str | None:
        """Return the error in the length of a line, if there is one."""
        del cells
        if not line[WIDTH:].strip():
            return None
        return f"the line has {len(line)} characters, expected {WIDTH}"

    def spec_of(self, cells: Sequence[str]) -> TableSpec:
        """Return the declaration of a row."""
        return HOSPITALS if cells[0] == "sgh" else DEPARTMENTS

    def decode(self, decoder: CellDecoder, cells: Sequence[str], line: str) -> Any:
        """Return the record of a row; an unknown kind of record is reported."""
        record = super().decode(decoder, cells, line)
        if record is not None and cells[0] not in ("sgh", "afd"):
            message = f"{cells[0]!r} is neither sgh nor afd"
            self.issues.add("warning", "bad-kind", message, column="RecArt", value=cells[0])
        return record


def recognise(member: Member, head: bytes, options: ReadOptions) -> Found | None:
    """Recognise the layout by the first lines."""
    return Found((ShakTable(member, options),)) if has_lines(head, _LINE.match) else None
