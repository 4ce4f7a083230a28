"""Where the bytes come from: paths, folders, zips, bytes, file objects of every kind."""

from __future__ import annotations

import io
import os
import subprocess
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import Format
from support.csv_files import A, B, C, read, sor2, sor_csv, units, zipped
from support.streams import Chunked

DATA = sor2(f"{A};Blå;;;", f"{B};Rød;;;")
ROWS = sor2(*[f"{unit};Blå;2020-01-01;;{n:06}" for n in range(2000) for unit in (A, B, C)])


class OnlyRead:
    """The least that a file object needs, as an HTTP answer may be."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._content.read(size)


def test_a_path_a_text_and_bytes(tmp_path: Path) -> None:
    path = tmp_path / "fil.csv"
    path.write_bytes(DATA)
    assert units(path) == units(str(path)) == units(DATA) == units(bytearray(DATA))


@pytest.mark.parametrize("content", [DATA, zipped({"SOREntity.csv": DATA})], ids=["csv", "zip"])
@pytest.mark.parametrize("seekable", [True, False])
@pytest.mark.parametrize("step", [1, 3, 1000])
def test_file_objects_that_give_little_at_a_time(content: bytes, seekable: bool, step: int) -> None:
    stream: Any = Chunked(content, step, seekable=seekable)
    assert units(stream) == units(DATA)
    assert not stream.closed


@pytest.mark.parametrize("content", [DATA, zipped({"SOREntity.csv": DATA})], ids=["csv", "zip"])
def test_an_object_that_can_only_read(content: bytes) -> None:
    stream: Any = OnlyRead(content)
    assert units(stream) == units(DATA)


def test_a_file_object_is_read_from_where_it_is() -> None:
    stream = io.BytesIO(b"noget andet" + DATA)
    stream.seek(11)
    assert units(stream) == units(DATA)


def test_a_zip_is_read_from_where_its_file_object_is() -> None:
    stream = io.BytesIO(b"noget andet" + zipped({"SOREntity.csv": DATA}))
    stream.seek(11)
    assert units(stream) == units(DATA)


def test_a_text_file_object_is_distinguished() -> None:
    text: Any = io.StringIO(DATA.decode())
    with pytest.raises(TypeError, match="binary mode"):
        sorparse.open(text)


@pytest.mark.parametrize("source", [None, 1, ["SOREntity.csv"], object()])
def test_what_is_no_source(source: Any) -> None:
    with pytest.raises(TypeError, match="source must be"):
        sorparse.open(source)


def test_a_stream_that_cannot_go_back_says_so_at_the_second_reading() -> None:
    stream: Any = Chunked(ROWS, 100_000)
    with sorparse.open(stream) as feed:
        assert len(list(feed.entities())) == 6000
        with pytest.raises(sorparse.SorFileError, match="cannot be read a second time"):
            next(feed.entities())


def test_two_readings_at_once_of_a_stream_that_cannot_go_back_never_share_it() -> None:
    from sorparse.sources import open_source

    stream: Any = Chunked(ROWS, 100_000)
    (member,) = open_source(stream).members
    with member.open() as first, member.open() as second:
        assert first.read(70_000) == ROWS[:70_000]
        with pytest.raises(sorparse.SorFileError, match="cannot be read a second time"):
            second.read(70_000)
        assert first.read() == ROWS[70_000:]


def test_a_stream_that_has_nothing_yet_is_not_at_its_end() -> None:
    class Waiting(Chunked):
        given = 0

        def readinto(self, buffer: Any) -> Any:
            self.given += 1
            return None if self.given > 3 else super().readinto(buffer)

    stream: Any = Waiting(ROWS, 40_000)
    with pytest.raises(sorparse.SorFileError, match="non-blocking"):
        read(stream)


def test_a_file_object_closed_by_the_caller_is_one_clear_error() -> None:
    stream = io.BytesIO(DATA)
    feed = sorparse.open(stream)
    stream.close()
    with pytest.raises(sorparse.SorFileError, match="is closed"):
        list(feed.entities())


def test_an_endless_stream_ends_at_the_limit() -> None:
    class Endless(io.RawIOBase):
        first = DATA

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            data = self.first or f"{A};Blå;;;\n".encode()
            self.first = b""
            buffer[: len(data)] = data
            return len(data)

    stream: Any = Endless()
    with pytest.raises(sorparse.SorFileError, match="max_member_bytes"):
        read(stream, limits=sorparse.Limits(max_member_bytes=300_000))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_a_named_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(DATA,))
    writer.start()
    assert units(pipe) == units(DATA)
    writer.join()


def test_a_pipe_of_another_process() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cat:
        assert cat.stdin is not None
        assert cat.stdout is not None
        cat.stdin.write(DATA)
        cat.stdin.close()
        assert units(cat.stdout) == units(DATA)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(sorparse.SorFileError, match="no such file"):
        sorparse.open(tmp_path / "SOREntity.csv")


@pytest.mark.parametrize(
    "name", ["SOREntity.csv", "sorentity.CSV", "Sor_Entity.txt", "x.dat", "a/b/SOREntity.csv"]
)
def test_member_names_in_any_case_and_below_folders(name: str) -> None:
    with sorparse.open(zipped({name: DATA})) as feed:
        assert feed.tables == ("entities",)
        assert len(list(feed.entities())) == 2


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_stored_and_deflated_members(packing: int) -> None:
    assert units(zipped({"SOREntity.csv": DATA}, packing)) == units(DATA)


@pytest.mark.parametrize("as_zip", [True, False])
def test_the_set_of_1_2_1_19_in_a_folder_and_in_a_zip(tmp_path: Path, as_zip: bool) -> None:
    files = {
        "SOR.CSV": sor_csv(
            f"{A};Enhed;5790000000005", header=("SOR-kode", "Enhedsnavn", "Lokationsnummer")
        ),
        "EdiTyper.csv": b"Lokationsnummer;EDI-type\r\n5790000000005;MEDDIS01\r\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with sorparse.open(zipped(files) if as_zip else tmp_path) as feed:
        assert feed.format is Format.SOR_CSV
        assert feed.tables == ("entities", "location_codes", "location_code_edi_types")
        assert {len(list(feed.records(table))) for table in feed.tables} == {1}
        assert feed.issues == []


def test_zips_in_a_folder_are_read(tmp_path: Path) -> None:
    (tmp_path / "Sor_complete.zip").write_bytes(zipped({"SOREntity.csv": DATA}))
    assert units(tmp_path) == units(DATA)


def test_other_files_beside_are_reported(tmp_path: Path) -> None:
    (tmp_path / "SOREntity.csv").write_bytes(DATA)
    (tmp_path / "readme.txt").write_text("hej")
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    records, (issue,) = read(tmp_path)
    assert len(records) == 2
    assert (issue.severity, issue.code) == ("warning", "unrecognised-file")
    assert issue.file is not None
    assert issue.file.endswith("readme.txt")


def test_one_table_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "SOREntity.csv").write_bytes(DATA)
    (tmp_path / "SOREntity - kopi.csv").write_bytes(DATA)
    with pytest.raises(sorparse.SorFileError, match=r"two snapshots of entities.*kopi"):
        sorparse.open(tmp_path)


def test_a_stranger_with_many_columns_does_not_stop_the_others() -> None:
    data = zipped({"SOREntity.csv": DATA, "data.json": b"[" + b"1," * 20_000 + b"1]"})
    records, (issue,) = read(data)
    assert len(records) == 2
    assert issue.code == "unrecognised-file"


STRANGERS = [
    (b"", "an empty file"),
    (b" \r\n ", "whitespace alone"),
    (b"<!DOCTYPE html><html><head><title>Drift</title></head></html>", "HTML page titled 'Drift'"),
    (b'<?xml version="1.0"?><Invoice xmlns="x"/>', "root element 'Invoice'"),
    (b"%PDF-1.7", "a PDF"),
    (b"\x1f\x8b\x08\x00", "a gzip file"),
    (b'{"error": 503}', "JSON"),
    (b"navn;alder\r\nBo;7\r\n", "a CSV with the header 'navn;alder'"),
    (b"hello", "the text begins with 'hello'"),
    (bytes(range(256)), "binary data"),
]


@pytest.mark.parametrize(("content", "what"), STRANGERS)
@pytest.mark.parametrize("as_zip", [False, True])
def test_what_is_not_sor_says_what_it_looks_like(content: bytes, what: str, as_zip: bool) -> None:
    with pytest.raises(sorparse.UnrecognisedFormatError, match=what):
        sorparse.open(zipped({"SOREntity.csv": content}) if as_zip else content)


def test_an_empty_zip_and_an_empty_folder(tmp_path: Path) -> None:
    for source in (zipped({}), tmp_path):
        with pytest.raises(sorparse.UnrecognisedFormatError, match="empty"):
            sorparse.open(source)


def test_a_table_that_is_not_there_is_reported_with_those_that_are() -> None:
    with sorparse.open(DATA) as feed, pytest.raises(sorparse.MissingTableError, match="entities"):
        feed.edi_types()


def test_a_header_alone_has_no_rows() -> None:
    records, (issue,) = read(sor2())
    assert records == []
    assert (issue.severity, issue.code) == ("error", "no-entities")
