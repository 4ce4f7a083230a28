"""Encodings, byte order marks and line ends."""

from __future__ import annotations

import codecs
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from support.csv_files import A, B, C, read, sor2, sor_csv, units
from support.laws import law_examples
from support.streams import Chunked

NAME = "Ældrecenter Ørås"


def names(source: bytes, **options: object) -> list[str | None]:
    return [unit.name for unit in units(source, **options)]


@pytest.mark.parametrize("bom", [True, False])
def test_utf8_with_and_without_byte_order_mark(bom: bool) -> None:
    assert names(sor2(f"{A};{NAME};;;", bom=bom)) == [NAME]


def test_the_mark_is_no_part_of_the_first_column() -> None:
    (unit,) = units(sor2(f"{A};{NAME};;;", bom=True))
    assert unit.sor_id == A
    assert not unit.extra


def test_windows_1252_is_found() -> None:
    assert names(sor2(f"{A};{NAME} – “x” €;;;", encoding="cp1252")) == [f"{NAME} – “x” €"]


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_the_five_undefined_bytes_of_windows_1252_are_preserved(byte: int) -> None:
    data = sor2(f"{A};Bl\xe5 X;;;", encoding="latin-1").replace(b"X", bytes([byte]))
    assert names(data) == [f"Blå {chr(byte)}"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_and_utf32_are_reported_by_their_mark(encoding: str) -> None:
    marks = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    text = sor2(f"{A};{NAME} 𝄞;;;").decode()
    assert names(marks.get(encoding, b"") + text.encode(encoding)) == [f"{NAME} 𝄞"]


@pytest.mark.parametrize("pad", [0, 1, 2, 3])
def test_utf16_beyond_the_part_that_is_looked_at_first(pad: int) -> None:
    # a surrogate pair, a unit or a line may lie across the end of that part
    rows = [f"{A};{'x' * pad}{'𝄞' * 30};2020-01-0{n % 9 + 1};;" for n in range(2000)]
    text = sor2(*rows).decode()
    assert len(names(text.encode("utf-16"))) == 2000


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1", "utf-16", "cp865"])
def test_the_caller_may_name_the_encoding(encoding: str) -> None:
    data = sor2(f"{A};Blåbær;;;", encoding=encoding)
    assert names(data, encoding=encoding) == ["Blåbær"]


@pytest.mark.parametrize("encoding", ["no-such-encoding", "base64", "rot13", "", "a\0b"])
def test_what_is_no_text_encoding_is_one_clear_error(encoding: str) -> None:
    with pytest.raises(sorparse.SorFileError, match=r"is not an encoding|unknown encoding"):
        sorparse.open(sor2(f"{A};x;;;"), encoding=encoding)


def test_a_byte_that_is_not_of_the_named_encoding_is_reported_with_its_place() -> None:
    data = sor2(f"{A};{NAME};;;", f"{B};Bl\xe5;;;", encoding="cp1252")
    with pytest.raises(sorparse.SorFileError, match="0xc6 at place 15 of the line") as error:
        read(data, encoding="utf-8")
    assert (error.value.line, error.value.column) == (2, 15)


def test_one_line_of_another_encoding_is_read_and_reported() -> None:
    data = sor2(f"{A};{NAME};;;") + f"{B};Blå;;;\r\n".encode("cp1252") + f"{C};Sø;;;\r\n".encode()
    records, (issue,) = read(data)
    assert [unit.name for unit in records] == [NAME, "Blå", "Sø"]
    assert (issue.severity, issue.code, issue.line) == ("warning", "undecodable-text", 3)


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("far", [False, True])
def test_one_line_of_utf8_in_windows_1252_is_read_and_reported(place: int, far: bool) -> None:
    """In the block that decides, and in a later one."""
    header, *rest = sor2(
        *[f"{A};Bl\xe5 {row};;;" for row in range(4)], encoding="cp1252"
    ).splitlines(keepends=True)
    filler = [f"{A};{'x' * 60};;;\r\n".encode()] * (2_000 if far else 0)
    if far:
        filler = [*rest, *filler]
    lines = [*filler, *rest]
    lines.insert(len(filler) + place, f"{C};Sø;;;\r\n".encode())
    data = b"".join([header, *lines])
    records, (issue,) = read(data)
    line = 2 + len(filler) + place
    assert (issue.severity, issue.code, issue.line) == ("warning", "undecodable-text", line)
    assert issue.value == f"{C};Sø;;;\r"
    assert {unit.name for unit in records if unit.sor_id == C} == {"Sø"}
    assert {unit.name for unit in records if "å" in (unit.name or "")} == {
        f"Blå {row}" for row in range(4)
    }
    for alike in ([row.name for row in rows(data)], column(data)):
        assert alike == [unit.name for unit in records]
    assert [one.code for one in sorparse.load(data).issues] == ["undecodable-text"]


def rows(data: bytes) -> list[Any]:
    with sorparse.open(data) as feed:
        return list(feed.entities(fields=("name",)))


def column(data: bytes) -> list[str | None]:
    with sorparse.open(data) as feed:
        found: list[str | None] = feed.to_arrow("entities").to_pyarrow()["name"].to_pylist()
        return found


@pytest.mark.parametrize("wrong", ["SÃ¸", "Â»SÂ«", "x â€“ y"])
def test_a_line_of_both_encodings_is_windows_1252_and_reported(wrong: str) -> None:
    data = sor2(f"{A};Bl\xe5;;;", f"{B};Sø {wrong};;;", encoding="cp1252")
    records, (issue,) = read(data)
    assert [unit.name for unit in records] == ["Blå", f"Sø {wrong}"]
    assert (issue.severity, issue.code, issue.line) == ("warning", "undecodable-text", 3)
    assert "UTF-8" in issue.message
    assert "Windows-1252" in issue.message
    few = sorparse.Limits(max_issues=0)
    with sorparse.open(data, limits=few) as feed:
        assert list(feed.entities()) == records
        assert feed.issue_counts == {"undecodable-text": 1}


@pytest.mark.parametrize("name", ["»GRØ«", "SØ’S", "Å–Ø", "10 °C", "50 €", "Ø®"])
def test_capitals_beside_signs_are_windows_1252(name: str) -> None:
    data = sor2(f"{A};Bl\xe5;;;", f"{B};Bl\xe5 {name};;;", encoding="cp1252")
    records, issues = read(data)
    assert [unit.name for unit in records] == ["Blå", f"Blå {name}"]
    assert issues == []


def test_utf8_after_windows_1252_is_no_silent_mojibake() -> None:
    # the part with the first letter beyond ASCII decides; what comes later may prove it wrong
    filler = [f"{A};{'x' * 60};;;"] * 10_000
    data = sor2(f"{B};Bl\xe5;;;", *filler, encoding="cp1252") + f"{C};Sø;;;\r\n".encode()
    records, issues = read(data)
    assert (records[0].name, records[-1].name) == ("Blå", "Sø")
    assert [issue.code for issue in issues] == ["undecodable-text"]


def test_surrogates_in_utf8_are_read_and_reported() -> None:
    data = sor2(f"{A};Sø;;;", f"{B};Ny Sø;;;", f"{C};X;;;").replace(b"X", b"\xed\xa0\x80")
    records, (issue,) = read(data)
    assert records[2].name == "í\xa0€"
    assert (issue.code, issue.line) == ("undecodable-text", 4)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends(end: str) -> None:
    data = sor2(f"{A};Blå;;;", f"{B};Rød;;;", end=end)
    assert names(data) == ["Blå", "Rød"]
    with sorparse.open(data) as feed:
        (table,) = feed.describe().tables
    assert table.line_ends == {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}[end]


def test_mixed_line_ends_keep_the_line_numbers() -> None:
    data = b"SorId;FromDate\r\n" + f"{A};x\n{B};y\r\n{C};z".encode()
    records, issues = read(data)
    assert len(records) == 3
    assert [issue.line for issue in issues] == [2, 3, 4]


def test_other_signs_that_some_take_for_line_ends_are_text() -> None:
    name = "a\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029b"
    assert names(sor2(f"{A};{name};;;")) == [name]


def test_the_last_line_may_lack_its_end() -> None:
    assert names(sor2(f"{A};Blå;;;", f"{B};Rød;;;")[:-2]) == ["Blå", "Rød"]


def test_blank_lines_are_passed_over_and_counted() -> None:
    data = sor2("", f"{A};Blå;;;", "   ", "\t", f"{B};Rød;x;;", "")
    records, issues = read(data)
    assert [unit.name for unit in records] == ["Blå", "Rød"]
    assert [issue.line for issue in issues] == [6]


def test_blank_lines_before_the_header() -> None:
    data = b"\r\n  \r\n" + sor2(f"{A};Blå;x;;")
    (unit,), (issue,) = read(data)
    assert (unit.name, issue.line) == ("Blå", 4)


def test_a_control_sign_before_the_header_is_not_an_empty_line() -> None:
    with pytest.raises(sorparse.UnrecognisedFormatError):
        sorparse.open(b"\x0c\n" + sor2(f"{A};Blå;;;"))


def test_sor_csv_in_windows_1252() -> None:
    assert names(sor_csv(f"{A};Sygehus Sønderjylland;sygehus;+45 12 34 56 78")) == [
        "Sygehus Sønderjylland"
    ]


@pytest.mark.parametrize(
    ("encoding", "written", "read_as"),
    [
        ("utf-7", "A+AGE-", "Aa"),
        ("hz", "~{!!~}~~", "\u3000~"),
        ("iso2022_jp", '\x1b$B$"\x1b(B', "あ"),
    ],
)
def test_an_encoding_of_ascii_bytes_only_is_used(encoding: str, written: str, read_as: str) -> None:
    assert names(sor2(f"{A};{written};;;"), encoding=encoding) == [read_as]


@settings(deadline=None, max_examples=law_examples(60))
@given(
    written=st.lists(st.text("abæøåÆØÅéü ", max_size=8), min_size=1, max_size=30),
    encoding=st.sampled_from(["utf-8", "cp1252"]),
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=4),
)
def test_text_in_one_encoding_is_read_alike_from_pieces_of_any_size(
    written: list[str], encoding: str, sizes: list[int]
) -> None:
    data = sor2(*[f"{A};x{text}x;;;" for text in written], encoding=encoding)
    stream: Any = Chunked(data, *sizes)
    with sorparse.open(stream) as feed:
        assert [unit.name for unit in feed.entities()] == [f"x{text}x" for text in written]
        assert feed.issues == []
