"""Writing the tables elsewhere: databases, files of data tools, the publisher's own form.

A new target is one module with a subclass of :class:`.base.Target`, and its line in ``_CLASSES``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .base import Target

_CLASSES = {
    "sqlite": ("sqlite", "Sqlite"),
    "duckdb": ("duckdb", "DuckDB"),
    "postgres": ("postgres", "Postgres"),
    "parquet": ("table_files", "ParquetFiles"),
    "csv": ("table_files", "CsvFiles"),
    "jsonl": ("table_files", "JsonLines"),
    "geojson": ("geojson", "GeoJson"),
    "sor2": ("sor2", "Sor2"),
    "fhir": ("fhir_files", "FhirFiles"),
}
TARGETS = tuple(_CLASSES)
"""What ``convert`` writes."""


def target_class(name: str) -> type[Target]:
    """Return the class of a target; its module is loaded on demand."""
    module, cls = _CLASSES[name]
    target: type[Target] = getattr(import_module(f".{module}", __name__), cls)
    return target


def targets_with(feature: str) -> tuple[str, ...]:
    """Return the names of the targets of whose classes an attribute is true."""
    return tuple(name for name in TARGETS if getattr(target_class(name), feature))
