"""Write SHAKCOMPLETE.TXT with the layout that reads it: Windows-1252, LF."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ..formats.shak import LAYOUT
from ..records import SHAKUnit

OPEN_END = "25000101"


def _day(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day else OPEN_END


def _record(unit: SHAKUnit) -> str:
    hospital = (unit.institution_type, unit.owner_type)
    groups = hospital if unit.kind == "sgh" else unit.specialities
    texts = {
        "RecArt": unit.kind or "",
        "SHAKkode": unit.shak_code,
        "DatoFra": _day(unit.validity.from_date),
        "DatoÆndring": _day(unit.updated_at),
        "DatoTil": _day(unit.validity.to_date),
        "Kodetekst": unit.name or "",
        "EGrp": "SKS",
        "DVal": "1" if unit.validity.to_date is None else "3",  # added, overwritten
    }
    for name, group in zip(("AGrp", "BGrp", "CGrp", "DGrp"), groups, strict=False):
        texts[name] = group.code or "" if group else ""
    cells = []
    for span in LAYOUT:
        text = texts.get(span.name, "")
        if len(text) > span.length:
            raise ValueError(f"{span.name}: {text!r} is longer than {span.length} characters")
        cells.append(text.ljust(span.length))
    return "".join(cells)


def shak_file(units: Iterable[SHAKUnit]) -> bytes:
    """Write the whole file; it has no header."""
    return "".join(f"{_record(unit)}\n" for unit in units).encode("cp1252")
