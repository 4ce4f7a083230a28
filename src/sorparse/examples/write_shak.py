"""Write SHAKCOMPLETE.TXT: 214 characters a record, Windows-1252, LF."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ..records import SHAKUnit

OPEN_END = "25000101"
RECORD_LENGTH = 214


def _day(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day else OPEN_END


def _record(unit: SHAKUnit) -> str:
    groups = [coded.code or "" for coded in unit.specialities]
    if unit.kind == "sgh":
        groups = [
            unit.institution_type.code or "" if unit.institution_type else "",
            unit.owner_type.code or "" if unit.owner_type else "",
        ]
    groups += [""] * (4 - len(groups))
    changed = "1" if unit.validity.to_date is None else "3"
    fields = (
        (unit.kind or "", 3),
        (unit.shak_code, 20),
        (_day(unit.validity.from_date), 8),
        (_day(unit.updated_at), 8),
        (_day(unit.validity.to_date), 8),
        (unit.name or "", 120),
        *((group, 3) for group in groups),
        ("SKS", 3),
        ("", 5),
        (changed, 1),
        ("", 26),
    )
    return "".join(text.ljust(width) for text, width in fields)


def shak_file(units: Iterable[SHAKUnit]) -> bytes:
    """The whole file; it has no header."""
    records = [_record(unit) for unit in units]
    if any(len(record) != RECORD_LENGTH for record in records):
        raise ValueError("a field is longer than its place")
    return "".join(f"{record}\n" for record in records).encode("cp1252")
