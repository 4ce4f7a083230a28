"""Write Sor.xml, in version 2.0.0 and 1.0.0, and the two files beside it.

The two versions differ in namespaces, in some names and in their elements, as ``Dialect`` declares.
Elements whose namespace in 2.0.0 is not published follow the publisher's rule:
unchanged ones keep the namespace of 1.0.0, changed ones have the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import attrs

from ..records import (
    Address,
    Coded,
    LocationCode,
    SOREntity,
    SorType,
    Validity,
    VirtualAddress,
)
from .codes import CLASSIFICATIONS, MAIN_SPECIALITY, SECONDARY_SPECIALITY
from .model import Records

_DKCC: Final = "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2003/02/13/"
_DKCC_2005: Final = "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/03/15/"
_DKCC_2005_2: Final = "http://rep.oio.dk/ebxml/xml/schemas/dkcc/2005/05/13/"
_POSTAL: Final = "http://rep.oio.dk/xkom.dk/xml/schemas/2006/01/06/"
_EMAIL: Final = "http://rep.oio.dk/xkom.dk/xml/schemas/2005/03/15/"
_CPR: Final = "http://rep.oio.dk/cpr.dk/xml/schemas/core/2005/03/18/"
_SOR_1: Final = "urn:oio:sundhedsstyrelsen:organisation:1.0.0"
_SOR_2: Final = "urn:oio:nsi:2.0.0"

INDENT: Final = "\t"
_LINE_END: Final = "\r\n"


@attrs.frozen
class Dialect:
    """Properties of one version of the format."""

    version_2: bool
    prefixes: dict[str, str]
    unchanged: str
    """Prefix of the elements that 2.0.0 has unchanged from 1.0.0."""
    postal: str
    email: str


V2: Final = Dialect(
    version_2=True,
    prefixes={
        "osak": "http://rep.oio.dk/osak.dk/xml/schemas/2006/04/25/",
        "cpr": _CPR,
        "cvr": "http://rep.oio.dk/cvr.dk/xml/schemas/2005/03/22/",
        "xkom": _POSTAL,
        "sor1": _SOR_1,
        "dkcc": _DKCC,
        "dkcc2005": _DKCC_2005,
        "kms": "http://rep.oio.dk/kms.dk/xml/schemas/2007/05/23/",
        "xkom1": _EMAIL,
        "dkcc2005-2": _DKCC_2005_2,
        "": _SOR_2,
    },
    unchanged="sor1:",
    postal="xkom:",
    email="xkom1:",
)
# the prefix xkom has another namespace here, as in the real files
V1: Final = Dialect(
    version_2=False,
    prefixes={
        "xkom-1": _POSTAL,
        "dkcc": _DKCC,
        "dkcc2005": _DKCC_2005,
        "dkcc2005-2": _DKCC_2005_2,
        "cpr": _CPR,
        "xkom": _EMAIL,
        "": _SOR_1,
    },
    unchanged="",
    postal="xkom-1:",
    email="xkom:",
)


class Document:
    """Writer of elements, one per line; elements without a value are omitted."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._lines = ['<?xml version="1.0" encoding="utf-8"?>']
        self._depth = 0

    def leaf(self, name: str, value: object, attributes: str = "") -> None:
        """Write an element with text."""
        if value is None:
            return
        if isinstance(value, bool):
            value = "true" if value else "false"
        self._line(f"<{name}{attributes}>{escape(str(value))}</{name}>")

    def unchanged(self, name: str, value: object) -> None:
        """Write an element that both versions have in the namespace of 1.0.0."""
        self.leaf(self.dialect.unchanged + name, value)

    @contextmanager
    def inside(self, name: str, attributes: str = "") -> Iterator[None]:
        """Write the following elements inside an element."""
        self._line(f"<{name}{attributes}>")
        self._depth += 1
        yield
        self._depth -= 1
        self._line(f"</{name}>")

    @contextmanager
    def root(self, name: str, content: Records) -> Iterator[None]:
        """Write the root, the time of creation and the date of the data."""
        declared = "".join(
            f" xmlns{prefix and ':' + prefix}={quoteattr(uri)}"
            for prefix, uri in self.dialect.prefixes.items()
        )
        with self.inside(name, declared):
            self.unchanged("CreatedAtTime", f"{content.day}T01:00:29.6269718+02:00")
            self.unchanged("SnapshotDate", content.day)
            yield

    def bytes(self) -> bytes:
        """Return the file as UTF-8 with a byte order mark and CRLF."""
        return "".join(line + _LINE_END for line in self._lines).encode("utf-8-sig")

    def _line(self, text: str) -> None:
        self._lines.append(INDENT * self._depth + text)


def sor_xml(content: Records, dialect: Dialect) -> bytes:
    """Write Sor.xml: one version of each unit, inside the unit above it."""
    out = Document(dialect)
    below: dict[str | None, list[SOREntity]] = {}
    for entity in content.snapshot():
        below.setdefault(entity.parent_id, []).append(entity)
    writer = _Units(out, below, {c.location_code: c for c in content.location_codes})
    with out.root("SorTree", content):
        for owner in below[None]:
            writer.entity(owner)
    return out.bytes()


_NAMES: Final = {
    SorType.IE: ("InstitutionOwner", "OwnerType"),
    SorType.SI: ("HealthInstitution", "InstitutionType"),
    SorType.OE: ("OrganizationalUnit", "UnitType"),
}


@attrs.frozen
class _Units:
    out: Document
    below: dict[str | None, list[SOREntity]]
    location_codes: dict[str, LocationCode]

    def entity(self, entity: SOREntity) -> None:
        if entity.sor_type is None:
            raise ValueError(f"{entity.sor_id} has no level")
        name, _ = _NAMES[entity.sor_type]
        children = self.below.get(entity.sor_id, [])
        with self.out.inside(f"{name}Entity"):
            with self.out.inside(name):
                self._unit(entity, entity.sor_type)
            for level in (SorType.SI, SorType.OE):
                for child in children:
                    if child.sor_type is level:
                        self.entity(child)

    def _unit(self, entity: SOREntity, level: SorType) -> None:
        out, version_2 = self.out, self.out.dialect.version_2
        out.unchanged("SorIdentifier", entity.sor_id)
        out.unchanged("EntityName", entity.name)
        type_name = "EntityTypeIdentifier" if version_2 else _NAMES[level][1]
        out.leaf(type_name, entity.entity_type and entity.entity_type.code)
        out.unchanged("LocalCode", entity.local_code)
        out.unchanged("PharmacyIdentifier", entity.pharmacy_number)
        out.unchanged("ShakIdentifier", entity.shak_code)
        out.unchanged("ProviderIdentifier", entity.provider_number)
        self._location(entity, level)
        if not version_2 and level is not SorType.IE and entity.geographical_parent_relation:
            with out.inside("GeographicalParent"):
                out.leaf("GeographicalParentRelation", entity.geographical_parent_relation)
                out.leaf("GeographicalParentSorIdentifier", entity.geographical_parent_id)
        self._address("PostalAddressInformation", entity.postal_address)
        self._address("VisitingAddressInformation", entity.visiting_address)
        self._address("ActivityAddressInformation", entity.activity_address)
        self._virtual(entity.virtual_address)
        self._specialities(entity.specialities)
        status(out, entity.validity, entity.updated_at, entity.first_from_date)
        self._ids("ReplacesEntityCollection", entity.replaces)
        self._ids("ReplacedByEntityCollection", entity.replaced_by)
        if entity.reporting_level is not None:
            with out.inside(f"{out.dialect.unchanged}OrganizationalUnitInformation"):
                out.unchanged("AmbulantActivityIndicator", entity.ambulant_activity)
                out.unchanged("PatientsAdmittedIndicator", entity.patients_admitted)
                out.unchanged("ReportingLevelIndicator", entity.reporting_level)
        if entity.local_attributes:
            with out.inside(f"{out.dialect.unchanged}LocalAttributeCollection"):
                for place, text in enumerate(entity.local_attributes, start=1):
                    out.unchanged(f"LocalAttribute{place}", text)
        if version_2 and level is SorType.IE:
            out.leaf("cvr:CVRnumberIdentifier", entity.cvr)

    def _location(self, entity: SOREntity, level: SorType) -> None:
        own = None
        if entity.location_code is not None and not entity.location_code_inherited:
            own = self.location_codes[entity.location_code]
        if level is SorType.IE:
            if own is not None:
                self._location_code(own)
            return
        version_2 = self.out.dialect.version_2
        with self.out.inside("EanLocationCodeOption" if version_2 else "OptionalEanLocationCode"):
            if own is not None:
                self._location_code(own)
            else:
                self.out.leaf(
                    "EntityInheritanceIndicator" if version_2 else "EntityInheritedIndicator",
                    bool(entity.location_code_inherited),
                )

    def _location_code(self, code: LocationCode) -> None:
        out, ending = self.out, "Identifier" if self.out.dialect.version_2 else ""
        with out.inside("EanLocationCodeEntity"):
            out.unchanged("EanLocationCode", code.location_code)
            out.unchanged("OnlyInternalIndicator", code.only_internal)
            out.unchanged("NonActiveIndicator", code.non_active)
            out.leaf(f"SystemSupplier{ending}", _code(code.system_supplier))
            out.leaf(f"SystemType{ending}", _code(code.system_type))
            out.leaf(f"CommunicationSupplier{ending}", _code(code.communication_supplier))
            out.leaf("kms:RegionCode" if ending else "RegionCode", _code(code.region))
            out.leaf(f"EdiAdministrator{ending}", _code(code.edi_administrator))
            out.unchanged("SorNote", code.note)
            status(out, code.validity, code.updated_at, code.first_from_date)

    def _address(self, name: str, address: Address | None) -> None:
        if address is None:
            return
        out = self.out
        with out.inside(name):
            with out.inside(f"{out.dialect.postal}AddressPostal"):
                out.leaf(
                    "dkcc:MailDeliverySublocationIdentifier", address.mail_delivery_sublocation
                )
                out.leaf("dkcc2005:StreetName", address.street_name)
                out.leaf("cpr:StreetNameForAddressingName", address.street_name_for_addressing)
                out.leaf("dkcc:StreetBuildingIdentifier", address.street_building_id)
                out.leaf("dkcc:FloorIdentifier", address.floor_id)
                out.leaf("dkcc:SuiteIdentifier", address.suite_id)
                out.leaf("dkcc2005:DistrictSubdivisionIdentifier", address.district_subdivision)
                out.leaf("dkcc2005-2:PostOfficeBoxIdentifier", address.post_office_box)
                out.leaf("dkcc2005:PostCodeIdentifier", address.post_code)
                out.leaf("dkcc2005:DistrictName", address.district_name)
                out.leaf(
                    "dkcc:CountryIdentificationCode",
                    address.country_code,
                    ' scheme="iso3166-alpha2"',
                )
            out.unchanged("Stairway", address.stairway)
            if out.dialect.version_2:
                out.leaf("cpr:MunicipalityCode", address.municipality_code)
                out.leaf("cpr:StreetCode", address.street_code)
                out.leaf("kms:RegionCode", address.region_code)
                for letter, metres in (("N", address.northing), ("E", address.easting)):
                    if metres is not None:
                        out.leaf(f"osak:CoordETRS89z32{letter}Measure", f"{metres:.3f}")

    def _virtual(self, virtual: VirtualAddress | None) -> None:
        if virtual is None:
            return
        out = self.out
        with out.inside(f"{out.dialect.unchanged}VirtualAddressInformation"):
            out.leaf(f"{out.dialect.email}EmailAddressIdentifier", virtual.email)
            out.unchanged("Website", virtual.website)
            out.unchanged("TelephoneNumberIdentifier", virtual.telephone)
            out.unchanged("FaxNumberIdentifier", virtual.fax)

    def _specialities(self, specialities: Sequence[Coded]) -> None:
        if not specialities:
            return
        out, version_2 = self.out, self.out.dialect.version_2
        with out.inside("ClinicalSpecialityCollection"):
            for place, speciality in enumerate(specialities):
                kind = SECONDARY_SPECIALITY if place else MAIN_SPECIALITY
                with out.inside("ClinicalSpeciality"):
                    out.leaf(
                        "SpecialityIdentifier" if version_2 else "SpecialityCode", speciality.code
                    )
                    out.leaf(
                        "SpecialityTypeIdentifier" if version_2 else "SpecialityType", kind.code
                    )

    def _ids(self, name: str, ids: Iterable[str]) -> None:
        sor_ids = list(ids)
        if sor_ids:
            with self.out.inside(self.out.dialect.unchanged + name):
                for sor_id in sor_ids:
                    self.out.unchanged("SorIdentifier", sor_id)


def _code(coded: Coded | None) -> str | None:
    return coded.code if coded else None


def status(
    out: Document, validity: Validity, updated_at: date | None, first_from_date: date | None
) -> None:
    """Write the dates."""
    with out.inside(f"{out.dialect.unchanged}SorStatus"):
        out.unchanged("FromDate", validity.from_date)
        out.unchanged("ToDate", validity.to_date)
        out.unchanged("UpdatedAt", updated_at)
        out.unchanged("FirstFromDate", first_from_date)


def data_code_types(content: Records) -> bytes:
    """Write SorDataCodeTypes.xml. Its structure is not published: an assumption."""
    out = Document(V2)
    element_of = {list_id: element for list_id, _, element, _ in CLASSIFICATIONS}
    with out.root("SorDataCodeTypes", content):
        for entry in content.classifications:
            if entry.classification is None or entry.classification.code is None:
                continue
            element = element_of[entry.classification.code]
            with out.inside(element):
                out.leaf(f"{element}Identifier", _code(entry.entry))
                out.leaf(f"{element}Name", entry.entry and entry.entry.name)
                status(out, entry.validity, None, entry.validity.from_date)
    return out.bytes()


def geographical_localisations(content: Records) -> bytes:
    """Write GeographicalLocalisations.xml. Its structure is not published: an assumption."""
    out = Document(V2)
    with out.root("GeographicalLocalisations", content):
        for place in content.geo_locations:
            with out.inside("GeographicalLocalisation"):
                out.leaf("GeographicalLocalisationIdentifier", place.geo_location_id)
                out.leaf("GeographicalLocalisationName", place.name)
                out.unchanged("SorIdentifier", place.sor_id)
                out.leaf("cpr:MunicipalityCode", place.municipality_code)
                out.leaf("kms:RegionCode", place.region_code)
                if place.northing is not None and place.easting is not None:
                    out.leaf("osak:CoordETRS89z32NMeasure", f"{place.northing:.3f}")
                    out.leaf("osak:CoordETRS89z32EMeasure", f"{place.easting:.3f}")
                status(out, place.validity, None, place.validity.from_date)
    return out.bytes()


FILES: Final[dict[str, Callable[[Records], bytes]]] = {
    "Sor.xml": lambda content: sor_xml(content, V2),
    "SorDataCodeTypes.xml": data_code_types,
    "GeographicalLocalisations.xml": geographical_localisations,
}
"""The files of Sor.zip."""
