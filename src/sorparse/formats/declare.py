"""Declarations of the columns of files.

Each format module holds one table of :class:`Column` per file. The reader, ``describe``, the
table export, the writer and the reference page of the docs all derive from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import cache, lru_cache
from typing import Any, Literal

import attrs

from ..paths import Steps, parse_path
from ..records.tables import TABLES

Evidence = Literal["verified", "inferred", "hypothesis"]


class Kind(str, Enum):
    """What the text of a cell means."""

    TEXT = "text"
    SOR_ID = "SOR id"
    LOCATION_CODE = "location code"
    CVR = "CVR number"
    SHAK = "SHAK code"
    DATE = "date"
    LAST_DAY = "last day"
    TIME = "date of a time"
    LAST_TIME = "last day, as a time"
    END = "end, as a time (exclusive)"
    BOOL = "yes/no"
    INHERITED = "nedarvet/egen"
    EASTING = "easting"
    NORTHING = "northing"
    SOR_TYPE = "SOR type"
    UNIT = "SOR id or name of a unit"


DATES = (Kind.DATE, Kind.LAST_DAY)
"""The kinds that hold a date."""


@attrs.frozen
class Column:
    """One column of a file and the field of the record it fills."""

    name: str
    """The publisher's name, or the library's reference name if none is known."""
    field: str
    """Path of the field: ``name``, ``postal_address.post_code``, ``specialities[0].code``."""
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    """Other spellings of the column's name (compared folded, like the name)."""
    also: tuple[str, ...] = ()
    """Further fields that the same cell fills."""
    evidence: Evidence = "hypothesis"
    """``verified``: seen in use; ``inferred``: reasoned; ``hypothesis``: the library's name."""


@attrs.frozen(eq=False, kw_only=True)
class TableSpec:
    """How one file of a format holds a table of :mod:`sorparse.records.tables`."""

    table: str
    """Name of the table."""
    title: str
    """The file as the publisher names it."""
    columns: tuple[Column, ...]
    required: tuple[str, ...] = attrs.field(
        default=attrs.Factory(lambda spec: TABLES[spec.table].required, takes_self=True)
    )
    """Fields without which a row is not a record."""
    further: tuple[Column, ...] = ()
    """The library's own columns for fields of other formats; written only if they have values."""
    file_names: tuple[str, ...] = ()
    """Known base names without ending; they decide between tables with similar headers."""
    key: tuple[str, ...] = attrs.field(
        default=attrs.Factory(lambda spec: TABLES[spec.table].key, takes_self=True)
    )
    """Fields that together identify a row; fewer in a file without history."""
    recognised_by: tuple[str, ...] = ()
    """Fields that the header must all have; if empty, the required fields."""
    part: bool = False
    """A second reading of another table's rows. Rows without the required fields are skipped, and
    other columns belong to the other table. An issue that both find is reported once (see
    IssueLog)."""
    skip_where: tuple[str, str] | None = None
    """A column and a text: rows with this text in the column are skipped."""

    @property
    def record(self) -> type[Any]:
        """The class of the table's records."""
        return TABLES[self.table].record

    def column_of(self, field: str) -> Column:
        """The column that fills ``field``."""
        return _columns_by_field(self)[field]

    def key_of(self, record: Any) -> tuple[Any, ...]:
        """Return the values of :attr:`key` in a record; the name of a code without a code."""
        return tuple(_value(record, parse_path(path)) for path in self.key)

    @property
    def by_folded_name(self) -> Mapping[str, Column]:
        """Every accepted spelling, folded, to its column."""
        return _columns_by_name(self)


def _value(record: Any, steps: Steps) -> Any:
    for step in steps:
        holder, record = record, getattr(record, str(step), None)
        if record is None and step == "code":
            record = getattr(holder, "name", None)
    return record


@cache
def _columns_by_field(spec: TableSpec) -> Mapping[str, Column]:
    columns: dict[str, Column] = {}
    for column in (*spec.columns, *spec.further):
        columns.setdefault(column.field, column)
    return columns


@cache
def _columns_by_name(spec: TableSpec) -> Mapping[str, Column]:
    columns: dict[str, Column] = {}
    for column in (*spec.columns, *spec.further):
        for spelling in (column.name, *column.aliases):
            other = columns.setdefault(fold(spelling), column)
            if other is not column:
                raise ValueError(f"{spec.title}: {spelling} names two columns")
    return columns


_DANISH = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "_": "", "-": "", ".": "", " ": "", "\xa0": ""}
)


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Fold a header name: case, ``_ - .``, spaces, Danish letters, a final ``Identifier``."""
    folded = name.strip().lower().translate(_DANISH)
    return re.sub(r"identifier$", "id", folded)
