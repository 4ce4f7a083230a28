"""Quotes, spaces, row lengths: the cells of a row."""

from __future__ import annotations

import pytest

import sorparse
from support.csv_files import HEADER, A, B, C, in_two_blocks, one, read, sor2, sor_csv, units


@pytest.mark.parametrize(
    "written",
    [f'"=""{A}"""', f'="{A}"', f'"{A}"', A, f" {A} ", f"{A}\t", f"\xa0{A}"],
)
def test_forms_of_an_id(written: str) -> None:
    (unit,) = units(sor2(f"{written};Enhed;;;"))
    assert (unit.sor_id, unit.name) == (A, "Enhed")


def test_wrapped_ids_at_the_beginning_middle_and_end_of_a_row() -> None:
    header = ("SorId", "ParentSorId", "ShakId", "GeographicalParentSorId")
    (unit,) = units(sor2(f'"=""{A}""";"=""{B}""";1301;"=""{C}"""', header=header))
    ids = (unit.sor_id, unit.parent_id, unit.geographical_parent_id)
    assert ids == (A, B, C)


@pytest.mark.parametrize("name", ["\u2003Blå\u2003", '"\u2003Blå\u2003"'])
def test_only_the_spaces_of_tables_are_taken_off(name: str) -> None:
    records, _ = read(sor2(f"{A};{name};;;", f"{B}; Rød \xa0;;;"))
    assert [unit.name for unit in records] == ["\u2003Blå\u2003", "Rød"]


def test_a_quoted_field_and_an_unquoted_one() -> None:
    first, second = units(sor2(f'{A};"Enhed";"2020-01-01";;""', f"{B};Enhed;2020-01-01;;"))
    assert first.name == second.name == "Enhed"
    assert first.validity == second.validity
    assert first.provider_number is None


def test_every_field_quoted_header_too() -> None:
    header = [f'"{name}"' for name in HEADER]
    (unit,) = units(sor2(f'"{A}";"Enhed";"";"";"012345"', header=header))
    assert (unit.sor_id, unit.name, unit.provider_number) == (A, "Enhed", "012345")


def test_a_delimiter_inside_a_quoted_name() -> None:
    assert units(sor2(f'{A};"Hjerte; Lunge; Nyre";;;'))[0].name == "Hjerte; Lunge; Nyre"


def test_a_doubled_quote_inside_a_quoted_name() -> None:
    assert units(sor2(f'{A};"Huset ""Solsikken""";;;'))[0].name == 'Huset "Solsikken"'


def test_a_line_end_inside_a_quoted_name() -> None:
    first, second = units(sor2(f'{A};"Hjerte\r\nLunge";;;', f"{B};Nyre;;;"))
    assert first.name == "Hjerte\nLunge"
    assert (second.sor_id, second.name) == (B, "Nyre")


def test_lines_are_counted_through_a_line_end_in_a_quoted_name() -> None:
    _, issues = read(sor2(f'{A};"En\r\nto\r\ntre";x;;', f"{B};Nyre;y;;"))
    assert [(issue.line, issue.value) for issue in issues] == [(2, "x"), (5, "y")]


def test_the_raw_text_of_a_bad_row_over_several_lines_is_preserved_whole() -> None:
    records, (issue,) = read(sor2('"";"Hjerte\r\nLunge";;;', f"{B};Nyre;;;"))
    assert [unit.sor_id for unit in records] == [B]
    assert (issue.code, issue.raw) == ("missing-key", '"";"Hjerte\nLunge";;;')


def test_raw_quotes_in_an_unquoted_name() -> None:
    assert units(sor2(f'{A};Huset "Solsikken";;;'))[0].name == 'Huset "Solsikken"'


def test_a_quote_that_never_closes_costs_no_other_row_in_sor2() -> None:
    records, issues = read(sor2(f'{A};"Huset;;;', *[f"{B};Nyre;;;"] * 3))
    assert [unit.name for unit in records] == ['"Huset', "Nyre", "Nyre", "Nyre"]
    assert [(issue.code, issue.line) for issue in issues] == [("stray-quote", 2)]


@pytest.mark.parametrize(
    "name", ['"Solsikken', 'Solsikken"', 'Hus "A', '"', '""', '"A" og "B', 'A"B"C"', '"A"B']
)
def test_a_raw_quote_in_sor_csv_swallows_nothing(name: str) -> None:
    rows = [f"{A};{name};sygehus;1", f"{B};Nyre;sygehus;2", f"{C};{name};sygehus;3"]
    records, issues = read(sor_csv(*rows))
    assert [unit.sor_id for unit in records] == [A, B, C]
    assert records[1].name == "Nyre"
    assert issues == []
    assert records[0].name == (name if name != '""' else None)


def test_sor_csv_with_quoted_fields_is_read_as_such() -> None:
    (unit,) = units(sor_csv(f'{A};"Hjerte; Lunge";sygehus;"12 34"'))
    assert (unit.name, unit.virtual_address and unit.virtual_address.telephone) == (
        "Hjerte; Lunge",
        "12 34",
    )


def test_sor_csv_with_a_line_end_in_a_quoted_field() -> None:
    first, second = units(sor_csv(f'{A};"Hjerte\r\nLunge";sygehus;1', f"{B};Nyre;sygehus;2"))
    assert (first.name, second.name) == ("Hjerte\nLunge", "Nyre")


@pytest.mark.parametrize(("row", "cells"), [(f"{A};Enhed", 2), (f"{A};Enhed;;;;for meget", 6)])
def test_a_row_too_short_or_too_long_costs_that_row(row: str, cells: int) -> None:
    records, (issue,) = read(sor2(f"{B};Før;;;", row, f"{C};Efter;;;"))
    assert [unit.sor_id for unit in records] == [B, C]
    assert (issue.severity, issue.code, issue.line) == ("error", "row-length", 3)
    assert (issue.raw, issue.message) == (
        row,
        f"the row has {cells} cells, expected 5 as in the header",
    )


def test_empty_cells_beyond_the_header_cost_nothing() -> None:
    assert units(sor2(f"{A};Enhed;;;;;"))[0].name == "Enhed"


def test_a_header_with_a_delimiter_at_its_end() -> None:
    header = (*HEADER, "")
    first, second = units(sor2(f"{A};Enhed;;;;", f"{B};Enhed;;;;", header=header))
    assert (first.sor_id, second.sor_id) == (A, B)
    assert not first.extra


def test_a_row_without_its_key_costs_that_row() -> None:
    records, (issue,) = read(sor2(";Enhed;;;", f"{B};Efter;;;"))
    assert [unit.sor_id for unit in records] == [B]
    assert (issue.severity, issue.code, issue.line) == ("error", "missing-key", 2)
    assert issue.raw == ";Enhed;;;"
    assert "SorId" in issue.message


def test_quotes_in_the_header_that_do_not_fit_cost_no_row() -> None:
    header = ("SorId", '"EntityName', "FromDate")
    records, _ = read(sor2(f"{A};Hjerte;", f"{B};Lunge;", header=header))
    assert [unit.sor_id for unit in records] == [A, B]


def test_the_text_null_and_spaces_are_nothing() -> None:
    (unit,) = units(sor2(f"{A};  ;NULL; \t;\xa0"))
    assert (unit.name, unit.validity.from_date, unit.provider_number) == (None, None, None)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_other_delimiters(delimiter: str) -> None:
    data = sor2(f"{A};Enhed;2020-01-01;;012345").replace(b";", delimiter.encode())
    assert units(data)[0].provider_number == "012345"


def test_nul_costs_its_cell() -> None:
    unit, issue = one(sor2(f"{A};En\0hed;;;007"))
    assert (unit.name, unit.provider_number) == (None, "007")
    assert (issue.severity, issue.code, issue.column) == (
        "error",
        "control-character",
        "EntityName",
    )
    assert issue.value == "En\0hed"


def test_nul_in_the_key_costs_its_row_and_keeps_the_raw_text() -> None:
    records, issues = read(sor2(f"{A}\0;Enhed;;;", f"{B};Efter;;;"))
    assert [unit.sor_id for unit in records] == [B]
    assert [issue.code for issue in issues] == ["control-character", "missing-key"]
    assert issues[1].raw == f"{A}\0;Enhed;;;"


def test_a_value_beyond_the_limit_costs_its_row() -> None:
    limits = sorparse.Limits(max_field_chars=100)
    records, (issue,) = read(sor2(f"{A};{'x' * 101};;;", f"{B};{'x' * 100};;;"), limits=limits)
    assert [unit.sor_id for unit in records] == [B]
    assert (issue.code, issue.line, issue.column) == ("field-too-long", 2, "EntityName")


def test_a_line_beyond_the_limit_costs_that_line() -> None:
    limits = sorparse.Limits(max_field_chars=1000)
    rows = [f"{A};Før;;;"] * 10_000 + ["x" * 300_000] + [f"{B};Efter;x;;"]
    records, issues = read(sor2(*rows), limits=limits)
    assert len(records) == 10_001
    assert [(issue.code, issue.line) for issue in issues] == [
        ("record-too-long", 10_002),
        ("bad-date", 10_003),
    ]


@pytest.mark.parametrize("quote", ["", '"'])
def test_an_inherited_location_number_is_no_number_of_its_own(quote: str) -> None:
    header = ("SOR-kode", "Enhedsnavn", "Nedarvningsstatus", "Lokationsnummer")
    rows = [
        f"{A};{quote}Afdeling{quote};{quote}nedarvet{quote};5790000000005",
        f'{B};"Hjerte;nedarvet";{quote}egen{quote};5790000000012',
    ]
    numbers, issues = read(sor_csv(*rows, header=header), "location_codes")
    assert [number.sor_id for number in numbers] == [B]
    assert issues == []


@pytest.mark.parametrize(
    "line", ["NULL", '""', '=""', "\0", ";;;;", '"', "\u2003", " \u2003 ", "\x0b"]
)
def test_a_line_of_nothing_that_is_not_an_empty_line_is_reported(line: str) -> None:
    records, issues = read(sor2(f"{A};Enhed;;;", line, f"{B};Enhed;;;"))
    assert len(records) == 2
    assert [issue.raw for issue in issues if issue.raw is not None] == [line]


def test_a_line_of_delimiters_is_reported_if_they_are_spaces_too() -> None:
    rows = sor2(f"{A};Enhed;;;", ";;;;", f"{B};Enhed;;;").replace(b";", b"\t")
    records, (issue,) = read(rows)
    assert len(records) == 2
    assert (issue.code, issue.raw) == ("missing-key", "\t\t\t\t")


@pytest.mark.parametrize(
    ("cell", "name"),
    [('="Enhed"', "Enhed"), ('=" Enhed "', "Enhed"), ('=""', None), ('="x', '="x'), ("=", "=")],
)
def test_a_text_written_for_a_spreadsheet(cell: str, name: str | None) -> None:
    assert units(sor2(f"{A};{cell};;;"))[0].name == name

    # beside a cell that is wrong, the row is taken cell by cell
    assert one(sor2(f"{A};{cell};i går;;"))[0].name == name


def test_only_spaces_are_taken_off() -> None:
    for row in (f"{A};\x0bx\x0c;;;", f'{A};="\x0bx\x0c";i går;;'):
        assert read(sor2(row))[0][0].name == "\x0bx\x0c"


OPEN = (f'{A};"Hjerte', f"{B};Nyre;sygehus;2", '";sygehus;1')


def test_in_sor_csv_no_whole_row_is_taken_into_an_open_quote() -> None:
    records, issues = read(sor_csv(*OPEN))
    assert [unit.sor_id for unit in records] == [B]
    assert [issue.raw for issue in issues] == [OPEN[0], OPEN[2]]


def test_in_sor2_an_open_quote_takes_what_comes_until_it_closes() -> None:
    header = ("SorId", "EntityName", "EntityTypeName", "LocalCode")
    (unit,) = units(sor2(*OPEN, header=header))
    assert (unit.name, unit.local_code) == (f"Hjerte\n{OPEN[1]}\n", "1")


def test_a_quote_that_closes_too_late_for_the_row_to_fit() -> None:
    rows = (f'{A};"Hjerte', 'Lunge";;;;;;for mange', f"{B};Nyre;;;")
    records, issues = read(sor2(*rows))
    assert [unit.sor_id for unit in records] == [B]
    assert [(issue.line, issue.raw) for issue in issues] == [(2, rows[0]), (3, rows[1])]


@pytest.mark.parametrize("place", [10, 24, 44, 46, 49, 60])
def test_a_quoted_cell_goes_on_over_the_end_of_a_block(place: int) -> None:
    rows = [f"{A};Før;;;", f'{B};"En\r\nto\r\ntre";x;;', f"{C};Efter;y;;"]
    records, issues = read(in_two_blocks(place, *rows), encoding="utf-8")
    assert [unit.name for unit in records[1:]] == ["Før", "En\nto\ntre", "Efter"]
    assert [(issue.line, issue.value) for issue in issues] == [(4, "x"), (7, "y")]


def test_a_stray_quote_is_reported_with_its_place_and_text() -> None:
    row = f'{A};"Huset{"x" * 300};;;'
    _, issues = read(sor2(row))
    (issue,) = issues
    assert (issue.severity, issue.code, issue.line) == ("warning", "stray-quote", 2)
    assert (issue.file, issue.value) == ("<bytes>", row[:200])


def test_quotes_that_do_not_fit_are_reported_with_their_row() -> None:
    records, issues = read(sor2(f'{A};"Hu"set";;', f"{B};Nyre;;;"))
    assert [unit.sor_id for unit in records] == [B]
    (issue,) = issues
    assert (issue.severity, issue.code, issue.line) == ("error", "unclosed-quote", 2)
    assert (issue.file, issue.raw) == ("<bytes>", f'{A};"Hu"set";;')
