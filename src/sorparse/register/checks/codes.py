"""Checks of identifiers, and of codes that units share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...identifiers import has_sor_id_form, is_cvr, is_location_code, is_sor_id, shak_code_problem
from ...issues import Issue
from ..core import Core
from ..days import end_ordinal, start_ordinal
from ..storage.postings import NO_UNITS, first_rows, has_key
from ..storage.timeindex import NO_ROW
from .issues import row_issue, table_issue

Days = tuple[int, int, int]
"""First date, last date, unit."""


def check_identifiers(core: Core) -> Iterator[Issue]:
    """Yield ids whose form or check digit is wrong, each value once."""
    store, index, parents = core.store, core.index, core.parents
    for unit, sor_id in enumerate(store.ids):
        if not is_sor_id(sor_id):
            yield _bad_sor_id(core, sor_id, index.rows[index.rows_from[unit]], "sor_id")
    for row, parent in _first_of_each(core, "parent_id"):
        # a unit's own id is reported above
        if parents[row] == NO_ROW and not is_sor_id(parent):
            yield _bad_sor_id(core, parent, row, "parent_id")
    yield from _wrong_digits(core, "location_code", is_location_code, "location number")
    yield from _wrong_digits(core, "cvr", is_cvr, "CVR number")
    yield from _bad_shak_codes(core)
    disarmed = {
        number
        for _, number in _first_of_each(core, "provider_number")
        if len(number) == 8 and number.startswith("99")
    }
    for row, number in store.values_by_row("provider_number") if disarmed else ():
        if number in disarmed:
            code = "disarmed-provider-number"
            message = f"the provider number {number[2:]} is out of use: 99 is written before it"
            yield row_issue(core, row, code, message, "provider_number", number)


def _bad_sor_id(core: Core, sor_id: str, row: int, field: str) -> Issue:
    if has_sor_id_form(sor_id):
        code, message = "check-digit", f"{sor_id} has a wrong check digit"
    else:
        code, message = "bad-sor-id", f"{sor_id} is not a valid SOR id"
    return row_issue(core, row, code, message, field, sor_id)


def _wrong_digits(
    core: Core, field: str, is_right: Callable[[str], bool], what: str
) -> Iterator[Issue]:
    for row, value in _first_of_each(core, field):
        if not is_right(value):
            message = f"{value} is not a valid {what}: its length or its check digit is wrong"
            yield row_issue(core, row, "check-digit", message, field, value)


def _bad_shak_codes(core: Core) -> Iterator[Issue]:
    code, field = "bad-shak-code", "shak_code"
    seen = set()
    for row, value in _first_of_each(core, field):
        seen.add(value)
        if problem := shak_code_problem(value):
            message = f"{value!r} is not a SHAK code: {problem}"
            yield row_issue(core, row, code, message, field, value)
    for place, pair in enumerate(core.tables.shak_sor_map):
        value = pair.shak_code
        if value not in seen and (problem := shak_code_problem(value)):
            seen.add(value)
            message = f"{value!r} is not a SHAK code: {problem}"
            yield table_issue(core, "shak_sor_map", place, code, message, field, value)


def _first_of_each(core: Core, field: str) -> Iterator[tuple[int, str]]:
    return ((row, value) for row, value in first_rows(core.store, field) if value is not None)


def check_codes(core: Core) -> Iterator[Issue]:
    """Yield codes that several units have at the same time, and codes without classification."""
    mapped: dict[str, list[Days]] = {}
    for pair in core.tables.shak_sor_map:
        unit = core.store.numbers.get(pair.sor_id)
        if unit is not None:
            start, end = start_ordinal(pair.validity.from_date), end_ordinal(pair.validity.to_date)
            mapped.setdefault(pair.shak_code.upper(), []).append((start, end, unit))
    yield from _shared(core, "shak_code", "shared-shak-code", "SHAK code", mapped)
    yield from _shared(core, "location_code", "shared-location-code", "location number", {})
    yield from _shared(core, "provider_number", "shared-provider-number", "provider number", {})
    yield from _unclassified(core)


def _shared(
    core: Core, field: str, code: str, what: str, mapped: dict[str, list[Days]]
) -> Iterator[Issue]:
    having = core.units_by(field)
    for value in sorted({*having, *mapped}):
        own, others = having.get(value, NO_UNITS), mapped.get(value, ())
        if len({*own, *(unit for _, _, unit in others)}) < 2:
            continue
        together = _together([*_days_with(core, field, value, own), *others])
        if together:
            names = ", ".join(core.store.ids[unit] for unit in together)
            message = (
                f"{what} {value} is assigned to {len(together)} units at the same time: {names}"
            )
            row = core.index.history(together[0])[-1]
            yield row_issue(core, row, code, message, field, value)


def _days_with(core: Core, field: str, value: str, units: Sequence[int]) -> Iterator[Days]:
    store = core.store
    for unit in units:
        for start, end, row in core.index.segments(unit):
            if not has_key(store, row, field, value):
                continue
            if field == "location_code" and store.value(row, "location_code_inherited"):
                continue  # units that inherit a number do not share it
            yield start, end, unit


def _together(days: list[Days]) -> list[int]:
    """Return the units that share a date with another unit, ascending."""
    together: set[int] = set()
    running: list[Days] = []
    for start, end, unit in sorted(days):
        if start > end:
            continue  # a row of the SHAK map that never applies
        running = [one for one in running if one[1] >= start]
        for _, _, other in running:
            if other != unit:
                together |= {unit, other}
        running.append((start, end, unit))
    return sorted(together)


def _unclassified(core: Core) -> Iterator[Issue]:
    """Yield codes that no list of the classifications has, each once; none without lists."""
    entries = (record.entry for record in core.tables.classifications)
    known = {entry.code for entry in entries if entry is not None} - {None}
    if not known:
        return
    seen = set()
    for field in ("entity_type", "organisational_level", "specialities"):
        for row, value in first_rows(core.store, field):
            for coded in value if field == "specialities" else (value,):
                code = None if coded is None else coded.code
                if code is not None and code not in known and (field, code) not in seen:
                    seen.add((field, code))
                    message = f"the code {code} is not in the classifications"
                    yield row_issue(core, row, "code-not-classified", message, field, code)
