"""What the tests of saved registers share: to save and reopen one, and the answers to compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sorparse
from sorparse import Register

DAYS = ("2009-12-31", "2014-06-01", "2026-06-15", "2031-01-01")


def reopened(register: Register, folder: Path) -> Register:
    path = folder / "register.sor"
    register.save(path)
    return sorparse.load(path)


def answers(register: Register) -> dict[str, Any]:
    """Return what a register answers to questions of every kind."""
    given: dict[str, Any] = {
        "ids": list(register),
        "tables": register.tables,
        "issues": register.issues,
        "check": register.check(),
        "shown": (register.shown_day, register.snapshot_date, register.format),
        "history": [register.history(sor_id) for sor_id in register],
        "successors": [register.successors(sor_id) for sor_id in register],
        "diff": register.diff(DAYS[1], DAYS[2]),
        **{table: list(register.records(table)) for table in register.tables},
    }
    codes = [pair.shak_code for pair in register.shak_sor_map]
    numbers = [record.location_code for record in register.location_codes]
    for day in DAYS:
        view = register.as_of(day)
        given[day] = {
            "status": [view.status(sor_id) for sor_id in register],
            "active": list(view.active()),
            "closed": list(view.closed()),
            "future": list(view.future()),
            "effective": [view.effective(sor_id) for sor_id in view],
            "children": [view.children(sor_id) for sor_id in register],
            "owner": [view.owner(sor_id) for sor_id in view],
            "edi types": [view.edi_types(sor_id) for sor_id in view],
            "shak": [view.shak_to_sor(code) for code in codes],
            "location": [view.match_location_code(number) for number in numbers],
            "find": [view.find(text) for text in ("hosp", "afd", "9901", "klinik ny", "æø")],
            "region": [view.find(region=region) for region in ("1084", "Midtjylland")]
            if any(term.code == "1084" for term in view.terms("region"))
            else [],
            "terms": [view.terms(field) for field in ("entity_type", "owner", "municipality")],
            "unknown": [view.get("nothing"), "x" in view, view.get("")],
        }
    return given


def shak_answers(register: Register) -> dict[str, Any]:
    """Return what the SHAK of a register answers, and what the register answers with it."""
    shak = register.shak
    assert shak is not None
    return {
        "register": answers(register),
        "content": (repr(shak), shak.units, shak.regions, shak.issues, shak.check()),
        "views": [list(shak.as_of(day).active()) for day in DAYS],
        "matches": [register.as_of(day).shak_to_sor(code) for day in DAYS for code in shak],
    }
