"""A SHAK code that looks like a number is the same text in every format and every target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sorparse import convert, examples
from support.csv_files import A, read, sor2, sor_csv
from support.exports import READERS

WHOLE = ["9980E1", "9980E10"]
DAMAGED = ["9,98E+13", "9.98E+13", "99800000000000", "99800", "998"]


def _xml(code: str) -> bytes:
    document = examples.sor_xml.read_bytes()
    assert document.count(b"<sor1:ShakIdentifier>9901<") == 1
    return document.replace(b">9901</sor1:ShakId", f">{code}</sor1:ShakId".encode())


def _shak(code: str) -> bytes:
    line = examples.shak.read_bytes().split(b"\n")[0]
    return line + b"\n" + line.replace(b"9901".ljust(20), code.encode().ljust(20), 1) + b"\n"


SOURCES: dict[str, Callable[[str], bytes]] = {
    "SOR2": lambda code: sor2(f"{A};x;{code}", header=("SorId", "ProviderId", "ShakId")),
    "sor.csv": lambda code: sor_csv(
        f"{A};x;{code}", header=("SOR-kode", "Enhedsnavn", "SghAfd-kode")
    ),
    "XML": _xml,
    "SHAK": _shak,
    "map": lambda code: f"ShakId;SorId\r\n{code};{A}\r\n".encode(),
}
TABLES = {"SHAK": "shak_units", "map": "shak_sor_map"}


def _codes(records: list[Any]) -> list[str | None]:
    return [record.shak_code for record in records]


@pytest.fixture(params=SOURCES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("code", WHOLE)
def test_it_is_read_and_written_unchanged(kind: str, code: str, tmp_path: Path) -> None:
    table = TABLES.get(kind, "entities")
    data = SOURCES[kind](code)
    records, issues = read(data, table)
    assert issues == []
    assert code in _codes(records)
    for to, (name, reader) in READERS.items():
        convert(data, to, tmp_path / name, tables=[table])
        assert _codes(reader(tmp_path / name, table)) == _codes(records), to
    if kind != "SHAK":
        convert(data, "sor2", tmp_path / "out.zip", tables=[table])
        assert sorted(map(str, _codes(read(tmp_path / "out.zip", table)[0]))) == sorted(
            map(str, _codes(records))
        )
    if kind in ("SOR2", "sor.csv", "XML"):
        convert(data, "geojson", tmp_path / "x.geojson", tables=[table])
        assert f'"shak_code":"{code}"' in (tmp_path / "x.geojson").read_text("utf-8")


@pytest.mark.parametrize("code", DAMAGED)
def test_a_damaged_one_is_reported_and_preserved(kind: str, code: str) -> None:
    table = TABLES.get(kind, "entities")
    records, issues = read(SOURCES[kind](code), table)
    assert code in _codes(records)
    (issue,) = [each for each in issues if each.code == "bad-shak-code"]
    assert (issue.severity, issue.value) == ("warning", code)
