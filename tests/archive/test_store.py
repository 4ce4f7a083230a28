"""The files of an archive: what other tools read in them, and what damages them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from sorparse import Archive, ConversionError, SorFileError, UnknownNightError
from support.archive import DAILY, Named, archive_of, day, rewrite, row, seen
from support.csv_files import sor2, sor_id, zipped

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
pytest.importorskip("numpy")

HEADER_LINE = sor2()
WIDE = "utf-16"
"""In this encoding a line is not read alone: records are stored by their values."""


def rows_in(path: Path) -> list[tuple[Any, ...]]:
    return [tuple(each.values()) for each in parquet.read_table(path).to_pylist()]


# -- for other tools


def test_the_tables_that_other_tools_read(tmp_path: Path) -> None:
    lines = [(row(item) + "\r\n").encode() for item in (101, 102, 103)]
    archive_of(tmp_path, sor2(row(101), row(102)), sor2(row(102), row(103)))
    registrations = tmp_path / "registrations.parquet"
    assert rows_in(registrations) == [
        ("entities", 1, day(0), day(1)),
        ("entities", 2, day(0), day(0)),
        ("entities", 3, day(0), day(1)),
        ("entities", 4, day(1), day(1)),
    ]
    assert {field.name: str(field.type) for field in parquet.read_schema(registrations)} == {
        "part": "dictionary<values=string, indices=int32, ordered=0>",
        "row_id": "int64",
        "registered_from": "date32[day]",
        "registered_to": "date32[day]",
    }
    assert rows_in(tmp_path / "nights.parquet") == [(day(0),), (day(1),)]
    assert [path.name for path in (tmp_path / "lines").iterdir()] == ["000000000001.parquet"]
    assert [path.name for path in (tmp_path / "entities").iterdir()] == ["000000000002.parquet"]
    assert rows_in(tmp_path / "lines" / "000000000001.parquet") == [
        (1, "entities", None, HEADER_LINE),
        *((row, "entities", HEADER_LINE, line) for row, line in enumerate(lines, 2)),
    ]
    records = parquet.read_table(tmp_path / "entities" / "000000000002.parquet")
    assert records["row_id"].to_pylist() == [2, 3, 4]
    assert records["name"].to_pylist() == ["Enhed 101", "Enhed 102", "Enhed 103"]
    assert records.schema.field("replaces").type == pa.string()  # several ids are one text


def test_the_list_of_nights_in_the_metadata(tmp_path: Path) -> None:
    """Its hash is beside it, because Parquet has checksums of values only."""
    content = sor2(row(101))
    archive_of(tmp_path, content)
    metadata = parquet.read_schema(tmp_path / "registrations.parquet").metadata
    text = metadata[b"sorparse.archive"]
    assert json.loads(text) == {
        "version": 1,
        "format": "SOR2_DAILY",
        "parts": [["entities", 2]],
        "nights": [
            {
                "night": "2026-01-01",
                "name": DAILY,
                "is_set": False,
                "files": [[DAILY, "entities", len(content), sha256(content).hexdigest()]],
                "records": {"entities": 1},
            }
        ],
    }
    assert metadata[b"sorparse.archive.sha256"] == sha256(text).hexdigest().encode()


def test_how_the_files_are_packed(tmp_path: Path) -> None:
    """As small as can be: what repeats in a dictionary, numbers as differences, zstd."""
    archive_of(tmp_path, sor2(row(101), row(102)))
    packed = {}
    for path in tmp_path.glob("*/*.parquet"):
        group = parquet.read_metadata(path).row_group(0)
        for column in map(group.column, range(group.num_columns)):
            packed[path.parent.name, column.path_in_schema] = (
                column.compression,
                "RLE_DICTIONARY" in column.encodings,
                "DELTA_BINARY_PACKED" in column.encodings,
                column.is_stats_set,
            )
    assert packed["lines", "row_id"] == ("ZSTD", False, True, True)
    assert packed["lines", "line"] == ("ZSTD", False, False, False)
    assert packed["lines", "header"] == ("ZSTD", True, False, True)
    assert packed["entities", "row_id"] == ("ZSTD", False, True, True)
    assert packed["entities", "name"] == ("ZSTD", True, False, True)


def test_a_full_file_is_left_alone(tmp_path: Path) -> None:
    """A file of at least 16,384 rows; a smaller one is written anew with the rows of a night."""
    archive = Archive(tmp_path)

    def add(number: int, texts: range, *more: str) -> dict[str, int]:
        """Add a night with texts beside the unit; return the number of lines in each file."""
        lines = "".join(f"{each}\n" for each in (*texts, *more)).encode()
        members = {"SOREntity.csv": sor2(row(101)), "text.txt": lines}
        archive.add(Named(zipped(members), "Sor.zip"), night=day(number))
        return {
            path.name: parquet.read_metadata(path).num_rows
            for path in sorted((tmp_path / "lines").iterdir())
        }

    first, second, third = (f"{number:012}.parquet" for number in (1, 16_385, 16_387))
    texts = range(16_381)  # and the two lines of the unit
    assert add(0, texts) == {first: 16_383}
    assert add(1, texts, "a") == {first: 16_384}
    assert add(2, texts, "b") == {first: 16_384, second: 1}
    assert add(3, texts, "c") == {first: 16_384, second: 2}
    assert add(4, range(20_000, 36_384)) == {first: 16_384, second: 2, third: 16_384}
    assert archive.verify() == []


# -- nights


def test_the_nights_beside_one_that_is_missing(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, None, sor2(row(101)), None, sor2(row(102)), None)
    for number, beside in (
        (0, "2026-01-02 after it"),
        (2, "2026-01-02 before it and 2026-01-04 after it"),
        (4, "2026-01-04 before it"),
    ):
        with pytest.raises(UnknownNightError) as caught:
            archive.night(day(number))
        assert str(caught.value) == (
            f"{tmp_path} does not have the night {day(number)}, so what the register said then is "
            f"unknown; it has {beside}"
        )


def test_two_archives_of_one_folder(tmp_path: Path) -> None:
    """Each reads what is there at that moment."""
    one, other = Archive(tmp_path), Archive(tmp_path)
    assert (other.nights, other.format) == ((), None)
    one.add(Named(sor2(row(101))), night=day(0))
    assert other.nights == (day(0),)
    other.add(Named(sor2(row(102))), night=day(1))
    assert [*one.nights] == [*other.nights] == [day(0), day(1)]
    assert one.night(day(1)).files == other.night(day(1)).files


# -- the lock


def test_a_folder_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    for place, reason in (("file", "File exists"), ("file/below", "Not a directory")):
        archive = Archive(tmp_path / place)
        with pytest.raises(ConversionError) as caught:
            archive.add(Named(sor2(row(101))), night=day(0))
        assert str(caught.value) == (
            f"cannot write to the archive {tmp_path / place}: {reason}; it is unchanged"
        )


def test_a_lock_that_is_none(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(row(101)))
    (tmp_path / "archive.lock").write_bytes(b"text" * 1000)
    with pytest.raises(ConversionError) as caught:
        archive.add(Named(sor2(row(102))), night=day(1))
    assert str(caught.value) == (
        f"cannot write to the archive {tmp_path}: file is not a database; it is unchanged"
    )
    assert archive.nights == (day(0),)


def test_another_writer_is_waited_for(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "a" / "b", sor2(row(101)))
    with closing(sqlite3.connect(archive.folder / "archive.lock", check_same_thread=False)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        timer = Timer(0.3, lock.rollback)
        timer.start()
        assert archive.add(Named(sor2(row(102))), night=day(1)).changed
        assert timer.finished.is_set()
        timer.join()


def test_a_folder_of_others(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ConversionError) as caught:
        Archive(tmp_path).add(Named(sor2(row(101))), night=day(0))
    assert str(caught.value) == f"{tmp_path} is not an archive and not empty; name a new folder"
    (tmp_path / "letter.txt").unlink()
    archive = archive_of(tmp_path, sor2(row(101)))
    (tmp_path / "letter.txt").write_text("mine")
    (tmp_path / "archive.lock").unlink()
    assert archive.add(Named(sor2(row(102))), night=day(1)).changed


# -- damage


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(SorFileError) as caught:
        _ = Archive(tmp_path / "file").nights
    assert str(caught.value) == (
        f"{tmp_path / 'file'}: this is not an archive that can be read: Not a directory"
    )


def test_the_registrations_are_missing(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(row(101)))
    (tmp_path / "registrations.parquet").unlink()
    with pytest.raises(SorFileError) as caught:
        _ = archive.nights
    assert str(caught.value) == (
        f"{tmp_path / 'registrations.parquet'}: this file of the archive is missing, without which "
        "no night can be read"
    )


def test_a_changed_list_of_nights(tmp_path: Path) -> None:
    archive_of(tmp_path, sor2(row(101)))
    file = tmp_path / "registrations.parquet"
    metadata = parquet.read_schema(file).metadata
    text = metadata[b"sorparse.archive"]

    def problem(**changed: bytes) -> str:
        new = {f"sorparse.archive{name}".encode(): value for name, value in changed.items()}
        rewrite(file, lambda table: table.replace_schema_metadata(new))
        [found] = Archive(tmp_path).verify() or [""]
        return found

    other = text.replace(b'"version": 1', b'"version": 2')
    unknown = f"{file}: not an archive that this version of sorparse reads"
    damaged = f"{file}: the list of nights is damaged"
    right, wrong = (sha256(each).hexdigest().encode() for each in (text, other))
    assert problem(**{"": text, ".sha256": right}) == ""
    assert problem(**{"": text}) == ""  # as the first archives were written
    assert problem(**{"": text, ".sha256": wrong}) == damaged
    assert problem(**{"": other, ".sha256": right}) == damaged
    assert problem(**{"": other, ".sha256": wrong}) == unknown
    assert problem(**{"": other}) == unknown
    assert problem() == unknown


def test_files_that_are_missing(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(row(101), row(102)))
    [lines], [entities] = ((tmp_path / kind).iterdir() for kind in ("lines", "entities"))
    rewrite(lines, lambda table: table.slice(0, 2))
    with pytest.raises(SorFileError, match=f"^{tmp_path}: lines of the archive are missing$"):
        archive.file(day(0))
    lines.unlink()
    with pytest.raises(SorFileError, match=f"^{tmp_path}: the files of lines are missing$"):
        archive.file(day(0))
    entities.unlink()
    with pytest.raises(SorFileError, match=f"^{tmp_path}: the files of entities are missing$"):
        archive.history(sor_id(101))


def test_columns_of_another_name(tmp_path: Path) -> None:
    """Checksums are of values, so a changed bit in a name would not be found otherwise."""
    archive = archive_of(tmp_path, sor2(row(101)))
    [file] = (tmp_path / "entities").iterdir()
    names = {"name": "nbme", "note": "bote"}
    rewrite(
        file,
        lambda table: table.rename_columns([names.get(name, name) for name in table.column_names]),
    )
    assert archive.verify() == [f"{tmp_path}: entities: unknown columns bote, nbme"]


@pytest.mark.parametrize("encoding", ["utf-8", WIDE])
def test_a_column_that_an_older_version_did_not_store(encoding: str, tmp_path: Path) -> None:
    contents = [sor2(row(101), encoding=encoding), sor2(row(101), row(102), encoding=encoding)]
    archive = archive_of(tmp_path, contents[0])
    [file] = (tmp_path / "entities").iterdir()
    rewrite(file, lambda table: table.drop_columns(["note", "cvr"]))
    archive.add(Named(contents[1]), night=day(1))
    assert archive.verify() == []
    assert seen(archive, 101) == [("Enhed 101", 0, 1)]
    assert seen(archive, 102) == [("Enhed 102", 1, 1)]
    assert len(rows_in(file)) == 2


def test_files_with_different_columns(tmp_path: Path) -> None:
    """The first is full, and of a version that did not store a column."""
    archive = archive_of(tmp_path, sor2(row(101), row(102), encoding=WIDE))
    [file] = (tmp_path / "entities").iterdir()
    records = parquet.read_table(file)
    parquet.write_table(records.slice(0, 1).drop_columns(["note", "cvr"]), file)
    parquet.write_table(records.slice(1), file.with_name("999999999999.parquet"))
    assert archive.verify() == []
    assert seen(archive, 101) == [("Enhed 101", 0, 0)]
    assert seen(archive, 102) == [("Enhed 102", 0, 0)]


def test_a_folder_that_a_killed_run_left(tmp_path: Path) -> None:
    """It is hidden, and nobody reads it."""
    archive = archive_of(tmp_path, sor2(row(101)))
    (tmp_path / ".left").mkdir()
    (tmp_path / ".left" / "rows.parquet").write_bytes(b"text")
    assert archive.add(Named(sor2(row(102))), night=day(1)).new_rows == 2
    assert archive.verify() == []


def test_numbers_of_rows_are_not_used_again(tmp_path: Path) -> None:
    """Also of rows of a run that was killed before it registered them."""
    archive = archive_of(tmp_path, sor2(row(101)))
    [lines] = (tmp_path / "lines").iterdir()
    before = lines.read_bytes()
    file = tmp_path / "registrations.parquet"
    registered = file.read_bytes()
    archive.add(Named(sor2(row(102))), night=day(1))
    file.write_bytes(registered)
    assert lines.read_bytes() != before
    archive.add(Named(sor2(row(103))), night=day(1), replace=True)
    assert [each[1] for each in rows_in(file)] == [1, 2, 4]
    assert archive.verify() == []
