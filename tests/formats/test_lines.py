"""Text files with one record per line: how they are described, and what is reported of a line."""

from __future__ import annotations

from typing import Any

import pytest

import sorparse
from sorparse import Coded, Issue, Limits, UnrecognisedFormatError
from support.shak import HOSPITAL, REGIONS, REGIONS_XML, shak_file, shak_line

BOM = b"\xef\xbb\xbf"


def read(data: bytes, **options: Any) -> tuple[list[Any], list[Issue], dict[str, int]]:
    with sorparse.open(data, **options) as feed:
        (table,) = feed.tables
        return list(feed.records(table)), feed.issues, dict(feed.issue_counts)


def test_the_form_of_a_shak_file() -> None:
    with sorparse.open(HOSPITAL * 2) as feed:
        (table,) = feed.describe().tables
    assert (table.table, table.file, table.rows) == ("shak_units", "<bytes>", 16)
    assert (table.encoding, table.bom, table.line_ends) == ("windows-1252", False, "LF")
    assert (table.delimiter, table.missing) == (None, ())
    assert table.notes == ("fixed width, 214 characters a line, no header",)
    columns = {one.name: (one.field, one.filled, one.samples[:1]) for one in table.columns}
    assert columns["SHAKkode"] == ("shak_code", 16, ("9901",))
    assert columns["AGrp"] == (
        *("institution_type.code or specialities[0].code", 10),
        ("101",),
    )
    assert len(table.columns[5].samples) == 3  # of six names
    assert columns["EGrp"] == (None, 16, ("SKS",))


def test_the_form_of_a_file_with_tabs() -> None:
    short = b"9902\tshort\n"
    with sorparse.open(BOM + REGIONS + short) as feed:
        (table,) = feed.describe().tables
    assert (table.table, table.rows, table.delimiter) == ("shak_regions", 3, "\t")
    assert (table.encoding, table.bom, table.line_ends) == ("utf-8", True, "CRLF and LF")
    assert table.notes == ("no header; columns by position",)
    assert [(one.name, one.field, one.filled) for one in table.columns[:3]] == [
        ("SHAKkode", "shak_code", 3),
        ("Navn", "name", 3),
        ("DatoFra", "validity.from_date", 2),
    ]


def test_each_issue_has_its_place_and_its_words() -> None:
    lines = shak_line("", "x", "19760401"), "x", shak_line("9909", "x", "1976040x")
    _, issues, _ = read(HOSPITAL + shak_file(*lines))
    lacks = ("the row lacks a SHAK code", "<bytes>")
    place = ("<bytes>", 11, "DatoFra", "1976040x")
    assert issues == [
        *(
            Issue("error", "missing-key", *lacks, at, raw=line)
            for at, line in zip((9, 10), lines[:2], strict=True)
        ),
        Issue("error", "bad-date", "'1976040x' is not a date (as in 2021-03-31)", *place),
    ]
    _, issues, _ = read(REGIONS + b"9902\tshort\r\n")
    words = "the line has 2 values separated by tabs, expected 8"
    assert issues == [Issue("error", "row-length", words, "<bytes>", 3, raw="9902\tshort")]


def test_each_issue_of_the_xml_has_its_place_and_its_words() -> None:
    bad = REGIONS_XML.replace(b"20111231", b"soon").replace(b"<SHAKkode>9901</SHAKkode>", b"")
    records, issues, counts = read(bad)
    assert [one.shak_code for one in records] == ["9902"]
    date = "'soon' is not a date (as in 2021-03-31)"
    assert [(one.severity, one.code, one.message, one.line, one.column) for one in issues] == [
        ("error", "missing-key", "the row lacks a SHAK code", 3, None),
        ("error", "bad-date", date, 8, "Datotil"),
    ]
    assert {one.file for one in issues} == {"<bytes>"}
    assert issues[0].raw is not None
    with sorparse.open(bad, limits=Limits(max_issues=1)) as feed:
        list(feed.shak_regions())
        assert feed.error_count == 2
        assert feed.issue_counts == counts == {"missing-key": 1, "bad-date": 1}


def test_a_code_without_a_name_in_the_lists_has_none() -> None:
    line = shak_line("9901", "x", "19760401", groups=("zzz", "y"))
    ((unit,), _, _) = read(shak_file(line))
    assert (unit.institution_type, unit.owner_type) == (Coded("zzz"), Coded("y"))
    assert (unit.institution_type.supplied, unit.owner_type.supplied) == (None, None)


def test_lines_that_occur_again_where_issues_are_only_counted() -> None:
    bad, good = b"9903\tx\t20079999\t\t1\t101\t1081\t123\r\n", REGIONS.splitlines(keepends=True)[1]
    without_code, short_code = b"\tx\t\t\t\t\t\t\r\n", b"9\t\t\t\t\t\t\t\r\n"
    too_short = b"9902\tx\r\n"
    data = REGIONS + (bad + good + too_short + without_code * 2 + short_code) * 4
    records, _, counts = read(data)
    assert [one.shak_code for one in records] == ["9901", "9901", *["9903", "9901", "9"] * 4]
    assert counts == {"bad-date": 4, "bad-sor-id": 4, "row-length": 4, "missing-key": 8}
    for most in range(12):
        few = read(data, limits=Limits(max_issues=most))
        assert (few[0], few[2]) == (records, counts)


@pytest.mark.parametrize("data", [HOSPITAL, REGIONS], ids=["SHAK", "regions"])
def test_a_file_is_recognised_by_its_first_line_or_by_most_lines(data: bytes) -> None:
    lines = [line + b"\n" for line in data.splitlines()[:2]]
    other = b"noget\n"
    for content in (
        *(lines[0], BOM + lines[0], lines[0] + other * 9),
        *(other + b"".join(lines), b"\n" + lines[0]),
    ):
        assert len(read(content)[0]) in (1, 2)
    for content in (other + lines[0], other + lines[0] + other, other * 3 + b"".join(lines)):
        with pytest.raises(UnrecognisedFormatError):
            sorparse.open(content)


def test_the_encoding_of_the_caller_is_used() -> None:
    units, _, _ = read(HOSPITAL.decode("cp1252").encode("cp865"), encoding="cp865")
    assert units[3].name == "Medicinsk Afdeling Ærø"


def test_what_cannot_be_decoded_is_reported_with_the_file() -> None:
    data = shak_file(shak_line("9901", "\xff", "19760401"))
    (unit,), (issue,), _ = read(BOM + data)
    assert unit.name == "\xff"
    assert (issue.code, issue.file, issue.line) == ("undecodable-text", "<bytes>", 1)
    with pytest.raises(sorparse.SorFileError, match=r"^<bytes>:1:48: byte 0xff .* is not ascii"):
        read(data, encoding="ascii")
