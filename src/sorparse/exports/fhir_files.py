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
from .fhir.endpoints import endpoint, in_force, payload_type
from .fhir.organization import is_active, to_fhir
from .load import INFO_FILE, Load
from .targets import BUNDLE_START, FHIR_FILES

_PAYLOAD_TABLES = ("edi_types", "location_code_edi_types")
_SOR_ID = re.compile("[0-9]{11,}")
_BUNDLE, _NDJSON = ".json", ".ndjson"

Resource = dict[str, Any]


def write(load: Load, target: str) -> None:
    """Write units and location numbers as FHIR resources; the ending of ``target`` decides how."""
    path = Path(target)
    tables = [table for table in FHIR_FILES if table in load.tables]
    if not tables:
        raise failed(path, f"FHIR has no resource for {', '.join(load.tables)}")
    others = [t for t in load.tables if t not in (*FHIR_FILES, *_PAYLOAD_TABLES)]
    if others:
        load.note("table-not-written", f"FHIR has no resource for {', '.join(others)}")
    export = _Export(load)
    if path.suffix.lower() == _BUNDLE:
        with replaced_file(path) as new, _opened(new) as stream:
            _write_bundle(export, tables, stream)
            load.check_guards()
    elif path.suffix.lower() == _NDJSON:
        if len(tables) != 1:
            raise failed(
                path,
                "one NDJSON file holds one kind of resource; name a folder, or the table "
                f"({' or '.join(tables)})",
            )
        with replaced_file(path) as new, _opened(new) as stream:
            _write_lines(export.resources(tables[0]), stream)
            load.check_guards()
    else:
        ours = {INFO_FILE, *FHIR_FILES.values()}
        with replaced_folder(path, ours.__contains__, force=load.force) as new:
            for table in tables:
                with _opened(new / FHIR_FILES[table]) as stream:
                    _write_lines(export.resources(table), stream)
            text = json.dumps({**load.info(), "rows": load.counts}, indent=2) + "\n"
            (new / INFO_FILE).write_text(text, encoding="utf-8")
            load.check_guards()


def _opened(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="\n")


def _line(resource: Resource) -> str:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":"))


def _write_lines(resources: Iterator[Resource], stream: IO[str]) -> None:
    for resource in resources:
        stream.write(_line(resource) + "\n")


def _write_bundle(export: _Export, tables: list[str], stream: IO[str]) -> None:
    stream.write(BUNDLE_START)
    before, after = ',"entry":[\n', ""
    for table in tables:
        for resource in export.resources(table):
            stream.write(f'{before}{{"resource":{_line(resource)}}}')
            before, after = ",\n", "\n]"
    stream.write(after + "}\n")


class _Export:
    """Resources of a load, each id once; what is not written is counted and noted."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._day: date = load.snapshot_date or today_in_denmark()

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
        self._load.counts[table] = len(seen)
        if twice:
            self._load.note(
                "resource-written-once",
                f"{twice} rows of {table} are in force on {self._day} beside another row of the "
                "same id; the first in the file is written",
            )

    def _not_in_force(self, table: str, count: int) -> None:
        if count:
            self._load.note(
                "row-not-in-force",
                f"{count} rows of {table} are not in force on {self._day} and are not written",
            )

    def _organizations(self) -> Iterator[Resource]:
        skipped, invalid = 0, []
        for unit in self._load.records("entities"):
            if is_active(unit, self._day):
                if _SOR_ID.fullmatch(unit.sor_id) is None:
                    invalid.append(unit.sor_id)
                # in force on the date of the source, which need not be today
                yield to_fhir(unit) | {"active": True}
            else:
                skipped += 1
        self._not_in_force("entities", skipped)
        if invalid:
            self._load.note(
                "sor-id-not-accepted",
                f"{len(invalid)} units have ids that dk-core does not accept, fewer than 11 digits "
                f"or other characters ({', '.join(invalid[:3])}); they are written all the same",
            )

    def _endpoints(self) -> Iterator[Resource]:
        payload = self._payload_types()
        skipped, invalid = 0, []
        for record in self._load.records("location_codes"):
            if not in_force(record, self._day):
                skipped += 1
                continue
            try:
                yield endpoint(record, self._day, payload(record))
            except FhirError:
                invalid.append(record.location_code)
        self._not_in_force("location_codes", skipped)
        if invalid:
            self._load.note(
                "location-code-not-written",
                f"{len(invalid)} location numbers are not valid and are not written "
                f"({', '.join(invalid[:3])})",
            )

    def _payload_types(self) -> Callable[[LocationCode], list[Resource]]:
        """Read the message types by location number; equal ones share one object."""
        load = self._load
        known: dict[str, EDIType] = {}
        if "edi_types" in load.tables:
            known = {kind.edi_type_id: kind for kind in load.records("edi_types")}
        shared: dict[tuple[Coded | None, str | None], Resource] = {}
        by_number: dict[str, dict[int, Resource]] = {}
        if "location_code_edi_types" in load.tables:
            for pair in load.records("location_code_edi_types"):
                if pair.validity.contains(self._day):
                    kind = shared.setdefault(
                        (pair.edi_type, pair.direction), payload_type(pair, known)
                    )
                    by_number.setdefault(pair.location_code, {})[id(kind)] = kind
        return lambda record: list(by_number.get(record.location_code, {}).values())
