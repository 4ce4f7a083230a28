"""A unit as a FHIR R4 ``Organization`` after HL7 Denmark's dk-core profile.

================  =========================================================================
element           from
================  =========================================================================
identifier        SOR id (``urn:oid:1.2.208.176.1.1``, with the days of the unit), CVR number
                  of the owner (``http://cvr.dk``), provider number
                  (``urn:oid:1.2.208.176.1.4``), own location number (GLN, see ``gln``)
active            in force on the view's day
type              entity type, SNOMED CT
name              name
telecom           telephone, fax, e-mail, website
address           postal address (``postal``), visiting and activity address (``physical``)
partOf            parent, by its SOR id
extension         ``organization-period``: the days of this version
================  =========================================================================

Left out, as FHIR has no agreed place for them: SHAK code (no OID is published), specialities,
pharmacy and production unit number, the geographical parent. A CVR or location number that fails
its check digit is left out too, as dk-core refuses the whole resource for it; so is an inherited
location number, which does not name the unit.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from ..identifiers import is_cvr, is_location_code
from ..records import Address, Coded, SOREntity, VirtualAddress

if TYPE_CHECKING:
    from ..register import View

PROFILE = "http://hl7.dk/fhir/core/StructureDefinition/dk-core-organization"
SOR_SYSTEM = "urn:oid:1.2.208.176.1.1"
CVR_SYSTEM = "http://cvr.dk"
PROVIDER_SYSTEM = "urn:oid:1.2.208.176.1.4"
GLN_SYSTEM = "https://www.gs1.org/gln"
"""As in dk-core's examples and MedCom's messages; dk-core's profile text has ``http:``."""
SNOMED_SYSTEM = "http://snomed.info/sct"
PERIOD_EXTENSION = "http://hl7.org/fhir/StructureDefinition/organization-period"
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def to_fhir(
    entity: SOREntity, view: View | None = None, *, gln: str | None = GLN_SYSTEM
) -> dict[str, Any]:
    """Give a unit as a dk-core ``Organization``, as a ``dict`` ready for ``json.dumps``.

    entity: one version of a unit.
    view: the register on the day that ``active`` is told for; without it that is today in
        Denmark, told by the version's own dates. With it the addresses are those with
        inheritance resolved, where ``entity`` is the version in force, and the parent is named.
    gln: the system of the location number, as profiles differ; ``None`` leaves the number out, as
        the SOR-EER profiles want it.
    """
    postal, visiting, activity, virtual = _effective(entity, view)
    found: dict[str, Any] = {
        "resourceType": "Organization",
        "id": entity.sor_id if _ID.fullmatch(entity.sor_id) else None,
        "meta": {"profile": [PROFILE]},
        "extension": _extension(entity),
        "identifier": _identifiers(entity, gln),
        "active": _active(entity, view),
        "type": _type(entity.entity_type),
        "name": entity.name,
        "telecom": _telecom(virtual),
        "address": _addresses(postal, visiting, activity),
        "partOf": _part_of(entity, view),
    }
    return {name: value for name, value in found.items() if value not in (None, [], {})}


def _effective(
    entity: SOREntity, view: View | None
) -> tuple[Address | None, Address | None, Address | None, VirtualAddress | None]:
    source: Any = entity
    if view is not None and view.get(entity.sor_id) == entity:
        source = view.effective(entity.sor_id)
    return (
        source.postal_address,
        source.visiting_address,
        source.activity_address,
        source.virtual_address,
    )


def _active(entity: SOREntity, view: View | None) -> bool:
    if view is not None:
        if entity.sor_id in view.register:
            return entity.sor_id in view
        day = view.day
    else:
        from ..register.days import today_in_denmark

        day = today_in_denmark()
    opened = entity.first_from_date is None or entity.first_from_date <= day
    return opened and entity.validity.contains(day)


def _period(start: date | None, end: date | None) -> dict[str, str] | None:
    # FHIR refuses a period that ends before it starts
    if start is not None and end is not None and end < start:
        return None
    days = {"start": start and start.isoformat(), "end": end and end.isoformat()}
    return {name: day for name, day in days.items() if day} or None


def _extension(entity: SOREntity) -> list[dict[str, Any]]:
    period = _period(entity.validity.from_date, entity.validity.to_date)
    return [{"url": PERIOD_EXTENSION, "valuePeriod": period}] if period else []


def _identifiers(entity: SOREntity, gln: str | None) -> list[dict[str, Any]]:
    sor: dict[str, Any] = {"use": "official", "system": SOR_SYSTEM, "value": entity.sor_id}
    period = _period(entity.first_from_date, entity.validity.to_date)
    if period:
        sor["period"] = period
    found = [sor]
    if entity.cvr is not None and is_cvr(entity.cvr):
        found.append({"system": CVR_SYSTEM, "value": entity.cvr})
    if entity.provider_number is not None:
        found.append({"system": PROVIDER_SYSTEM, "value": entity.provider_number})
    if (
        gln is not None
        and entity.location_code is not None
        and not entity.location_code_inherited
        and is_location_code(entity.location_code)
    ):
        found.append({"system": gln, "value": entity.location_code})
    return found


def _type(kind: Coded | None) -> list[dict[str, Any]]:
    if kind is None:
        return []
    concept: dict[str, Any] = {}
    if kind.code is not None:
        coding = {"system": SNOMED_SYSTEM, "code": kind.code, "display": kind.name}
        concept["coding"] = [{name: text for name, text in coding.items() if text}]
    if kind.name is not None:
        concept["text"] = kind.name
    return [concept] if concept else []


def _telecom(virtual: VirtualAddress | None) -> list[dict[str, str]]:
    if virtual is None:
        return []
    pairs = (
        ("phone", virtual.telephone),
        ("fax", virtual.fax),
        ("email", virtual.email),
        ("url", virtual.website),
    )
    return [{"system": system, "value": value, "use": "work"} for system, value in pairs if value]


def _addresses(
    postal: Address | None, visiting: Address | None, activity: Address | None
) -> list[dict[str, Any]]:
    kinds: dict[Address, str] = {}
    for address, kind in ((postal, "postal"), (visiting, "physical"), (activity, "physical")):
        if address is not None:
            kinds[address] = "both" if kinds.get(address, kind) != kind else kind
    return [_address(address, kind) for address, kind in kinds.items()]


def _address(address: Address, kind: str) -> dict[str, Any]:
    found = {
        "use": "work",
        "type": kind,
        "line": _lines(address),
        "city": address.district_name,
        "district": address.municipality_name,
        "state": address.region_name,
        "postalCode": address.post_code,
        "country": address.country_code,
    }
    return {name: value for name, value in found.items() if value}


def _lines(address: Address) -> list[str]:
    door = " ".join(part for part in (address.floor_id, address.suite_id) if part)
    street = " ".join(part for part in (address.street_name, address.street_building_id) if part)
    if street and door:
        street = f"{street}, {door}"
    box = address.post_office_box
    parts = (
        street or door,
        address.stairway,
        address.mail_delivery_sublocation,
        address.additional_info,
        address.district_subdivision,
        f"Postboks {box}" if box else None,
    )
    return [part for part in parts if part]


def _part_of(entity: SOREntity, view: View | None) -> dict[str, Any] | None:
    if entity.parent_id is None:
        return None
    found: dict[str, Any] = {
        "type": "Organization",
        "identifier": {"system": SOR_SYSTEM, "value": entity.parent_id},
    }
    parent = None if view is None else view.get(entity.parent_id)
    if parent is not None and parent.name is not None:
        found["display"] = parent.name
    return found
