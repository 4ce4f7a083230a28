"""Checks of the tables other than the units: keys and references."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ...formats import sor2
from ...issues import Issue
from ..core import Core
from ..days import end_ordinal, start_ordinal
from ..storage.postings import first_rows
from ..timeline import Segment
from .issues import CHECK_ISSUES, row_issue, table_issue

_MAP = "shak_sor_map"
_OTHERS = [spec for spec in sor2.TABLES if spec.table != "entities"]
"""``check_versions`` looks at the entities, for the same errors."""


def check_tables(core: Core) -> Iterator[Issue]:
    """Yield the issues of the other tables."""
    yield from _duplicates(core)
    yield from _inverted(core)
    yield from _shak_map(core)
    yield from _several_shak_codes(core)
    yield from _location_codes(core)
    yield from _edi_types(core)
    yield from _replacements(core)


def _duplicates(core: Core) -> Iterator[Issue]:
    message = "an earlier row has the same key"
    for spec in _OTHERS:
        seen = set()
        for place, record in enumerate(getattr(core.tables, spec.table)):
            key = spec.key_of(record)
            if key in seen:
                yield table_issue(core, spec.table, place, "duplicate-key", message)
            seen.add(key)


def _inverted(core: Core) -> Iterator[Issue]:
    for spec in _OTHERS:
        if "validity" not in attrs.fields_dict(spec.record):
            continue
        for place, record in enumerate(getattr(core.tables, spec.table)):
            start, end = record.validity.from_date, record.validity.to_date
            if start is not None and end is not None and end < start:
                message = f"the row ends on {end}, before it starts on {start}"
                yield table_issue(core, spec.table, place, "inverted-validity", message, "validity")


def _shak_map(core: Core) -> Iterator[Issue]:
    store, index = core.store, core.index
    if not store.ids or not core.tables.shak_sor_map:
        return  # only the SHAK map was read, or none: nothing to compare
    on_units = core.units_by("shak_code")
    for place, pair in enumerate(core.tables.shak_sor_map):
        code, sor_id = pair.shak_code, pair.sor_id
        if on_units and code.upper() not in on_units:
            message = f"no unit has the SHAK code {code}"
            yield table_issue(
                core, _MAP, place, "shak-map-unknown-code", message, "shak_code", code
            )
        unit = store.numbers.get(sor_id)
        if unit is None:
            message = f"the unit {sor_id} is not in the register"
            yield table_issue(core, _MAP, place, "shak-map-unknown-unit", message, "sor_id", sor_id)
            continue
        first, last = start_ordinal(pair.validity.from_date), end_ordinal(pair.validity.to_date)
        segments = [one for one in index.segments(unit) if one.start <= last and one.end >= first]
        if not _covered(segments, max(first, index.opening[unit]), last) or (
            0 < first < index.opening[unit]
        ):
            message = f"{code} is assigned to {sor_id} on dates when the unit is not in force"
            yield table_issue(core, _MAP, place, "shak-map-outside-unit", message, "validity")
        for one in segments:
            on_row = store.value(one.row, "shak_code")
            if on_row is not None and on_row.upper() != code.upper():
                message = f"the map assigns {code} to {sor_id}, whose row has {on_row}"
                yield table_issue(core, _MAP, place, "shak-map-differs", message, "shak_code", code)
                break


def _covered(segments: list[Segment], first: int, last: int) -> bool:
    day = first
    for one in segments:
        if one.start > day:
            return False
        day = max(day, one.end + 1)
    return day > last


def _several_shak_codes(core: Core) -> Iterator[Issue]:
    """Yield units with several SHAK codes at once; the publisher's mapping service allows one."""
    latest: dict[str, tuple[int, str]] = {}
    dated = sorted(
        enumerate(core.tables.shak_sor_map),
        key=lambda numbered: start_ordinal(numbered[1].validity.from_date),
    )
    for place, pair in dated:
        start, end = start_ordinal(pair.validity.from_date), end_ordinal(pair.validity.to_date)
        if end < start:
            continue
        until, code = latest.get(pair.sor_id, (-1, ""))
        if start <= until and code.upper() != pair.shak_code.upper():
            message = f"{pair.sor_id} has both {code} and {pair.shak_code} on the same dates"
            column = "shak_code", pair.shak_code
            yield table_issue(core, _MAP, place, "several-shak-codes", message, *column)
        if end > until:
            latest[pair.sor_id] = (end, pair.shak_code)


def _location_codes(core: Core) -> Iterator[Issue]:
    table, store = "location_codes", core.store
    for place, record in enumerate(core.tables.location_codes):
        sor_id = record.sor_id
        if sor_id is not None and store.ids and sor_id not in store.numbers:
            code = "location-code-unknown-unit"
            message = f"{record.location_code} belongs to {sor_id}, which is not in the register"
            yield table_issue(core, table, place, code, message, "sor_id", sor_id)
    listed = {record.location_code for record in core.tables.location_codes}
    if not listed:
        return
    for row, number in first_rows(store, "location_code"):
        if number is not None and number not in listed:
            code = "location-code-unlisted"
            message = f"the location number {number} is not in the table of location numbers"
            yield row_issue(core, row, code, message, "location_code", number)


def _edi_types(core: Core) -> Iterator[Issue]:
    table = "location_code_edi_types"
    if not core.tables.location_code_edi_types:
        return
    known = {record.location_code for record in core.tables.location_codes}
    known |= set(core.units_by("location_code"))
    types = {record.edi_type_id for record in core.tables.edi_types}
    for place, pair in enumerate(core.tables.location_code_edi_types):
        number = pair.location_code
        if known and number not in known:
            code = "edi-map-unknown-location-code"
            message = f"the location number {number} is not in the register"
            yield table_issue(core, table, place, code, message, "location_code", number)
        kind = pair.edi_type.code if pair.edi_type is not None else None
        if types and kind is not None and kind not in types:
            code, message = (
                "edi-map-unknown-edi-type",
                f"the message type {kind} is not in the table of message types",
            )
            yield table_issue(core, table, place, code, message, "edi_type", kind)


def _replacements(core: Core) -> Iterator[Issue]:
    graph = core.replacements
    lines = {
        (record.sor_id, record.replaced_by_id): core.line_of("replaced_entities", place)
        for place, record in enumerate(core.tables.replaced_entities)
    }

    def issue(code: str, message: str, key: tuple[str, str], **details: str) -> Issue:
        return Issue(CHECK_ISSUES[code][0], code, message, line=lines.get(key), **details)

    for key in graph.pairs if core.store.ids else ():
        for sor_id in key:
            if sor_id not in core.store.numbers:
                message = f"{key[0]} is replaced by {key[1]}, but {sor_id} is not in the register"
                details = {"value": sor_id, "sor_id": sor_id}
                yield issue("replacement-unknown-unit", message, key, **details)
    for members in graph.cycles():
        key = members[0], members[1 % len(members)]
        message = f"replaced in a cycle: {', '.join(members)}"
        yield issue("replacement-cycle", message, key, sor_id=members[0])
