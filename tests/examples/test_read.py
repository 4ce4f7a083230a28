"""The same small register in every format: what the readers give is what was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

import sorparse
from sorparse import Coded, Extra, SHAKUnit, SOREntity, SorType, examples
from sorparse.examples.model import Records
from sorparse.examples.records import records
from sorparse.examples.write_csv import FUTURE_COLUMN, sor_csv_units, street_line, value_of
from sorparse.formats import sor2, sor_csv
from support.physical_csv import (
    CELLS,
    FORMS,
    UNDEFINED_IN_WINDOWS_1252,
    Cells,
    Form,
    long_row,
    short_row,
    table,
    with_blank_lines,
    write,
)


@pytest.fixture(scope="module")
def register() -> Records:
    return records()


def plain(found: list[Any]) -> list[Any]:
    return [attrs.evolve(record, extra=Extra()) for record in found]


@pytest.mark.parametrize(
    "path",
    [
        examples.sor2_zip,
        examples.daily_csv,
        examples.daily_csv_earlier,
        examples.sor_csv_folder,
        examples.sor_csv,
        examples.edi_types_csv,
        examples.shak,
    ],
    ids=lambda path: path.name,
)
def test_reading_gives_no_issue(path: Path) -> None:
    with sorparse.open(path, on_issue="raise") as feed:
        for name in feed.tables:
            assert list(getattr(feed, name)())
        assert feed.issues == []


@pytest.mark.parametrize("spec", sor2.TABLES, ids=lambda spec: spec.table)
def test_sor2_gives_what_was_written(spec: Any, register: Records) -> None:
    with sorparse.open(examples.sor2_zip) as feed:
        found = list(getattr(feed, spec.table)())
    assert plain(found) == getattr(register, spec.table)
    extra = [record.extra for record in found if record.extra]
    if spec is sor2.LOCATION_CODES:
        assert extra[0] == {FUTURE_COLUMN: "fremtid 1"}
    else:
        assert extra == []


def test_daily_gives_what_was_written(register: Records) -> None:
    with sorparse.open(examples.daily_csv) as feed:
        assert list(feed.entities()) == register.daily()
    with sorparse.open(examples.daily_csv_earlier) as feed:
        assert list(feed.entities()) == records(examples.earlier_date).daily()


def bare(unit: SHAKUnit) -> SHAKUnit:
    """The unit with codes alone."""

    def code(coded: Coded | None) -> Coded | None:
        return coded and Coded(coded.code)

    return attrs.evolve(
        unit,
        owner_type=code(unit.owner_type),
        institution_type=code(unit.institution_type),
        specialities=tuple(Coded(one.code) for one in unit.specialities),
    )


def test_shak_gives_what_was_written(register: Records) -> None:
    with sorparse.open(examples.shak) as feed:
        # the file holds codes; their names come from the library's own table
        assert plain([bare(unit) for unit in feed.shak_units()]) == register.shak_units


def by_id(entities: Iterator[SOREntity]) -> dict[str, SOREntity]:
    found = list(entities)
    result = {entity.sor_id: entity for entity in found}
    assert len(result) == len(found)
    return result


def test_sor_csv_agrees_in_every_column_it_has(register: Records) -> None:
    with sorparse.open(examples.sor_csv) as feed:
        found = by_id(feed.entities())
    assert list(found) == [entity.sor_id for entity in register.current()]
    for written in sor_csv_units(register):
        read = found[written.sor_id]
        for column in sor_csv.ENTITIES.columns:
            here, there = value_of(read, column.field), value_of(written, column.field)
            if column.field in {"owner", "health_institution"}:  # by name alone
                here, there = here and here.name, there and there.name
            elif column.field.endswith("address.street_name"):  # with the number, in one line
                address = value_of(written, column.field.rpartition(".")[0])
                there = street_line(address) if address else None
            elif column.field == "location_code_inherited" and written.location_code is None:
                there = None
            assert here == there, (written.name, column.name)


def test_the_csv_sets_agree_on_location_numbers(register: Records) -> None:
    with sorparse.open(examples.sor_csv_folder) as feed:
        numbers = {code.location_code: code for code in feed.location_codes()}
        edi_types = list(feed.location_code_edi_types())
    in_use = [code for code in register.location_codes if not code.non_active]
    assert set(numbers) == {code.location_code for code in in_use}
    for written in in_use:
        for column in sor_csv.LOCATION_CODES.columns:
            read = numbers[written.location_code]
            assert value_of(read, column.field) == value_of(written, column.field), column.name
    code_of = {edi_type.edi_type_id: edi_type.code for edi_type in register.edi_types}
    assert [
        (pair.location_code, pair.edi_type and pair.edi_type.code, pair.direction)
        for pair in edi_types
    ] == [
        (pair.location_code, code_of[pair.edi_type.code], pair.direction)
        for pair in register.location_code_edi_types
        if pair.location_code in numbers and pair.edi_type and pair.edi_type.code
    ]


# what neither version of the XML has a place for; names of codes come from code tables
NOT_IN_XML = (
    "production_unit_number",
    "organisational_level",
    "geographical_parent",
    "note",
    ".additional_info",
    ".name",
    "municipality_name",
    "region_name",
    "location_code",
    "cvr",
)
NOT_IN_XML_1_0_0 = (
    ".municipality_code",
    ".street_code",
    ".region_code",
    ".easting",
    ".northing",
)


@pytest.mark.parametrize(
    ("path", "absent"),
    [
        (examples.sor_xml_zip, NOT_IN_XML),
        (examples.sor_xml, NOT_IN_XML),
        (examples.sor_xml_1_0_0, NOT_IN_XML + NOT_IN_XML_1_0_0),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_xml_agrees_in_every_field_it_has(
    path: Path, absent: tuple[str, ...], register: Records
) -> None:
    pytest.importorskip("sorparse.formats.sor_xml")
    with sorparse.open(path) as feed:
        assert feed.snapshot_date == register.day
        found = by_id(feed.entities())
        numbers = {code.location_code for code in feed.location_codes()}
        assert feed.issues == []
    fields = [c.field for c in sor2.ENTITIES.columns if not any(part in c.field for part in absent)]
    assert set(found) == {entity.sor_id for entity in register.snapshot()}
    for written in register.snapshot():
        read = found[written.sor_id]
        for field in fields:
            assert value_of(read, field) == value_of(written, field), (written.name, field)
        assert read.name == written.name
        assert read.replaces == written.replaces
        assert read.replaced_by == written.replaced_by
        if not written.location_code_inherited:
            assert read.location_code == written.location_code
        if written.sor_type is not SorType.IE:
            assert read.location_code_inherited == written.location_code_inherited
        elif path != examples.sor_xml_1_0_0:
            assert read.cvr == written.cvr
    assert numbers == {code.location_code for code in register.location_codes}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_physical_form_reads_alike(form: Form, register: Records) -> None:
    with sorparse.open(table(sor2.ENTITIES, register.daily(), form)) as feed:
        assert list(feed.entities()) == register.daily()
        assert feed.issues == []


@pytest.mark.parametrize("cells", CELLS.values(), ids=CELLS)
def test_every_form_of_values_reads_alike(cells: Cells, register: Records) -> None:
    with sorparse.open(table(sor2.ENTITIES, register.daily(), cells=cells)) as feed:
        assert list(feed.entities()) == register.daily()
        assert feed.issues == []


def daily_rows(register: Records) -> tuple[list[str], list[list[str]]]:
    columns = sor2.ENTITIES.columns
    rows = [[Cells().text(e, column) for column in columns] for e in register.daily()[:4]]
    return [column.name for column in columns], rows


def test_blank_lines_are_passed_over(register: Records) -> None:
    with sorparse.open(with_blank_lines(write(*daily_rows(register)))) as feed:
        assert list(feed.entities()) == register.daily()[:4]


def test_a_short_and_a_long_row_are_reported_by_their_line(register: Records) -> None:
    header, rows = daily_rows(register)
    rows[1], rows[2] = list(short_row(rows[1], 5)), list(long_row(rows[2]))
    with sorparse.open(write(header, rows)) as feed:
        list(feed.entities())
        assert {issue.line for issue in feed.issues} == {3, 4}


def test_undefined_bytes_of_windows_1252_are_preserved(register: Records) -> None:
    header, rows = daily_rows(register)
    rows[0][header.index("EntityName")] = f"Ærø {UNDEFINED_IN_WINDOWS_1252}"
    with sorparse.open(write(header, rows, Form("cp1252"))) as feed:
        assert next(feed.entities()).name == f"Ærø {UNDEFINED_IN_WINDOWS_1252}"


def test_a_line_break_and_a_delimiter_inside_a_quoted_name(register: Records) -> None:
    header, rows = daily_rows(register)
    rows[0][header.index("EntityName")] = 'Ærø; "Søen"\nog havet'
    with sorparse.open(write(header, rows)) as feed:
        assert [e.name for e in feed.entities()][:2] == [
            'Ærø; "Søen"\nog havet',
            register.daily()[1].name,
        ]
