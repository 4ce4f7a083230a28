"""Everything the register says about one unit, as plain values; for ``show`` and ``browse``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import sorparse

from . import units
from .output import shown

if TYPE_CHECKING:
    from sorparse import View


def describe(view: View, sor_id: str) -> dict[str, Any]:
    """Return everything the register says about a unit on the view's date.

    Raises:
        UnknownUnitError: If the register does not have the unit.
    """
    status = units.unit_status(view, sor_id)
    in_force = sor_id in view
    effective = sorparse.to_dict(view.effective(sor_id)) if in_force else None
    register = view.register
    return {
        "day": view.day.isoformat(),
        "status": status.status,
        "opened": status.opened and status.opened.isoformat(),
        "closes": status.closes and status.closes.isoformat(),
        "unit": sorparse.to_dict(status.unit),
        "effective": effective,
        "ancestors": [_named(view, above.sor_id) for above in view.ancestors(sor_id)]
        if in_force
        else [],
        "predecessors": [_named(view, each) for each in register.predecessors(sor_id)],
        "successors": [_named(view, each) for each in register.successors(sor_id)],
        "active_successors": []
        if in_force
        else [_named(view, each.sor_id) for each in view.active_successors(sor_id)],
        "edi_types": [sorparse.to_dict(each) for each in view.edi_types(sor_id)]
        if in_force
        else [],
        "caveats": list(view.caveats),
    }


def status_line(details: dict[str, Any]) -> str:
    """Return the line with status and dates of a unit that :func:`describe` returned."""
    opening = "opens" if details["status"] == "FUTURE" else "opened"
    closing = f", last day {details['closes']}" if details["closes"] else ""
    return f"{details['status']} on {details['day']}, {opening} {details['opened'] or '?'}{closing}"


def _named(view: View, sor_id: str) -> dict[str, Any]:
    return {"sor_id": sor_id, "name": units.name_of(view.register, sor_id)}


def flat(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and text of every value that is present; nested names have dots."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{above}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for place, each in enumerate(value, start=1):
                yield from flat(each, f"{above}{name}.{place}.")
        elif value is not None and value != []:
            yield f"{above}{name}", shown(value)
