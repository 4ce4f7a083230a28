"""Read SOR, the Danish health organisation register (Sundhedsvæsenets Organisationsregister).

Public is what ``sorparse.__all__`` lists. Names are loaded on first use, so importing the package
costs no more than importing attrs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import codes as codes
    from . import examples as examples
    from . import fetching as fetching
    from . import identifiers as identifiers
    from .archive import Archive, Registered
    from .description import ColumnDescription, Description, TableDescription
    from .display.picture import Picture
    from .errors import (
        ConversionError,
        EmptySourceError,
        FetchError,
        FhirError,
        GuardError,
        InvalidDateError,
        InvalidOptionError,
        MissingExtraError,
        MissingTableError,
        NotInForceError,
        SorDataError,
        SorError,
        SorFileError,
        UnknownFieldError,
        UnknownNightError,
        UnknownTermError,
        UnknownUnitError,
        UnrecognisedFormatError,
    )
    from .exports.conversion import ConversionReport, convert
    from .exports.extract import extract
    from .exports.fhir import to_fhir, to_fhir_endpoints
    from .feed import Feed
    from .formats.base import Format
    from .inheritance import Effective
    from .issues import Issue
    from .limits import Limits
    from .opening import open
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
        SHAKRegion,
        SHAKSORMap,
        SHAKUnit,
        SOREntity,
        SorType,
        Validity,
        VirtualAddress,
        to_dict,
    )
    from .records.row import Row
    from .register import (
        Candidate,
        Change,
        Diff,
        Match,
        Register,
        Replacement,
        ShakMatch,
        ShakRegister,
        ShakView,
        Status,
        Term,
        View,
        diff,
        load,
        load_shak,
    )
    from .register.tree import Node, Tree
    from .tables import Table
    from .validation import ValidationReport, validate

__version__ = "0.1.0"

_HOMES = {
    "archive": "Archive Registered",
    "description": "ColumnDescription Description TableDescription",
    "display.picture": "Picture",
    "errors": (
        "ConversionError EmptySourceError FetchError FhirError GuardError InvalidDateError "
        "InvalidOptionError MissingExtraError MissingTableError NotInForceError SorDataError "
        "SorError SorFileError UnknownFieldError UnknownNightError UnknownTermError "
        "UnknownUnitError UnreadableDateWarning UnrecognisedFormatError"
    ),
    "exports.conversion": "ConversionReport convert",
    "exports.extract": "extract",
    "exports.fhir": "to_fhir to_fhir_endpoints",
    "feed": "Feed",
    "formats.base": "Format",
    "inheritance": "Effective",
    "issues": "Issue",
    "limits": "Limits",
    "opening": "open",
    "records": (
        "Address Classification Coded EDIType EntityRef Extra GeoLocation LocationCode "
        "LocationCodeEDIType ReplacedEntity SHAKRegion SHAKSORMap SHAKUnit SOREntity SorType "
        "Validity VirtualAddress to_dict"
    ),
    "records.row": "Row",
    "register": (
        "Candidate Change Diff Match Register Replacement ShakMatch ShakRegister ShakView Status "
        "Term View diff load load_shak"
    ),
    "register.tree": "Node Tree",
    "tables": "Table",
    "validation": "ValidationReport validate",
}
"""Module to the public names in it."""
_MODULES = ("codes", "examples", "fetching", "identifiers")
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "Address",
    "Archive",
    "Candidate",
    "Change",
    "Classification",
    "Coded",
    "ColumnDescription",
    "ConversionError",
    "ConversionReport",
    "Description",
    "Diff",
    "EDIType",
    "Effective",
    "EmptySourceError",
    "EntityRef",
    "Extra",
    "Feed",
    "FetchError",
    "FhirError",
    "Format",
    "GeoLocation",
    "GuardError",
    "InvalidDateError",
    "InvalidOptionError",
    "Issue",
    "Limits",
    "LocationCode",
    "LocationCodeEDIType",
    "Match",
    "MissingExtraError",
    "MissingTableError",
    "Node",
    "NotInForceError",
    "Picture",
    "Register",
    "Registered",
    "ReplacedEntity",
    "Replacement",
    "Row",
    "SHAKRegion",
    "SHAKSORMap",
    "SHAKUnit",
    "SOREntity",
    "ShakMatch",
    "ShakRegister",
    "ShakView",
    "SorDataError",
    "SorError",
    "SorFileError",
    "SorType",
    "Status",
    "Table",
    "TableDescription",
    "Term",
    "Tree",
    "UnknownFieldError",
    "UnknownNightError",
    "UnknownTermError",
    "UnknownUnitError",
    "UnreadableDateWarning",
    "UnrecognisedFormatError",
    "ValidationReport",
    "Validity",
    "View",
    "VirtualAddress",
    "__version__",
    "codes",
    "convert",
    "diff",
    "examples",
    "extract",
    "fetching",
    "identifiers",
    "load",
    "load_shak",
    "open",
    "to_dict",
    "to_fhir",
    "to_fhir_endpoints",
    "validate",
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
