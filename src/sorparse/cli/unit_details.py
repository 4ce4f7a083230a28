"""Everything that the register has about one unit: ``show``, ``archive show``, ``browse``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

import sorparse
from sorparse.display.values import period
from sorparse.inheritance import NEAREST_FIRST

from . import units
from .output import field_label, shown

if TYPE_CHECKING:
    from sorparse import Effective, SOREntity, View

    from .output import Output

Pairs = list[tuple[str, str]]
"""Titles with their values."""

LEVELS = {
    sorparse.SorType.IE: "institution owner",
    sorparse.SorType.SI: "health institution",
    sorparse.SorType.OE: "organisational unit",
}
_IDENTITY = ("sor_id", "name", "sor_type", "entity_type")
_CONTACTS = ("telephone", "email", "website", "fax")
_CODES = (
    *("shak_code", "provider_number", "pharmacy_number", "local_code"),
    *("cvr", "production_unit_number"),
)
_ELSEWHERE = frozenset(
    {
        *_IDENTITY,
        *_CODES,
        *NEAREST_FIRST,
        *("parent_id", "owner", "health_institution", "validity", "first_from_date", "updated_at"),
        *("virtual_address", "location_code", "location_code_inherited", "specialities"),
        *("replaces", "replaced_by"),
    }
)
"""Fields that the groups above show; the group *Other* shows the rest."""


def describe(view: View, sor_id: str) -> dict[str, Any]:
    """Return everything that the register has about a unit on the view's date.

    Raises:
        UnknownUnitError: If the register does not have the unit.
    """
    status = units.unit_status(view, sor_id)
    in_force = sor_id in view
    effective = sorparse.to_dict(view.effective(sor_id)) if in_force else None
    edi_types = view.edi_types(sor_id) if in_force else ()
    active = () if in_force else view.active_successors(sor_id)
    register = view.register
    return {
        "day": view.day.isoformat(),
        "status": status.status,
        "opened": status.opened and status.opened.isoformat(),
        "closes": status.closes and status.closes.isoformat(),
        "unit": sorparse.to_dict(status.unit),
        "effective": effective,
        "ancestors": [_named(view, each) for each in units.above(view, sor_id)],
        "predecessors": [_named(view, each) for each in register.predecessors(sor_id)],
        "successors": [_named(view, each) for each in register.successors(sor_id)],
        "active_successors": [_named(view, each.sor_id) for each in active],
        "edi_types": [sorparse.to_dict(each) for each in edi_types],
        "caveats": list(view.caveats),
    }


def write_heading(view: View, sor_id: str, out: Output) -> None:
    """Write name and id of a unit, and its status on the view's date."""
    unit, status, *_ = units.unit_status(view, sor_id)
    out.line(f"{shown(unit.name)}  {unit.sor_id}", "bold")
    out.line(status_line(view, sor_id), units.status_style(status))


def write_groups(view: View, sor_id: str, out: Output) -> None:
    """Write a unit for a person: its heading and its :func:`groups`."""
    write_heading(view, sor_id, out)
    for title, pairs in groups(view, sor_id):
        out.pairs(title, pairs)
    out.line("--wide shows every field by its name", "dim")


def status_line(view: View, sor_id: str) -> str:
    """Return the line with status and dates of a unit on the view's date."""
    _, status, opened, closes = units.unit_status(view, sor_id)
    opening = "opens" if status == "FUTURE" else "opened"
    closing = f", last day {closes}" if closes else ""
    return f"{status} on {view.day}, {opening} {opened or '?'}{closing}"


def groups(view: View, sor_id: str) -> Iterator[tuple[str, Pairs]]:
    """Yield what the register has about a unit in groups of titles and values, for a person.

    Every field of the unit that has a value is in a group: an address as one line, a code by its
    name, an inherited value with the unit that it comes from.
    """
    unit = units.unit_status(view, sor_id).unit
    effective = view.effective(sor_id) if sor_id in view else None
    for title, pairs in (
        ("Type", _type(unit)),
        ("Hierarchy", _hierarchy(view, unit)),
        ("Dates", _dates(unit)),
        ("Addresses", _addresses(view, unit, effective)),
        ("Contacts", _contacts(view, unit, effective)),
        ("Codes", _codes(view, unit, effective)),
        ("Specialities", _specialities(unit)),
        ("Message types", _message_types(view, unit) if effective else []),
        ("Replacements", _replacements(view, unit)),
        ("Other", _others(unit)),
        ("Note", [("", caveat) for caveat in effective.caveats] if effective else []),
    ):
        if pairs:
            yield title, pairs


def _type(unit: SOREntity) -> Pairs:
    level = unit.sor_type and f"{unit.sor_type.value} ({LEVELS[unit.sor_type]})"
    pairs = (("type", units.name_or_code(unit.entity_type)), ("level", level))
    return [(title, value) for title, value in pairs if value]


def _hierarchy(view: View, unit: SOREntity) -> Pairs:
    above = units.above(view, unit.sor_id)
    if not above and unit.parent_id is not None:
        above = [unit.parent_id]
    pairs = [("in", _name_and_id(view, each)) for each in above]
    for title, place in (("hospital", unit.health_institution), ("owner", unit.owner)):
        if place is not None and place.sor_id not in (unit.sor_id, *above):
            pairs.append((title, "  ".join(filter(None, (place.name, place.sor_id)))))
    return pairs


def _dates(unit: SOREntity) -> Pairs:
    pairs = (("this version", period(unit.validity)), ("last edit", shown(unit.updated_at)))
    return [pair for pair in pairs if pair[1]]


def _addresses(view: View, unit: SOREntity, effective: Effective | None) -> Pairs:
    pairs = [
        (
            field.removesuffix("_address"),
            (str(address) or "(no street or town)") + _origin(view, unit, effective, field),
        )
        for field in reversed(NEAREST_FIRST)
        if (address := getattr(effective or unit, field)) is not None
    ]
    places = (effective.municipality, effective.region) if effective else ()
    named = ", ".join(filter(None, map(units.name_or_code, places)))
    return [*pairs, ("located in", named)] if named else pairs


def _contacts(view: View, unit: SOREntity, effective: Effective | None) -> Pairs:
    given = (effective or unit).virtual_address
    origin = _origin(view, unit, effective, "virtual_address")
    pairs = [(field_label(name), getattr(given, name, None)) for name in _CONTACTS]
    return [(title, value + origin) for title, value in pairs if value]


def _codes(view: View, unit: SOREntity, effective: Effective | None) -> Pairs:
    pairs = [(field_label(name), value) for name in _CODES if (value := getattr(unit, name))]
    location_code = (effective and effective.location_code) or unit.location_code
    if location_code:
        origin = _origin(view, unit, effective, "location_code")
        if not origin and unit.location_code_inherited:
            origin = ", inherited"
        pairs.append((field_label("location_code"), location_code + origin))
    return pairs


def _origin(view: View, unit: SOREntity, effective: Effective | None, field: str) -> str:
    """Return the name of the unit that a value is inherited from, as an addition to the value."""
    origin = effective and effective.origin.get(field)
    if not origin or origin == unit.sor_id:
        return ""
    return f", from {units.name_of(view.register, origin) or origin}"


def _specialities(unit: SOREntity) -> Pairs:
    return [
        (str(place), units.name_or_code(speciality) or "")
        for place, speciality in enumerate(unit.specialities, start=1)
        if units.name_or_code(speciality)
    ]


def _message_types(view: View, unit: SOREntity) -> Pairs:
    named = (units.name_or_code(each.edi_type) for each in view.edi_types(unit.sor_id))
    texts = list(dict.fromkeys(name for name in named if name))
    return [("", ", ".join(texts))] if texts else []


def _replacements(view: View, unit: SOREntity) -> Pairs:
    sor_id, register = unit.sor_id, view.register
    active = [] if sor_id in view else [one.sor_id for one in view.active_successors(sor_id)]
    return [
        (title, _name_and_id(view, each))
        for title, ids in (
            ("replaces", dict.fromkeys((*register.predecessors(sor_id), *unit.replaces))),
            ("replaced by", dict.fromkeys((*register.successors(sor_id), *unit.replaced_by))),
            ("active instead", active),
        )
        for each in ids
    ]


def _others(unit: SOREntity) -> Pairs:
    pairs: Pairs = []
    for field in attrs.fields(type(unit)):
        value = getattr(unit, field.name)
        if field.name in _ELSEWHERE or value is None or value == ():
            continue
        if isinstance(value, sorparse.Coded):
            value = units.name_or_code(value)
        if isinstance(value, sorparse.Extra):
            pairs += value.items()
        else:
            pairs.append((field_label(field.name), shown(value)))
    return pairs


def _named(view: View, sor_id: str) -> dict[str, Any]:
    return {"sor_id": sor_id, "name": units.name_of(view.register, sor_id)}


def _name_and_id(view: View, sor_id: str) -> str:
    return "  ".join(filter(None, (units.name_of(view.register, sor_id), sor_id)))


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
