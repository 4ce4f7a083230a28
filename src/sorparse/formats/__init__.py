"""The published formats.

To add a format, write a module with ``recognise``, and add its name to ``_MODULES`` and its value
to ``Format``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType

from ..errors import InvalidOptionError
from .base import Format, Found, GivesRows, ReadOptions, Recognise, TableReader

_MODULES = ("skrs", "sor_xml", "shak", "shak_region", "shak_region_xml", "sor2", "sor_csv")


def recognisers() -> Iterator[Recognise]:
    """Yield each format's ``recognise``, the most certain first; modules are loaded on demand."""
    for name in _MODULES:
        recognise: Recognise = _module(name).recognise
        yield recognise


def _module(name: str) -> ModuleType:
    return import_module(f".{name}", __name__)


def check_mapping(columns: Mapping[str, str]) -> None:
    """Check the caller's mapping of columns.

    Args:
        columns: A file's column names to field names.

    Raises:
        InvalidOptionError: If the mapping names a field that no table has.
    """
    if not columns:
        return
    from difflib import get_close_matches

    from .declare import fold

    specs = [spec for name in _MODULES for spec in getattr(_module(name), "TABLES", ())]
    fields = {column.field for spec in specs for column in spec.columns}
    names = {name for spec in specs for name in spec.by_folded_name}
    for name, field in columns.items():
        if field not in fields and fold(field) not in names:
            near = get_close_matches(field, fields, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidOptionError(
                f"there is no field {field!r} (columns= names it for {name!r}){hint}"
            )


__all__ = [
    "Format",
    "Found",
    "GivesRows",
    "ReadOptions",
    "TableReader",
    "check_mapping",
    "recognisers",
]
