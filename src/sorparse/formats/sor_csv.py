"""The CSV 1.2.1.19 set: ``sor.csv`` with its Danish columns, and ``Edityper.csv``.

All 70 names, and probably their order, are known from an import of October 2025. The form of the
dates, and the words of the indicators and of ``Lokationsnummerstatus``, are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from ..sources import Member
from .base import Format, Found, ReadOptions
from .complete_codes import with_code
from .csv.reader import CsvTable, first_rows
from .declare import Column, Kind, TableSpec
from .headers import Header, best_spec, made_by_r, match_columns, read_headers

C = Column


def _address_lines() -> Iterator[Column]:
    """Yield post code, town and street line of the three addresses."""
    for street, letter, block in _ADDRESSES:
        for name, field in (
            (f"{letter}_Postnummer", "post_code"),
            (f"{letter}_By", "district_name"),
            (street, "street_name"),
        ):
            yield C(name, f"{block}.{field}", evidence="verified")


def _address_codes() -> Iterator[Column]:
    """Yield region, municipality, road and coordinates, which are at the end of the row."""
    for _, letter, block in _ADDRESSES:
        for name, field, kind in (
            ("Region", "region_name", Kind.TEXT),
            ("KK", "municipality_code", Kind.TEXT),
            ("VK", "street_code", Kind.TEXT),
            ("X", "easting", Kind.EASTING),
            ("Y", "northing", Kind.NORTHING),
        ):
            yield C(f"{letter}_{name}", f"{block}.{field}", kind, evidence="verified")


_ADDRESSES = (
    ("Postadresse", "P", "postal_address"),
    ("Besoegsadresse", "B", "visiting_address"),
    ("Aktivitetsadresse", "A", "activity_address"),
)
_SYSTEMS = (
    ("EDB-system", "system_type.name"),
    ("Systemleverandoer", "system_supplier.name"),
    ("Netoperatoer", "communication_supplier.name"),
)

# The order is that of an import of October 2025.
ENTITIES = TableSpec(
    table="entities",
    title="sor.csv 1.2.1.19",
    file_names=("sor",),
    key=("sor_id",),
    columns=(
        C("Enhedsnavn", "name", evidence="verified"),
        C("Enhedstype", "entity_type.name", evidence="verified"),
        C("Organisatorisk niveau", "organisational_level.code", evidence="verified"),
        C("Navn org. niveau", "organisational_level.name", evidence="verified"),
        C("SOR-type", "sor_type", Kind.SOR_TYPE, evidence="verified"),
        # this file has no from-date of the version: the opening date is used instead
        C(
            "Gaeldende_fra_dato",
            "first_from_date",
            Kind.DATE,
            also=("validity.from_date",),
            evidence="verified",
        ),
        C("Ophoert_dato", "validity.to_date", Kind.LAST_DAY, evidence="verified"),
        C("Sidst_aendret_dato", "updated_at", Kind.DATE, evidence="verified"),
        C("SghAfd-kode", "shak_code", Kind.SHAK, evidence="verified"),
        C("SOR-kode", "sor_id", Kind.SOR_ID, evidence="verified"),
        C("Parent-SOR-kode", "parent_id", Kind.SOR_ID, evidence="verified"),
        C("Institutionsejer", "owner", Kind.UNIT, evidence="verified"),
        C("Sundhedsinstitution", "health_institution", Kind.UNIT, evidence="verified"),
        C("Ydernummer", "provider_number", evidence="verified"),
        C("Lokalkode", "local_code", evidence="verified"),
        C("Telefon", "virtual_address.telephone", evidence="verified"),
        C("Fax", "virtual_address.fax", evidence="verified"),
        C("E-mail", "virtual_address.email", evidence="verified"),
        C("Hjemmeside", "virtual_address.website", evidence="verified"),
        C("Lokationsnummer", "location_code", Kind.LOCATION_CODE, evidence="verified"),
        C("Region", "location_code_region.name", evidence="verified"),
        *(C(name, f"location_code_{field}", evidence="verified") for name, field in _SYSTEMS),
        C("Nedarvningsstatus", "location_code_inherited", Kind.INHERITED, evidence="verified"),
        C("Lokationsnummerstatus", "location_code_status", evidence="verified"),
        *(
            C(f"Lokalattribut{n}", f"local_attributes[{n - 1}]", evidence="verified")
            for n in range(1, 6)
        ),
        *_address_lines(),
        C("Hovedspeciale", "specialities[0].name", evidence="verified"),
        *(
            C(f"Speciale{n}", f"specialities[{n - 1}].name", evidence="verified")
            for n in range(2, 9)
        ),
        C("Apoteksnummer", "pharmacy_number", evidence="verified"),
        C("Sengeafsnit", "patients_admitted", Kind.BOOL, evidence="verified"),
        C("Ambulante_kontakter", "ambulant_activity", Kind.BOOL, evidence="verified"),
        C("Indberetningsniveau", "reporting_level", Kind.BOOL, evidence="verified"),
        C("Geografisk_lokalisation", "geographical_location", evidence="verified"),
        C("CVR", "cvr", Kind.CVR, aliases=("CVR-nummer",), evidence="verified"),
        C("P-nummer", "production_unit_number", evidence="verified"),
        *_address_codes(),
    ),
    recognised_by=("sor_id",),
)

LOCATION_CODES = TableSpec(
    table="location_codes",
    title="sor.csv 1.2.1.19, the location number's columns",
    file_names=("sor",),
    key=("location_code", "sor_id"),
    columns=(
        C("Lokationsnummer", "location_code", Kind.LOCATION_CODE, evidence="verified"),
        C("SOR-kode", "sor_id", Kind.SOR_ID, evidence="verified"),
        C("Region", "region.name", evidence="verified"),
        *(C(name, field, evidence="verified") for name, field in _SYSTEMS),
    ),
    part=True,
    skip_where=("Nedarvningsstatus", "nedarvet"),
)
"""A second reading of the same rows: those of units that have a location number themselves."""

LOCATION_CODE_EDI_TYPES = TableSpec(
    table="location_code_edi_types",
    title="Edityper.csv",
    file_names=("Edityper", "EDI-typer"),
    key=("location_code", "edi_type.name", "direction"),
    columns=(
        C(
            "Lokationsnummer",
            "location_code",
            Kind.LOCATION_CODE,
            aliases=("EAN-lokationsnummer", "EAN", "Lokationsnr"),
        ),
        C(
            "EDI-type",
            "edi_type.code",
            aliases=("Edi-typekode", "Meddelelsestype", "Meddelelse", "Meddelelseskode", "Type"),
        ),
        C("EDI-typenavn", "edi_type.name", aliases=("Meddelelsesnavn", "Meddelelsestypenavn")),
        C("Retning", "direction"),
    ),
    recognised_by=("location_code", "edi_type.code"),
)

TABLES = (ENTITIES, LOCATION_CODES, LOCATION_CODE_EDI_TYPES)


def recognise(member: Member, head: bytes, options: ReadOptions) -> Found | None:
    """Recognise ``sor.csv`` by its header, and ``Edityper.csv`` by header or by shape."""
    headers = list(read_headers(head, member.name, options))
    for header in headers:
        if best_spec((ENTITIES,), header, member.base_name, options) is None:
            continue
        columns = match_columns(ENTITIES, header.names, options.columns)
        entities = CsvTable(
            ENTITIES,
            Format.SOR_CSV,
            member,
            options,
            delimiter=header.delimiter,
            rfc=False,
            complete=with_code,
            owners_cvr=True,
            header_line=header.line,
            na_is_missing=made_by_r(columns, header.names),
        )
        numbers = match_columns(LOCATION_CODES, header.names, options.columns)
        if any(column is not None and column.field == "location_code" for column in numbers):
            numbers_table = attrs.evolve(entities, spec=LOCATION_CODES, owners_cvr=False)
            return Found((entities, numbers_table))
        return Found((entities,))
    return _edi_types(member, head, headers, options)


_GLN = re.compile(r"\d{13}", re.ASCII)
_EDI_CODE = re.compile(r"[A-Z]{2,6}[0-9]{2}[A-Z0-9]{0,8}", re.ASCII)
_TYPE_WORDS = ("type", "meddel", "edi", "besked")


def _edi_types(
    member: Member, head: bytes, headers: Sequence[Header], options: ReadOptions
) -> Found | None:
    """Recognise ``Edityper.csv``: no example is public, so any file with GLNs and types is one."""
    spec = LOCATION_CODE_EDI_TYPES
    if not headers:
        return None
    for header in headers:
        if best_spec((spec,), header, member.base_name, options) is not None:
            return Found((_edi_table(spec, member, header, options, None),))
    columns: Mapping[str, str] = options.columns
    header = headers[0]
    names = header.names
    headerless = any(_GLN.fullmatch(name) for name in names)
    if headerless:
        names = tuple(f"column {place}" for place in range(1, len(names) + 1))
    rows = list(first_rows(head, member.name, header.delimiter, options))
    shape = _shape(names, rows if headerless else rows[1:])
    if shape is None:
        return None
    options = attrs.evolve(options, columns={**shape, **columns})
    return Found((_edi_table(spec, member, header, options, names if headerless else None),))


def _edi_table(
    spec: TableSpec,
    member: Member,
    header: Header,
    options: ReadOptions,
    names: tuple[str, ...] | None,
) -> CsvTable:
    return CsvTable(
        spec,
        Format.EDI_TYPES,
        member,
        options,
        delimiter=header.delimiter,
        rfc=False,
        names=names,
        header_line=header.line,
    )


def _shape(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str] | None:
    """Find the two columns by their values, or the column of types by its name."""
    rows = [row for row in rows if len(row) == len(names)]
    if not rows:
        return None

    def share(place: int, pattern: re.Pattern[str]) -> float:
        return sum(pattern.fullmatch(row[place]) is not None for row in rows) / len(rows)

    places = range(len(names))
    numbers = [place for place in places if share(place, _GLN) > 0.8]
    if not numbers:
        return None
    types = [place for place in places if share(place, _EDI_CODE) > 0.8] or [
        place
        for place in places
        if place not in numbers and any(word in names[place].lower() for word in _TYPE_WORDS)
    ]
    if not types:
        return None
    return {names[numbers[0]]: "location_code", names[types[0]]: "edi_type.code"}
