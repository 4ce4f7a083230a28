"""FHIR files: a bulk export (NDJSON), or one Bundle.

A folder of ``Organization.ndjson`` and ``Endpoint.ndjson``, one resource a line; where the target
ends in ``.ndjson``, one such file of one table; where it ends in ``.json``, one Bundle of type
``collection``. The resources follow dk-core. Units and location numbers are written as they are in
force on the snapshot date of the source (today in Denmark if it has none), each once, as a resource
has one id. Addresses are those of the unit's own row: inheritance needs the whole register, while
this is written row by row (``to_fhir`` with a view resolves it).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any

from ..errors import FhirError
from ..records import Coded, EDIType, LocationCode
from ..register.days import today_in_denmark
from ..replace import failed, replaced_file, replaced_folder
from ..targets import first_object, starts_with
from .base import FileTarget, line_count, read_info, write_info
from .conversion_job import INFO_FILE, ConversionJob
from .fhir import systems
from .fhir.endpoints import KEYS as ENDPOINT_KEYS
from .fhir.endpoints import endpoint, in_force, payload_type
from .fhir.organization import KEYS as ORGANIZATION_KEYS
from .fhir.organization import is_active, to_fhir

_FILES = {"entities": "Organization.ndjson", "location_codes": "Endpoint.ndjson"}
"""Table to the file of its resources in a bulk export."""
_BUNDLE_START = (
    '{"resourceType":"Bundle","meta":{"tag":[{"system":"urn:sorparse","code":"convert"}]},'
    '"type":"collection"'
)
"""How a Bundle of the library begins; the tag says who wrote it."""
_PAYLOAD_TABLES = ("edi_types", "location_code_edi_types")
_SOR_ID = re.compile("[0-9]{11,}")
_BUNDLE, _NDJSON = ".json", ".ndjson"

Resource = dict[str, Any]

_WRITTEN = {
    "Organization": (ORGANIZATION_KEYS, systems.SOR),
    "Endpoint": (ENDPOINT_KEYS, systems.GLN),
}
"""Kind of resource to its keys, in their order, and the system of its first identifier."""


class FhirFiles(FileTarget):
    """Resources as a bulk export, or as one Bundle; the ending of the target decides."""

    name = "fhir"
    title = "FHIR"
    is_comparable = False

    def write(self, job: ConversionJob, place: str) -> None:
        """Write units and location codes as FHIR resources."""
        path = Path(place)
        tables = [table for table in _FILES if table in job.tables]
        if not tables:
            raise failed(path, f"FHIR has no resource for {', '.join(job.tables)}")
        others = [table for table in job.tables if table not in (*_FILES, *_PAYLOAD_TABLES)]
        if others:
            job.note("table-not-written", f"FHIR has no resource for {', '.join(others)}")
        export = _Export(job)
        ending = path.suffix.lower()
        if ending not in (_BUNDLE, _NDJSON):
            names = {INFO_FILE, *_FILES.values()}
            with replaced_folder(path, names.__contains__, force=job.force) as new:
                for table in tables:
                    with _opened(new / _FILES[table]) as stream:
                        _write_lines(export.resources(table), stream)
                write_info(job, new)
                job.check_guards()
            return
        if ending == _NDJSON and len(tables) != 1:
            raise failed(
                path,
                "one NDJSON file holds one kind of resource; name a folder, or the table "
                f"({' or '.join(tables)})",
            )
        with replaced_file(path) as new, _opened(new) as stream:
            if ending == _BUNDLE:
                _write_bundle(export, tables, stream)
            else:
                _write_lines(export.resources(tables[0]), stream)
            stream.flush()
            job.check_guards()

    def is_own(self, path: Path) -> bool:
        """Return whether the library wrote what is at a path, or whether ``write`` decides."""
        if path.is_dir():
            names = {INFO_FILE, *_FILES.values()}
            return not {item.name for item in path.iterdir()} <= names or bool(read_info(path))
        return starts_with(_BUNDLE_START)(path) or _table_of(first_object(path)) is not None

    def table_named(self, name: str) -> str | None:
        """Return the table that a file of a folder holds, by the file's name."""
        return next((table for table, file in _FILES.items() if file == name), None)

    def rows_of_file(self, path: Path, table: str | None) -> Iterator[tuple[str, int]]:
        """Yield table and rows of a file."""
        # how many of the entries of a Bundle are of which table would take reading it
        if not starts_with(_BUNDLE_START)(path):
            yield table or _table_of(first_object(path)) or "entities", line_count(path)


def _table_of(resource: Resource) -> str | None:
    """Return the table of a resource as the library writes it: its keys, and what identifies it."""
    identifiers = resource.get("identifier")
    first = identifiers[0] if isinstance(identifiers, list) and identifiers else None
    system = first.get("system") if isinstance(first, dict) else None
    for table, file in _FILES.items():
        name = file.partition(".")[0]
        keys, expected = _WRITTEN[name]
        written = [key for key in keys if key in resource]
        if resource.get("resourceType") == name and list(resource) == written:
            return table if system == expected else None
    return None


def _opened(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="\n")


def _line(resource: Resource) -> str:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":"))


def _write_lines(resources: Iterator[Resource], stream: IO[str]) -> None:
    for resource in resources:
        stream.write(_line(resource) + "\n")


def _write_bundle(export: _Export, tables: list[str], stream: IO[str]) -> None:
    stream.write(_BUNDLE_START)
    before, after = ',"entry":[\n', ""
    for table in tables:
        for resource in export.resources(table):
            stream.write(f'{before}{{"resource":{_line(resource)}}}')
            before, after = ",\n", "\n]"
    stream.write(after + "}\n")


class _Export:
    """Resources of a load, each id once; what is not written is counted and noted."""

    def __init__(self, job: ConversionJob) -> None:
        self._job = job
        self._day: date = job.snapshot_date or today_in_denmark()

    def resources(self, table: str) -> Iterator[Resource]:
        """Yield the resources of a table."""
        build = self._organizations() if table == "entities" else self._endpoints()
        seen: set[str] = set()
        twice = 0
        for resource in build:
            name = resource.get("id") or resource["identifier"][0]["value"]
            if name in seen:
                twice += 1
                continue
            seen.add(name)
            yield resource
        self._job.counts[table] = len(seen)
        if twice:
            self._job.note(
                "resource-written-once",
                f"{twice} rows of {table} are in force on {self._day} beside another row of the "
                "same id; the first in the file is written",
            )

    def _in_force(self, table: str, is_in_force: Callable[[Any, date], bool]) -> Iterator[Any]:
        """Yield the records of a table that are in force; the others are counted and noted."""
        others = 0
        for record in self._job.records(table):
            if is_in_force(record, self._day):
                yield record
            else:
                others += 1
        if others:
            self._job.note(
                "row-not-in-force",
                f"{others} rows of {table} are not in force on {self._day} and are not written",
            )

    def _organizations(self) -> Iterator[Resource]:
        invalid = []
        for unit in self._in_force("entities", is_active):
            if _SOR_ID.fullmatch(unit.sor_id) is None:
                invalid.append(unit.sor_id)
            # in force on the date of the source, which need not be today
            yield to_fhir(unit) | {"active": True}
        if invalid:
            self._job.note(
                "sor-id-not-accepted",
                f"{len(invalid)} units have ids that dk-core does not accept, fewer than 11 digits "
                f"or other characters ({', '.join(invalid[:3])}); they are written all the same",
            )

    def _endpoints(self) -> Iterator[Resource]:
        payload = self._payload_types()
        invalid = []
        for record in self._in_force("location_codes", in_force):
            try:
                yield endpoint(record, self._day, payload(record))
            except FhirError:
                invalid.append(record.location_code)
        if invalid:
            self._job.note(
                "location-code-not-written",
                f"{len(invalid)} location numbers are not valid and are not written "
                f"({', '.join(invalid[:3])})",
            )

    def _payload_types(self) -> Callable[[LocationCode], list[Resource]]:
        """Read the message types by location number; equal ones share one object."""
        job = self._job
        known: dict[str, EDIType] = {}
        if "edi_types" in job.tables:
            known = {kind.edi_type_id: kind for kind in job.records("edi_types")}
        shared: dict[tuple[Coded | None, str | None], Resource] = {}
        by_number: dict[str, dict[int, Resource]] = {}
        if "location_code_edi_types" in job.tables:
            for pair in job.records("location_code_edi_types"):
                if pair.validity.contains(self._day):
                    kind = shared.setdefault(
                        (pair.edi_type, pair.direction), payload_type(pair, known)
                    )
                    by_number.setdefault(pair.location_code, {})[id(kind)] = kind
        return lambda record: list(by_number.get(record.location_code, {}).values())
