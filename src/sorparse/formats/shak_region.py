"""SHAKregion.txt and SHAKregion.xml: region and SOR id of each hospital of SHAK."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

import attrs

from ..identifiers import is_shak_code
from ..issues import IssueKind
from ..sources import Member
from .base import Format, Found, ReadOptions
from .declare import Column, Kind, TableSpec
from .record_lines import ROW_LENGTH, RecordFile, RecordLines, has_lines

C = Column

SHAK_REGIONS = TableSpec(
    table="shak_regions",
    title="SHAKregion",
    file_names=("SHAKregion",),
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
_PLACE = {column.field: place for place, column in enumerate(SHAK_REGIONS.columns)}
_OWNERS: Mapping[str, str] = {"1": "Offentlig", "2": "Privat", "3": "Øvrige"}


@attrs.define(eq=False)
class RegionFile(RecordFile):
    """Base class of the readers of both forms."""

    format: Format = Format.SHAK_REGION
    table: str = SHAK_REGIONS.table

    lists: ClassVar = {"region": "region", "institution_type": "shak_institution_type"}

    def name_of(self, field: str, code: str) -> str | None:
        """Return the name of a code in a field, if known."""
        return _OWNERS.get(code) if field == "owner_type" else super().name_of(field, code)


@attrs.define(eq=False)
class RegionText(RegionFile, RecordLines):
    """Reads SHAKregion.txt: separated by tabs, columns by position, no header."""

    specs = TABLES
    names = tuple(column.name for column in SHAK_REGIONS.columns)
    note = "no header; columns by position"
    delimiter = "\t"

    @classmethod
    def cut(cls, line: str) -> list[str]:
        """Return the cells of a line."""
        return [cell.strip() for cell in line.split("\t")]

    def evident_issue(self, line: str) -> IssueKind | None:
        """Return that a line has too few values, or too many."""
        return None if line.count(self.delimiter) == len(self.names) - 1 else ROW_LENGTH

    def length_problem(self, line: str, cells: Sequence[str]) -> str | None:
        """Return the error in the length of a line, if there is one."""
        del line
        count, expected = len(cells), len(self.names)
        if count == expected:
            return None
        return f"the line has {count} values separated by tabs, expected {expected}"


_DAY = re.compile(r"(?:\d{8}|\d{4}-\d\d-\d\d|\d{1,2}[-./]\d{1,2}[-./]\d{4})?", re.ASCII)


def recognise(member: Member, head: bytes, options: ReadOptions) -> Found | None:
    """Recognise the text by the values of its first lines."""
    return Found((RegionText(member, options),)) if has_lines(head, _is_region) else None


def _is_region(line: str) -> bool:
    cells = RegionText.cut(line)
    if len(cells) != len(RegionText.names) or not is_shak_code(cells[_PLACE["shak_code"]]):
        return False
    days = (cells[_PLACE["validity.from_date"]], cells[_PLACE["validity.to_date"]])
    return any(days) and all(map(_DAY.fullmatch, days))
