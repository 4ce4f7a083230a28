"""Read SOR, the Danish health organisation register (Sundhedsvæsenets Organisationsregister).

Public is what ``sorparse.__all__`` lists. Names are loaded on first use: importing the package
costs no more than importing attrs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import examples as examples
    from . import identifiers as identifiers
    from .description import ColumnDescription, Description, TableDescription
    from .errors import (
        ConversionError,
        MissingExtraError,
        MissingTableError,
        NotInForceError,
        SorDataError,
        SorError,
        SorFileError,
        UnrecognisedFormatError,
    )
    from .exports import ConversionReport, convert
    from .exports.fhir import to_fhir
    from .feed import Feed, open
    from .formats.base import Format
    from .issues import Issue
    from .limits import Limits
    from .records import (
        Address,
        Classification,
        Coded,
        EDIType,
        EntityRef,
        Extra,
        GeoLocation,
        LocationCode,
        LocationCodeEDIType,
        ReplacedEntity,
        SHAKSORMap,
        SHAKUnit,
        SOREntity,
        SorType,
        Validity,
        VirtualAddress,
    )
    from .tables import Table

__version__ = "0.1.0"

_HOMES = {
    "description": ("ColumnDescription", "Description", "TableDescription"),
    "errors": (
        "ConversionError",
        "MissingExtraError",
        "MissingTableError",
        "NotInForceError",
        "SorDataError",
        "SorError",
        "SorFileError",
        "UnrecognisedFormatError",
    ),
    "exports": ("ConversionReport", "convert"),
    "exports.fhir": ("to_fhir",),
    "feed": ("Feed", "open"),
    "formats.base": ("Format",),
    "issues": ("Issue",),
    "limits": ("Limits",),
    "records": (
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
        "SHAKSORMap",
        "SHAKUnit",
        "SOREntity",
        "SorType",
        "Validity",
        "VirtualAddress",
    ),
    "tables": ("Table",),
}
_MODULES = ("examples", "identifiers")
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Address",
    "Classification",
    "Coded",
    "ColumnDescription",
    "ConversionError",
    "ConversionReport",
    "Description",
    "EDIType",
    "EntityRef",
    "Extra",
    "Feed",
    "Format",
    "GeoLocation",
    "Issue",
    "Limits",
    "LocationCode",
    "LocationCodeEDIType",
    "MissingExtraError",
    "MissingTableError",
    "NotInForceError",
    "ReplacedEntity",
    "SHAKSORMap",
    "SHAKUnit",
    "SOREntity",
    "SorDataError",
    "SorError",
    "SorFileError",
    "SorType",
    "Table",
    "TableDescription",
    "UnrecognisedFormatError",
    "Validity",
    "VirtualAddress",
    "__version__",
    "convert",
    "examples",
    "identifiers",
    "open",
    "to_fhir",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
