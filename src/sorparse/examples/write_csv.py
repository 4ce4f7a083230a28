"""Write the CSV files; every header comes from the declarations of the formats."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import attrs

from ..formats import sor2, sor_csv
from ..formats.declare import Column, Kind, TableSpec
from ..paths import parse_path, value_at
from ..records import Address, Coded, EntityRef, SOREntity, SorType
from .model import Records

_WRAPPED: Final = {Kind.SOR_ID, Kind.LOCATION_CODE}
_SOR_TYPE_TEXT: Final = {
    SorType.IE: "Institutionsejer",
    SorType.SI: "Sundhedsinstitution",
    SorType.OE: "Organisatorisk enhed",
}
FUTURE_COLUMN: Final = "FutureColumn"
"""A column that the library does not know, as a later version of a file may have."""


def value_of(record: Any, path: str) -> Any:
    """Return the value at a path, e.g. ``specialities[0].code``."""
    return value_at(record, parse_path(path))


def sor2_text(record: Any, column: Column) -> str:
    """Write a cell of a SOR2 file: ids wrapped for spreadsheets, ISO dates, decimal comma."""
    value = value_of(record, column.field)
    if value is None:
        return ""
    if column.kind in _WRAPPED:
        return f'="{value}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    return str(value)


def sor2_file(
    spec: TableSpec, records: Iterable[Any], extra: dict[str, Sequence[str]] | None = None
) -> bytes:
    """Write one SOR2 file: UTF-8 with BOM, ``;``, CRLF; ``extra`` has further columns."""
    further = extra or {}
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([*(column.name for column in spec.columns), *further])
    for place, record in enumerate(records):
        known = (sor2_text(record, column) for column in spec.columns)
        writer.writerow([*known, *(cells[place] for cells in further.values())])
    return text.getvalue().encode("utf-8-sig")


def sor2_set(content: Records) -> dict[str, bytes]:
    """Return the eight files of Sor_complete.zip by name."""
    files = {}
    for spec in sor2.TABLES:
        rows = getattr(content, spec.table)
        extra: dict[str, Sequence[str]] | None = None
        if spec is sor2.LOCATION_CODES:
            extra = {FUTURE_COLUMN: [f"fremtid {n}" if n % 2 else "" for n, _ in enumerate(rows)]}
        files[f"{spec.file_names[0]}.csv"] = sor2_file(spec, rows, extra)
    return files


def daily(content: Records) -> bytes:
    """Write SorEntity_daily.csv."""
    return sor2_file(sor2.ENTITIES, content.daily())


def sor_csv_units(content: Records) -> Iterator[SOREntity]:
    """Yield the units with the columns of sor.csv for location number and place."""
    number_of = {code.location_code: code for code in content.location_codes}
    place_of = {place.sor_id: place.name for place in content.geo_locations}
    for unit in content.current():
        shown = unit
        number = number_of.get(unit.location_code or "")
        if number is not None:
            shown = attrs.evolve(
                unit,
                location_code_system_type=number.system_type,
                location_code_system_supplier=number.system_supplier,
                location_code_communication_supplier=number.communication_supplier,
                location_code_status="inaktiv" if number.non_active else "aktiv",
            )
        yield attrs.evolve(shown, geographical_location=place_of.get(unit.sor_id))


def street_line(address: Address) -> str:
    """Return street, number, floor and door in one line, as in sor.csv."""
    line = " ".join(filter(None, (address.street_name, address.street_building_id)))
    floor = " ".join(filter(None, (address.floor_id and f"{address.floor_id}.", address.suite_id)))
    return ", ".join(filter(None, (line, floor)))


def sor_csv_text(record: Any, column: Column) -> str:
    """Write a cell of sor.csv or Edityper.csv: names for codes, day-month-year, decimal comma."""
    value = value_of(record, column.field)
    if column.field.endswith("address.street_name"):
        address = value_of(record, column.field.rpartition(".")[0])
        return street_line(address) if address else ""
    if column.kind is Kind.INHERITED:
        if record.location_code is None:
            return ""
        return "nedarvet" if value else "egen"
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, (EntityRef, Coded)):
        return value.name or ""
    if isinstance(value, SorType):
        return _SOR_TYPE_TEXT[value]
    if isinstance(value, date):
        return value.strftime("%d-%m-%Y")
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    return str(value)


def _unquoted(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as Windows-1252 with ``;`` and CRLF, without quoting."""
    lines = []
    for row in rows:
        if any(set(cell) & set(";\r\n") for cell in row):
            raise ValueError(f"a file without quoting cannot hold: {row}")
        lines.append(";".join(row) + "\r\n")
    return "".join(lines).encode("cp1252")


def sor_csv_file(content: Records) -> bytes:
    """Write sor.csv."""
    columns = sor_csv.ENTITIES.columns
    rows = [[sor_csv_text(unit, column) for column in columns] for unit in sor_csv_units(content)]
    return _unquoted([[column.name for column in columns], *rows])


def edi_types_file(content: Records) -> bytes:
    """Write Edityper.csv: numbers in use, types by their code."""
    columns = sor_csv.LOCATION_CODE_EDI_TYPES.columns
    code_of = {edi_type.edi_type_id: edi_type.code for edi_type in content.edi_types}
    active = {c.location_code for c in content.location_codes if not c.non_active}
    rows = [[column.name for column in columns]]
    for pair in content.location_code_edi_types:
        if pair.location_code in active and pair.edi_type and pair.edi_type.code:
            coded = attrs.evolve(pair.edi_type, code=code_of[pair.edi_type.code])
            shown = attrs.evolve(pair, edi_type=coded)
            rows.append([sor_csv_text(shown, column) for column in columns])
    return _unquoted(rows)
