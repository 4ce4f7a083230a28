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
    from .archive import Archive as Archive
    from .archive import Registered as Registered
    from .description import ColumnDescription as ColumnDescription
    from .description import Description as Description
    from .description import TableDescription as TableDescription
    from .display.picture import Picture as Picture
    from .errors import *  # noqa: F403 - all that is public there
    from .exports.conversion import ConversionReport as ConversionReport
    from .exports.conversion import convert as convert
    from .exports.extract import extract as extract
    from .exports.fhir import to_fhir as to_fhir
    from .exports.fhir import to_fhir_endpoints as to_fhir_endpoints
    from .feed import Feed as Feed
    from .formats.base import Format as Format
    from .inheritance import Effective as Effective
    from .issues import Issue as Issue
    from .limits import Limits as Limits
    from .opening import open as open
    from .records import *  # noqa: F403 - all that is public there
    from .records.row import Row as Row
    from .register import *  # noqa: F403 - all that is public there
    from .register.tree import Node as Node
    from .register.tree import Tree as Tree
    from .tables import Table as Table
    from .validation import ValidationReport as ValidationReport
    from .validation import validate as validate

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

__all__ = sorted({*_HOME_OF, *_MODULES, "__version__"})  # noqa: PLE0605 - sorted returns a list


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
    return __all__
