"""Every record of a unit, with the nights on which the register had it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sorparse import Archive, SorError, UnknownUnitError, examples
from support.archive import FIRST, Named, archive_of, day, rewrite, row, seen
from support.csv_files import sor2, sor_id

pa = pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

A = sor_id(101)
WIDE = "utf-16"
"""In this encoding a line is not read alone: records are stored by their values."""


@pytest.mark.parametrize(
    "written", [f" {A}\t", f'="{A}"', f"{A[:4]} {A[4:]}", f"1.2.208.176.1.1|{A}"]
)
def test_an_id_in_any_notation(written: str, tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(row(101)))
    assert archive.history(written) == archive.history(A)


def test_an_id_that_is_invalid(tmp_path: Path) -> None:
    """The register has such ids; they are looked up as they are written."""
    archive = archive_of(tmp_path, sor2(row(101), "enhed 7;Nummer 7;2000-01-01;;"))
    (found,) = archive.history(" enhed 7 ")
    assert found.record.name == "Nummer 7"


def test_an_identifier_of_another_kind_is_not_read_as_one(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(row(101), "29190623;CVR;2000-01-01;;"))
    assert archive.history("29190623")[0].record.name == "CVR"
    with pytest.raises(UnknownUnitError):
        archive.history("DK 29 19 06 23")


def test_a_header_that_other_tables_have_too(tmp_path: Path) -> None:
    """The name of the file decides then, also when a line is read alone."""
    archive = archive_of(tmp_path, sor2(f"{A};1301", header=("SorId", "ShakId")))
    (found,) = archive.history(A)
    assert found.record.shak_code == "1301"


def test_an_id_that_no_night_has(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(row(101)))
    other = sor_id(999)
    with pytest.raises(UnknownUnitError) as caught:
        archive.history(other)
    assert str(caught.value) == f"no night of {tmp_path} has a unit '{other}'"
    assert caught.value.sor_id == other
    with pytest.raises(TypeError, match=r"^SOR id: expected text, got int: 12345$"):
        archive.history(12345)  # type: ignore[arg-type]


def test_an_archive_without_units(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(examples.shak, night=day(0))
    with pytest.raises(SorError) as caught:
        archive.history("9901")
    assert str(caught.value) == (
        f"{tmp_path} has no units; read a night of it: sorparse.open(archive.file(night))"
    )


def test_a_night_without_units(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(Named(sor2()), night=day(0), allow_empty=True)
    with pytest.raises(UnknownUnitError):
        archive.history(A)
    archive.add(Named(sor2(row(101))), night=day(1))
    archive.add(Named(sor2()), night=day(2), allow_empty=True)
    assert seen(archive, 101) == [("Enhed 101", 1, 1)]


@pytest.mark.parametrize("encoding", ["utf-8", WIDE])
def test_the_order(encoding: str, tmp_path: Path) -> None:
    """By first night, then by first date (an open one is the earliest), then by last night."""
    contents = [
        (row(101, "b", "2010-01-01"), row(101, "a", "2000-01-01"), row(101, "open", "")),
        (row(101, "c", "2020-01-01"), row(101, "a", "2000-01-01"), row(101, "b", "2010-01-01")),
        (row(101, "b", "2010-01-01"), row(101, "d", "1990-01-01"), row(102)),
    ]
    archive = archive_of(tmp_path, *(sor2(*rows, encoding=encoding) for rows in contents))
    assert seen(archive, 101) == [
        ("open", 0, 0),
        ("a", 0, 1),
        ("b", 0, 2),
        ("c", 1, 1),
        ("d", 2, 2),
    ]
    assert seen(archive, 102) == [("Enhed 102", 2, 2)]


@pytest.mark.parametrize("encoding", ["utf-8", WIDE])
def test_records_of_one_first_date_are_in_order_of_their_last_night(
    encoding: str, tmp_path: Path
) -> None:
    long, short = row(101, "long"), row(101, "short")
    contents = [sor2(*rows, encoding=encoding) for rows in ((long, short), (long,))]
    assert seen(archive_of(tmp_path, *contents), 101) == [("short", 0, 0), ("long", 0, 1)]


def test_the_first_of_all_dates_as_a_night(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(Named(sor2(row(101))), night=date(1, 1, 1))
    archive.add(Named(sor2(row(101))), night=FIRST)
    assert [(one.registered_from, one.registered_to) for one in archive.history(A)] == [
        (date(1, 1, 1), date(1, 1, 1)),
        (FIRST, FIRST),
    ]


def test_values_that_differ_from_those_of_the_night(tmp_path: Path) -> None:
    """Of a table whose records are stored by their values."""

    def renamed(table: Any) -> Any:
        place = table.column_names.index("name")
        return table.set_column(place, "name", pa.array(["Andet", "Enhed 102"]))

    archive = archive_of(tmp_path, sor2(row(101), row(102), encoding=WIDE))
    [file] = (tmp_path / "entities").iterdir()
    rewrite(file, renamed)
    with pytest.raises(SorError) as caught:
        archive.history(A)
    assert str(caught.value) == (
        f"row {int(file.stem)} of entities differs from every record of {A} on its night: "
        "the archive is damaged (Archive.verify lists all damage), "
        "or another version of sorparse wrote it"
    )
    assert seen(archive, 102) == [("Enhed 102", 0, 0)]
