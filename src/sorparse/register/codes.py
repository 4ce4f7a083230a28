"""What a view answers about codes: SHAK, location, provider and CVR numbers, message types."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

import attrs

from ..records import (
    Coded,
    EDIType,
    LocationCode,
    LocationCodeEDIType,
    SHAKSORMap,
    SOREntity,
    Validity,
)
from .days import start_ordinal
from .hints import likely
from .idwords import spelled
from .lookups import NO_UNITS, UnitsByKey, records_by, units_by
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
from .timeindex import NO_ROW

if TYPE_CHECKING:
    from .register import Register
    from .view import View


def units_having(register: Register, field: str) -> UnitsByKey:
    """Index the units by a text field, over all their versions."""
    return register._lazily.get(f"units by {field}", lambda: units_by(register._store, field))


def units_by_parent(register: Register) -> UnitsByKey:
    """Index the units by every parent they ever had."""
    return units_having(register, "parent_id")


def rows_having(view: View, field: str, value: str) -> Iterator[tuple[int, int]]:
    """Yield unit and row of the units in force whose row has ``value`` in ``field``."""
    for unit in units_having(view.register, field).get(value, NO_UNITS):
        row = view._index.row_on(unit, view._ordinal)
        if row != NO_ROW and view._store.value(row, field) == value:
            yield unit, row


# -- SHAK


def shak_match(view: View, code: str) -> ShakMatch:
    """Decide between all units that have a SHAK code."""
    code = _shak_code(view, code)
    candidates, other_days = shak_candidates(view, code)
    best, rule = decide(candidates, SHAK_STEPS, knows_units=bool(len(view.register)))
    hint = None if candidates or other_days else likely("shak", code, shak_codes(view.register))
    return ShakMatch(code, view.day, candidates, best, rule, other_days, hint)


def shak_codes(register: Register) -> Collection[str]:
    """Return the SHAK codes that the units' rows or the SHAK map have on any date."""
    return _maps_by_shak(register).keys() | units_having(register, "shak_code").keys()


def _shak_code(view: View, text: str) -> str:
    own = units_having(view.register, "shak_code")
    code = spelled(text, "shak", own)
    return code if code in own else code.upper()


def shak_candidates(view: View, code: str) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Give the units that have a SHAK code on the day, and those that have it on others.

    Both the SHAK map and the units' own rows count; a unit that both name stands once, with the
    days of the map.
    """
    code = _shak_code(view, code)
    register = view.register
    today: dict[str, Candidate] = {}
    others: list[Candidate] = []
    for pair in _maps_by_shak(register).get(code, ()):
        candidate = _from_map(view, pair.sor_id, pair.validity, pair.name)
        if not pair.validity.contains(view.day):
            others.append(candidate)
        elif pair.sor_id not in today:
            today[pair.sor_id] = candidate
    mapped = {candidate.sor_id for candidate in others}
    for candidate, now in _from_rows(view, "shak_code", code):
        if now:
            today.setdefault(candidate.sor_id, candidate)
        elif candidate.sor_id not in mapped:
            others.append(candidate)
    return tuple(today.values()), tuple(one for one in others if one.sor_id not in today)


def sor_to_shak(view: View, sor_id: str) -> str | None:
    """Give a unit's SHAK code on the day; the map goes before the unit's own row."""
    maps = _maps_by_unit(view.register)
    sor_id = spelled(sor_id, "sor_id", maps)
    pairs = maps.get(sor_id, ())
    if not pairs:
        view.register._number(sor_id)
    pair = _map_pair(pairs, view.day)
    if pair is not None:
        return pair.shak_code
    entity = view.get(sor_id)
    return entity.shak_code if entity is not None else None


def _map_pair(pairs: Sequence[SHAKSORMap], day: date) -> SHAKSORMap | None:
    """Give the pair that counts on a day: the latest from-date, then the last in the file."""
    holding = [pair for pair in pairs if pair.validity.contains(day)]
    return max(
        reversed(holding), key=lambda pair: start_ordinal(pair.validity.from_date), default=None
    )


def _maps_by_shak(register: Register) -> dict[str, tuple[SHAKSORMap, ...]]:
    return register._lazily.get(
        "map by shak",
        lambda: records_by(register.shak_sor_map, lambda pair: pair.shak_code.upper()),
    )


def _maps_by_unit(register: Register) -> dict[str, tuple[SHAKSORMap, ...]]:
    return register._lazily.get(
        "map by unit", lambda: records_by(register.shak_sor_map, lambda pair: pair.sor_id)
    )


# -- location numbers and message types


def by_location_code(view: View, code: str) -> tuple[SOREntity, ...]:
    """Give the units in force whose location number, own or inherited, is ``code``."""
    code = _location_code(view, code)
    own = dict(rows_having(view, "location_code", code))
    found = dict(own)
    for record in _location_codes_by(view.register, "location_code").get(code, ()):
        if _holds(record, view.day) and record.sor_id is not None:
            unit = view._store.numbers.get(record.sor_id)
            row = view._row(record.sor_id)
            if unit is not None and row != NO_ROW:
                found[unit] = row
    # those below that say "inherited" and have no number of their own on the row; a closed unit
    # passes its last number on
    store, index = view._store, view._index
    waiting = [
        store.ids[unit]
        for unit in units_having(view.register, "location_code").get(code, NO_UNITS)
        if (row := index.latest_row(unit, view._ordinal)) != NO_ROW
        and store.value(row, "location_code") == code
    ]
    seen = set(waiting)
    while waiting:
        above = waiting.pop()
        for unit in units_by_parent(view.register).get(above, NO_UNITS):
            child, row = store.ids[unit], index.latest_row(unit, view._ordinal)
            if (
                row == NO_ROW
                or child in seen
                or store.value(row, "parent_id") != above
                or store.value(row, "location_code") is not None
            ):
                continue
            seen.add(child)
            waiting.append(child)
            if store.value(row, "location_code_inherited") and view._row(child) != NO_ROW:
                found[unit] = row
    return tuple([view._store.record(row) for _, row in sorted(found.items())])


def _location_code(view: View, text: str) -> str:
    register = view.register
    listed = _location_codes_by(register, "location_code")
    own = units_having(register, "location_code")
    return spelled(text, "location_code", own, listed)


def location_code_match(view: View, code: str) -> Match:
    """Decide between all units that have a location number."""
    code = _location_code(view, code)
    records = _location_codes_by(view.register, "location_code").get(code, ())
    named = {
        record.sor_id: record
        for record in records
        if record.sor_id is not None and _holds(record, view.day)
    }
    candidates = {
        entity.sor_id: Candidate(
            entity.sor_id,
            named[entity.sor_id].validity if entity.sor_id in named else entity.validity,
            "map" if entity.sor_id in named else "unit",
            entity,
            entity.name,
        )
        for entity in by_location_code(view, code)
    }
    for sor_id, record in named.items():
        if sor_id not in candidates:
            candidates[sor_id] = _from_map(view, sor_id, record.validity, None)
    return _match(view, "location_code", code, tuple(candidates.values()), LOCATION_CODE_STEPS)


def location_codes(view: View, sor_id: str) -> tuple[LocationCode, ...]:
    """Give the rows of LocationsCodes that hold for a unit on the day."""
    code = view.effective(sor_id).location_code
    by_code = _location_codes_by(view.register, "location_code").get(code or "", ())
    by_unit = _location_codes_by(view.register, "sor_id").get(view[sor_id].sor_id, ())
    return tuple(
        record for record in dict.fromkeys((*by_code, *by_unit)) if _holds(record, view.day)
    )


def edi_types(view: View, sor_id: str) -> tuple[LocationCodeEDIType, ...]:
    """Give the message types of a unit's location number, named."""
    register = view.register
    effective = view.effective(sor_id).location_code
    given = [] if effective is None else [effective]
    given += [record.location_code for record in location_codes(view, sor_id)]
    by_code = edi_types_by_location_code(register)
    return tuple(
        named(register, record)
        for code in dict.fromkeys(given)
        for record in by_code.get(code, ())
        if record.validity.contains(view.day)
    )


def edi_types_by_location_code(register: Register) -> dict[str, tuple[LocationCodeEDIType, ...]]:
    """Group the message types by location number."""
    return register._lazily.get(
        "edi types by location code",
        lambda: records_by(register.location_code_edi_types, lambda pair: pair.location_code),
    )


def edi_type_by_id(register: Register) -> dict[str, tuple[EDIType, ...]]:
    """Group the table of message types by id."""
    return register._lazily.get(
        "edi type by id", lambda: records_by(register.edi_types, lambda kind: kind.edi_type_id)
    )


def named(register: Register, record: LocationCodeEDIType) -> LocationCodeEDIType:
    """Fill in the name of a message type that a row gives only the id of."""
    kind = record.edi_type
    if kind is None or kind.code is None or kind.name is not None:
        return record
    known = edi_type_by_id(register).get(kind.code, ())
    if not known or known[-1].name is None:
        return record
    return attrs.evolve(record, edi_type=Coded(kind.code, known[-1].name))


def _location_codes_by(register: Register, field: str) -> dict[str, tuple[LocationCode, ...]]:
    return register._lazily.get(
        f"location codes by {field}",
        lambda: records_by(register.location_codes, lambda record: getattr(record, field)),
    )


def _holds(record: LocationCode, day: date) -> bool:
    """Tell whether a number is in use on a day; it opens as a unit does, on ``first_from_date``."""
    opening = record.first_from_date or record.validity.from_date
    return Validity(opening, record.validity.to_date).contains(day)


# -- provider numbers


def provider_match(view: View, number: str) -> Match:
    """Decide between all units that have a provider number."""
    known = units_having(view.register, "provider_number")
    number = spelled(number, "provider_number", known)
    match = _row_match(view, "provider_number", number, PROVIDER_STEPS)
    if match.candidates or match.other_days:
        return match
    return attrs.evolve(match, hint=likely("provider_number", number, known))


def _match(
    view: View, field: str, code: str, candidates: tuple[Candidate, ...], steps: tuple[Step, ...]
) -> Match:
    best, rule = decide(candidates, steps, knows_units=bool(len(view.register)))
    _, others = _split(_from_rows(view, field, code))
    today = {one.sor_id for one in candidates}
    others = tuple(one for one in others if one.sor_id not in today)
    return Match(code, view.day, candidates, best, rule, others)


def _split(
    pairs: Iterator[tuple[Candidate, bool]],
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    found = list(pairs)
    return (
        tuple(candidate for candidate, now in found if now),
        tuple(candidate for candidate, now in found if not now),
    )


def _from_rows(view: View, field: str, value: str) -> Iterator[tuple[Candidate, bool]]:
    """Yield the units whose own rows have a value, and whether they have it on the day."""
    store = view._store
    for unit in units_having(view.register, field).get(value, NO_UNITS):
        row = view._index.row_on(unit, view._ordinal)
        now = row != NO_ROW and store.value(row, field) == value
        if not now:
            having = [
                other for other in view._index.history(unit) if store.value(other, field) == value
            ]
            row = having[-1]
        record = store.record(row)
        yield (
            Candidate(record.sor_id, record.validity, "unit", record if now else None, record.name),
            now,
        )


def _from_map(view: View, sor_id: str, validity: Validity, name: str | None) -> Candidate:
    entity = view.get(sor_id)
    return Candidate(sor_id, validity, "map", entity, entity.name if entity else name)


# -- numbers of companies


def cvr_match(view: View, cvr: str) -> Match:
    """Decide between all units that have a CVR number: the institution owner goes first."""
    return _row_match(view, "cvr", cvr, OWNER_STEPS)


def production_unit_match(view: View, number: str) -> Match:
    """Decide between all units that have a production unit number: the institution goes first."""
    return _row_match(view, "production_unit_number", number, PROVIDER_STEPS)


def _row_match(view: View, field: str, value: str, steps: tuple[Step, ...]) -> Match:
    today, _ = _split(_from_rows(view, field, value))
    return _match(view, field, value, today, steps)
