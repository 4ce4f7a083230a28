"""``describe`` of a CSV file: its form, and the values in its columns."""

from __future__ import annotations

import pytest

import sorparse
from sorparse import ColumnDescription, TableDescription
from support.csv_files import A, B

HEADER = "SorId;EntityName;FromDate"


def described(*lines: str, end: str = "\n") -> TableDescription:
    with sorparse.open("".join(f"{line}{end}" for line in lines).encode()) as feed:
        (table,) = feed.describe().tables
    return table


def test_the_form_of_a_file() -> None:
    table = described(HEADER, f"{A};x;")
    assert (table.table, table.file, table.rows, table.delimiter) == ("entities", "<bytes>", 1, ";")
    assert (table.encoding, table.bom, table.line_ends) == ("ascii", False, "LF")
    assert "EntityTypeId" in table.missing
    assert not {"SorId", "FromDate"} & {*table.missing}
    with sorparse.open(f"\ufeff{HEADER}\r\n{A};ø;\n".replace(";", "\t").encode()) as feed:
        (table,) = feed.describe().tables
    assert (table.delimiter, table.bom, table.line_ends) == ("\t", True, "CRLF and LF")
    assert table.encoding == "utf-8"


EXCEL = f'="{A}"'
WRAPPED = f'"=""{A}"""'  # the same as a program writes it that quotes


@pytest.mark.parametrize(
    ("lines", "quoting"),
    [
        ([HEADER, f"{A};x;"], "none"),
        ([HEADER, f'{A};"x";'], "some"),
        ([HEADER, f'{A};5" rør;'], "some"),
        ([HEADER, f'"{A}";"x";""'], "all"),  # the header need not be
        ([HEADER, f'"{A}";"x";""', f'"{B}";"x";""'], "all"),
        ([HEADER, f'"{A}";"x";""', f'"{B}";"x";'], "some"),
        (['"SorId";"EntityName";"FromDate"'], "all"),
        ([HEADER, f"{EXCEL};x;"], 'none, ids in Excel\'s ="…" (1)'),
        ([HEADER, f"{WRAPPED};x;"], 'none, ids in Excel\'s ="…" (1)'),
        ([HEADER, *[f"{WRAPPED};x;"] * 2], 'none, ids in Excel\'s ="…" (2)'),
        ([HEADER, f'{EXCEL};"x";'], 'some, ids in Excel\'s ="…" (1)'),
        ([HEADER, f'{WRAPPED};"x";'], 'some, ids in Excel\'s ="…" (1)'),
        (
            ['"SorId";"EntityName";"FromDate"', f'{EXCEL};"x";""', f'"{A}";"x";""'],
            'all, ids in Excel\'s ="…" (1)',
        ),
        # an estimate: a quotation mark within a cell counts as two
        ([HEADER, f'{EXCEL};"x""y";""'], 'all, ids in Excel\'s ="…" (1)'),
        ([HEADER, f'{WRAPPED};"x""y";""'], 'all, ids in Excel\'s ="…" (1)'),
    ],
)
def test_what_is_quoted(lines: list[str], quoting: str) -> None:
    assert described(*lines).quoting == quoting


def test_quotation_marks_are_counted_over_the_whole_file() -> None:
    """The blocks of a file are read one after the other."""
    long = "x" * 500_000
    rows = [f'{WRAPPED};"{long}";""', *[f'"{A}";"{long}";""'] * 4]
    assert described(HEADER, *rows, f"{A};{long};").quoting == 'some, ids in Excel\'s ="…" (1)'
    assert described(HEADER, *rows[1:]).quoting == "all"
    wrapped = [f"{WRAPPED};{long};"] * 3
    assert described(HEADER, *wrapped).quoting == 'none, ids in Excel\'s ="…" (3)'
    assert described(HEADER, *rows[1:], f"{A};{long};").quoting == "some"


def test_the_values_of_the_columns() -> None:
    long = "y" * 41
    rows = [
        f'{A};"a\nb";\xa0',
        f"{A};{long}; ",
        f"{B};{long[1:]};NULL",
        f'{A};nok;="2020-01-01"',
        f"{A};og;2021-01-01",
        f"{A};;",
        f"{A}",
    ]
    table = described(HEADER, *rows)
    assert table.rows == 7
    assert [*table.columns] == [
        ColumnDescription("SorId", "sor_id", 7, (A, B)),
        ColumnDescription("EntityName", "name", 5, ("a⏎b", f"{'y' * 39}…", "y" * 40)),
        ColumnDescription("FromDate", "validity.from_date", 2, ("2020-01-01", "2021-01-01")),
    ]
    assert described("SorId;EntityName;Ny", f"{A};;").columns[2] == ColumnDescription(
        "Ny", None, 0, ()
    )


@pytest.mark.parametrize("rows", [511, 512, 513, 1024, 1100])
def test_the_values_of_many_rows_are_counted(rows: int) -> None:
    table = described(HEADER, *(f"{A};{n if n % 2 else ''};" for n in range(rows)))
    assert table.rows == rows
    assert [(one.filled, one.samples) for one in table.columns] == [
        *((rows, (A,)), (rows // 2, ("1", "3", "5"))),
        (0, ()),
    ]
