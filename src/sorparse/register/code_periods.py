"""Names of SHAK codes and SOR ids over time, in one table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

import attrs

from ..records import SorType, Validity
from . import codes
from .core import Core
from .days import OPEN_END, end_ordinal, start_ordinal
from .saved.forged import reports_forged_file
from .shak.view import hospital_code
from .state import State
from .storage.postings import NO_UNITS
from .timeline import Segment

if TYPE_CHECKING:
    from ..tables import Table
    from .shak.register import ShakRegister

TABLE = "code_periods"
_FIRST = date.min.toordinal()
Days = tuple[int, int]
"""First and last day."""


@attrs.frozen(weakref_slot=False)
class CodePeriod:
    """A period in which a SHAK code or SOR id has one name, one hospital and one other code."""

    code: str
    """The SHAK code or SOR id."""
    kind: str
    """``shak`` or ``sor_id``."""
    name: str | None
    """Name of the unit."""
    in_force_from: date
    """First day; 0001-01-01 if it has none."""
    in_force_to: date
    """Last day, inclusive; 9999-12-31 if it has none."""
    shak_code: str | None
    """The SHAK code; of a SOR id the one that the unit has in this period."""
    sor_id: str | None
    """The SOR id; of a SHAK code the unit that the rules of ``View.shak_to_sor`` choose."""
    hospital: str | None
    """The hospital: the SHAK code of a SHAK code's, the SOR id of a unit's health institution."""
    hospital_name: str | None
    """Name of the hospital."""


def periods_table(core: Core) -> Table:
    """Return the table; see ``Register.code_periods``."""
    from ..extras import load_pyarrow
    from ..tables import Table
    from ..tables.schema import schema_for
    from ..tables.table import record_batches

    load_pyarrow()
    schema = schema_for(TABLE, CodePeriod, ("code", "in_force_from"))
    periods = reports_forged_file(code_periods)
    return Table(schema, lambda: record_batches(schema, periods(core)))


def code_periods(core: Core) -> Iterator[CodePeriod]:
    """Yield the periods of all codes: SHAK codes first, then SOR ids; each code's in order."""
    store, index = core.store, core.index
    mapped: dict[str, list[Days]] = {}
    """Periods of the rows of the SHAK map, by SHAK code and by SOR id."""
    units_of: dict[str, set[int]] = {}
    """Numbers of the units to which the SHAK map assigns a code."""
    for pair in core.tables.shak_sor_map:
        for code in (pair.shak_code.upper(), pair.sor_id):
            mapped.setdefault(code, []).append(_days(pair.validity))
        if pair.sor_id in store.numbers:
            units_of.setdefault(pair.shak_code.upper(), set()).add(store.numbers[pair.sor_id])
    shak = core.shak
    if shak is not None:
        on_rows = core.units_by("shak_code")
        for code in shak:
            units = {*units_of.get(code.upper(), ()), *on_rows.get(code.upper(), NO_UNITS)}
            cuts = [
                *mapped.get(code.upper(), ()),
                *(_span(segment) for unit in units for segment in index.segments(unit)),
            ]
            yield from _joined(_of_shak(core, shak, code, cuts))
    for number, sor_id in enumerate(store.ids):
        spans = [_span(segment) for segment in index.segments(number)]
        yield from _joined(_of_unit(core, sor_id, spans, mapped.get(sor_id, ())))


def _of_shak(core: Core, shak: ShakRegister, code: str, cuts: list[Days]) -> Iterator[CodePeriod]:
    hospital = hospital_code(code)
    cuts += [_span(one) for one in shak.core.times(hospital).segments] if hospital in shak else []
    spans = [_span(one) for one in shak.core.times(code).segments]
    for first, last in _pieces(spans, cuts):
        view = shak.as_of(first)
        unit, above = view[code], view.get(hospital)
        match = codes.shak_match(State(core, first), code)
        yield CodePeriod(
            code,
            "shak",
            unit.name,
            first,
            last,
            code,
            match.best.sor_id if match.best else None,
            hospital,
            above.name if above else None,
        )


def _of_unit(
    core: Core, sor_id: str, spans: list[Days], cuts: Iterable[Days]
) -> Iterator[CodePeriod]:
    for first, last in _pieces(spans, cuts):
        state = State(core, first)
        unit = state[sor_id]
        above = unit.health_institution
        itself = unit.sor_type is SorType.SI
        yield CodePeriod(
            sor_id,
            "sor_id",
            unit.name,
            first,
            last,
            codes.sor_to_shak(state, sor_id),
            sor_id,
            above.sor_id if above else sor_id if itself else None,
            above.name if above else unit.name if itself else None,
        )


def _days(validity: Validity) -> Days:
    return start_ordinal(validity.from_date), end_ordinal(validity.to_date)


def _span(segment: Segment) -> Days:
    return segment.start, segment.end


def _pieces(spans: Iterable[Days], cuts: Iterable[Days]) -> Iterator[tuple[date, date]]:
    """Split the spans wherever one of the other periods begins or has ended."""
    limits = sorted({day for start, end in cuts for day in (start, end + 1)})
    for start, end in spans:
        low, high = max(start, _FIRST), min(end, OPEN_END - 1)
        starts = [low, *(day for day in limits if low < day <= high)]
        for first, following in zip(starts, [*starts[1:], high + 1], strict=True):
            yield date.fromordinal(first), date.fromordinal(following - 1)


def _joined(periods: Iterable[CodePeriod]) -> Iterator[CodePeriod]:
    """Join periods that follow each other and differ only in their dates."""
    waiting: CodePeriod | None = None
    for period in periods:
        if waiting is not None:
            after = waiting.in_force_to.toordinal() + 1 == period.in_force_from.toordinal()
            longer = attrs.evolve(waiting, in_force_to=period.in_force_to)
            if after and longer == attrs.evolve(period, in_force_from=waiting.in_force_from):
                waiting = longer
                continue
            yield waiting
        waiting = period
    if waiting is not None:
        yield waiting
