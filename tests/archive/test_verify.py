"""What ``Archive.verify`` reports about each kind of damage, word for word."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sorparse import Archive, SorError
from support.archive import DAILY, Named, archive_of, content_of, day, rewrite, row
from support.csv_files import sor2, zipped

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

CHANGED = (
    f"the archive is damaged: {DAILY} of 2026-01-01 is not what was added "
    "(its SHA-256 differs); Archive.verify lists all damage"
)


def with_another_name(table: Any) -> Any:
    lines = [line.replace(b"Enhed 101", b"Enhed 191") for line in table["line"].to_pylist()]
    place = table.column_names.index("line")
    return table.set_column(place, "line", pa.array(lines, pa.large_binary()))


def test_a_line_with_other_bytes(tmp_path: Path) -> None:
    """Only the night with the line is damaged; the Parquet file itself is a valid one."""
    archive = archive_of(tmp_path, sor2(row(101), row(102)), sor2(row(102)))
    [file] = (tmp_path / "lines").iterdir()
    rewrite(file, with_another_name)
    with pytest.raises(SorError) as caught:
        archive.file(day(0))
    assert str(caught.value) == CHANGED
    assert archive.verify() == [f"2026-01-01: {DAILY}: {CHANGED}"]
    assert content_of(archive, 1) == sor2(row(102))


def test_only_the_damaged_file_of_a_night_is_named(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    members = {"a.txt": b"text", "SOREntity.csv": sor2(row(101)), "b.txt": b"text"}
    archive.add(Named(zipped(members), "Sor.zip"), night=day(0))
    [file] = (tmp_path / "lines").iterdir()
    rewrite(file, with_another_name)
    [problem] = archive.verify()
    assert problem.startswith("2026-01-01: SOREntity.csv: the archive is damaged: SOREntity.csv of")


def test_a_record_that_is_missing(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(row(101), row(102)), sor2(row(101)))
    [file] = (tmp_path / "entities").iterdir()
    rewrite(file, lambda table: table.slice(0, 1))
    assert archive.verify() == ["2026-01-01: entities: 1 records, expected 2"]


def test_a_list_of_nights_that_differs(tmp_path: Path) -> None:
    """A shorter list is valid: a process may have added a night between the two files."""
    damaged = ["nights.parquet is damaged; the next add writes it again"]
    archive = archive_of(tmp_path, sor2(row(101)), sor2(row(102)))
    file = tmp_path / "nights.parquet"
    rewrite(file, lambda table: table.slice(0, 1))
    assert archive.verify() == []
    rewrite(file, lambda _: pa.table({"night": [day(0), day(1), date(2026, 2, 1)]}))
    assert archive.verify() == damaged
    file.write_bytes(b"text")
    assert archive.verify() == damaged
    archive.add(Named(sor2(row(103))), night=day(2))
    assert archive.verify() == []


def test_nights_with_other_tables(tmp_path: Path) -> None:
    """A table is there on some of the nights, a file without records on others."""
    units = {"SOREntity.csv": sor2(row(101))}
    shak_map = {"SHAKSORMap.csv": b"ShakId;SorId\r\n1301;9000101000016007\r\n"}
    archive = Archive(tmp_path)
    for number, members in enumerate((units, units | shak_map, units | {"tom.txt": b""})):
        archive.add(Named(zipped(members), "Sor.zip"), night=day(number))
    assert archive.night(day(1)).records == {"entities": 1, "shak_sor_map": 1}
    assert archive.night(day(2)).records == {"entities": 1}
    assert archive.verify() == []
