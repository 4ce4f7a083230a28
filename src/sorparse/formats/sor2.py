"""The SOR2 CSV set: SorEntity_daily.csv, and Sor_complete.zip with its eight files.

No real header line could be found. Names marked ``verified`` are used by code that ran on the
real files. The others are reference names that follow the publisher's naming rule (OIO element
name, a final *Identifier* cut to *Id*).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..sources import Member
from .base import Format, Found, ReadOptions
from .csv.reader import CsvTable, first_records
from .declare import Column, Evidence, Kind, TableSpec, fold
from .edits import latest_edit
from .headers import best_spec, read_headers

C = Column

# suffix, field, kind; the same in each of the three addresses
_ADDRESS = (
    ("StreetName", "street_name", Kind.TEXT),
    ("StreetNameForAddressingName", "street_name_for_addressing", Kind.TEXT),
    ("StreetBuildingId", "street_building_id", Kind.TEXT),
    ("FloorId", "floor_id", Kind.TEXT),
    ("SuiteId", "suite_id", Kind.TEXT),
    ("Stairway", "stairway", Kind.TEXT),
    ("MailDeliverySublocationId", "mail_delivery_sublocation", Kind.TEXT),
    ("DistrictSubdivisionId", "district_subdivision", Kind.TEXT),
    ("PostOfficeBoxId", "post_office_box", Kind.TEXT),
    ("AdditionalAddressInfo", "additional_info", Kind.TEXT),
    ("PostCodeId", "post_code", Kind.TEXT),
    ("DistrictName", "district_name", Kind.TEXT),
    ("CountryIdentificationCode", "country_code", Kind.TEXT),
    ("MunicipalityCode", "municipality_code", Kind.TEXT),
    ("MunicipalityName", "municipality_name", Kind.TEXT),
    ("StreetCode", "street_code", Kind.TEXT),
    ("RegionCode", "region_code", Kind.TEXT),
    ("RegionName", "region_name", Kind.TEXT),
    ("CoordETRS89z32EMeasure", "easting", Kind.EASTING),
    ("CoordETRS89z32NMeasure", "northing", Kind.NORTHING),
)
_VERIFIED_ADDRESS_COLUMNS = {
    "PostalAddressStreetName",
    "PostalAddressStreetBuildingId",
    "PostalAddressPostCodeId",
    "PostalAddressDistrictName",
    "PostalAddressRegionCode",
    "PostalAddressCoordETRS89z32EMeasure",
    "PostalAddressCoordETRS89z32NMeasure",
}


def _addresses() -> Iterator[Column]:
    for prefix, block in (
        ("PostalAddress", "postal_address"),
        ("VisitingAddress", "visiting_address"),
        ("ActivityAddress", "activity_address"),
    ):
        for suffix, field, kind in _ADDRESS:
            name = prefix + suffix
            evidence: Evidence = "verified" if name in _VERIFIED_ADDRESS_COLUMNS else "inferred"
            yield C(name, f"{block}.{field}", kind, evidence=evidence)


def _specialities() -> Iterator[Column]:
    for place in range(8):
        prefix = f"PrioritizedEntitySpeciality{place + 1}"
        yield C(f"{prefix}Id", f"specialities[{place}].code", evidence="inferred")
        yield C(
            f"{prefix}Name",
            f"specialities[{place}].name",
            evidence="inferred" if place else "verified",
        )


ENTITIES = TableSpec(
    table="entities",
    title="SOREntity / SorEntity_daily",
    file_names=("SOREntity", "SorEntity_daily"),
    columns=(
        C("SorId", "sor_id", Kind.SOR_ID, aliases=("SorCode",), evidence="verified"),
        C("EntityName", "name", evidence="verified"),
        C("SorType", "sor_type", Kind.SOR_TYPE, evidence="inferred"),
        C("EntityTypeId", "entity_type.code", evidence="verified"),
        C("EntityTypeName", "entity_type.name", evidence="verified"),
        C("ParentSorId", "parent_id", Kind.SOR_ID, aliases=("ParentId",)),
        C("InstitutionOwnerSorId", "owner.sor_id", Kind.SOR_ID),
        C("InstitutionOwnerEntityName", "owner.name"),
        C("InstitutionOwnerEntityTypeId", "owner.entity_type.code"),
        C("InstitutionOwnerEntityTypeName", "owner.entity_type.name", evidence="verified"),
        C(
            "InstitutionOwnerCvrNumberId",
            "cvr",
            Kind.CVR,
            aliases=("CvrNumberId", "CvrNumber"),
            evidence="verified",
        ),
        C("HealthInstitutionSorId", "health_institution.sor_id", Kind.SOR_ID),
        C("HealthInstitutionEntityName", "health_institution.name", evidence="verified"),
        C("HealthInstitutionEntityTypeId", "health_institution.entity_type.code"),
        C("HealthInstitutionEntityTypeName", "health_institution.entity_type.name"),
        C("FirstFromDate", "first_from_date", Kind.DATE, evidence="inferred"),
        C("FromDate", "validity.from_date", Kind.DATE, evidence="verified"),
        C("ToDate", "validity.to_date", Kind.LAST_DAY, evidence="verified"),
        C("UpdatedAt", "updated_at", Kind.DATE),
        C("ShakId", "shak_code", Kind.SHAK, aliases=("ShakCode",), evidence="inferred"),
        C("ProviderId", "provider_number", aliases=("ProviderNumber",)),
        C("PharmacyId", "pharmacy_number", aliases=("PharmacyNumber",)),
        C("LocalCode", "local_code"),
        C("ProductionUnitId", "production_unit_number", aliases=("ProductionUnitNumber",)),
        C("EanLocationCode", "location_code", Kind.LOCATION_CODE, aliases=("LocationCode",)),
        C(
            "EanLocationCodeInheritedIndicator",
            "location_code_inherited",
            Kind.INHERITED,
            aliases=("EntityInheritanceIndicator", "EntityInheritedIndicator"),
        ),
        C("EanLocationCodeRegionCode", "location_code_region.code"),
        C("EanLocationCodeRegionName", "location_code_region.name", evidence="inferred"),
        *_addresses(),
        C(
            "VirtualAddressEmailAddress",
            "virtual_address.email",
            aliases=("VirtualAddressEmailAddressId",),
            evidence="inferred",
        ),
        C("VirtualAddressWebsite", "virtual_address.website", evidence="inferred"),
        C(
            "VirtualAddressTelephoneNumber",
            "virtual_address.telephone",
            aliases=("VirtualAddressTelephoneNumberId",),
            evidence="inferred",
        ),
        C(
            "VirtualAddressFaxNumber",
            "virtual_address.fax",
            aliases=("VirtualAddressFaxNumberId",),
            evidence="inferred",
        ),
        *_specialities(),
        C(
            "GeographicalParentRelationId",
            "geographical_parent_relation",
            aliases=("GeographicalParentRelation", "GeographicalParentRelationCode"),
        ),
        C("GeographicalParentSorId", "geographical_parent_id", Kind.SOR_ID),
        C("AmbulantActivityIndicator", "ambulant_activity", Kind.BOOL),
        C("PatientsAdmittedIndicator", "patients_admitted", Kind.BOOL),
        C("ReportingLevelIndicator", "reporting_level", Kind.BOOL),
        C("OrganisationalLevelCode", "organisational_level.code", evidence="inferred"),
        C("OrganisationalLevelName", "organisational_level.name", evidence="inferred"),
        *(C(f"LocalAttribute{n}", f"local_attributes[{n - 1}]") for n in range(1, 6)),
        C("SorNote", "note", aliases=("Note",)),
    ),
    further=(
        C("EanLocationCodeSystemTypeId", "location_code_system_type.code"),
        C("EanLocationCodeSystemTypeName", "location_code_system_type.name"),
        C("EanLocationCodeSystemSupplierId", "location_code_system_supplier.code"),
        C("EanLocationCodeSystemSupplierName", "location_code_system_supplier.name"),
        C("EanLocationCodeCommunicationSupplierId", "location_code_communication_supplier.code"),
        C("EanLocationCodeCommunicationSupplierName", "location_code_communication_supplier.name"),
        C("EanLocationCodeStatus", "location_code_status"),
        C("GeographicalLocationName", "geographical_location"),
    ),
)

SHAK_SOR_MAP = TableSpec(
    table="shak_sor_map",
    title="SHAKSORMap",
    file_names=("SHAKSORMap", "SorShakMap"),
    columns=(
        C("ShakId", "shak_code", Kind.SHAK, aliases=("ShakCode", "Shak")),
        C("SorId", "sor_id", Kind.SOR_ID, aliases=("SorCode",)),
        C("EntityName", "name"),
        C("FromDate", "validity.from_date", Kind.DATE),
        C("ToDate", "validity.to_date", Kind.LAST_DAY),
        C("OrganisationalLevelCode", "organisational_level.code", evidence="inferred"),
        C("OrganisationalLevelName", "organisational_level.name", evidence="inferred"),
    ),
)

LOCATION_CODES = TableSpec(
    table="location_codes",
    title="LocationsCodes",
    file_names=("LocationsCodes", "LocationsCode", "LocationCodes", "LocationCode"),
    columns=(
        C(
            "EanLocationCode",
            "location_code",
            Kind.LOCATION_CODE,
            aliases=("LocationCode", "LocationsCode", "Gln"),
        ),
        C("SorId", "sor_id", Kind.SOR_ID, aliases=("SorCode",)),
        C("OnlyInternalIndicator", "only_internal", Kind.BOOL),
        C("NonActiveIndicator", "non_active", Kind.BOOL),
        C("SystemTypeId", "system_type.code"),
        C("SystemTypeName", "system_type.name"),
        C("SystemSupplierId", "system_supplier.code"),
        C("SystemSupplierName", "system_supplier.name"),
        C("CommunicationSupplierId", "communication_supplier.code"),
        C("CommunicationSupplierName", "communication_supplier.name"),
        C("RegionCode", "region.code"),
        C("RegionName", "region.name"),
        C("EdiAdministratorId", "edi_administrator.code"),
        C("EdiAdministratorName", "edi_administrator.name"),
        C("SorNote", "note", aliases=("Note",)),
        C("FirstFromDate", "first_from_date", Kind.DATE),
        C("FromDate", "validity.from_date", Kind.DATE),
        C("ToDate", "validity.to_date", Kind.LAST_DAY),
        C("UpdatedAt", "updated_at", Kind.DATE),
    ),
)

LOCATION_CODE_EDI_TYPES = TableSpec(
    table="location_code_edi_types",
    title="LocationsCodeEDITypeMap",
    file_names=("LocationsCodeEDITypeMap", "LocationsCodesEDITypeMap", "LocationCodeEDITypeMap"),
    recognised_by=("location_code", "edi_type.code"),
    columns=(
        C(
            "EanLocationCode",
            "location_code",
            Kind.LOCATION_CODE,
            aliases=("LocationCode", "LocationsCode", "Gln"),
        ),
        C("EDITypeId", "edi_type.code"),
        C("EDITypeName", "edi_type.name"),
        C("Direction", "direction", aliases=("SendReceive", "DirectionCode")),
        C("FromDate", "validity.from_date", Kind.DATE),
        C("ToDate", "validity.to_date", Kind.LAST_DAY),
    ),
)

EDI_TYPES = TableSpec(
    table="edi_types",
    title="EDITypes",
    file_names=("EDITypes", "EDIType"),
    columns=(
        C("EDITypeId", "edi_type_id"),
        C("EDITypeCode", "code"),
        C("EDITypeName", "name"),
        C("Version", "version", aliases=("EDITypeVersion",)),
        C("FromDate", "validity.from_date", Kind.DATE),
        C("ToDate", "validity.to_date", Kind.LAST_DAY),
    ),
)

GEO_LOCATIONS = TableSpec(
    table="geo_locations",
    title="GeoLocations",
    file_names=("GeoLocations", "GeoLocation"),
    columns=(
        C(
            "GeoLocationId",
            "geo_location_id",
            aliases=("GeographicalLocationId", "GeographicalLocalisationId"),
        ),
        C(
            "GeoLocationName",
            "name",
            aliases=("GeographicalLocationName", "GeographicalLocalisationName"),
        ),
        C("SorId", "sor_id", Kind.SOR_ID),
        C("MunicipalityCode", "municipality_code"),
        C("RegionCode", "region_code"),
        C("CoordETRS89z32EMeasure", "easting", Kind.EASTING),
        C("CoordETRS89z32NMeasure", "northing", Kind.NORTHING),
        C("FromDate", "validity.from_date", Kind.DATE),
        C("ToDate", "validity.to_date", Kind.LAST_DAY),
    ),
)

CLASSIFICATIONS = TableSpec(
    table="classifications",
    title="SORClassifications",
    file_names=("SORClassifications", "SORClassification"),
    recognised_by=("classification.code", "entry.code"),
    columns=(
        C("ClassificationId", "classification.code", aliases=("ClassificationCode",)),
        C("ClassificationName", "classification.name"),
        C("Code", "entry.code", aliases=("EntryCode", "CodeId")),
        C("Name", "entry.name", aliases=("EntryName", "CodeName")),
        C("FromDate", "validity.from_date", Kind.DATE),
        C("ToDate", "validity.to_date", Kind.LAST_DAY),
    ),
)

REPLACED_ENTITIES = TableSpec(
    table="replaced_entities",
    title="SORReplacedEntities",
    file_names=("SORReplacedEntities", "SORReplacedEntity"),
    columns=(
        C("SorId", "sor_id", Kind.SOR_ID, aliases=("OldSorId", "ReplacedSorId")),
        C(
            "ReplacedBySorId",
            "replaced_by_id",
            Kind.SOR_ID,
            aliases=("NewSorId", "ReplacedById", "ReplacesBySorId"),
        ),
        C("FromDate", "from_date", Kind.DATE),
    ),
)

TABLES = (
    ENTITIES,
    SHAK_SOR_MAP,
    LOCATION_CODES,
    LOCATION_CODE_EDI_TYPES,
    EDI_TYPES,
    GEO_LOCATIONS,
    CLASSIFICATIONS,
    REPLACED_ENTITIES,
)


def recognise(member: Member, head: bytes, options: ReadOptions) -> Found | None:
    """Recognise a file of the set by its header; its name only decides between similar headers."""
    for header in read_headers(head, member.name, options):
        spec = best_spec(TABLES, header, member.base_name, options)
        if spec is not None:
            break
    else:
        return None
    table = CsvTable(
        spec,
        Format.SOR2,
        member,
        options,
        delimiter=header.delimiter,
        header_line=header.line,
    )
    if spec is ENTITIES and _is_daily(table, head):
        table.format = Format.SOR2_DAILY
    return Found((table,))


def _is_daily(table: CsvTable, head: bytes) -> bool:
    """Return whether a file is the daily one, and not the one with history.

    Their headers are alike. The publisher's file names decide. With another name, the content
    decides: only a file with history holds periods that ended before its latest edit.
    """
    name = fold(table.member.base_name.rsplit(".", 1)[0])
    if "daily" in name:
        return True
    if name.startswith(fold("SOREntity")):
        return False
    entities = list(first_records(table, head))
    edit = latest_edit(Counter(e.updated_at.toordinal() for e in entities if e.updated_at))
    ends = [entity.validity.to_date for entity in entities if entity.validity.to_date]
    return not (edit is not None and ends and min(ends).toordinal() < edit)
