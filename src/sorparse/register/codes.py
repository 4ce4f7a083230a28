"""Look-ups of codes on a date: SHAK, location, provider and other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date

import attrs

from ..records import Coded, LocationCode, LocationCodeEDIType, SHAKSORMap, SOREntity, Validity
from .core import Core
from .days import start_ordinal
from .explain_id import likely, spelled
from .matching import (
    LOCATION_CODE_STEPS,
    OWNER_STEPS,
    PROVIDER_STEPS,
    SHAK_STEPS,
    Candidate,
    Match,
    ShakMatch,
    Step,
    decide,
)
from .state import State
from .storage.postings import NO_UNITS
from .storage.timeindex import NO_ROW

Candidates = tuple[Candidate, ...]

# -- SHAK


def shak_match(state: State, code: str) -> ShakMatch:
    """Decide between all units that have a SHAK code."""
    code = _shak_code(state, code)
    candidates, other_days = shak_candidates(state, code)
    best, rule = decide(candidates, SHAK_STEPS, knows_units=len(state.core.store) > 0)
    shak = state.core.shak
    if shak is None or code not in shak:
        hint = None
        if not candidates and not other_days:
            known = shak_codes(state.core) | set(shak or ())
            hint = likely("shak", code, known)
        return ShakMatch(code, state.day, candidates, best, rule, other_days, hint)
    on_date = shak.as_of(state.day)
    unit, status = on_date.get(code), on_date.status(code)
    if not candidates and unit is not None:
        rule = "only-in-shak"
    return ShakMatch(code, state.day, candidates, best, rule, other_days, None, unit, status)


def shak_codes(core: Core) -> AbstractSet[str]:
    """Return the SHAK codes that the units' rows or the SHAK map have on any date."""
    mapped = core.records_by("shak_sor_map", "shak_code")
    return mapped.keys() | core.units_by("shak_code").keys()


def _shak_code(state: State, text: str) -> str:
    own = state.core.units_by("shak_code")
    code = spelled(text, "shak", own)
    return code if code in own else code.upper()


def shak_candidates(state: State, code: str) -> tuple[Candidates, Candidates]:
    """Return the units that have a SHAK code on the date, and those that have it on others.

    Both the SHAK map and the units' own rows count; a unit that both name is listed once, with
    the dates of the map.
    """
    code = _shak_code(state, code)
    today: dict[str, Candidate] = {}
    others: list[Candidate] = []
    for pair in state.core.records_by("shak_sor_map", "shak_code").get(code, ()):
        candidate = _from_map(state, pair.sor_id, pair.validity, pair.name)
        if not pair.validity.contains(state.day):
            others.append(candidate)
        elif pair.sor_id not in today:
            today[pair.sor_id] = candidate
    mapped = {candidate.sor_id for candidate in others}
    on_rows, on_other_days = _from_rows(state, "shak_code", code)
    for candidate in on_rows:
        today.setdefault(candidate.sor_id, candidate)
    others += [one for one in on_other_days if one.sor_id not in mapped]
    return tuple(today.values()), tuple(one for one in others if one.sor_id not in today)


def sor_to_shak(state: State, sor_id: str) -> str | None:
    """Return a unit's SHAK code on the date; the map takes precedence over the unit's own row."""
    maps = state.core.records_by("shak_sor_map", "sor_id")
    sor_id = spelled(sor_id, "sor_id", maps)
    pairs = maps.get(sor_id, ())
    if not pairs:
        state.core.unit(sor_id)
    pair = _map_pair(pairs, state.day)
    if pair is not None:
        return pair.shak_code
    entity = state.get(sor_id)
    return entity.shak_code if entity is not None else None


def _map_pair(pairs: Sequence[SHAKSORMap], day: date) -> SHAKSORMap | None:
    """Return the pair that applies on a date: the latest from-date, then the last in the file."""
    holding = [pair for pair in pairs if pair.validity.contains(day)]
    return max(
        reversed(holding), key=lambda pair: start_ordinal(pair.validity.from_date), default=None
    )


# -- location numbers and message types


def by_location_code(state: State, code: str) -> tuple[SOREntity, ...]:
    """Return the units in force whose location number, own or inherited, is ``code``."""
    code = _location_code(state.core, code)
    core, store, index = state.core, state.core.store, state.core.index
    rows = dict(state.rows_having("location_code", code))
    for record in core.records_by("location_codes", "location_code").get(code, ()):
        if _holds(record, state.day) and record.sor_id is not None:
            row = state.row(record.sor_id)
            if row != NO_ROW:
                rows[store.unit[row]] = row
    # those below that say "inherited" and have no number on the row: they may have it from here; a
    # closed unit passes its last number on
    inheritance = core.inheritance(state.ordinal)
    waiting = [
        store.ids[unit]
        for unit in core.units_by("location_code").get(code, NO_UNITS)
        if (row := index.latest_row(unit, state.ordinal)) != NO_ROW
        and store.value(row, "location_code") == code
    ]
    having = set(waiting)
    while waiting:
        above = waiting.pop()
        for unit in core.units_by("parent_id").get(above, NO_UNITS):
            child, row = store.ids[unit], index.latest_row(unit, state.ordinal)
            if row == NO_ROW or child in having or store.value(row, "parent_id") != above:
                continue
            repeats = store.value(row, "location_code") is not None
            if repeats and not store.value(row, "location_code_inherited"):
                continue
            waiting.append(child)  # once: a unit has one parent
            if repeats or state.row(child) == NO_ROW:
                continue
            effective = inheritance.location_code(row)
            if effective is not None and effective[0] == code:
                rows[unit] = row
    return tuple([store.record(row) for _, row in sorted(rows.items())])


def _location_code(core: Core, text: str) -> str:
    listed = core.records_by("location_codes", "location_code")
    return spelled(text, "location_code", core.units_by("location_code"), listed)


def location_code_match(state: State, code: str) -> Match:
    """Decide between all units that have a location number."""
    code = _location_code(state.core, code)
    records = state.core.records_by("location_codes", "location_code").get(code, ())
    named = {
        record.sor_id: record
        for record in records
        if record.sor_id is not None and _holds(record, state.day)
    }
    candidates = {
        unit.sor_id: Candidate(unit.sor_id, unit.validity, "unit", unit, unit.name)
        for unit in by_location_code(state, code)
    }
    for sor_id, record in named.items():
        candidates[sor_id] = _from_map(state, sor_id, record.validity, None)
    _, others = _from_rows(state, "location_code", code)
    return _match(state, code, tuple(candidates.values()), others, LOCATION_CODE_STEPS)


def location_codes(state: State, sor_id: str) -> tuple[LocationCode, ...]:
    """Return the rows of LocationsCodes that apply to a unit on the date."""
    code = state.effective(sor_id).location_code
    by_code = state.core.records_by("location_codes", "location_code").get(code or "", ())
    by_unit = state.core.records_by("location_codes", "sor_id").get(state[sor_id].sor_id, ())
    return tuple(
        record for record in dict.fromkeys((*by_code, *by_unit)) if _holds(record, state.day)
    )


def edi_types(state: State, sor_id: str) -> tuple[LocationCodeEDIType, ...]:
    """Return the message types of a unit's location number, with their names."""
    effective = state.effective(sor_id).location_code
    given = [] if effective is None else [effective]
    given += [record.location_code for record in location_codes(state, sor_id)]
    by_code = state.core.records_by("location_code_edi_types", "location_code")
    return tuple(
        with_type_name(state.core, record)
        for code in dict.fromkeys(given)
        for record in by_code.get(code, ())
        if record.validity.contains(state.day)
    )


def with_type_name(core: Core, record: LocationCodeEDIType) -> LocationCodeEDIType:
    """Return a record with the name of its message type, if the row has only the id."""
    kind = record.edi_type
    if kind is None or kind.code is None or kind.name is not None:
        return record
    known = core.records_by("edi_types", "edi_type_id").get(kind.code, ())
    if not known or known[-1].name is None:
        return record
    return attrs.evolve(record, edi_type=Coded(kind.code, known[-1].name))


def _holds(record: LocationCode, day: date) -> bool:
    """Return whether a number is in use on a date, from its ``first_from_date`` on."""
    opening = record.first_from_date or record.validity.from_date
    return Validity(opening, record.validity.to_date).contains(day)


# -- provider numbers


def provider_match(state: State, number: str) -> Match:
    """Decide between all units that have a provider number."""
    known = state.core.units_by("provider_number")
    number = spelled(number, "provider_number", known)
    match = _row_match(state, "provider_number", number, PROVIDER_STEPS)
    if match.candidates or match.other_days:
        return match
    return attrs.evolve(match, hint=likely("provider_number", number, known))


def _match(
    state: State, code: str, candidates: Candidates, others: Candidates, steps: tuple[Step, ...]
) -> Match:
    best, rule = decide(candidates, steps, knows_units=len(state.core.store) > 0)
    today = {one.sor_id for one in candidates}
    others = tuple(one for one in others if one.sor_id not in today)
    return Match(code, state.day, candidates, best, rule, others)


def _from_rows(state: State, field: str, value: str) -> tuple[Candidates, Candidates]:
    """Return the units whose own rows have a value on the date, and those on other dates."""
    store, index = state.core.store, state.core.index
    today: list[Candidate] = []
    others: list[Candidate] = []
    for unit in state.core.units_by(field).get(value, NO_UNITS):
        row = index.row_on(unit, state.ordinal)
        now = row != NO_ROW and store.value(row, field) == value
        if not now:
            row = [one for one in index.history(unit) if store.value(one, field) == value][-1]
        record = store.record(row)
        entity = record if now else None
        candidate = Candidate(record.sor_id, record.validity, "unit", entity, record.name)
        (today if now else others).append(candidate)
    return tuple(today), tuple(others)


def _from_map(state: State, sor_id: str, validity: Validity, name: str | None) -> Candidate:
    entity = state.get(sor_id)
    return Candidate(sor_id, validity, "map", entity, entity.name if entity else name)


# -- numbers of companies


def cvr_match(state: State, cvr: str) -> Match:
    """Decide between all units that have a CVR number: the institution owner takes precedence."""
    return _row_match(state, "cvr", cvr, OWNER_STEPS)


def production_unit_match(state: State, number: str) -> Match:
    """Decide between all units with a production unit number: the institution takes precedence."""
    return _row_match(state, "production_unit_number", number, PROVIDER_STEPS)


def _row_match(state: State, field: str, value: str, steps: tuple[Step, ...]) -> Match:
    return _match(state, value, *_from_rows(state, field, value), steps)
