"""Records: immutable, slotted, hashable, compared by value. Independent of files."""

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
from .plain import to_dict
from .values import Address, Coded, EntityRef, Extra, SorType, Validity, VirtualAddress

__all__ = [
    "Address",
    "Classification",
    "Coded",
    "EDIType",
    "EntityRef",
    "Extra",
    "GeoLocation",
    "LocationCode",
    "LocationCodeEDIType",
    "ReplacedEntity",
    "SHAKRegion",
    "SHAKSORMap",
    "SHAKUnit",
    "SOREntity",
    "SorType",
    "Validity",
    "VirtualAddress",
    "to_dict",
]
