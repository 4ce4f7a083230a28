"""The tables of the register, each declared once.

``Feed``, the flat schemas, the checks, ``extract(mask=True)``, the exports and the documentation
read these declarations. A new table is one declaration here, and a format that has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .entity import SOREntity
from .others import (
    Classification,
    EDIType,
    GeoLocation,
    LocationCode,
    LocationCodeEDIType,
    ReplacedEntity,
    SHAKRegion,
    SHAKSORMap,
    SHAKUnit,
)
from .record_table import Masks, RecordTable, masks
from .values import Address, EntityRef, VirtualAddress


class Tables:
    """The tables, in the order in which they are written. :class:`~sorparse.Feed` inherits them."""

    entities = RecordTable(
        SOREntity,
        title="Enheder",
        doc="the units, one record per version",
        required=("sor_id",),
        key=("sor_id", "validity.from_date"),
        masks=masks(
            KEEP=(
                "sor_id sor_type entity_type parent_id cvr production_unit_number first_from_date "
                "validity updated_at shak_code provider_number pharmacy_number location_code "
                "location_code_inherited location_code_region location_code_system_type "
                "location_code_system_supplier location_code_communication_supplier "
                "location_code_status specialities geographical_parent_relation "
                "geographical_parent_id ambulant_activity patients_admitted reporting_level "
                "organisational_level replaces replaced_by"
            ),
            TEXT="name local_code geographical_location note",
            PARTS=(
                "owner health_institution postal_address visiting_address activity_address "
                "virtual_address"
            ),
            TEXTS="local_attributes",
            EXTRA="extra",
        ),
    )
    shak_sor_map = RecordTable(
        SHAKSORMap,
        title="Oversættelse mellem SHAK og SOR",
        doc="the SHAK codes and the SOR units that they were assigned to",
        required=("shak_code", "sor_id"),
        key=("shak_code", "sor_id", "validity.from_date"),
        masks=masks(
            KEEP="shak_code sor_id validity organisational_level", TEXT="name", EXTRA="extra"
        ),
    )
    location_codes = RecordTable(
        LocationCode,
        title="Lokationsnumre",
        doc="the location codes (GLN) and the systems behind them",
        required=("location_code",),
        key=("location_code", "sor_id", "validity.from_date"),
        masks=masks(
            KEEP=(
                "location_code sor_id only_internal non_active system_type system_supplier "
                "communication_supplier region edi_administrator first_from_date validity "
                "updated_at"
            ),
            TEXT="note",
            EXTRA="extra",
        ),
    )
    location_code_edi_types = RecordTable(
        LocationCodeEDIType,
        title="Lokationsnumrenes EDI-typer",
        doc="the message types of each location code",
        required=("location_code",),
        key=("location_code", "edi_type.code", "direction", "validity.from_date"),
        masks=masks(KEEP="location_code edi_type direction validity", EXTRA="extra"),
    )
    edi_types = RecordTable(
        EDIType,
        title="EDI-typer",
        doc="the message types",
        required=("edi_type_id",),
        key=("edi_type_id", "version", "validity.from_date"),
        masks=masks(KEEP="edi_type_id code name version validity", EXTRA="extra"),
    )
    geo_locations = RecordTable(
        GeoLocation,
        title="Geografiske lokalisationer",
        doc="the geographical locations",
        required=("geo_location_id",),
        key=("geo_location_id", "sor_id", "validity.from_date"),
        masks=masks(
            KEEP="geo_location_id sor_id municipality_code region_code validity",
            TEXT="name",
            COORDINATE="easting northing",
            EXTRA="extra",
        ),
    )
    classifications = RecordTable(
        Classification,
        title="Klassifikationer",
        doc="the entries of the code lists",
        required=("entry.code",),
        key=("classification.code", "entry.code", "validity.from_date"),
        masks=masks(KEEP="classification entry validity", EXTRA="extra"),
    )
    replaced_entities = RecordTable(
        ReplacedEntity,
        title="Erstattede enheder",
        doc="the units that were replaced, and their successors",
        required=("sor_id", "replaced_by_id"),
        key=("sor_id", "replaced_by_id"),
        masks=masks(KEEP="sor_id replaced_by_id from_date", EXTRA="extra"),
    )
    shak_units = RecordTable(
        SHAKUnit,
        title="SHAK-koder",
        doc="the codes of the SHAK classification",
        required=("shak_code",),
        key=("shak_code", "validity.from_date"),
        masks=masks(
            KEEP="shak_code kind validity updated_at owner_type institution_type specialities",
            TEXT="name",
            EXTRA="extra",
        ),
        example="examples.shak",
    )
    shak_regions = RecordTable(
        SHAKRegion,
        title="SHAK-sygehusenes regioner",
        doc="the regions and SOR ids of the hospitals of SHAK",
        required=("shak_code",),
        key=("shak_code", "validity.from_date"),
        masks=masks(
            KEEP="shak_code owner_type institution_type region sor_id validity",
            TEXT="name",
            EXTRA="extra",
        ),
        example='"SHAKregion.txt"',
    )


TABLES: Mapping[str, RecordTable[Any]] = {
    name: table for name, table in vars(Tables).items() if isinstance(table, RecordTable)
}
"""All tables by name."""

MASKS: Mapping[type[Any], Masks] = {
    **{table.record: table.masks for table in TABLES.values()},
    EntityRef: masks(KEEP="sor_id entity_type", TEXT="name"),
    Address: masks(
        KEEP="post_code country_code municipality_code municipality_name region_code region_name",
        TEXT=(
            "street_name street_name_for_addressing street_building_id floor_id suite_id stairway "
            "mail_delivery_sublocation district_subdivision post_office_box additional_info "
            "district_name street_code"
        ),
        COORDINATE="easting northing",
    ),
    VirtualAddress: masks(EMAIL="email", WEBSITE="website", TELEPHONE="telephone fax"),
}
"""The rules of every record, and of the value objects in them."""
