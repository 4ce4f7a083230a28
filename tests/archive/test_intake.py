"""What is new in a night: each line and each record is stored once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import Archive
from support.archive import DAILY, Named, archive_of, content_of, day, row, seen
from support.csv_files import HEADER, sor2, sor_id, zipped

parquet = pytest.importorskip("pyarrow.parquet")
pytest.importorskip("numpy")

A, B, C = (row(item) for item in (101, 102, 103))
WIDE = "utf-16"
"""In this encoding a line is not read alone: records are stored by their values."""
SHAK_MAP = b"ShakId;SorId\r\n1301;9000101000016007\r\n"


def stored(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Return the rows of a kind, in order."""
    return [
        each
        for path in sorted((folder / kind).iterdir())
        for each in parquet.read_table(path).to_pylist()
    ]


def parts_of(archive: Archive, number: int) -> dict[str, str]:
    return {file.name: file.part for file in archive.night(day(number)).files}


def test_what_an_addition_returns(tmp_path: Path) -> None:
    """New are lines and their records: the header, A and B twice; then C twice."""
    archive = Archive(tmp_path)
    added = [
        archive.add(Named(sor2(*rows)), night=day(number))
        for number, rows in enumerate(((A, B), (A, B), (A, B, C, C), (C, A), (C, A, "x")))
    ]
    assert [(one.changed, one.records, one.new_rows) for one in added] == [
        (True, 2, 5),
        (True, 2, 0),
        (True, 4, 2),
        (True, 2, 0),
        (True, 2, 1),
    ]
    assert [one["row_id"] for one in stored(tmp_path, "entities")] == [2, 3, 4]
    assert [one["line"] for one in stored(tmp_path, "lines")][4:] == [b"x\r\n"]
    assert archive.verify() == []


def test_a_night_like_the_one_before_it(tmp_path: Path) -> None:
    """It has its files and records, also if it is added between others and is a zip."""
    archive = Archive(tmp_path)
    members = {DAILY: sor2(A, B), "SHAKSORMap.csv": SHAK_MAP, "tom.txt": b""}
    other = {DAILY: sor2(C), "SHAKSORMap.csv": SHAK_MAP}
    for number, files in ((0, members), (5, other), (3, members), (9, other), (7, members)):
        archive.add(Named(zipped(files), f"Sor{number}.zip"), night=day(number))
    for number in (0, 3, 7):
        night = archive.night(day(number))
        assert (night.name, night.is_set) == (f"Sor{number}.zip", True)
        assert [file.name for file in night.files] == [*members]
        assert night.records == {"entities": 2, "shak_sor_map": 1}
    assert archive.verify() == []
    assert [(first, last) for _, first, last in seen(archive, 101)] == [(0, 0), (3, 3), (7, 7)]


@pytest.mark.parametrize("more", [0, 8])
def test_more_records_than_are_held_at_once(more: int, tmp_path: Path) -> None:
    items = range(10_000, 18_192 + more)
    rows = [f"{item};Nummer {item};;;" for item in items]
    archive = archive_of(tmp_path, sor2(*rows))
    records = stored(tmp_path, "entities")
    assert [one["name"] for one in records] == [f"Nummer {item}" for item in items]
    assert [one["row_id"] for one in records] == [*range(2, 8194 + more)]
    assert archive.verify() == []


def test_addresses_are_in_the_lines_alone(tmp_path: Path) -> None:
    """Where records are stored by their values, the columns are all there."""
    header = (*HEADER, "PostalAddressStreetName", "EmailAddressIdentifier", "SorNote")
    rows = [f"{one};Gade 1;a@example.dk;Note" for one in (A, B)]
    by_line = archive_of(tmp_path / "line", sor2(*rows, header=header))
    by_value = archive_of(tmp_path / "value", sor2(*rows, header=header, encoding=WIDE))
    for archive, there in ((by_line, False), (by_value, True)):
        first = stored(archive.folder, "entities")[0]
        assert first["note"] == "Note"
        assert ("postal_address_street_name" in first) == there
        assert ("virtual_address_email" in first) == there
        assert ("visiting_address_easting" in first) == there
        (found,) = archive.history(sor_id(101))
        assert found.record.postal_address == sorparse.Address(street_name="Gade 1")


# -- the parts of a night


def test_the_part_of_a_file(tmp_path: Path) -> None:
    """It is the same on every night: the table, or the name without its digits."""
    archive = Archive(tmp_path)
    members = {
        "SOREntity_20260101.csv": sor2(A),
        "SHAKSORMap.csv": SHAK_MAP,
        "læs 2026-01.txt": b"1",
        "læs 2026-02.txt": b"2",
        "læs 2025-12.txt": b"3",
    }
    archive.add(Named(zipped(members), "Sor.zip"), night=day(0))
    assert parts_of(archive, 0) == {
        "SOREntity_20260101.csv": "entities",
        "SHAKSORMap.csv": "shak_sor_map",
        "læs 2026-01.txt": "file:læs #-#.txt",
        "læs 2026-02.txt": "name:læs 2026-02.txt",
        "læs 2025-12.txt": "name:læs 2025-12.txt",
    }
    (tmp_path / "other").mkdir()
    alone = Archive(tmp_path / "other" / "archive")
    alone.add(Named(sor2(A, encoding=WIDE), "Sor 1.csv"), night=day(0))
    alone.add(Named(sor2(A), "Sor 2.csv"), night=day(1))
    assert (parts_of(alone, 0), parts_of(alone, 1)) == (
        {"Sor 1.csv": "file:"},
        {"Sor 2.csv": "entities"},
    )


def test_lines_of_other_files_have_no_header(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    members = {"SOREntity.csv": b"Titel\r\n" + sor2(A, "x", B), "a.txt": b"1\n2\n1\n"}
    archive.add(Named(zipped(members), "Sor.zip"), night=day(0))
    header = b"Titel\r\n" + sor2()
    lines = [(one["part"], one["header"], one["line"]) for one in stored(tmp_path, "lines")]
    assert lines == [
        ("entities", None, header),
        ("entities", header, f"{A}\r\n".encode()),
        ("entities", header, b"x\r\n"),
        ("entities", header, f"{B}\r\n".encode()),
        ("file:a.txt", None, b"1\n"),
        ("file:a.txt", None, b"2\n"),
    ]
    again = {"SOREntity.csv": members["SOREntity.csv"], "a.txt": b"3\n1\n"}
    assert archive.add(Named(zipped(again), "Sor.zip"), night=day(1)).new_rows == 1
    assert archive.verify() == []


def test_equal_lines_of_two_files_are_two_rows(tmp_path: Path) -> None:
    """A line is a record under one header, and another record, or none, elsewhere."""
    archive = Archive(tmp_path)
    text = sor2(A, B)
    archive.add(Named(zipped({"SOREntity.csv": text, "kopi.txt": text}), "Sor.zip"), night=day(0))
    assert [one["part"] for one in stored(tmp_path, "lines")] == [
        *["entities"] * 3,
        *["file:kopi.txt"] * 3,
    ]
    assert [one["row_id"] for one in stored(tmp_path, "entities")] == [2, 3]
    assert archive.verify() == []


@pytest.mark.parametrize("encoding", ["utf-8", WIDE])
def test_a_record_that_comes_back_is_not_stored_again(encoding: str, tmp_path: Path) -> None:
    contents = [sor2(*rows, encoding=encoding) for rows in ((A, B, A), (C,), (B, A), (A, B, A, C))]
    archive = archive_of(tmp_path, *contents)
    assert [one["name"] for one in stored(tmp_path, "entities")] == [
        "Enhed 101",
        "Enhed 102",
        "Enhed 103",
    ]
    assert [archive.night(day(number)).records["entities"] for number in range(4)] == [3, 1, 2, 4]
    assert archive.verify() == []
    assert [content_of(archive, number) for number in range(4)] == contents


def test_records_of_lines_and_records_of_values(tmp_path: Path) -> None:
    """A record with the number of its line lacks columns, so it is not one of equal values."""
    contents = [
        sor2(A, B),
        sor2(A, B, encoding=WIDE),
        sor2(A, B, C),
        sor2(A, B, C, encoding=WIDE),
    ]
    archive = archive_of(tmp_path, *contents)
    assert len(stored(tmp_path, "entities")) == 6
    assert archive.verify() == []
    assert seen(archive, 103) == [("Enhed 103", 2, 3)]
    for number, content in enumerate(contents):
        assert list(archive.register(day(number)).records("entities")) == list(
            sorparse.load(Named(content)).records("entities")
        )


def test_a_night_that_is_replaced(tmp_path: Path) -> None:
    """Nothing is left of its former content, also of parts that it no longer has."""
    archive = Archive(tmp_path)
    both = {"SOREntity.csv": sor2(A), "SHAKSORMap.csv": SHAK_MAP}
    for number in range(3):
        archive.add(Named(zipped(both), "Sor.zip"), night=day(number))
    units = {"SOREntity.csv": sor2(B)}
    archive.add(Named(zipped(units), "Sor.zip"), night=day(1), replace=True)
    assert archive.nights == (day(0), day(1), day(2))
    assert [archive.night(day(number)).records for number in range(3)] == [
        {"entities": 1, "shak_sor_map": 1},
        {"entities": 1},
        {"entities": 1, "shak_sor_map": 1},
    ]
    assert [(first, last) for _, first, last in seen(archive, 101)] == [(0, 0), (2, 2)]
    registered = [
        (one["registered_from"], one["registered_to"])
        for one in parquet.read_table(tmp_path / "registrations.parquet").to_pylist()
        if one["part"] == "shak_sor_map"
    ]
    assert registered == [(day(0), day(0)), (day(2), day(2))] * 2
    assert archive.verify() == []


def test_rows_that_begin_or_end_on_a_night_that_is_replaced(tmp_path: Path) -> None:
    contents = [sor2(A), sor2(A, B), sor2(B)]
    archive = archive_of(tmp_path, *contents)
    archive.add(Named(sor2(C)), night=day(1), replace=True)
    assert archive.verify() == []
    assert [content_of(archive, number) for number in (0, 2)] == [contents[0], contents[2]]
