"""The effective values of units, also of units that are not in force on the view's date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ..inheritance import Effective
from ..records import SOREntity
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
    core, own = state.core, state.ordinal
    number = core.unit(unit.sor_id)
    rows = {row for row in core.index.history(number) if core.store.record(row) == unit}
    if not rows:
        raise ValueError(
            f"the register does not have this version of {unit.sor_id}: pass a record of "
            "this register, or the id"
        )
    lasted = [one for one in core.index.segments(number) if one.row in rows]
    if not lasted:
        return None
    begun = [one for one in lasted if one.start <= own]
    day = min(begun[-1].end, own) if begun else lasted[0].start
    return State(core, date.fromordinal(day)).effective(unit.sor_id)
