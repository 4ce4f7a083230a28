"""Unusual folders and files: an archive returns them, or says why it does not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sorparse import Archive, SorFileError, load
from support.archive import Named, archive_of, day, row, seen
from support.csv_files import HEADER, sor2, zipped


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_file_is_not_an_archive(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    archive = Archive(tmp_path / place)
    [problem] = archive.verify()
    assert "not an archive" in problem
    with pytest.raises(SorFileError, match="not an archive"):
        archive.register(day(0))
    assert (tmp_path / "file").read_text() == "text"


@pytest.mark.parametrize("names", [("1.txt", "#.txt"), ("#.txt", "1.txt", "2.txt", "##.txt")])
def test_names_that_differ_in_digits_only(names: tuple[str, ...], tmp_path: Path) -> None:
    members = {"SOREntity.csv": sor2(row(101))} | {name: name.encode() for name in names}
    archive = Archive(tmp_path / "archive")
    archive.add(Named(zipped(members), "Sor.zip"), night=day(0))
    archive.add(Named(zipped(dict(reversed(members.items()))), "Sor.zip"), night=day(1))
    assert archive.verify() == []
    folder = archive.export(day(1), tmp_path / "out")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == members


@pytest.fixture
def undecodable(tmp_path: Path) -> Path:
    """A path whose name is not UTF-8, which Linux allows."""
    path = tmp_path / os.fsdecode(b"SorEntity_\xe6.csv")
    try:
        path.write_bytes(sor2(row(101)))
    except OSError:
        pytest.skip("this system does not allow the name")
    return path


def test_a_file_whose_name_cannot_be_decoded(undecodable: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.add(undecodable, night=day(0))
    again = Archive(archive.folder)
    assert again.night(day(0)).name == undecodable.name
    assert again.file(day(0)).read() == sor2(row(101))
    assert again.verify() == []


def test_a_folder_with_such_a_file_is_refused(undecodable: Path, tmp_path: Path) -> None:
    """A zip cannot have the name, and a night of a folder is returned as a zip."""
    folder = tmp_path / "folder"
    folder.mkdir()
    undecodable.rename(folder / undecodable.name)
    archive = Archive(tmp_path / "archive")
    with pytest.raises(SorFileError, match=r"'SorEntity_\\udce6\.csv' .*rename the file"):
        archive.add(folder, night=day(0))
    assert archive.nights == ()


def test_an_archive_without_its_registrations_is_damaged(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(row(101)), sor2(row(102)))
    file = tmp_path / "registrations.parquet"
    content = file.read_bytes()
    file.unlink()
    [problem] = Archive(tmp_path).verify()
    assert "missing" in problem
    with pytest.raises(SorFileError, match="missing"):
        archive.add(Named(sor2(row(103))), night=day(2))
    file.write_bytes(content)
    assert archive.verify() == []
    assert len(archive.nights) == 2


@pytest.mark.parametrize("damage", [None, b"", b"text", b"PAR1"])
@pytest.mark.parametrize("name", ["nights.parquet", "archive.lock"])
def test_files_that_only_repeat_are_written_again(
    name: str, damage: bytes | None, tmp_path: Path
) -> None:
    archive = archive_of(tmp_path, sor2(row(101)))
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    if damage is not None and name == "nights.parquet":
        (tmp_path / name).write_bytes(damage)
    assert not archive.add(Named(sor2(row(101))), night=day(0)).changed
    assert (tmp_path / name).read_bytes() == whole
    assert archive.add(Named(sor2(row(102))), night=day(1)).changed
    assert archive.verify() == []


@pytest.mark.parametrize("kind", ["registrations", "nights", "lines", "entities"])
def test_a_changed_bit_is_found(kind: str, tmp_path: Path) -> None:
    """Also in the values of a table, from which ``history`` answers."""
    archive = archive_of(tmp_path, sor2(row(101), row(102)), sor2(row(101, "Andet")))
    before = seen(archive, 101), seen(archive, 102), archive.nights
    [file] = [path for path in tmp_path.rglob("*.parquet") if kind in str(path)]
    content = bytearray(file.read_bytes())
    footer = len(content) - int.from_bytes(content[-8:-4], "little") - 8  # has no checksum
    for place in range(4, footer, footer // 20):
        content[place] ^= 0x10
        file.write_bytes(content)
        content[place] ^= 0x10
        damaged = Archive(tmp_path)
        if not damaged.verify():  # a bit that means nothing
            assert (seen(damaged, 101), seen(damaged, 102), damaged.nights) == before
    file.write_bytes(content)
    assert archive.verify() == []


def test_reading_while_nights_are_added(tmp_path: Path) -> None:
    """A file that is replaced between its metadata and its rows would look damaged."""

    def add_nights() -> None:
        archive = Archive(tmp_path)
        for number in range(40):
            rows = [row(item, f"{item} {number}") for item in range(101, 201)]
            archive.add(Named(sor2(*rows)), night=day(number))

    writer = Thread(target=add_nights)
    writer.start()
    archive = Archive(tmp_path)
    found = []
    while writer.is_alive():
        found += archive.verify()
    assert found == []
    assert len(archive.nights) == 40


A, B, C = (row(item) for item in (101, 102, 103))
ADDRESS = (*HEADER, "VisitingAddressStreetName")
NIGHTS = {
    "marks in names": [
        (row(101, 'A"'), row(102, '"B\nx"'), row(103, 'C "x')),
        (row(101, 'A"'), row(102, '"B\nx"'), C),
    ],
    "a mark that swallows rows": [
        (row(101, '"A'), *(row(item) for item in range(110, 170)), row(102, 'B"'), C),
        (A, *(row(item) for item in range(110, 170)), B, C),
    ],
    "a row within a cell": [(A, B, C), (row(101, f'"A\n{B}\nx"'), C), (A, B)],
    "rows that are not records": [('"', A, "x", B), (A, '"', "", B, 'x"'), ('x"', B, A)],
    "a row twice": [(A, '"x', A, B), (A, A, '"x', B), (A,)],
}


@pytest.mark.parametrize("nights", NIGHTS.values(), ids=NIGHTS)
def test_a_record_is_what_the_reader_makes_of_the_whole_file(
    nights: list[tuple[str, ...]], tmp_path: Path
) -> None:
    assert_histories(tmp_path, *(sor2(*rows) for rows in nights))


def test_a_line_is_read_in_the_encoding_of_its_file(tmp_path: Path) -> None:
    name = "\N{LATIN SMALL LETTER O WITH STROKE}".encode().decode("cp1252")
    rows = (row(101, name), row(102, "\xe6"), row(103, "\xe5"), row(104, "\xd8"))
    contents = (sor2(*rows, encoding="cp1252"), sor2(row(101, "\xf8"), B), sor2(row(101, name), B))
    assert_histories(tmp_path, *contents)


def test_a_record_without_an_address_is_not_one_with_it(tmp_path: Path) -> None:
    """Night 1 is in UTF-16, so that its records are stored in all columns."""
    by_line = sor2(A + ";Gade", B + ";Vej", header=ADDRESS)
    by_value = sor2(A + ";", B + ";", header=ADDRESS, encoding="utf-16")
    assert_histories(tmp_path, by_line, by_value, by_line)


def assert_histories(folder: Path, *contents: bytes) -> None:
    archive = archive_of(folder, *contents)
    assert archive.verify() == []
    registers = [load(Named(content)) for content in contents]
    for number, register in enumerate(registers):
        assert list(archive.register(day(number)).records("entities")) == list(
            register.records("entities")
        )
    for item in {sor_id for register in registers for sor_id in register}:
        found = archive.history(item)
        for number, register in enumerate(registers):
            there = register.history(item) if item in register else ()
            then = {x.record for x in found if x.registered_from <= day(number) <= x.registered_to}
            assert then == set(there)


@pytest.mark.parametrize("kind", ["lines", "entities", "elsewhere"])
@pytest.mark.parametrize(
    "columns",
    [{"row_id": ["x"]}, {"other": ["x"]}, {"row_id": [None]}, {"row_id": [1.5], "line": [2]}, {}],
)
def test_a_foreign_parquet_file_is_named(
    kind: str, columns: dict[str, list[Any]], tmp_path: Path
) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    archive = archive_of(tmp_path, sor2(row(101)))
    foreign = tmp_path / kind / "foreign.parquet"
    foreign.parent.mkdir(exist_ok=True)
    parquet.write_table(pa.table(columns), foreign)
    with pytest.raises(SorFileError, match=r"foreign\.parquet"):
        archive.add(Named(sor2(row(102))), night=day(1))
    ask: dict[str, Callable[[], object]]
    ask = {"lines": lambda: archive.register(day(0)), "entities": lambda: seen(archive, 101)}
    if kind in ask:
        with pytest.raises(SorFileError, match=r"foreign\.parquet"):
            ask[kind]()
        assert any("foreign.parquet" in problem for problem in archive.verify())
    foreign.unlink()
    archive.add(Named(sor2(row(102))), night=day(1))
    assert archive.verify() == []
