"""Hostile archives: each is one clear error, in bounded memory and time."""

from __future__ import annotations

import bz2
import lzma
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

import sorparse
from support.csv_files import A, B, read, sor2, zipped
from support.hostile import bounded, deflated_rows, one_member_zip, read_bounded

NAME = b"SOREntity.csv"
ROW = f"{A};x;;;\n".encode()
DATA = sor2(f"{A};Blå;;;", f"{B};Rød;;;")


def test_a_zip_that_swells_to_gigabytes(tmp_path: Path) -> None:
    packed, size = deflated_rows(DATA, ROW, 3900)
    assert size > 3_900_000_000
    path = tmp_path / "bomb.zip"
    path.write_bytes(one_member_zip(NAME, packed, size=size))
    assert path.stat().st_size < 25_000_000
    said = read_bounded(path, megabytes=100)
    assert said == (
        f"SorFileError FILE/SOREntity.csv: states {size} bytes, unpacks to more than 200 times "
        f"its packed size of {len(packed)} bytes (Limits.max_ratio)"
    )


def test_a_zip_that_swells_and_lies_about_its_size(tmp_path: Path) -> None:
    packed, _ = deflated_rows(DATA, ROW, 1000)
    path = tmp_path / "bomb.zip"
    path.write_bytes(one_member_zip(NAME, packed, size=1_000_000))
    assert "SorFileError FILE/SOREntity.csv: broken zip: Bad CRC-32" in read_bounded(path)


def test_a_zip_that_lies_about_its_packed_size(tmp_path: Path) -> None:
    packed, size = deflated_rows(DATA, ROW, 1000)
    path = tmp_path / "bomb.zip"
    path.write_bytes(one_member_zip(NAME, packed, size=size, packed_size=4_000_000_000))
    assert "Limits.max_ratio" in read_bounded(path)


def test_a_member_larger_than_allowed(tmp_path: Path) -> None:
    packed, size = deflated_rows(DATA, ROW, 30)
    path = tmp_path / "large.zip"
    path.write_bytes(one_member_zip(NAME, packed, size=size))
    said = read_bounded(path, limits="max_member_bytes=1_000_000, max_ratio=1e9")
    assert "Limits.max_member_bytes (1000000)" in said


@pytest.mark.parametrize(
    ("method", "packed"),
    [
        (12, bz2.compress(DATA + ROW * 100_000)),
        (14, struct.pack("<BBH", 9, 4, 5) + b"]\0\0\x80\0" + lzma.compress(DATA)[13:]),
        (9, b"xx"),
        (93, b"xx"),
        (250, b"xx"),
    ],
    ids=["bzip2", "lzma", "deflate64", "zstd", "unknown"],
)
def test_a_packing_that_cannot_be_bounded(tmp_path: Path, method: int, packed: bytes) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(one_member_zip(NAME, packed, size=300_000_000, method=method))
    said = read_bounded(path)
    assert said.startswith("SorFileError FILE/SOREntity.csv: the zip member is packed by")


def test_zips_in_zips_are_not_unpacked(tmp_path: Path) -> None:
    packed, size = deflated_rows(DATA, ROW, 100)
    content = one_member_zip(NAME, packed, size=size)
    for _ in range(20):
        content = zipped({f"{n}.zip": content for n in range(3)}, zipfile.ZIP_STORED)[:3_000_000]
        content = zipped({"inner.zip": content})
    path = tmp_path / "nested.zip"
    path.write_bytes(content)
    said = read_bounded(path)
    assert said == "UnrecognisedFormatError FILE/inner.zip: not a recognised SOR file: a zip"


@pytest.mark.parametrize(
    "name",
    [
        "/etc/SOREntity.csv",
        "../SOREntity.csv",
        "a/../../SOREntity.csv",
        "a/..",
        "..\\SOREntity.csv",
        "C:\\SOREntity.csv",
        "c:SOREntity.csv",
        "\\\\server\\share\\SOREntity.csv",
    ],
)
def test_a_name_that_points_outside(name: str) -> None:
    with pytest.raises(sorparse.SorFileError, match="points outside the archive"):
        sorparse.open(zipped({"SOREntity.csv": DATA, name: DATA}))


@pytest.mark.parametrize("name", ["a..b/SOREntity.csv", "..a/SOREntity.csv"])
def test_dots_in_a_name_lead_nowhere_else(name: str) -> None:
    assert len(read(zipped({name: DATA}))[0]) == 2


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name() -> None:
    with pytest.raises(sorparse.SorFileError, match=r"two members are named 'SOREntity\.csv'"):
        sorparse.open(zipped([("SOREntity.csv", DATA), ("SOREntity.csv", DATA)]))


def test_an_encrypted_member() -> None:
    packed = one_member_zip(NAME, DATA, size=len(DATA), method=0, flags=1)
    with pytest.raises(sorparse.SorFileError, match=r"SOREntity\.csv: the zip member is encrypted"):
        sorparse.open(packed)


def test_a_wrong_checksum_of_a_small_member() -> None:
    packed = one_member_zip(NAME, DATA, size=len(DATA), method=0, crc=1)
    with pytest.raises(sorparse.SorFileError, match=r"SOREntity\.csv: broken zip: Bad CRC-32"):
        sorparse.open(packed)


def test_a_wrong_checksum_of_a_large_member() -> None:
    data = DATA + ROW * 100_000
    packed = one_member_zip(NAME, data, size=len(data), method=0, crc=zlib.crc32(data) ^ 1)
    with sorparse.open(packed) as feed, pytest.raises(sorparse.SorFileError, match="Bad CRC-32"):
        list(feed.entities())


def test_a_zip_cut_off_anywhere() -> None:
    whole = zipped({"SOREntity.csv": DATA, "EDITypes.csv": b"EDITypeId;EDITypeName\n1;x\n"})
    for end in range(len(whole)):
        with pytest.raises(sorparse.SorFileError):
            sorparse.open(whole[:end])


def test_a_zip_with_one_byte_changed_anywhere() -> None:
    whole = zipped({"SOREntity.csv": DATA}, zipfile.ZIP_STORED)
    expected, _ = read(whole)
    for place in range(len(whole)):
        for bit in (1, 0x80):
            changed = bytearray(whole)
            changed[place] ^= bit
            try:
                records, _ = read(bytes(changed))
            except sorparse.SorError:
                continue
            # names and dates may be another; the content has its checksum
            assert records == expected


def test_a_name_that_is_no_text() -> None:
    packed = one_member_zip(b"\xff\xfe.csv", DATA, size=len(DATA), method=0, flags=0x800)
    with pytest.raises(sorparse.SorFileError, match="broken zip"):
        sorparse.open(packed)


def test_a_member_without_a_name() -> None:
    packed = one_member_zip(b"", DATA, size=len(DATA), method=0)
    with pytest.raises(sorparse.SorFileError, match="broken zip: a member has no name"):
        sorparse.open(packed)


def test_more_members_than_allowed() -> None:
    content = zipped({f"{n}.txt": b"" for n in range(101)})
    with pytest.raises(sorparse.SorFileError, match=r"101 members.*max_members \(100\)"):
        sorparse.open(content, limits=sorparse.Limits(max_members=100))


def test_thousands_of_members(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(zipped({**{f"{n}.txt": b"x" for n in range(5_000)}, "SOREntity.csv": DATA}))
    said = read_bounded(path)
    assert said.splitlines()[0] == "entities 2"


def test_a_directory_that_fills_the_memory(tmp_path: Path) -> None:
    entry = b"PK\x01\x02" + bytes(42)
    count = 1_000_000
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 65535, 65535, len(entry) * count, 0, 0)
    path = tmp_path / "directory.zip"
    path.write_bytes(b"PK\x05\x06" + entry * count + end)
    assert "Limits.max_members" in read_bounded(path, megabytes=100)


def test_a_directory_said_to_be_larger_than_any_memory() -> None:
    end = struct.pack("<HHHHLLH", 0, 0, 1, 1, 0xFFFFFFF0, 0, 0)
    with pytest.raises(sorparse.SorFileError):
        sorparse.open(b"PK\x05\x06" + b"PK\x05\x06" + end)


def test_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "set.zip"
    path.write_bytes(zipped({"a/SOREntity.csv": DATA}))
    bounded(
        """
        import sys
        import sorparse
        list(sorparse.open(sys.argv[1]).entities())
        opened = []
        def hook(event, arguments):
            if event == "open" and isinstance(arguments[2], int) and arguments[2] & 3:
                opened.append(arguments)
        sys.addaudithook(hook)
        list(sorparse.open(sys.argv[1]).entities())
        assert not opened, opened
        """,
        path,
        megabytes=120,
    )
    assert [child.name for child in tmp_path.iterdir()] == ["set.zip"]
