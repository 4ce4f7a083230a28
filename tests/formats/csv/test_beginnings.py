"""Lines above a header, names changed by R, office documents, and damaged SHAK codes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import sorparse
from sorparse import examples
from sorparse.identifiers import is_shak_code, shak_code_problem
from support.csv_files import A, one, read, sor2, sor_csv, units, zipped


@pytest.mark.parametrize(
    "above",
    ["sep=;", '"sep=;"', "SOR, udtræk 2026", "Titel;;;", 'sep=;\r\n"Titel; i tegn"', "\r\nA"],
)
@pytest.mark.parametrize("name", ["daily_csv", "sor_csv", "edi_types_csv"])
def test_lines_above_the_header_are_passed_over(above: str, name: str) -> None:
    data = getattr(examples, name).read_bytes()
    table = "location_code_edi_types" if name == "edi_types_csv" else "entities"
    expected, _ = read(data, table)
    encoding = "utf-8" if name == "daily_csv" else "cp1252"
    records, issues = read(f"{above}\r\n".encode(encoding) + data.lstrip(b"\xef\xbb\xbf"), table)
    assert records == expected
    assert {issue.code for issue in issues} == {"line-above-header"}
    assert {issue.severity for issue in issues} == {"info"}


def test_other_peoples_files_are_still_refused() -> None:
    with pytest.raises(sorparse.UnrecognisedFormatError):
        sorparse.open(b"a;b;c\r\n1;2;3\r\n4;5;6\r\n")


def test_names_and_missing_values_of_r() -> None:
    data = (
        '"","Enhedsnavn","SOR.kode","Organisatorisk.niveau","Navn.org..niveau","P.nummer","E.mail"\n'
        f'"1","Enhed, NA, x","{A}",NA,"NA",NA,"a@b.dk"\n'
    ).encode()
    (unit,) = units(data)
    assert unit.name == "Enhed, NA, x"
    assert unit.production_unit_number is None
    assert unit.organisational_level == sorparse.Coded(None, "NA"), "in quotes it is a text"
    assert unit.virtual_address is not None
    assert unit.virtual_address.email == "a@b.dk"


def test_na_is_a_value_elsewhere() -> None:
    (unit,) = units(sor_csv(f"{A};NA;hospital;NA"))
    assert unit.name == "NA"
    header = ("SorId", "EntityName", "PostalAddressCountryIdentificationCode")
    (unit,) = units(sor2(f"{A};x;NA", header=header))
    assert unit.postal_address is not None
    assert unit.postal_address.country_code == "NA"


UNIT = ("SorId", "ProviderId", "ShakId")
EXCEL = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
CALC = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped(EXCEL), "an Excel workbook: save it as CSV"),
        (zipped(CALC, zipfile.ZIP_STORED), "an OpenDocument spreadsheet: save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "an old Excel workbook"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\x1f\x8b\x08\0", "a gzip file"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip file"),
    ],
    ids=["xlsx", "ods", "xls", "pdf", "gzip", "7z"],
)
def test_other_documents_are_named(data: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(sorparse.UnrecognisedFormatError, match=words):
        sorparse.open(data)
    (tmp_path / "SOREntity.csv").write_bytes(sor2(f"{A};x;;;"))
    (tmp_path / "other").write_bytes(data)
    records, (issue,) = read(tmp_path)
    assert len(records) == 1
    assert issue.code == "unrecognised-file"
    assert words in issue.message


@pytest.mark.parametrize(
    "code", ["9,98E+13", "9.98E+13", "99800000000000", "99800", "998", "9980 E1"]
)
def test_a_damaged_shak_code_is_reported_in_every_format(code: str) -> None:
    for data in (
        sor2(f"{A};x;{code}", header=UNIT),
        sor_csv(f"{A};{code}", header=("SOR-kode", "SghAfd-kode")),
    ):
        unit, issue = one(data)
        assert unit.shak_code == code
        assert (issue.severity, issue.code, issue.value) == ("warning", "bad-shak-code", code)
    rows, (issue,) = read(f"ShakId;SorId\r\n{code};{A}\r\n".encode(), "shak_sor_map")
    assert (rows[0].shak_code, issue.code) == (code, "bad-shak-code")
    pytest.importorskip("pyarrow")
    with sorparse.open(sor2(f"{A};x;{code}", f"{A};x;9980E1", header=UNIT)) as feed:
        assert feed.to_arrow("entities").to_pandas()["shak_code"].tolist() == [code, "9980E1"]
        assert feed.issue_counts == {"bad-shak-code": 1}


@pytest.mark.parametrize("code", ["9980", "9980E1", "9980E10", "9980D12", "3800E1"])
def test_a_code_that_looks_like_a_number_goes_through_unchanged(code: str, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(sor2(f"{A};x;{code}", header=UNIT))
    assert units(source)[0].shak_code == code
    sorparse.convert(source, "sor2", tmp_path / "out.zip")
    assert units(tmp_path / "out.zip")[0].shak_code == code
    assert shak_code_problem(code) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("38000", "3800E1"),
        ("9,98E+13", "spreadsheet"),
        ("99800000000000", "9980E10"),
        ("998", "too short"),
        ("9980e1", "capitals"),
        ("130101A12", "eighth"),
        ("13-01", "only digits"),
        ("ABCD", "expected"),
    ],
)
def test_what_is_wrong_with_a_shak_code(text: str, words: str) -> None:
    problem = shak_code_problem(text)
    assert problem is not None
    assert words in problem
    assert not is_shak_code(text)
