"""The days each version of a unit stands for, settled once, for targets that answer by SQL.

Versions overlap, leave gaps, end before they start, or do not reach back to the opening. The
register has the rules for all of that (``register.timeline``); putting their result into a table
of disjoint periods gives every database the same answers with one ``BETWEEN``.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from ..records import SOREntity, Validity
from ..register.days import (
    FIRST_DATE,
    LAST_DATE,
    UNKNOWN_START,
    end_ordinal,
    from_ordinal,
    start_ordinal,
)
from ..register.timeline import Version, resolve


class Period(NamedTuple):
    """Days, first and last included, on which one version of a unit stands."""

    sor_id: str
    """SOR id of the unit."""
    in_force_from: date
    """First day; 0001-01-01 where the unit has no first day."""
    in_force_to: date
    """Last day; 9999-12-31 where there is no end."""
    row_id: int
    """The version: ``row_id`` in ``entities``."""


DOCS = {
    "sor_id": "SOR id of the unit.",
    "in_force_from": "First day on which the version stands; 0001-01-01 where it has none.",
    "in_force_to": "Last day on which the version stands; 9999-12-31 where it has none.",
    "row_id": "The version: row_id in entities.",
}
TABLE = "entity_periods"
TABLE_DOC = (
    "The days each version of a unit stands for: disjoint periods, overlaps and gaps settled by "
    "the register's rules."
)
NEEDED = ("sor_id", "from_date", "to_date", "first_from_date", "updated_at")


class PeriodCollector:
    """Takes the versions as they are written, then gives the periods.

    Keeps 20 bytes a version and each unit's id once.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._columns = tuple(array("i") for _ in range(5))

    def add(self, entity: SOREntity) -> None:
        """Take the next row of ``entities``."""
        days = entity.validity
        self._add(
            entity.sor_id, days.from_date, days.to_date, entity.first_from_date, entity.updated_at
        )

    def add_columns(self, batch: Any) -> None:
        """Take the next rows of ``entities`` from an Arrow batch."""
        for row in zip(*(batch.column(name).to_pylist() for name in NEEDED), strict=True):
            self._add(*row)

    def add_texts(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Take the next rows of ``entities`` as texts, dates in ISO form."""
        for row in rows:
            sor_id, *days = (row[name] for name in NEEDED)
            self._add(sor_id, *(date.fromisoformat(day) if day else None for day in days))

    def _add(
        self,
        sor_id: str,
        from_date: date | None,
        to_date: date | None,
        opening: date | None,
        edited: date | None,
    ) -> None:
        unit, start, end, first, updated = self._columns
        unit.append(self._numbers.setdefault(sor_id, len(self._numbers)))
        start.append(start_ordinal(from_date))
        end.append(end_ordinal(to_date))
        first.append(start_ordinal(opening))
        updated.append(start_ordinal(edited))

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self._numbers)

    def versions(self) -> Iterator[SOREntity]:
        """Yield the versions with their dates alone."""
        ids = list(self._numbers)
        for unit, start, end, first, updated in zip(*self._columns, strict=True):
            yield SOREntity(
                sor_id=ids[unit],
                validity=Validity(from_ordinal(start), from_ordinal(end)),
                first_from_date=from_ordinal(first),
                updated_at=from_ordinal(updated),
            )

    def periods(self) -> Iterator[Period]:
        """Give the periods, by unit in the order of the source, each unit's oldest first."""
        unit, start, end, first, updated = self._columns
        ids = list(self._numbers)
        order = sorted(range(len(unit)), key=unit.__getitem__)
        for number, group in groupby(((unit[row], row) for row in order), key=itemgetter(0)):
            rows = [row for _, row in group]
            versions = [Version(start[row], updated[row], row, end[row]) for row in rows]
            openings = [first[row] for row in rows if first[row] != UNKNOWN_START]
            for segment in resolve(versions, min(openings, default=UNKNOWN_START))[1]:
                yield Period(
                    ids[number],
                    date.fromordinal(max(segment.start, FIRST_DATE)),
                    date.fromordinal(min(segment.end, LAST_DATE)),
                    segment.row + 1,
                )
