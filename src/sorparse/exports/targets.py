"""What the library wrote for each target of ``convert``, recognised by its content."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from ..extras import load_extra
from ..formats import sor2
from ..records.plain import dict_keys
from ..tables.schema import records_by_table, schema_of
from ..targets import IsOwn, first_line, json_keys, starts_with
from .load import INFO, INFO_FILE
from .sql import OUR_TABLES

STREAMS = ("csv", "jsonl", "geojson")
"""Targets of ``convert`` that can be written to standard output."""
GEOJSON_START = '{"type":"FeatureCollection","sorparse":'
"""How a GeoJSON file of the library begins."""
BUNDLE_START = (
    '{"resourceType":"Bundle","meta":{"tag":[{"system":"urn:sorparse","code":"convert"}]},'
    '"type":"collection"'
)
"""How a Bundle of the library begins; the tag says who wrote it."""
FHIR_FILES = {"entities": "Organization.ndjson", "location_codes": "Endpoint.ndjson"}
"""Table to the file of its resources in a bulk export."""
ZIP_COMMENT = b"sorparse"
"""Comment of a SOR2 zip of the library; the publisher's own zips have the same members."""
SOR2_NAMES = frozenset(
    f"{name}.csv"
    for spec in sor2.TABLES
    for name in (spec.file_names[0], *(each for each in spec.file_names if "daily" in each))
)
"""The member names that the library writes."""
# ------------------------------------------------------------------ what the library wrote


def own_by_format(to: str) -> IsOwn:
    """Return the function that recognises what the library wrote for a target of ``convert``.

    Databases are looked into by their writers, under the database's own locks.
    """
    if to in ("csv", "jsonl", "parquet"):
        is_own_file = {"csv": _is_own_csv, "jsonl": _is_own_jsonl, "parquet": _is_own_parquet}[to]
        names = frozenset((INFO_FILE, *(f"{table}.{to}" for table in OUR_TABLES)))

        def is_own(path: Path) -> bool:
            if not path.is_dir():
                # a folder is wanted, and the writer says so
                return path.suffix.lower() != f".{to}" or is_own_file(path)
            return _is_own_folder(path, names, is_own_file)

        return is_own
    owns = {"geojson": _is_own_geojson, "sor2": _is_own_sor2, "fhir": _is_own_fhir}
    return owns.get(to, lambda _: True)


def _is_own_folder(path: Path, names: frozenset[str], is_own_file: IsOwn) -> bool:
    items = list(path.iterdir())
    if not {item.name for item in items} <= names:
        return True  # the writer names them; it never deletes them
    if _holds_info(path / INFO_FILE):
        return True
    return all(item.is_file() and is_own_file(item) for item in items)


def _holds_info(path: Path) -> bool:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and "sorparse_version" in found


def _is_own_csv(path: Path) -> bool:
    header = first_line(path).rstrip("\n").split(",")
    return any(header == list(schema_of(table).names) for table in records_by_table())


def _is_own_jsonl(path: Path) -> bool:
    keys = json_keys(path)
    return any(keys == list(dict_keys(record)) for record in records_by_table().values())


def _is_own_parquet(path: Path) -> bool:
    pq = load_extra("pyarrow.parquet", "arrow", "Parquet files")
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, ValueError):  # pyarrow's own errors are ValueErrors
        return False
    return INFO.encode() in metadata


def _is_own_geojson(path: Path) -> bool:
    return path.is_dir() or starts_with(GEOJSON_START)(path)  # the writer refuses a folder


def _is_own_fhir(path: Path) -> bool:
    if path.is_dir():
        names = {INFO_FILE, *FHIR_FILES.values()}
        return not {item.name for item in path.iterdir()} <= names or _holds_info(path / INFO_FILE)
    resources = (name.partition(".")[0] for name in FHIR_FILES.values())
    starts = (BUNDLE_START, *(f'{{"resourceType":"{name}","' for name in resources))
    return any(starts_with(start)(path) for start in starts)


def _is_own_sor2(path: Path) -> bool:
    if path.is_dir():
        # the writer refuses other names, and a folder where a zip is to be
        return True
    if path.suffix.lower() != ".zip":
        return True  # a folder is wanted, and the writer says so
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == ZIP_COMMENT and set(archive.namelist()) <= SOR2_NAMES
    except (OSError, zipfile.BadZipFile, ValueError):
        return False
