"""Count the units in force, opened and closed, by groups, on a date or by year or month."""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import attrs

from ..errors import SorError, UnknownFieldError
from ..inheritance import Effective
from ..paths import PathError, column_name, field_types, parse_path, types_at, value_at
from ..records import Coded, EntityRef, SOREntity
from ..register.batch import Batch
from ..register.days import FIRST_DATE, LAST_DATE
from ..register.timeline import Segment
from .schema import DataType, TableColumn, TableSchema, data_type_of
from .table import RowTable

if TYPE_CHECKING:
    from ..register import Register, View
    from ..register.core import Core

Every = Literal["year", "month"]
Group = tuple[Any, ...]

SHORT = {
    "type": "entity_type",
    "level": "sor_type",
    "region": "effective.region",
    "municipality": "effective.municipality",
    "owner": "owner",
    "institution": "health_institution",
    "speciality": "specialities[0]",
}
"""Short names of fields, and their paths."""

_EFFECTIVE = "effective"


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


@attrs.frozen
class Field:
    """A field to group by."""

    column: str
    """Name of its column."""
    path: str
    type: DataType

    @classmethod
    def of(cls, name: str) -> Field:
        """Read a short name or a path.

        Raises:
            UnknownFieldError: If the name is not a field, or is one that holds several values.
        """
        path = SHORT.get(name, name)
        kind = _type_of(path, name)
        return cls(column_name(name), path, kind)

    def values(self, batch: Batch) -> list[Any]:
        """Return the values of versions in force; codes and owners by their names."""
        path = parse_path(self.path)
        inherited = path[0] == _EFFECTIVE
        field, rest = str(path[inherited]), path[1 + inherited :]
        column = batch.effective(field) if inherited else batch.own(field)
        shown = column.converted(lambda whole: self._shown(batch.core, value_at(whole, rest)))
        if self.path == "owner":  # an owner is its own owner
            value = batch.core.store.value
            for place, row in enumerate(batch.rows):
                if value(row, "owner") is None and value(row, "parent_id") is None:
                    shown[place] = value(row, "name") or value(row, "sor_id")
        return shown

    def _shown(self, core: Core, value: Any) -> Any:
        if isinstance(value, Coded):
            value = value.name or value.code
        elif isinstance(value, EntityRef):
            value = value.name or _latest_name(core, value.sor_id)
        return str(value) if value is not None and self.type is DataType.TEXT else value


def groups_of(batch: Batch, fields: Sequence[Field]) -> list[tuple[Any, ...]]:
    """Return the values of all fields for each of some versions in force."""
    if not fields:
        return [()] * len(batch)
    return list(zip(*(field.values(batch) for field in fields), strict=True))


def _latest_name(core: Core, sor_id: str | None) -> str | None:
    unit = None if sor_id is None else core.known_unit(sor_id)
    name = None if unit is None else core.store.value(core.index.history(unit)[-1], "name")
    return name or sor_id


def _type_of(path: str, given: str) -> DataType:
    try:
        kind = types_at(SOREntity, path, {_EFFECTIVE: Effective})[0]
    except PathError as error:
        raise _unknown(given, error.why, error.fields) from None
    if kind in (Coded, EntityRef):
        return DataType.TEXT
    if attrs.has(kind):
        raise _unknown(given, "it holds several values", field_types(kind))
    if typing.get_origin(kind) is tuple:
        raise _unknown(given, f"it is a series: write {given}[0] for its first value")
    try:
        data_type = data_type_of(kind)
    except KeyError:
        data_type = DataType.JSON
    if data_type is DataType.JSON:
        raise _unknown(given, "its values cannot be grouped")
    return data_type


def _unknown(given: str, why: str, fields: Iterable[str] = ()) -> UnknownFieldError:
    listed = f" Fields there: {', '.join(fields)}." if fields else ""
    return UnknownFieldError(
        f"cannot group by {given!r}: {why}. Use {', '.join(SHORT)}, or a path such as "
        f"entity_type.name or effective.postal_address.post_code.{listed}"
    )
