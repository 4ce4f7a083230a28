"""The names of Sor.xml 2.0.0 and 1.0.0: namespaces, elements, and the fields they fill.

A column's name is the path of local names below the unit (``InstitutionOwner``,
``HealthInstitution`` or ``OrganizationalUnit``) in 2.0.0; the renamed paths of 1.0.0 are its
aliases. ``[1]`` is a place among siblings of the same name. Columns whose names contain ``::`` or
``()`` are not read from an element of the unit: they follow from the unit's place in the tree.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...xml import CREATED_AT, SNAPSHOT_DATE
from ..complete_codes import KIND_OF_CODE
from ..declare import Column, Evidence, Kind, TableSpec

C = Column

ROOT = "SorTree"
OWNER_CONTAINER = "InstitutionOwnerEntity"
UNITS = {"InstitutionOwner": "IE", "HealthInstitution": "SI", "OrganizationalUnit": "OE"}
"""Element of a unit to its SOR type."""
CONTAINERS = (OWNER_CONTAINER, "HealthInstitutionEntity", "OrganizationalUnitEntity")
"""Elements that hold a unit and, after it, those below it."""

LOCATION_CODE_ENTITY = "EanLocationCodeEntity"
LOCATION_CODE_PLACES = (
    f"EanLocationCodeOption/{LOCATION_CODE_ENTITY}",
    LOCATION_CODE_ENTITY,  # an owner cannot inherit
    f"OptionalEanLocationCode/{LOCATION_CODE_ENTITY}",
)
SPECIALITIES = "ClinicalSpecialityCollection"
SPECIALITY = "ClinicalSpeciality"
SPECIALITY_TYPES = ("SpecialityTypeIdentifier", "SpecialityType")
MAIN_SPECIALITY = "51000095001"
"""Code of the speciality type "main speciality" (hovedspeciale)."""
MOST_SPECIALITIES = 8
COUNTRY_SCHEME = ("CountryIdentificationCode", "scheme", "iso3166-alpha2")
"""The one attribute of the format, and the value that is not reported."""
USUAL_ATTRIBUTE = f'{COUNTRY_SCHEME[0]} {COUNTRY_SCHEME[1]}="{COUNTRY_SCHEME[2]}"'

_IN_POSTAL: tuple[tuple[str, str, Evidence], ...] = (
    ("StreetName", "street_name", "verified"),
    ("StreetNameForAddressingName", "street_name_for_addressing", "inferred"),
    ("StreetBuildingIdentifier", "street_building_id", "verified"),
    ("FloorIdentifier", "floor_id", "inferred"),
    ("SuiteIdentifier", "suite_id", "inferred"),
    ("MailDeliverySublocationIdentifier", "mail_delivery_sublocation", "inferred"),
    ("DistrictSubdivisionIdentifier", "district_subdivision", "inferred"),
    ("PostOfficeBoxIdentifier", "post_office_box", "inferred"),
    ("PostCodeIdentifier", "post_code", "verified"),
    ("DistrictName", "district_name", "verified"),
    ("CountryIdentificationCode", "country_code", "verified"),
)


def _addresses() -> Iterator[Column]:
    for name, field in (
        ("PostalAddressInformation", "postal_address"),
        ("VisitingAddressInformation", "visiting_address"),
        ("ActivityAddressInformation", "activity_address"),
    ):
        for element, part, evidence in _IN_POSTAL:
            yield C(f"{name}/AddressPostal/{element}", f"{field}.{part}", evidence=evidence)
        yield C(
            f"{name}/Stairway",
            f"{field}.stairway",
            aliases=(f"{name}/AddressPostal/Stairway",),
            evidence="inferred",
        )
        for element, part, kind in (
            ("MunicipalityCode", "municipality_code", Kind.TEXT),
            ("StreetCode", "street_code", Kind.TEXT),
            ("RegionCode", "region_code", Kind.TEXT),
            # northing is before easting
            ("CoordETRS89z32NMeasure", "northing", Kind.NORTHING),
            ("CoordETRS89z32EMeasure", "easting", Kind.EASTING),
        ):
            yield C(f"{name}/{element}", f"{field}.{part}", kind, evidence="verified")


def _in_location_code(element: str) -> tuple[str, tuple[str, ...]]:
    first, *others = (f"{place}/{element}" for place in LOCATION_CODE_PLACES)
    return first, tuple(others)


def _location_code() -> Iterator[Column]:
    for element, field, kind in (
        ("EanLocationCode", "location_code", Kind.LOCATION_CODE),
        ("RegionCode", "location_code_region.code", Kind.TEXT),
    ):
        name, aliases = _in_location_code(element)
        yield C(name, field, kind, aliases=aliases, evidence="verified")


def _references() -> Iterator[Column]:
    for level, field in (
        ("InstitutionOwner", "owner"),
        ("HealthInstitution", "health_institution"),
    ):
        for element, part in (
            ("SorIdentifier", "sor_id"),
            ("EntityName", "name"),
            ("EntityTypeIdentifier", "entity_type.code"),
        ):
            yield C(f"ancestor-or-self::{level}/{element}", f"{field}.{part}", evidence="verified")


def _status(prefix: str = "") -> tuple[Column, ...]:
    return (
        C(f"{prefix}SorStatus/FromDate", "validity.from_date", Kind.DATE, evidence="verified"),
        C(f"{prefix}SorStatus/ToDate", "validity.to_date", Kind.LAST_DAY, evidence="verified"),
        C(f"{prefix}SorStatus/UpdatedAt", "updated_at", Kind.DATE, evidence="verified"),
        C(f"{prefix}SorStatus/FirstFromDate", "first_from_date", Kind.DATE, evidence="verified"),
    )


ENTITIES = TableSpec(
    table="entities",
    title="Sor.xml",
    file_names=("Sor",),
    key=("sor_id",),
    columns=(
        C("SorIdentifier", "sor_id", Kind.SOR_ID, evidence="verified"),
        C("EntityName", "name", evidence="verified"),
        C("local-name()", "sor_type", Kind.SOR_TYPE, evidence="verified"),
        C(
            "EntityTypeIdentifier",
            "entity_type.code",
            aliases=("OwnerType", "InstitutionType", "UnitType"),
            evidence="verified",
        ),
        C("ancestor::*[1]/SorIdentifier", "parent_id", Kind.SOR_ID, evidence="verified"),
        *_references(),
        # the owner has it; it applies to all units below
        C("CVRnumberIdentifier", "cvr", Kind.CVR, evidence="verified"),
        C("ProductionUnitIdentifier", "production_unit_number", evidence="hypothesis"),
        C("LocalCode", "local_code", evidence="inferred"),
        C("PharmacyIdentifier", "pharmacy_number", evidence="inferred"),
        C("ShakIdentifier", "shak_code", Kind.SHAK, evidence="inferred"),
        C("ProviderIdentifier", "provider_number", evidence="inferred"),
        C(
            "EanLocationCodeOption/EntityInheritanceIndicator",
            "location_code_inherited",
            Kind.INHERITED,
            aliases=(
                "OptionalEanLocationCode/EntityInheritedIndicator",
                "EanLocationCodeOption/EntityInheritedIndicator",
            ),
            evidence="verified",
        ),
        *_location_code(),
        C(
            "GeographicalParent/GeographicalParentRelation",
            "geographical_parent_relation",
            aliases=("GeographicalParent/GeographicalParentRelationIdentifier",),
            evidence="inferred",
        ),
        C(
            "GeographicalParent/GeographicalParentSorIdentifier",
            "geographical_parent_id",
            Kind.SOR_ID,
            evidence="inferred",
        ),
        *_addresses(),
        C(
            "VirtualAddressInformation/EmailAddressIdentifier",
            "virtual_address.email",
            evidence="verified",
        ),
        C("VirtualAddressInformation/Website", "virtual_address.website", evidence="verified"),
        C(
            "VirtualAddressInformation/TelephoneNumberIdentifier",
            "virtual_address.telephone",
            evidence="verified",
        ),
        C(
            "VirtualAddressInformation/FaxNumberIdentifier",
            "virtual_address.fax",
            evidence="inferred",
        ),
        *(
            C(
                f"{SPECIALITIES}/{SPECIALITY}[{n}]/SpecialityIdentifier",
                f"specialities[{n - 1}].code",
                aliases=(f"{SPECIALITIES}/{SPECIALITY}[{n}]/SpecialityCode",),
                evidence="inferred",
            )
            for n in range(1, MOST_SPECIALITIES + 1)
        ),
        *_status(),
        C("ReplacesEntityCollection/SorIdentifier", "replaces", Kind.SOR_ID, evidence="inferred"),
        C(
            "ReplacedByEntityCollection/SorIdentifier",
            "replaced_by",
            Kind.SOR_ID,
            evidence="inferred",
        ),
        C(
            "OrganizationalUnitInformation/AmbulantActivityIndicator",
            "ambulant_activity",
            Kind.BOOL,
            evidence="inferred",
        ),
        C(
            "OrganizationalUnitInformation/PatientsAdmittedIndicator",
            "patients_admitted",
            Kind.BOOL,
            evidence="inferred",
        ),
        C(
            "OrganizationalUnitInformation/ReportingLevelIndicator",
            "reporting_level",
            Kind.BOOL,
            evidence="inferred",
        ),
        *(
            C(
                f"LocalAttributeCollection/LocalAttribute{n}",
                f"local_attributes[{n - 1}]",
                evidence="inferred",
            )
            for n in range(1, 6)
        ),
        C("SorNote", "note", evidence="hypothesis"),
    ),
)

LOCATION_CODES = TableSpec(
    table="location_codes",
    title="Sor.xml, EanLocationCodeEntity",
    file_names=("Sor",),
    key=("location_code", "sor_id"),
    columns=(
        C("EanLocationCode", "location_code", Kind.LOCATION_CODE, evidence="verified"),
        C("ancestor::*[1]/SorIdentifier", "sor_id", Kind.SOR_ID, evidence="verified"),
        C("OnlyInternalIndicator", "only_internal", Kind.BOOL, evidence="verified"),
        C("NonActiveIndicator", "non_active", Kind.BOOL, evidence="verified"),
        C(
            "SystemSupplierIdentifier",
            "system_supplier.code",
            aliases=("SystemSupplier",),
            evidence="verified",
        ),
        C("SystemTypeIdentifier", "system_type.code", aliases=("SystemType",), evidence="verified"),
        C(
            "CommunicationSupplierIdentifier",
            "communication_supplier.code",
            aliases=("CommunicationSupplier",),
            evidence="verified",
        ),
        C("RegionCode", "region.code", evidence="verified"),
        C(
            "EdiAdministratorIdentifier",
            "edi_administrator.code",
            aliases=("EdiAdministrator",),
            evidence="verified",
        ),
        C("SorNote", "note", evidence="inferred"),
        *_status(),
    ),
)
"""A second reading of the same units: each location number of a unit's own."""

CLASSIFICATIONS = TableSpec(
    table="classifications",
    title="SorDataCodeTypes.xml",
    file_names=("SorDataCodeTypes",),
    key=("classification.code", "entry.code"),
    columns=(
        C("ancestor::*/@identifier", "classification.code"),
        C("ancestor::*/@name", "classification.name"),
        C("Identifier", "entry.code", aliases=("Id", "Code", "CodeIdentifier")),
        C("Name", "entry.name", aliases=("Text", "Term", "CodeName", "CodeText")),
        *(C(column.name, column.field, column.kind) for column in _status()[:2]),
    ),
)
"""No example of the file is public: the names here are searched for in its shape."""

GEO_LOCATIONS = TableSpec(
    table="geo_locations",
    title="GeographicalLocalisations.xml",
    file_names=("GeographicalLocalisations",),
    key=("geo_location_id", "sor_id"),
    columns=(
        C(
            "GeographicalLocalisationIdentifier",
            "geo_location_id",
            aliases=("GeographicalLocationIdentifier", "GeoLocationIdentifier", "Identifier"),
        ),
        C(
            "GeographicalLocalisationName",
            "name",
            aliases=("GeographicalLocationName", "GeoLocationName", "Name"),
        ),
        C("SorIdentifier", "sor_id", Kind.SOR_ID),
        C("MunicipalityCode", "municipality_code"),
        C("RegionCode", "region_code"),
        C("CoordETRS89z32NMeasure", "northing", Kind.NORTHING),
        C("CoordETRS89z32EMeasure", "easting", Kind.EASTING),
        *(C(column.name, column.field, column.kind) for column in _status()[:2]),
    ),
)
"""No example of the file is public: the names here are searched for in its shape."""

TABLES = (ENTITIES, LOCATION_CODES, CLASSIFICATIONS, GEO_LOCATIONS)

DECLARED_ELEMENTS = frozenset(
    step.partition("[")[0]
    for spec in (ENTITIES, LOCATION_CODES)
    for column in spec.columns
    for path in (column.name, *column.aliases)
    for step in path.split("/")
) | {*UNITS, *CONTAINERS, ROOT, CREATED_AT, SNAPSHOT_DATE, *SPECIALITY_TYPES}
"""Local names of all elements that are known."""

MANDATORY = {
    "IE": (
        "name",
        "entity_type.code",
        "postal_address",
        "virtual_address",
        "validity.from_date",
        "first_from_date",
    ),
    "SI": (
        "name",
        "entity_type.code",
        "location_code_inherited",
        "validity.from_date",
        "first_from_date",
    ),
    "OE": (
        "name",
        "entity_type.code",
        "location_code_inherited",
        "validity.from_date",
        "first_from_date",
    ),
}
"""Fields, or blocks of them, that each unit of a level has (both versions, with one exception)."""
OPTIONAL_IN_1_0_0 = {"OE": ("entity_type.code",)}
"""In 1.0.0 only the units of hospitals had a UnitType."""

KINDS_OF_CODES = {
    **KIND_OF_CODE,
    # no public list names these: only the file beside Sor.xml does
    "system_type": "system_type",
    "system_supplier": "system_supplier",
    "edi_administrator": "edi_administrator",
}
"""Field of a record to the kind of its code (see ``sorparse.codes``)."""


def is_structural(column: Column) -> bool:
    """Return whether a column follows from the tree and is not an element of the unit."""
    return "::" in column.name or "()" in column.name
