"""The records of the whole example register, as known on a date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from ..records import (
    Classification,
    Coded,
    EDIType,
    GeoLocation,
    LocationCode,
    LocationCodeEDIType,
    SHAKUnit,
    SOREntity,
    SorType,
    Validity,
)
from . import snapshot_date
from .codes import (
    CLASSIFICATIONS,
    COMMUNICATION_SUPPLIERS,
    EDI_ADMINISTRATORS,
    EDI_TYPES,
    SHAK_SPECIALITIES,
    SYSTEM_SUPPLIERS,
    SYSTEM_TYPES,
)
from .content import units
from .model import Records, entities_known, replaced, shak_map

_CODES_FROM = Validity(date(2005, 1, 1))


def records(day: date = snapshot_date) -> Records:
    """Return every record of the register as in the extracts of ``day``."""
    made = units()
    content = Records(day, entities_known(made, day))
    histories = content.histories()
    content.shak_sor_map = shak_map(histories)
    content.replaced_entities = replaced(made, set(histories))
    content.location_codes = [
        _location_code(versions, day)
        for versions in histories.values()
        if versions[-1].location_code_inherited is False and versions[-1].location_code
    ]
    content.location_code_edi_types = [
        pair for code in content.location_codes for pair in _handled(code)
    ]
    content.edi_types = [
        EDIType(
            edi_type_id,
            code,
            name,
            version,
            Validity(date.fromisoformat(start), date.fromisoformat(end) if end else None),
        )
        for edi_type_id, code, name, version, start, end in EDI_TYPES
    ]
    content.geo_locations = _geo_locations(histories.values())
    content.classifications = [
        Classification(Coded(list_id, list_name), entry, _CODES_FROM)
        for list_id, list_name, _, entries in CLASSIFICATIONS
        for entry in entries
    ]
    content.shak_units = _shak_units(content)
    return content


def _location_code(versions: list[SOREntity], day: date) -> LocationCode:
    """Choose the systems by the type of unit, so that similar units have similar systems."""
    last = versions[-1]
    hospital = last.shak_code is not None
    system = "Journal Måge" if hospital else "Praksis Ærfugl"
    operator = "KMD" if hospital else "TrueCommerce Denmark ApS"
    on_the_island = last.location_code_region and last.location_code_region.code == "1083"
    return LocationCode(
        location_code=last.location_code or "",
        sor_id=last.sor_id,
        only_internal=last.sor_type is SorType.IE,
        non_active=last.validity.to_date is not None and last.validity.to_date < day,
        system_type=SYSTEM_TYPES[system],
        system_supplier=SYSTEM_SUPPLIERS["Eksempelsystemer A/S" if hospital else "Øvelsesdata ApS"],
        communication_supplier=COMMUNICATION_SUPPLIERS[operator],
        region=last.location_code_region,
        edi_administrator=EDI_ADMINISTRATORS[
            "Øens EDI-hjælp" if on_the_island else "Eksempelregionens EDI-kontor"
        ],
        note="Modtager også for satellitten" if last.production_unit_number else None,
        validity=Validity(versions[0].validity.from_date, last.validity.to_date),
        first_from_date=versions[0].validity.from_date,
        updated_at=versions[0].updated_at,
    )


def _handled(code: LocationCode) -> list[LocationCodeEDIType]:
    if code.only_internal:
        return []
    hospital = code.system_type == SYSTEM_TYPES["Journal Måge"]
    sent, received = (("1", "2", "3", "9"), ("3", "5", "8")) if hospital else (
        ("3", "5", "7"), ("1", "2", "3", "6", "9"))  # fmt: skip
    name_of = {edi_type[0]: edi_type[2] for edi_type in EDI_TYPES}
    return [
        LocationCodeEDIType(
            code.location_code, Coded(edi_type, name_of[edi_type]), direction, code.validity
        )
        for direction, edi_types in (("send", sent), ("receive", received))
        for edi_type in edi_types
    ]


def _geo_locations(histories: Iterable[list[SOREntity]]) -> list[GeoLocation]:
    """Return a place for every unit that has its own placement and its own address."""
    places: list[GeoLocation] = []
    for versions in histories:
        last = versions[-1]
        address = last.visiting_address or last.postal_address
        if last.geographical_parent_relation != "1" or address is None:
            continue
        places.append(
            GeoLocation(
                geo_location_id=str(501 + len(places)),
                name=f"{last.name}, matriklen",
                sor_id=last.sor_id,
                municipality_code=address.municipality_code,
                region_code=address.region_code,
                easting=address.easting,
                northing=address.northing,
                validity=Validity(versions[0].validity.from_date, last.validity.to_date),
            )
        )
    return places


def _shak_units(content: Records) -> list[SHAKUnit]:
    """Return one record for each name of a code; of two units with one code, the first."""
    by_code = sorted(
        (e for e in content.entities if e.shak_code), key=lambda e: (e.shak_code or "", e.sor_id)
    )
    made: list[SHAKUnit] = []
    for code, under_code in groupby(by_code, key=lambda e: e.shak_code or ""):
        versions = list(under_code)
        for entity in (e for e in versions if e.sor_id == versions[0].sor_id):
            hospital, section = len(code) == 4, len(code) == 7
            owner_type = entity.owner and entity.owner.entity_type
            public = owner_type is not None and owner_type.name == "region"
            specialities = [
                Coded(SHAK_SPECIALITIES[s.code])
                for s in entity.specialities[:4]
                if section and s.code in SHAK_SPECIALITIES
            ]
            made.append(
                SHAKUnit(
                    shak_code=code,
                    kind="sgh" if hospital else "afd",
                    name=entity.name,
                    validity=entity.validity,
                    updated_at=entity.updated_at,
                    owner_type=Coded("1" if public else "2") if hospital else None,
                    institution_type=Coded("101" if public else "161") if hospital else None,
                    specialities=specialities,
                )
            )
    return made
