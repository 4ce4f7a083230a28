"""The table ``entity_periods``: the dates on which each version of a unit is in force.

Versions overlap, leave gaps, end before they start, or do not reach back to the opening. The
register has the rules for all of that (``register.timeline``). As a table of disjoint periods their
result has the same answers in every database, with one ``BETWEEN``.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import islice
from typing import Any, NamedTuple, get_type_hints

from ..records import SOREntity, Validity
from ..records.docs import field_docs
from ..register.days import FIRST_DATE, LAST_DATE, end_ordinal, from_ordinal, start_ordinal
from ..register.storage.timeindex import TimeIndex
from ..tables.flatten import Columns
from ..tables.schema import TableColumn, TableSchema, data_type_of

TABLE = "entity_periods"
NEEDED = ("sor_id", "from_date", "to_date", "first_from_date", "updated_at")
BATCH_ROWS = 20_000


class Period(NamedTuple):
    """The dates, first and last included, on which one version of a unit is in force."""

    sor_id: str
    """SOR id of the unit."""
    in_force_from: date
    """First date of the period; 0001-01-01 if the unit has no first date."""
    in_force_to: date
    """Last date of the period; 9999-12-31 if no end is known."""
    row_id: int
    """The version: row_id in entities."""


@cache
def periods_schema() -> TableSchema:
    """Return the schema of the table."""
    docs = field_docs(Period)
    return TableSchema(
        name=TABLE,
        record=Period,
        doc="The dates on which each version of a unit is in force: disjoint periods, overlaps and "
        "gaps resolved by the register's rules.",
        columns=tuple(
            TableColumn(name, name, data_type_of(kind), nullable=False, doc=docs.get(name, ""))
            for name, kind in get_type_hints(Period).items()
        ),
        key=("sor_id", "in_force_from"),
    )


Derived = Iterator[tuple[TableSchema, Iterator[Columns]]]
"""Tables with their rows: the columns of each, batch by batch."""


class PeriodCollector:
    """Collects the versions as they are written, then returns the periods.

    Holds 20 bytes a version and each unit's id once.
    """

    needed: tuple[str, ...] = NEEDED
    """Names of the columns that :meth:`add` needs."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        """SOR id by unit number, in the order of the source."""
        self.numbers: dict[str, int] = {}
        """Unit number by SOR id."""
        self.unit = array("i")
        """Unit number by row."""
        self.start = array("i")
        self.end = array("i")
        self.first_from = array("i")
        self.updated = array("i")

    def __len__(self) -> int:
        return len(self.unit)

    def add(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add the next rows of ``entities``: the values of each column, by its name."""
        ids, first, last, opening, edited = (columns[name] for name in NEEDED)
        new = [sor_id for sor_id in dict.fromkeys(ids) if sor_id not in self.numbers]
        self.numbers.update(zip(new, range(len(self.ids), len(self.ids) + len(new)), strict=True))
        self.ids += new
        self.unit.extend(map(self.numbers.__getitem__, ids))
        self.start.extend(map(start_ordinal, first))
        self.end.extend(map(end_ordinal, last))
        self.first_from.extend(map(start_ordinal, opening))
        self.updated.extend(map(start_ordinal, edited))

    def add_record(self, unit: SOREntity) -> None:
        """Add the next row of ``entities``."""
        number = self.numbers.setdefault(unit.sor_id, len(self.ids))
        if number == len(self.ids):
            self.ids.append(unit.sor_id)
        self.unit.append(number)
        self.start.append(start_ordinal(unit.validity.from_date))
        self.end.append(end_ordinal(unit.validity.to_date))
        self.first_from.append(start_ordinal(unit.first_from_date))
        self.updated.append(start_ordinal(unit.updated_at))

    def add_texts(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Add the next rows of ``entities`` as texts, dates in ISO form."""
        texts = iter(rows)
        while batch := list(islice(texts, BATCH_ROWS)):
            columns: dict[str, list[Any]] = {n: [row[n] for row in batch] for n in NEEDED}
            for name in NEEDED[1:]:
                columns[name] = [date.fromisoformat(day) if day else None for day in columns[name]]
            self.add(columns)

    def versions(self) -> Iterator[SOREntity]:
        """Yield the versions with their dates alone."""
        columns = self.unit, self.start, self.end, self.first_from, self.updated
        for unit, start, end, first, updated in zip(*columns, strict=True):
            yield SOREntity(
                sor_id=self.ids[unit],
                validity=Validity(from_ordinal(start), from_ordinal(end)),
                first_from_date=from_ordinal(first),
                updated_at=from_ordinal(updated),
            )

    def periods(self) -> Iterator[Period]:
        """Yield the periods, by unit in the order of the source, each unit's oldest first."""
        index = TimeIndex(self)
        for number, sor_id in enumerate(self.ids):
            for start, end, row in index.segments(number):
                yield Period(sor_id, first_date(start), last_date(end), row + 1)

    def derived(self) -> Derived:
        """Yield the tables that are derived from the units, with their rows."""
        yield periods_schema(), in_columns(self.periods())


def in_columns(rows: Iterable[tuple[Any, ...]]) -> Iterator[Columns]:
    """Yield rows as columns, batch by batch."""
    source = iter(rows)
    while batch := list(islice(source, BATCH_ROWS)):
        yield list(map(list, zip(*batch, strict=True)))


def first_date(ordinal: int) -> date:
    """Return the first date of a period; 0001-01-01 if it has none."""
    return date.fromordinal(max(ordinal, FIRST_DATE))


def last_date(ordinal: int) -> date:
    """Return the last date of a period; 9999-12-31 if it has none."""
    return date.fromordinal(min(ordinal, LAST_DATE))
