"""Elements of an ``Organization`` that all profiles share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from ... import codes
from ...identifiers import is_cvr, is_location_code
from ...inheritance import ADDRESSES, Effective
from ...records import Address, SOREntity, SorType, VirtualAddress
from . import systems
from .systems import Json, filled

if TYPE_CHECKING:
    from ...register import View

Holder = SOREntity | Effective
"""What has the three addresses and the virtual address of a unit."""
_PERIOD = "http://hl7.org/fhir/StructureDefinition/organization-period"
_DK_CORE = "http://hl7.dk/fhir/core/StructureDefinition/"
_MUNICIPALITY_OWNER, _REGION_OWNER = "547211000005108", "550881000005103"
_MUNICIPALITY_WORDS = frozenset(("kommune", "kommunia", "kommuneqarfik", "regionskommune"))


def holder(entity: SOREntity, view: View | None) -> Holder:
    """Return what has the addresses: with inheritance resolved where ``entity`` is in force."""
    if view is not None and view.get(entity.sor_id) == entity:
        return view.effective(entity.sor_id)
    return entity


def first(addresses: Holder, field: str) -> str | None:
    """Return the first value of a field among the addresses."""
    values = (getattr(getattr(addresses, name), field, None) for name in ADDRESSES)
    return next((value for value in values if value), None)


def period(start: date | None, end: date | None) -> dict[str, str] | None:
    """Return a FHIR ``Period``; ``None`` without dates, or where it would end before it starts."""
    if start is not None and end is not None and end < start:
        return None
    days = {"start": start and start.isoformat(), "end": end and end.isoformat()}
    return {name: day for name, day in days.items() if day} or None


def period_extension(entity: SOREntity) -> list[Json]:
    """Return the dates of this version."""
    dates = period(entity.validity.from_date, entity.validity.to_date)
    return [{"url": _PERIOD, "valuePeriod": dates}] if dates else []


def cvr(entity: SOREntity) -> str | None:
    """Return the CVR number where its check digit is right; dk-core refuses others."""
    return entity.cvr if entity.cvr is not None and is_cvr(entity.cvr) else None


def identifiers(entity: SOREntity, gln: str | None) -> list[Json]:
    """Return the identifiers; ``gln`` is the system of the location number, ``None`` omits it."""
    own = entity.location_code
    if own is None or entity.location_code_inherited or not is_location_code(own):
        gln = None
    others = (
        (systems.CVR, cvr(entity)),
        (systems.PROVIDER, entity.provider_number),
        (gln, own),
        *_owner_codes(entity),
    )
    return [
        filled(
            {
                "use": "official",
                "system": systems.SOR,
                "value": entity.sor_id,
                "period": period(entity.first_from_date, entity.validity.to_date),
            }
        ),
        *({"system": system, "value": value} for system, value in others if system and value),
    ]


def _owner_codes(entity: SOREntity) -> Iterator[tuple[str, str | None]]:
    """Yield the code of a municipality or region that is an institution owner.

    The owner's name decides where the code table has it; else the owner's own address does, as
    the administration is in the area that it governs.
    """
    kind = entity.entity_type.code if entity.entity_type is not None else None
    if entity.sor_type is not SorType.IE:
        return
    if kind == _MUNICIPALITY_OWNER:
        code = _code_by_name(entity.name) or first(entity, "municipality_code")
        yield systems.MUNICIPALITY, systems.municipality_code(code)
    elif kind == _REGION_OWNER:
        code = codes.code_of("region", entity.name or "") or first(entity, "region_code")
        yield systems.REGION, systems.region_code(code)


def _code_by_name(name: str | None) -> str | None:
    """Find a municipality by its owner's name: "Københavns Kommune" is that of København."""
    words = [word for word in (name or "").split() if word.casefold() not in _MUNICIPALITY_WORDS]
    base = " ".join(words)
    return codes.code_of("municipality", base) or codes.code_of(
        "municipality", base.removesuffix("s")
    )


def telecom(virtual: VirtualAddress | None) -> list[Json]:
    """Return telephone, fax, e-mail and website."""
    if virtual is None:
        return []
    pairs = (
        ("phone", virtual.telephone),
        ("fax", virtual.fax),
        ("email", virtual.email),
        ("url", virtual.website),
    )
    return [{"system": system, "value": value, "use": "work"} for system, value in pairs if value]


def addresses(given: Holder) -> list[Json]:
    """Return the addresses, equal ones once."""
    kinds: dict[Address, str] = {}
    for name in ADDRESSES:
        address = getattr(given, name)
        kind = "postal" if name == "postal_address" else "physical"
        if address is not None:
            kinds[address] = "both" if kinds.get(address, kind) != kind else kind
    return [_address(address, kind) for address, kind in kinds.items()]


def _address(address: Address, kind: str) -> Json:
    return filled(
        {
            "extension": list(_area_extensions(address)),
            "use": "work",
            "type": kind,
            "line": _lines(address),
            "city": address.district_name,
            "district": address.municipality_name,
            "state": address.region_name,
            "postalCode": address.post_code,
            "country": address.country_code,
        }
    )


def _area_extensions(address: Address) -> Iterator[Json]:
    municipality = systems.municipality_code(address.municipality_code)
    region = systems.region_code(address.region_code)
    for name, system, code in (
        ("dk-core-municipalityCodes", systems.MUNICIPALITY, municipality),
        ("dk-core-RegionalSubDivisionCodes", systems.REGION, region),
    ):
        if code is not None:
            coding = {"system": system, "code": code}
            yield {"url": _DK_CORE + name, "valueCodeableConcept": {"coding": [coding]}}


def _lines(address: Address) -> list[str]:
    street = (address.street_name, address.street_building_id)
    door = (address.floor_id, address.suite_id)
    box = address.post_office_box
    lines = (
        ", ".join(filter(None, (" ".join(filter(None, part)) for part in (street, door)))),
        address.stairway,
        address.mail_delivery_sublocation,
        address.additional_info,
        address.district_subdivision,
        f"Postboks {box}" if box else None,
    )
    return [line for line in lines if line]
