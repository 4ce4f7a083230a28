"""The tables of the register, each declared once.

``Feed``, the flat schemas, the checks, ``extract(mask=True)``, the exports and the documentation
read these declarations. A new table is one declaration here, and a format that has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Generic, TypeVar

import attrs

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
from .values import Address, EntityRef, VirtualAddress

R = TypeVar("R")


class Mask(Enum):
    """What ``extract(mask=True)`` writes in the place of a field's value."""

    KEEP = "the value itself"
    TEXT = "a made-up text of the same shape"
    TEXTS = "made-up texts of the same shape"
    PARTS = "each field of the value object by its own rule"
    COORDINATE = "a coordinate rounded down to 10 km"
    EMAIL = "a made-up e-mail address"
    WEBSITE = "a made-up website"
    TELEPHONE = "a made-up telephone number"
    EXTRA = "the names of the columns, with made-up texts"


Masks = Mapping[str, Mask]
"""Field of a record to its rule."""


def masks(**fields: str) -> Masks:
    """Return the rules of a record's fields.

    Args:
        fields: Names of fields with spaces between them, by the name of their rule.
    """
    return {name: Mask[rule] for rule, names in fields.items() for name in names.split()}


@attrs.frozen(eq=False)
class RecordTable(Generic[R]):
    """One table: what its rows are, and how they are named, identified and masked."""

    name: str
    """Name of the table: that of the method of ``Feed``, and of the table in a database."""
    record: type[R]
    """The class of its records."""
    title: str
    """Danish title."""
    doc: str
    """What its records are, in words that complete "an iterator of"."""
    required: tuple[str, ...]
    """Fields without which a row is not a record."""
    key: tuple[str, ...]
    """Fields that together identify a row."""
    masks: Masks
    """What ``extract(mask=True)`` does to each field."""


ENTITIES = RecordTable(
    "entities",
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
SHAK_SOR_MAP = RecordTable(
    "shak_sor_map",
    SHAKSORMap,
    title="Oversættelse mellem SHAK og SOR",
    doc="the SHAK codes and the SOR units that they were assigned to",
    required=("shak_code", "sor_id"),
    key=("shak_code", "sor_id", "validity.from_date"),
    masks=masks(KEEP="shak_code sor_id validity organisational_level", TEXT="name", EXTRA="extra"),
)
LOCATION_CODES = RecordTable(
    "location_codes",
    LocationCode,
    title="Lokationsnumre",
    doc="the location codes (GLN) and the systems behind them",
    required=("location_code",),
    key=("location_code", "sor_id", "validity.from_date"),
    masks=masks(
        KEEP=(
            "location_code sor_id only_internal non_active system_type system_supplier "
            "communication_supplier region edi_administrator first_from_date validity updated_at"
        ),
        TEXT="note",
        EXTRA="extra",
    ),
)
LOCATION_CODE_EDI_TYPES = RecordTable(
    "location_code_edi_types",
    LocationCodeEDIType,
    title="Lokationsnumrenes EDI-typer",
    doc="the message types of each location code",
    required=("location_code",),
    key=("location_code", "edi_type.code", "direction", "validity.from_date"),
    masks=masks(KEEP="location_code edi_type direction validity", EXTRA="extra"),
)
EDI_TYPES = RecordTable(
    "edi_types",
    EDIType,
    title="EDI-typer",
    doc="the message types",
    required=("edi_type_id",),
    key=("edi_type_id", "version", "validity.from_date"),
    masks=masks(KEEP="edi_type_id code name version validity", EXTRA="extra"),
)
GEO_LOCATIONS = RecordTable(
    "geo_locations",
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
CLASSIFICATIONS = RecordTable(
    "classifications",
    Classification,
    title="Klassifikationer",
    doc="the entries of the code lists",
    required=("entry.code",),
    key=("classification.code", "entry.code", "validity.from_date"),
    masks=masks(KEEP="classification entry validity", EXTRA="extra"),
)
REPLACED_ENTITIES = RecordTable(
    "replaced_entities",
    ReplacedEntity,
    title="Erstattede enheder",
    doc="the units that were replaced, and their successors",
    required=("sor_id", "replaced_by_id"),
    key=("sor_id", "replaced_by_id"),
    masks=masks(KEEP="sor_id replaced_by_id from_date", EXTRA="extra"),
)
SHAK_UNITS = RecordTable(
    "shak_units",
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
)
SHAK_REGIONS = RecordTable(
    "shak_regions",
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
)

TABLES: Mapping[str, RecordTable[Any]] = {
    table.name: table
    for table in (
        ENTITIES,
        SHAK_SOR_MAP,
        LOCATION_CODES,
        LOCATION_CODE_EDI_TYPES,
        EDI_TYPES,
        GEO_LOCATIONS,
        CLASSIFICATIONS,
        REPLACED_ENTITIES,
        SHAK_UNITS,
        SHAK_REGIONS,
    )
}
"""All tables by name, in the order in which they are written."""

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
