"""Checks of the tables beside the units: keys, and what they point to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..formats import sor2
from ..issues import Issue
from . import codes
from .days import end_ordinal, start_ordinal
from .findings import FINDINGS, table_finding, unit_finding
from .timeline import Segment

if TYPE_CHECKING:
    from .register import Register


def check_tables(register: Register) -> Iterator[Issue]:
    """Yield what is odd in the other tables."""
    yield from _duplicates(register)
    yield from _shak_map(register)
    yield from _several_shak_codes(register)
    yield from _location_codes(register)
    yield from _edi_types(register)
    yield from _replacements(register)


def _duplicates(register: Register) -> Iterator[Issue]:
    for spec in sor2.TABLES:
        table = spec.table
        if table == "entities":
            continue  # check_versions looks at them, by the same key
        seen = set()
        for place, record in enumerate(getattr(register, table)):
            key = spec.key_of(record)
            if key in seen:
                yield table_finding(
                    register,
                    "duplicate-key",
                    "an earlier row has the same key",
                    table,
                    place,
                    sor_id=getattr(record, "sor_id", None),
                )
            seen.add(key)


def _shak_map(register: Register) -> Iterator[Issue]:
    store, index, table = register._store, register._index, "shak_sor_map"
    if not len(register):
        return  # the map alone: nothing to hold it against
    on_units = codes.units_having(register, "shak_code")
    for place, pair in enumerate(register.shak_sor_map):
        shared = {"table": table, "place": place, "sor_id": pair.sor_id}
        if on_units and pair.shak_code not in on_units:
            yield table_finding(
                register,
                "shak-map-unknown-code",
                f"no unit has the SHAK code {pair.shak_code}",
                column="shak_code",
                value=pair.shak_code,
                **shared,  # type: ignore[arg-type] # a dict of mixed values
            )
        unit = store.numbers.get(pair.sor_id)
        if unit is None:
            yield table_finding(
                register,
                "shak-map-unknown-unit",
                f"the unit {pair.sor_id} is not in the register",
                column="sor_id",
                value=pair.sor_id,
                **shared,  # type: ignore[arg-type] # a dict of mixed values
            )
            continue
        first, last = start_ordinal(pair.validity.from_date), end_ordinal(pair.validity.to_date)
        segments = [one for one in index.segments(unit) if one.start <= last and one.end >= first]
        if not _covered(segments, max(first, index.opening[unit]), last) or (
            0 < first < index.opening[unit]
        ):
            yield table_finding(
                register,
                "shak-map-outside-unit",
                f"{pair.shak_code} stands on {pair.sor_id} on days when that is not in force",
                column="validity",
                **shared,  # type: ignore[arg-type] # a dict of mixed values
            )
        for one in segments:
            on_row = store.value(one.row, "shak_code")
            if on_row is not None and on_row != pair.shak_code:
                yield table_finding(
                    register,
                    "shak-map-differs",
                    f"the map gives {pair.sor_id} the code {pair.shak_code}, its row {on_row}",
                    column="shak_code",
                    value=pair.shak_code,
                    **shared,  # type: ignore[arg-type] # a dict of mixed values
                )
                break


def _covered(segments: list[Segment], first: int, last: int) -> bool:
    day = first
    for one in segments:
        if one.start > day:
            return False
        day = max(day, one.end + 1)
    return day > last


def _several_shak_codes(register: Register) -> Iterator[Issue]:
    """A unit has one SHAK code at a time, says the service that maps SOR to SHAK."""
    latest: dict[str, tuple[int, str]] = {}
    dated = sorted(
        enumerate(register.shak_sor_map),
        key=lambda numbered: start_ordinal(numbered[1].validity.from_date),
    )
    for place, pair in dated:
        start, end = start_ordinal(pair.validity.from_date), end_ordinal(pair.validity.to_date)
        if end < start:
            continue
        until, code = latest.get(pair.sor_id, (-1, ""))
        if start <= until and code != pair.shak_code:
            yield table_finding(
                register,
                "several-shak-codes",
                f"{pair.sor_id} has both {code} and {pair.shak_code} on the same days",
                "shak_sor_map",
                place,
                column="shak_code",
                value=pair.shak_code,
                sor_id=pair.sor_id,
            )
        if end > until:
            latest[pair.sor_id] = (end, pair.shak_code)


def _location_codes(register: Register) -> Iterator[Issue]:
    store = register._store
    for place, record in enumerate(register.location_codes):
        if record.sor_id is not None and len(register) and record.sor_id not in store.numbers:
            yield table_finding(
                register,
                "location-code-unknown-unit",
                f"{record.location_code} belongs to {record.sor_id}, which is not in the register",
                "location_codes",
                place,
                column="sor_id",
                value=record.sor_id,
                sor_id=record.sor_id,
            )
    listed = {record.location_code for record in register.location_codes}
    if not listed:
        return
    told = set()
    for row, code in store.stated("location_code"):
        if code is not None and code not in listed and code not in told:
            told.add(code)
            yield unit_finding(
                register,
                "location-code-unlisted",
                f"the location number {code} is not in the table of location numbers",
                row,
                column="location_code",
                value=code,
            )


def _edi_types(register: Register) -> Iterator[Issue]:
    known = {record.location_code for record in register.location_codes}
    known |= set(codes.units_having(register, "location_code"))
    types = {record.edi_type_id for record in register.edi_types}
    for place, pair in enumerate(register.location_code_edi_types):
        if known and pair.location_code not in known:
            yield table_finding(
                register,
                "edi-map-unknown-location-code",
                f"the location number {pair.location_code} is not there",
                "location_code_edi_types",
                place,
                column="location_code",
                value=pair.location_code,
            )
        code = pair.edi_type.code if pair.edi_type is not None else None
        if types and code is not None and code not in types:
            yield table_finding(
                register,
                "edi-map-unknown-edi-type",
                f"the message type {code} is not there",
                "location_code_edi_types",
                place,
                column="edi_type",
                value=code,
            )


def _replacements(register: Register) -> Iterator[Issue]:
    store, graph = register._store, register._replacements
    lines = {
        (record.sor_id, record.replaced_by_id): register._line_of("replaced_entities", place)
        for place, record in enumerate(register.replaced_entities)
    }
    for key in graph.pairs if len(register) else ():
        for sor_id in key:
            if sor_id not in store.numbers:
                code = "replacement-unknown-unit"
                yield Issue(
                    FINDINGS[code][0],
                    code,
                    f"{key[0]} is replaced by {key[1]}, but {sor_id} is not in the register",
                    line=lines.get(key),
                    value=sor_id,
                    sor_id=sor_id,
                )
    for members in graph.circles():
        code = "replacement-cycle"
        yield Issue(
            FINDINGS[code][0],
            code,
            f"replaced in a circle: {', '.join(members)}",
            line=lines.get((members[0], members[1 % len(members)])),
            sor_id=members[0],
        )
