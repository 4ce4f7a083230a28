"""A unit as a FHIR R4 ``Organization`` after one of four Danish profiles.

================  =========================================================================
element           from
================  =========================================================================
identifier        SOR id (with the dates of the unit), CVR number of the owner, provider
                  number, own location number (see ``gln``), municipality or region code of
                  an owner that is one
active            in force on the date of the view
type              entity type: SNOMED CT, or text where the code is not a SNOMED CT concept
name              name
telecom           telephone, fax, e-mail, website
address           postal address (``postal``), visiting and activity address (``physical``),
                  with municipality and region codes
partOf            parent, by its SOR id
extension         ``organization-period``: the dates of this version
================  =========================================================================

Omitted, because no profile has a place for them: SHAK code (no OID is published), pharmacy and
production unit number, the geographical parent; specialities outside eHealth. Omitted too is what
a profile would refuse: a CVR or location number with a wrong check digit, a municipality or region
that is not in the required code list, an inherited location number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any, Literal, get_args

from ...errors import FhirError
from ...records import Coded, SOREntity, SorType
from . import parts, systems
from .systems import Json, filled, organization_reference

if TYPE_CHECKING:
    from ...register import View

Profile = Literal["dk-core", "medcom", "eer", "ehealth"]
Value = str | Mapping[str, Any]

_HL7_ORGANIZATION = "http://hl7.dk/fhir/core/StructureDefinition/dk-core-organization"
_MEDCOM = "http://medcomfhir.dk/ig/core/StructureDefinition/medcom-core-organization"
_EER = "http://medcomehmi.dk/ig/eer/StructureDefinition/"
_EER_TERMS = "http://medcomehmi.dk/ig/terminology/CodeSystem/"
_EHEALTH = "http://ehealth.sundhed.dk/fhir/StructureDefinition/"
_PROFILE_URL: dict[Profile, str] = {
    "dk-core": _HL7_ORGANIZATION,
    "medcom": _MEDCOM,
    "eer": f"{_EER}Eer.SOR.Organization",
    "ehealth": f"{_EHEALTH}ehealth-organization",
}
KEYS = (
    *("resourceType", "id", "meta", "extension", "identifier", "active", "type", "name"),
    *("telecom", "address", "partOf"),
)
"""Keys of a resource after dk-core, in their order."""
_EER_UNIT_TYPES = {
    "547211000005108": "kommune",
    "550881000005103": "region",
    "550621000005101": "hjemmesygeplejeenhed",
    "42665001": "plejehjem",
}
"""Unit types whose EER code is known; EER has 20."""
_CONTACT_TYPE = "http://terminology.hl7.org/CodeSystem/contactentity-type"


def to_fhir(
    entity: SOREntity,
    view: View | None = None,
    *,
    profile: Profile = "dk-core",
    gln: str | None = systems.GLN,
    source: Value | None = None,
    synchronization_status: Value | None = None,
) -> dict[str, Any]:
    """Return a unit as a FHIR R4 ``Organization``, a ``dict`` ready for ``json.dumps``.

    Args:
        entity: One version of a unit.
        view: The register on the date for which ``active`` is set. Defaults to today in Denmark,
            decided by the version's own dates. With a view the addresses are those with
            inheritance resolved, where ``entity`` is the version in force, and the parent is named.
        profile: ``"dk-core"`` (HL7 Denmark), ``"medcom"`` (MedCom core, with narrative), ``"eer"``
            (SOR organisation of MedCom's endpoint register, never with a location number) or
            ``"ehealth"`` (the eHealth infrastructure).
        gln: The identifier system of the location number (GLN); ``None`` omits the number.
        source: eHealth only, required there: where the resource comes from. SOR does not hold it.
            A text, or the value as FHIR writes it: ``{"valueCode": "..."}``.
        synchronization_status: eHealth only, required there: the synchronisation status, in the
            same form.

    Returns:
        The resource. Elements without a value are omitted.

    Raises:
        FhirError: If the record or the arguments lack what the profile requires.

    Example:
        >>> import sorparse
        >>> sorparse.to_fhir(sorparse.SOREntity("9000471000016005", "Klinik"))["name"]
        'Klinik'
    """
    if profile not in _PROFILE_URL:
        expected = ", ".join(get_args(Profile))
        raise FhirError(f"unknown FHIR profile {profile!r}: expected one of {expected}")
    if profile != "ehealth" and not (source is None and synchronization_status is None):
        raise FhirError("source and synchronization_status belong to the profile 'ehealth' only")
    holder = parts.holder(entity, view)
    organization: Json = {
        "resourceType": "Organization",
        "id": systems.fhir_id(entity.sor_id),
        "meta": {"profile": [_PROFILE_URL[profile]]},
        "extension": parts.period_extension(entity),
        "identifier": parts.identifiers(entity, None if profile == "eer" else gln),
        "active": _active(entity, view),
        "type": [kind for kind in [systems.concept(entity.entity_type)] if kind],
        "name": entity.name,
        "telecom": parts.telecom(holder.virtual_address),
        "address": parts.addresses(holder),
        "partOf": _part_of(entity, view),
    }
    if profile == "medcom":
        organization["id"] = _required(organization["id"], entity, profile, "an id")
        organization["text"] = _narrative(entity)
    elif profile == "eer":
        organization["type"] = [*_eer_types(entity), *organization["type"]]
        organization["contact"] = [_eer_owner(entity, view)]
    elif profile == "ehealth":
        _required(entity.name, entity, profile, "a name")
        organization["extension"] += _ehealth_extensions(
            entity,
            view,
            holder,
            {"source": source, "synchronization_status": synchronization_status},
        )
    return filled(organization)


def is_active(entity: SOREntity, day: date) -> bool:
    """Return whether a version is in force on a date, by its own dates."""
    opened = entity.first_from_date is None or entity.first_from_date <= day
    return opened and entity.validity.contains(day)


def _active(entity: SOREntity, view: View | None) -> bool:
    if view is not None:
        if entity.sor_id in view.register:
            return entity.sor_id in view
        return is_active(entity, view.day)
    from ...register.days import today_in_denmark

    return is_active(entity, today_in_denmark())


def _part_of(entity: SOREntity, view: View | None) -> Json | None:
    if entity.parent_id is None:
        return None
    parent = None if view is None else view.get(entity.parent_id)
    return organization_reference(entity.parent_id, parent.name if parent else None)


def _required(value: Any, entity: SOREntity, profile: Profile, what: str) -> Any:
    if not value:
        raise FhirError(
            f"unit {entity.sor_id!r} cannot be written for the FHIR profile {profile!r}: "
            f"the profile requires {what}, and the record does not have it"
        )
    return value


def _narrative(entity: SOREntity) -> Json:
    """Return the text for people that MedCom requires: id, SOR identifier and name."""
    lines = (
        f"Id: {entity.sor_id}",
        f"SOR: {systems.SOR} {entity.sor_id}",
        f"Name: {entity.name}" if entity.name else "",
    )
    paragraphs = "".join(f"<p>{escape(_xml_text(line))}</p>" for line in lines if line)
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</div>',
    }


def _xml_text(text: str) -> str:
    # control characters cannot occur in XML, not even escaped
    return "".join(each if each >= " " or each in "\t\n\r" else " " for each in text)


def _eer_types(entity: SOREntity) -> Iterator[Json]:
    level: SorType = _required(entity.sor_type, entity, "eer", "a level (IE, SI or OE)")
    yield _eer_type("eer-sor-organization-type", level.value)
    kind = entity.entity_type
    word = _EER_UNIT_TYPES.get(kind.code) if kind is not None and kind.code else None
    if word is not None:
        yield _eer_type("eer-sor-unit-type", word)


def _eer_type(system: str, code: str) -> Json:
    return {"coding": [{"system": _EER_TERMS + system, "code": code}]}


def _eer_owner(entity: SOREntity, view: View | None) -> Json:
    """Return the contact that refers to the institution owner; an owner refers to itself."""
    sor_id, name = (entity.owner.sor_id, entity.owner.name) if entity.owner else (None, None)
    if sor_id is None and entity.sor_type is SorType.IE:
        sor_id, name = entity.sor_id, entity.name
    if sor_id is None and view is not None and view.get(entity.sor_id) == entity:
        owner = view.owner(entity.sor_id)
        sor_id, name = (owner.sor_id, owner.name) if owner else (None, None)
    sor_id = _required(sor_id, entity, "eer", "an institution owner")
    return {
        "extension": [
            {
                "url": f"{_EER}contactdetail-organization-reference-extension",
                "valueReference": organization_reference(sor_id, name),
            }
        ],
        "purpose": {"coding": [{"system": _CONTACT_TYPE, "code": "ADMIN"}]},
    }


def _ehealth_extensions(
    entity: SOREntity,
    view: View | None,
    holder: parts.Holder,
    given: dict[str, Value | None],
) -> list[Json]:
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise FhirError(
            "the FHIR profile 'ehealth' requires values that SOR does not hold; "
            f"pass {' and '.join(f'{name}=' for name in missing)}"
        )
    texts = {
        "cvrNumber": parts.cvr(entity),
        "regionCode": parts.first(holder, "region_code"),
        "municipalityCode": parts.first(holder, "municipality_code"),
        "providerIdentifier": entity.provider_number,
    }
    return [
        {"url": _ehealth_url("source"), **_value(given["source"])},
        {"url": _ehealth_url("synchronizationStatus"), **_value(given["synchronization_status"])},
        *({"url": _ehealth_url(name), "valueString": text} for name, text in texts.items() if text),
        *_ehealth_specialities(entity.specialities),
        *_ehealth_relations(entity, view),
    ]


def _ehealth_url(name: str) -> str:
    return f"{_EHEALTH}ehealth-organization-{name}"


def _value(given: Value | None) -> Json:
    if isinstance(given, str):
        return {"valueString": given}
    value = dict(given or {})
    if len(value) != 1 or not next(iter(value)).startswith("value"):
        raise FhirError(
            f"expected a text or one FHIR value such as {{'valueCode': '...'}}, not {given!r}"
        )
    return value


def _ehealth_specialities(specialities: tuple[Coded, ...]) -> Iterator[Json]:
    for place, speciality in enumerate(specialities):
        kind = systems.concept(speciality)
        if kind is not None:
            yield {
                "url": _ehealth_url("specialty"),
                "extension": [
                    {"url": "specialty", "valueCodeableConcept": kind},
                    {"url": "primaryIndicator", "valueBoolean": place == 0},
                ],
            }


def _ehealth_relations(entity: SOREntity, view: View | None) -> Iterator[Json]:
    """Yield the direct successors and predecessors of a unit, each once."""
    after: dict[str, date | None] = dict.fromkeys(entity.replaced_by)
    before: dict[str, date | None] = dict.fromkeys(entity.replaces)
    if view is not None and entity.sor_id in view.register:
        register = view.register
        if register.successors(entity.sor_id) or register.predecessors(entity.sor_id):
            for pair in register.replaced_entities:
                if pair.sor_id == entity.sor_id:
                    after[pair.replaced_by_id] = pair.from_date
                elif pair.replaced_by_id == entity.sor_id:
                    before[pair.sor_id] = pair.from_date
    get: Callable[[str], SOREntity | None] = view.get if view is not None else lambda _: None
    for relation, units in (("replaced by", after), ("replaces", before)):
        for sor_id, since in units.items():
            other = get(sor_id)
            period = parts.period(since, None)
            yield {
                "url": _ehealth_url("relatedTo"),
                "extension": [
                    {
                        "url": "target",
                        "valueReference": organization_reference(
                            sor_id, other.name if other else None
                        ),
                    },
                    {"url": "relationType", "valueCodeableConcept": {"text": relation}},
                    *([{"url": "period", "valuePeriod": period}] if period else []),
                ],
            }
