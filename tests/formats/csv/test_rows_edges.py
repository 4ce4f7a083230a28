"""Rows at their edges: of quotes, of lines, of blocks and of limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import Issue, Limits
from sorparse.formats.csv.rows import Rows, clean, split_quoted
from sorparse.issues import IssueLog
from support.csv_files import HEADER, A, B, C, in_two_blocks, read, sor2, sor_csv

LONG = "x" * 100_000
"""A cell of a row that the csv module does not split without a change of its settings."""


# -- one text


@given(st.text('a";\n', min_size=1, max_size=14).filter(lambda text: text == text.strip("\n")))
def test_a_long_text_is_split_like_a_short_one(text: str) -> None:
    short = split_quoted(text, ";")
    assert split_quoted(f"{LONG};{text}", ";") == (short and [LONG, *short])


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a;b", ["a", "b"]),
        (";b;", ["", "b", ""]),
        ('"a;b";c', ["a;b", "c"]),
        ('"a""b""";""', ['a"b"', ""]),
        ('"a\nb";c', ["a\nb", "c"]),
        ('a"b"c;d', ['a"b"c', "d"]),
        ('"a"b;c', None),
        ('a;"b', None),
        ('a;"b""', None),
        ('x";"y"', ['x"', "y"]),
        ('"x;y', None),
        ('x;"y', None),
        ('x;y"', ["x", 'y"']),
        ('"a";b;"c"', ["a", "b", "c"]),
        ('"a\x1fb";"c"', ["a\x1fb", "c"]),
        ("a\nb;c", None),
    ],
)
def test_cells_of_a_text(text: str, cells: list[str] | None) -> None:
    assert split_quoted(text, ";") == cells
    assert split_quoted(f"{LONG};{text}", ";") == (cells and [LONG, *cells])
    assert split_quoted(f";{LONG};{text}", ";") == (cells and ["", LONG, *cells])


def test_a_text_beyond_the_bound_of_the_csv_module() -> None:
    assert split_quoted(f'"{"x" * 200_000}""";y', ";") == ["x" * 200_000 + '"', "y"]


@pytest.mark.parametrize(
    ("cell", "cleaned"),
    [('="', '="'), ('=""', ""), ('="x"', "x"), ("NULL", ""), ('="NULL"', ""), ("null", "null")],
)
def test_what_a_cell_is_wrapped_in(cell: str, cleaned: str) -> None:
    assert clean(cell) == cleaned


# -- rows over several lines


def test_quotes_are_counted_in_every_line() -> None:
    rows = (f'{A};"En', 'to ""x"" og', 'tre ""y"" z";;;', f"{B};Nyre;;;")
    records, issues = read(sor2(*rows))
    assert [unit.name for unit in records] == ['En\nto "x" og\ntre "y" z', "Nyre"]
    assert issues == []


def test_quotes_that_fit_in_number_and_not_in_place() -> None:
    rows = (f'{A};"En', 'to"x;;;', f"{B};Nyre;;;")
    records, issues = read(sor2(*rows))
    assert [unit.sor_id for unit in records] == [B]
    assert [(issue.code, issue.line) for issue in issues] == [
        ("unclosed-quote", 2),
        ("row-length", 3),
    ]


def test_a_row_that_begins_in_one_that_cannot_be_read_is_read() -> None:
    rows = (f'{A};"Hu"set";;', f'{B};"Ny"', "", f'{C};"Hjerte', 'Lunge";;;')
    records, issues = read(sor2(*rows))
    assert [(unit.sor_id, unit.name) for unit in records] == [(C, "Hjerte\nLunge")]
    assert [(issue.code, issue.line) for issue in issues] == [
        ("unclosed-quote", 2),
        ("row-length", 3),
    ]


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_a_row_is_followed_as_far_as_a_value_may_be_long(more: int, fits: bool) -> None:
    begin, end = f'{A};"En', 'tre";;;'
    limits = Limits(max_field_chars=100)
    middle = "x" * (100 - len(begin) - 1 + more)
    records, issues = read(sor2(begin, middle, end, f"{B};Nyre;;;"), limits=limits)
    assert [unit.sor_id for unit in records] == ([A, B] if fits else [B])
    assert fits or [issue.code for issue in issues][:1] == ["unclosed-quote"]


def test_a_value_over_lines_that_is_too_long_costs_its_row() -> None:
    limits = Limits(max_field_chars=100)
    rows = (f'{A};"{"x" * 60}', f'{"y" * 60}";;;', f"{B};Nyre;;;")
    records, (issue,) = read(sor2(*rows), limits=limits)
    assert [unit.sor_id for unit in records] == [B]
    assert issue.message.startswith("a value holds 121 characters")
    assert issue.raw == "\n".join(rows[:2]) + "…"


@pytest.mark.parametrize("way", ["open", "load"])
def test_a_header_that_is_too_long_is_reported(way: str) -> None:
    """The row below it is read as the header, which then lacks the SOR ids."""
    content = sor2(
        *[f"{A};Klinik;;;"] * 3, header=("SorId", "EntityName", "FromDate", "ToDate", "Ny" * 9)
    )
    limits = Limits(max_field_chars=16)
    records, issues = read(content, limits=limits)
    if way == "load":
        loaded = sorparse.load(content, limits=limits)
        assert list(loaded.records("entities")) == records == []
        issues = loaded.issues
    assert sorted(issue.code for issue in issues)[-3:] == [
        "missing-key",
        "missing-key",
        "no-entities",
    ]
    assert "field-too-long" in [issue.code for issue in issues]


def test_a_nul_in_a_later_line_of_a_row_costs_its_cell() -> None:
    rows = (f'{A};"Hjerte', 'Lu\0nge";;;007', f"{B};Nyre;;;")
    records, (issue,) = read(sor2(*rows))
    assert [(unit.name, unit.provider_number) for unit in records] == [
        (None, "007"),
        ("Nyre", None),
    ]
    assert str(issue) == (
        "<bytes>:2: column EntityName: the value holds a NUL and is not read [control-character]"
    )


def test_the_lines_of_rows_with_a_nul_are_counted_like_others() -> None:
    _, issues = read(sor2(f"{A};En;;;", f"{B};To;;;", f"{C};T\0re;i går;;"))
    assert [(issue.code, issue.line) for issue in issues] == [
        ("control-character", 4),
        ("bad-date", 4),
    ]


# -- blocks


@pytest.mark.parametrize("place", range(1, 88, 7))
@pytest.mark.parametrize("bad", ["Nyre\0;;;", '"Ny"re";;;', "Nyre;i går;;"])
def test_what_follows_a_row_over_two_blocks_is_looked_at(place: int, bad: str) -> None:
    rows = (f'{A};"En', "to", 'tre";;;', f"{B};{bad}", f'{C};"fire', 'fem";;;')
    whole = read(sor2(f"{A};x;;;", *rows), encoding="utf-8")
    assert [unit.sor_id for unit in whole[0]][-1] == C
    cut = read(in_two_blocks(place, *rows), encoding="utf-8")
    assert (cut[0][1:], cut[1]) == (whole[0][1:], whole[1])


def test_no_cell_goes_on_across_a_line_that_is_too_long() -> None:
    limits = Limits(max_field_chars=100)
    rows = (f'{A};"En', "x" * 300_000, 'to";;;', f"{B};Nyre;i går;;")
    records, issues = read(sor2(*rows), limits=limits)
    assert [unit.sor_id for unit in records] == [B]
    assert sorted((issue.line, issue.code) for issue in issues) == [
        (2, "unclosed-quote"),
        (3, "record-too-long"),
        (4, "row-length"),
        (5, "bad-date"),
    ]


# -- limits, and their issues


def test_the_longest_value_beyond_the_limit_is_reported() -> None:
    limits = Limits(max_field_chars=500)
    row = f"{A};{'x' * 501};{'y' * 1000};;"
    records, (issue,) = read(sor2(row, f"{B};Nyre;;;"), limits=limits)
    assert [unit.sor_id for unit in records] == [B]
    assert str(issue) == (
        "<bytes>:2: column FromDate: a value holds 1000 characters, more than "
        "Limits.max_field_chars (500); the row is not read [field-too-long]"
    )
    assert (issue.severity, issue.value) == ("error", "y" * 200 + "…")
    assert issue.raw == row[:1000] + "…"


def row_issues(source: bytes, **options: Any) -> list[Issue]:
    """Return the issues of a file in which no row is a unit, but the one that says just that."""
    _, issues = read(source, **options)
    return [issue for issue in issues if issue.code != "no-entities"]


def test_a_row_may_be_longer_than_a_value() -> None:
    limits = Limits(max_field_chars=100)
    for name in ("x" * 100, f'"{"x" * 100}"'):
        records, issues = read(sor2(f"{A};{name};;;{'y' * 100}"), limits=limits)
        assert [unit.name for unit in records] == ["x" * 100]
        assert issues == []


def test_a_value_beyond_the_header_is_reported_without_a_column() -> None:
    limits = Limits(max_field_chars=100)
    (issue,) = row_issues(sor2(f"{A};Enhed;;;;{'x' * 101}"), limits=limits)
    assert (issue.code, issue.line, issue.column) == ("field-too-long", 2, None)
    (issue,) = row_issues(sor2(f"{A};Enhed;;;;x\0"))
    assert (issue.code, issue.line, issue.column) == ("control-character", 2, None)
    assert issue.message == "cell 6 holds a NUL and is not read"


def test_a_header_with_a_name_beyond_the_limit() -> None:
    limits = Limits(max_field_chars=100)
    issue, *_ = row_issues(sor2(header=(*HEADER, "N" * 101)), limits=limits)
    assert (issue.code, issue.line, issue.column) == ("field-too-long", 1, None)


def test_stray_quotes_are_reported_in_words() -> None:
    (issue,) = row_issues(sor2(f'{A};"Huset;;;'))
    assert str(issue) == (
        "<bytes>:2: unexpected quotation mark; the cells were read literally [stray-quote]"
    )
    (issue,) = row_issues(sor2(f'{A};"Hu"set";;'))
    assert str(issue) == "<bytes>:2: the quotation marks of this row do not match [unclosed-quote]"


def test_a_header_with_a_quote_that_does_not_close_is_taken_as_it_is() -> None:
    records, (issue,) = read(sor2(f"{A};Hjerte;", header=("SorId", '"EntityName', "FromDate")))
    assert [unit.extra for unit in records] == [{'"EntityName': "Hjerte"}]
    assert (issue.code, issue.line, issue.value) == ("stray-quote", 1, 'SorId;"EntityName;FromDate')


# -- a file that is described


def rows_of(text: str, *, header: bool = False, rfc: bool = True) -> list[tuple[int, list[str]]]:
    """The exact cells of all rows."""
    rows = Rows(
        [(1, text.split("\n"))], file="x", log=IssueLog(), limits=Limits(), delimiter=";", rfc=rfc
    )
    if header:
        rows.header = ["a", "b"]
    return [(rows.number, cells) for cells in rows.split()]


def test_rows_are_reported_with_their_first_lines() -> None:
    assert rows_of('a;b\n"1";"2\n3"\n\n \n""\nx\n4;5\n;6', header=True) == [
        (1, ["a", "b"]),
        (2, ["1", "2\n3"]),
        (7, ["x"]),
        (8, ["4", "5"]),
        (9, ["", "6"]),
    ]


def test_rows_of_another_delimiter() -> None:
    rows = Rows(
        [(5, ["a,b", '"c,d",e'])],
        file="x",
        log=IssueLog(),
        limits=Limits(),
        delimiter=",",
        rfc=True,
    )
    assert [(rows.number, cells) for cells in rows.split()] == [(5, ["a", "b"]), (6, ["c,d", "e"])]


def test_without_rfc_a_line_that_is_a_whole_row_is_taken_as_it_is() -> None:
    text = 'x;"y"\n"z;w\n1;2'
    assert rows_of(text, header=True, rfc=False) == [
        (1, ["x", "y"]),
        (2, ['"z', "w"]),
        (3, ["1", "2"]),
    ]


def test_a_described_file_counts_the_rows_that_hold_something() -> None:
    data = sor2(f"{A};En;;;", "", '""', " ", f'{B};"To', 'tre";;;', ";;;;x")
    with sorparse.open(data) as feed:
        (table,) = feed.describe().tables
    assert table.rows == 3
    names = {column.name: column for column in table.columns}
    assert names["EntityName"].filled == 2


def test_sor_csv_is_described_line_by_line() -> None:
    with sorparse.open(sor_csv(f'{A};"Solsikken;sygehus;1', f"{B};Nyre;sygehus;2")) as feed:
        tables = feed.describe().tables
    assert {table.rows for table in tables if table.table == "entities"} == {2}


def test_clean_takes_off_the_spaces_of_tables_only() -> None:
    assert clean(" \t\xa0Blå \t\xa0") == "Blå"
    assert clean("\u2003Blå\x0b") == "\u2003Blå\x0b"


@pytest.mark.parametrize("quote", ["", '"'])
def test_the_unit_separator_in_a_cell_does_not_replace_a_missing_cell(quote: str) -> None:
    header = ("SorId", "EntityName", "EntityTypeName")
    cells = (f"{quote}{A}{quote}", f"{quote}a\x1fb{quote}", f"{quote}c;d{quote}" if quote else "c")
    whole, issues = read(sor2(";".join(cells), header=header))
    assert [unit.name for unit in whole] == ["a\x1fb"]
    assert not issues
    short, issues = read(sor2(";".join(cells[:2]), header=header))
    assert not short
    assert [issue.code for issue in issues]
