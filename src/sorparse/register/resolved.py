"""The effective values of units, also of units that are not in force on the view's date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ..inheritance import Effective
from ..records import SOREntity
from .days import FIRST_DATE, LAST_DATE
from .state import State


def units_of(state: State, units: Iterable[SOREntity | str]) -> tuple[SOREntity, ...]:
    """Return units given as records, or as SOR ids of units in force.

    Raises:
        NotInForceError: If an id is not in force.
        TypeError: If something else is given.
    """
    if isinstance(units, str):
        raise TypeError(f"units must be a list of records or SOR ids, not the text {units!r}")
    return tuple([_unit(state, unit) for unit in units])


def _unit(state: State, unit: SOREntity | str) -> SOREntity:
    if isinstance(unit, SOREntity):
        return unit
    if not isinstance(unit, str):
        raise TypeError(f"units must be records or SOR ids as text, not {unit!r}")
    return state[unit]


def effective_of(state: State, unit: SOREntity) -> Effective | None:
    """Return the effective values of a version of a unit.

    On the view's date if the version is in force then. Else on the version's last date in force,
    or on its first one if it begins after the view's date. ``None`` for a version that is never
    in force.

    Raises:
        UnknownUnitError: If the register does not have the unit.
        ValueError: If the register does not have the version.
    """
    sor_id = unit.sor_id
    if state.get(sor_id) == unit:
        return state.effective(sor_id)
    if unit not in state.core.history(sor_id):
        raise ValueError(
            f"the register does not have this version of {sor_id}: pass a record of "
            "this register, or the id"
        )
    for day in _dates(state, sor_id):
        other = State(state.core, day)
        if other.get(sor_id) == unit:
            return other.effective(sor_id)
    return None


def _dates(state: State, sor_id: str) -> Iterator[date]:
    """Yield the dates on which a version may begin or end, nearest first, those before first."""
    own = state.day.toordinal()
    possible = {FIRST_DATE, LAST_DATE}
    for version in state.core.history(sor_id):
        validity = version.validity
        for day in (validity.from_date, validity.to_date, version.first_from_date):
            if day is not None:
                possible |= {day.toordinal() - 1, day.toordinal(), day.toordinal() + 1}
    ordered = sorted(day for day in possible if FIRST_DATE <= day <= LAST_DATE)
    for ordinal in [*(day for day in reversed(ordered) if day <= own), *ordered]:
        yield date.fromordinal(ordinal)
