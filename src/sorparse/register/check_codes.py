"""Checks of identifiers, and of codes that units share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..identifiers import has_sor_id_form, is_cvr, is_location_code, is_sor_id, shak_code_problem
from ..issues import Issue
from . import codes
from .days import end_ordinal, start_ordinal
from .findings import FINDINGS, table_finding, unit_finding

if TYPE_CHECKING:
    from .register import Register

Days = tuple[int, int, int]
"""First day, last day, unit."""


def check_identifiers(register: Register) -> Iterator[Issue]:
    """Yield ids whose form or check digit is wrong, each value once."""
    store = register._store
    for unit, sor_id in enumerate(store.ids):
        row = register._index.rows[register._index.rows_from[unit]]
        yield from _bad_sor_id(register, sor_id, row, "sor_id")
    for row, parent in _first_of_each(register, "parent_id"):
        if parent not in store.numbers:  # a unit's own id is told above
            yield from _bad_sor_id(register, parent, row, "parent_id")
    for field, is_right, what in (
        ("location_code", is_location_code, "location number"),
        ("cvr", is_cvr, "CVR number"),
    ):
        yield from _wrong_digits(register, field, is_right, what)
    yield from _bad_shak_codes(register)
    for row, number in store.stated("provider_number"):
        if number is not None and len(number) == 8 and number.startswith("99"):
            yield unit_finding(
                register,
                "disarmed-provider-number",
                f"the provider number {number[2:]} is disarmed by 99 in front",
                row,
                column="provider_number",
                value=number,
            )


def _bad_sor_id(register: Register, sor_id: str, row: int, field: str) -> Iterator[Issue]:
    if is_sor_id(sor_id):
        return
    formed = has_sor_id_form(sor_id)
    yield unit_finding(
        register,
        "check-digit" if formed else "bad-sor-id",
        f"{sor_id} has a wrong check digit" if formed else f"{sor_id} is no SOR id",
        row,
        column=field,
        value=sor_id,
    )


def _wrong_digits(
    register: Register, field: str, is_right: Callable[[str], bool], what: str
) -> Iterator[Issue]:
    for row, value in _first_of_each(register, field):
        if not is_right(value):
            yield unit_finding(
                register,
                "check-digit",
                f"{value} is no {what}: its length or its check digit is wrong",
                row,
                column=field,
                value=value,
            )


def _bad_shak_codes(register: Register) -> Iterator[Issue]:
    code, field = "bad-shak-code", "shak_code"
    seen = set()
    for row, value in _first_of_each(register, field):
        seen.add(value)
        if problem := shak_code_problem(value):
            message = f"{value!r} is not a SHAK code: {problem}"
            yield unit_finding(register, code, message, row, column=field, value=value)
    for place, pair in enumerate(register.shak_sor_map):
        value = pair.shak_code
        if value not in seen and (problem := shak_code_problem(value)):
            seen.add(value)
            message = f"{value!r} is not a SHAK code: {problem}"
            yield table_finding(
                register,
                code,
                message,
                "shak_sor_map",
                place,
                column=field,
                value=value,
                sor_id=pair.sor_id,
            )


def _first_of_each(register: Register, field: str) -> Iterator[tuple[int, str]]:
    seen = set()
    for row, value in register._store.stated(field):
        if value is not None and value not in seen:
            seen.add(value)
            yield row, value


def check_codes(register: Register) -> Iterator[Issue]:
    """Yield codes that several units have at one time, and codes without classification."""
    mapped: dict[str, list[Days]] = {}
    for pair in register.shak_sor_map:
        unit = register._store.numbers.get(pair.sor_id)
        if unit is not None:
            mapped.setdefault(pair.shak_code, []).append(
                (
                    start_ordinal(pair.validity.from_date),
                    end_ordinal(pair.validity.to_date),
                    unit,
                )
            )
    yield from _shared(register, "shak_code", "shared-shak-code", "SHAK code", mapped)
    yield from _shared(register, "location_code", "shared-location-code", "location number", {})
    yield from _shared(register, "provider_number", "shared-provider-number", "provider number", {})
    yield from _unclassified(register)


def _shared(
    register: Register, field: str, code: str, what: str, mapped: dict[str, list[Days]]
) -> Iterator[Issue]:
    store = register._store
    by_value = codes.units_having(register, field)
    for value in dict.fromkeys((*by_value, *mapped)):
        units = {*by_value.get(value, ()), *(unit for _, _, unit in mapped.get(value, ()))}
        if len(units) < 2:
            continue
        together = _together([*_days_with(register, field, value), *mapped.get(value, ())])
        if together:
            named = ", ".join(store.ids[unit] for unit in together)
            row = register._index.history(together[0])[-1]
            yield Issue(
                FINDINGS[code][0],
                code,
                f"the {what} {value} stands on {len(together)} units at one time: {named}",
                line=store.line_of(row),
                column=field,
                value=value,
                sor_id=store.ids[together[0]],
            )


def _days_with(register: Register, field: str, value: str) -> Iterator[Days]:
    store, index = register._store, register._index
    for unit in codes.units_having(register, field).get(value, ()):
        for start, end, row in index.segments(unit):
            if store.value(row, field) != value:
                continue
            if field == "location_code" and store.value(row, "location_code_inherited"):
                continue  # inheriting a number is no sharing
            yield start, end, unit


def _together(days: list[Days]) -> list[int]:
    """Give the units that have a day in common with another unit, ascending."""
    found: set[int] = set()
    running: list[Days] = []
    for start, end, unit in sorted(days):
        running = [one for one in running if one[1] >= start]
        for _, _, other in running:
            if other != unit:
                found |= {unit, other}
        if start <= end:
            running.append((start, end, unit))
    return sorted(found)


def _unclassified(register: Register) -> Iterator[Issue]:
    """Codes that no list of the classifications has, each once; where there are classifications."""
    known = {
        record.entry.code for record in register.classifications if record.entry is not None
    } - {None}
    if not known:
        return
    told = set()
    for field in ("entity_type", "organisational_level", "specialities"):
        for row, value in register._store.stated(field):
            for coded in value if field == "specialities" else (value,):
                code = None if coded is None else coded.code
                if code is not None and code not in known and (field, code) not in told:
                    told.add((field, code))
                    yield unit_finding(
                        register,
                        "code-not-classified",
                        f"the code {code} is not in the classifications",
                        row,
                        column=field,
                        value=code,
                    )
