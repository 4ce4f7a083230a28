"""Count the units in force, opened and closed, by groups, on a date or by year or month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from ..errors import SorError
from ..register.batch import Batch
from ..register.days import FIRST_DATE, LAST_DATE
from ..register.timeline import Segment
from .grouping import Field, groups_of
from .rowtable import RowTable
from .schema import DataType, TableColumn, TableSchema

if TYPE_CHECKING:
    from ..register import Register, View

Every = Literal["year", "month"]
Group = tuple[Any, ...]

_IN_FORCE = {"in_force": "Units in force on the date."}
_FLOWS = {
    "in_force": "Units in force on the last date of the period.",
    "opened": "Units whose first date in force lies in the period.",
    "closed": "Units whose last date in force lies in the period.",
}
_PERIOD = {"from_day": "First date of the period.", "to_day": "Last date of the period."}


def count_view(view: View, names: Sequence[str]) -> RowTable:
    """Return the number of units in force; see ``View.counts``."""
    fields = _fields(names)
    counts = Counter(groups_of(Batch.in_force(view), fields))
    groups = _ordered(counts) if fields else [()]
    rows = [(*group, counts[group]) for group in groups]
    return RowTable(_schema(fields, by_period=False), rows, view.caveats)


def count_register(
    register: Register,
    names: Sequence[str],
    *,
    every: Every,
    from_day: date | None,
    to_day: date | None,
) -> RowTable:
    """Return the numbers of each period; see ``Register.counts``."""
    if every not in ("year", "month"):
        raise SorError(f"every={every!r}: expected 'year' or 'month'")
    fields = _fields(names)
    last = to_day or register.shown_day or register.as_of().day
    first = from_day or _start(_earliest(register, last), every)
    if from_day is None:
        first = min(first, last)
    if first > last:
        raise SorError(f"from_day {first} is after to_day {last}")
    sides = events(register, fields, every, first, last)
    rows: list[tuple[Any, ...]] = []
    caveats: dict[str, None] = {}
    for start, begin, end in _periods(first, last, every):
        view = register.as_of(end)
        caveats |= dict.fromkeys(view.caveats)
        numbers = [
            Counter(groups_of(Batch.in_force(view), fields)),
            *(
                Counter({group: n for (period, group), n in side.items() if period == start})
                for side in sides
            ),
        ]
        groups = _ordered(set().union(*numbers)) if fields else [()]
        rows += [(begin, end, *group, *(each[group] for each in numbers)) for group in groups]
    return RowTable(_schema(fields, by_period=True), rows, tuple(caveats))


def events(
    register: Register,
    fields: Sequence[Field],
    every: Every,
    first: date = date.min,
    last: date = date.max,
) -> tuple[Counter[tuple[date, Group]], Counter[tuple[date, Group]]]:
    """Return how many units opened and closed, by the first date of the period and by group.

    A unit opens on its first date in force and closes on its last; a gap between two versions is
    neither. It is counted in the group that it is in on that date.
    """
    low, high = first.toordinal(), last.toordinal()

    def counted(ends: Iterable[tuple[int, int]]) -> Counter[tuple[date, Group]]:
        chosen = [end for end in ends if low <= end[0] <= high]
        days, rows = [day for day, _ in chosen], [row for _, row in chosen]
        starts = [_start(date.fromordinal(day), every) for day in days]
        groups = groups_of(Batch(register.core, rows, days), fields)
        return Counter(zip(starts, groups, strict=True))

    lives = _lives(register)
    opened = counted((life[0].start, life[0].row) for life in lives)
    return opened, counted((life[-1].end, life[-1].row) for life in lives)


def _lives(register: Register) -> list[list[Segment]]:
    """Return the times in force of each unit that has any."""
    index = register.core.index
    lives = (list(index.segments(unit)) for unit in range(index.units))
    return [life for life in lives if life]


def _earliest(register: Register, last: date) -> date:
    openings = (life[0].start for life in _lives(register))
    known = (day for day in openings if FIRST_DATE <= day <= LAST_DATE)
    return date.fromordinal(min(known, default=last.toordinal()))


def _fields(names: Sequence[str]) -> tuple[Field, ...]:
    return tuple(Field.of(name) for name in dict.fromkeys(names))


def _start(day: date, every: Every) -> date:
    return day.replace(day=1) if every == "month" else day.replace(month=1, day=1)


def _periods(first: date, last: date, every: Every) -> Iterator[tuple[date, date, date]]:
    """Yield each period: its first date in the calendar, then its dates within the limits."""
    from dateutil.relativedelta import relativedelta

    to_end = relativedelta(month=12 if every == "year" else None, day=31)  # of a shorter month too
    start = _start(first, every)
    while True:
        end = start + to_end
        yield start, max(first, start), min(last, end)
        if end >= last:
            return
        start = end + timedelta(days=1)


def _ordered(groups: Any) -> list[Group]:
    """Sort groups by their values, absent ones last."""
    return sorted(groups, key=lambda group: [(value is None, str(value)) for value in group])


@cache
def _schema(fields: tuple[Field, ...], *, by_period: bool) -> TableSchema:
    columns = [
        _column(name, DataType.DATE, doc) for name, doc in (_PERIOD if by_period else {}).items()
    ]
    columns += [TableColumn(f.column, f.path, f.type, True, f"By {f.path}.") for f in fields]
    numbers = _FLOWS if by_period else _IN_FORCE
    columns += [_column(name, DataType.INTEGER, doc) for name, doc in numbers.items()]
    doc = "Units in force" + (", opened and closed" if by_period else "")
    by = ", ".join(field.column for field in fields)
    return TableSchema(
        name="counts",
        record=dict,
        doc=doc + (f" by {by}" if by else ""),
        columns=tuple(columns),
        key=tuple(c.name for c in columns if c.type is not DataType.INTEGER),
    )


def _column(name: str, kind: DataType, doc: str) -> TableColumn:
    return TableColumn(name=name, path=name, type=kind, nullable=False, doc=doc)
