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


def masks(keep: str, **others: Mask) -> Masks:
    """Return the rules of a record's fields.

    Args:
        keep: Names of the fields that stay as they are, with spaces between them.
        others: The rules of the other fields, by their names.
    """
    return {**dict.fromkeys(keep.split(), Mask.KEEP), **others}


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
        "sor_id sor_type entity_type parent_id cvr production_unit_number first_from_date "
        "validity updated_at shak_code provider_number pharmacy_number location_code "
        "location_code_inherited location_code_region location_code_system_type "
        "location_code_system_supplier location_code_communication_supplier location_code_status "
        "specialities geographical_parent_relation geographical_parent_id ambulant_activity "
        "patients_admitted reporting_level organisational_level replaces replaced_by",
        name=Mask.TEXT,
        owner=Mask.PARTS,
        health_institution=Mask.PARTS,
        local_code=Mask.TEXT,
        postal_address=Mask.PARTS,
        visiting_address=Mask.PARTS,
        activity_address=Mask.PARTS,
        virtual_address=Mask.PARTS,
        geographical_location=Mask.TEXT,
        local_attributes=Mask.TEXTS,
        note=Mask.TEXT,
        extra=Mask.EXTRA,
    ),
)
SHAK_SOR_MAP = RecordTable(
    "shak_sor_map",
    SHAKSORMap,
    title="Oversættelse mellem SHAK og SOR",
    doc="the SHAK codes and the SOR units that they were assigned to",
    required=("shak_code", "sor_id"),
    key=("shak_code", "sor_id", "validity.from_date"),
    masks=masks("shak_code sor_id validity organisational_level", name=Mask.TEXT, extra=Mask.EXTRA),
)
LOCATION_CODES = RecordTable(
    "location_codes",
    LocationCode,
    title="Lokationsnumre",
    doc="the location codes (GLN) and the systems behind them",
    required=("location_code",),
    key=("location_code", "sor_id", "validity.from_date"),
    masks=masks(
        "location_code sor_id only_internal non_active system_type system_supplier "
        "communication_supplier region edi_administrator first_from_date validity updated_at",
        note=Mask.TEXT,
        extra=Mask.EXTRA,
    ),
)
LOCATION_CODE_EDI_TYPES = RecordTable(
    "location_code_edi_types",
    LocationCodeEDIType,
    title="Lokationsnumrenes EDI-typer",
    doc="the message types of each location code",
    required=("location_code",),
    key=("location_code", "edi_type.code", "direction", "validity.from_date"),
    masks=masks("location_code edi_type direction validity", extra=Mask.EXTRA),
)
EDI_TYPES = RecordTable(
    "edi_types",
    EDIType,
    title="EDI-typer",
    doc="the message types",
    required=("edi_type_id",),
    key=("edi_type_id", "version", "validity.from_date"),
    masks=masks("edi_type_id code name version validity", extra=Mask.EXTRA),
)
GEO_LOCATIONS = RecordTable(
    "geo_locations",
    GeoLocation,
    title="Geografiske lokalisationer",
    doc="the geographical locations",
    required=("geo_location_id",),
    key=("geo_location_id", "sor_id", "validity.from_date"),
    masks=masks(
        "geo_location_id sor_id municipality_code region_code validity",
        name=Mask.TEXT,
        easting=Mask.COORDINATE,
        northing=Mask.COORDINATE,
        extra=Mask.EXTRA,
    ),
)
CLASSIFICATIONS = RecordTable(
    "classifications",
    Classification,
    title="Klassifikationer",
    doc="the entries of the code lists",
    required=("entry.code",),
    key=("classification.code", "entry.code", "validity.from_date"),
    masks=masks("classification entry validity", extra=Mask.EXTRA),
)
REPLACED_ENTITIES = RecordTable(
    "replaced_entities",
    ReplacedEntity,
    title="Erstattede enheder",
    doc="the units that were replaced, and their successors",
    required=("sor_id", "replaced_by_id"),
    key=("sor_id", "replaced_by_id"),
    masks=masks("sor_id replaced_by_id from_date", extra=Mask.EXTRA),
)
SHAK_UNITS = RecordTable(
    "shak_units",
    SHAKUnit,
    title="SHAK-koder",
    doc="the codes of the SHAK classification",
    required=("shak_code",),
    key=("shak_code", "validity.from_date"),
    masks=masks(
        "shak_code kind validity updated_at owner_type institution_type specialities",
        name=Mask.TEXT,
        extra=Mask.EXTRA,
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
        "shak_code owner_type institution_type region sor_id validity",
        name=Mask.TEXT,
        extra=Mask.EXTRA,
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
    EntityRef: masks("sor_id entity_type", name=Mask.TEXT),
    Address: masks(
        "post_code country_code municipality_code municipality_name region_code region_name",
        street_name=Mask.TEXT,
        street_name_for_addressing=Mask.TEXT,
        street_building_id=Mask.TEXT,
        floor_id=Mask.TEXT,
        suite_id=Mask.TEXT,
        stairway=Mask.TEXT,
        mail_delivery_sublocation=Mask.TEXT,
        district_subdivision=Mask.TEXT,
        post_office_box=Mask.TEXT,
        additional_info=Mask.TEXT,
        district_name=Mask.TEXT,
        street_code=Mask.TEXT,
        easting=Mask.COORDINATE,
        northing=Mask.COORDINATE,
    ),
    VirtualAddress: masks(
        "",
        email=Mask.EMAIL,
        website=Mask.WEBSITE,
        telephone=Mask.TELEPHONE,
        fax=Mask.TELEPHONE,
    ),
}
"""The rules of every record, and of the value objects in them."""
