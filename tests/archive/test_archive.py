"""The archive returns every night as it was added, and knows what it does not know."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sorparse
from sorparse import Archive, ConversionError, SorFileError, examples
from support.archive import DAILY, Named, archive_of, content_of, day, night, row, seen
from support.csv_files import HEADER, sor2, sor_csv, sor_id, zipped
from support.register import unit

pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

ROWS = [row(item) for item in range(101, 106)]


def files(content: Any) -> dict[str, bytes]:
    with zipfile.ZipFile(content) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    "source",
    [
        examples.sor2_zip,
        examples.daily_csv,
        examples.sor_csv,
        examples.sor_csv_folder,
        examples.sor_xml,
        examples.sor_xml_1_0_0,
        examples.sor_xml_zip,
    ],
    ids=lambda path: path.name,
)
def test_the_register_of_a_night_is_that_of_its_file(source: Path, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    for number in range(2):
        archive.add(source, night=day(number))
    found, expected = archive.register(day(1)), sorparse.load(source)
    assert found.format == expected.format == archive.format
    assert found.snapshot_date == expected.snapshot_date
    assert found.tables == expected.tables
    for table in expected.tables:
        assert list(found.records(table)) == list(expected.records(table))
    assert archive.verify() == []
    for sor_id_ in list(expected)[::9]:
        history = archive.history(sor_id_)
        assert {one.record for one in history} == set(expected.history(sor_id_))
        assert {(one.registered_from, one.registered_to) for one in history} == {(day(0), day(1))}


def test_shak_is_archived_too(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.add(examples.shak, night=day(0))
    assert sorparse.load_shak(archive.file(day(0))).units == sorparse.load_shak(examples.shak).units
    with pytest.raises(sorparse.MissingTableError, match="load_shak"):
        archive.as_of(None, registered=day(0))
    with pytest.raises(sorparse.SorError, match="no units"):
        archive.history("9901")


def test_the_night_is_the_date_in_the_data(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert archive.add(examples.sor_xml).night == examples.snapshot_date
    with pytest.raises(ConversionError, match=r"does not state the date.*night="):
        Archive(tmp_path / "other").add(examples.sor2_zip)


@pytest.mark.parametrize(
    "content",
    [
        sor2(*ROWS, end="\n"),
        sor2(*ROWS, end="\r"),
        sor2(*ROWS, bom=True),
        sor2(*ROWS)[:-2],
        sor2(*ROWS) + b"\r\n\r\n",
        sor2(*ROWS, end="\r\n").replace(b"\r\n", b"\n", 3),
        sor2(*ROWS, row(107, "Æblegård"), encoding="cp1252"),
        sor2(*ROWS, row(107, "Æblegård")).decode().encode("utf-16"),
        sor2(*ROWS, row(107, '"Enhed\n i to linjer"'), row(108)),
        sor2(*ROWS, row(107, 'Stue 5" bred'), row(108), row(109)),
        sor2(ROWS[0], ROWS[0], *ROWS, ROWS[2]),
        sor2(row(101, "A"), row(101, "B"), *ROWS),
        sor2(*ROWS, "ikke en række", ";;;;"),
        b"Udtr\xe6k fra SOR\r\n" + sor2(*ROWS),
    ],
    ids=[
        *("LF", "CR", "mark", "no final line end", "empty lines", "mixed", "1252", "UTF-16"),
        *("two lines", "lone quote", "equal rows", "equal keys", "bad rows", "title"),
    ],
)
def test_whatever_the_bytes_they_come_back(content: bytes, tmp_path: Path) -> None:
    other = sor2(*ROWS, row(120))
    archive = archive_of(tmp_path / "archive", other, content, content + b"", other, content)
    assert [content_of(archive, number) for number in range(5)] == [
        *(other, content, content, other, content)
    ]
    assert archive.verify() == []
    found, expected = archive.register(day(1)), sorparse.load(Named(content))
    assert list(found.records("entities")) == list(expected.records("entities"))
    for sor_id_ in expected:
        assert {
            one.record for one in archive.history(sor_id_) if one.registered_from == day(1)
        } <= set(expected.history(sor_id_))


def test_two_files_of_one_name(tmp_path: Path) -> None:
    """A file in a folder of the zip is not taken for one of the same name beside the folder."""
    members = {"SOREntity.csv": sor2(*ROWS), "gammel/SOREntity.csv": b"hej\r\n"}
    archive = Archive(tmp_path)
    archive.add(Named(zipped(members), "Sor.zip"), night=day(0))
    assert files(archive.file(day(0))) == members
    assert len(archive.register(day(0))) == len(ROWS)
    assert [one.part for one in archive.night(day(0)).files].count("entities") == 1


def test_other_files_of_a_zip_come_back_too(tmp_path: Path) -> None:
    members = {"a/SOREntity.csv": sor2(*ROWS), "LÆSMIG.pdf": b"%PDF\0\r\n\xff\n", "tom.txt": b""}
    archive = Archive(tmp_path / "archive")
    archive.add(Named(zipped(members), "Sor.zip"), night=day(0))
    assert files(archive.file(day(0))) == members
    assert files(archive.export(day(0), tmp_path / "out.zip")) == members
    folder = archive.export(day(0), tmp_path / "out")
    assert {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    } == members


def test_a_unit_that_vanishes_and_comes_back_and_vanishes(tmp_path: Path) -> None:
    with_it, without = sor2(row(101), row(102)), sor2(row(101))
    archive = archive_of(tmp_path, with_it, with_it, without, with_it, without, without)
    assert seen(archive, 102) == [("Enhed 102", 0, 1), ("Enhed 102", 3, 3)]
    assert seen(archive, 101) == [("Enhed 101", 0, 5)]
    assert archive.as_of("2020-01-01", registered=day(3)).get(sor_id(102)) is not None
    assert archive.as_of("2020-01-01", registered=day(4)).get(sor_id(102)) is None


def test_both_axes_of_time(tmp_path: Path) -> None:
    """A correction of the past: what was known when, about when."""
    before = sor2(row(101, "Gammel"))
    corrected = sor2(row(101, "Gammel", end="2009-12-31"), row(101, "Ny", "2010-01-01"))
    archive = archive_of(tmp_path, before, corrected)
    names = {
        (about, number): archive.as_of(about, registered=day(number))[sor_id(101)].name
        for about in ("2005-01-01", "2015-01-01")
        for number in (0, 1)
    }
    assert names == {
        ("2005-01-01", 0): "Gammel",
        ("2015-01-01", 0): "Gammel",
        ("2005-01-01", 1): "Gammel",
        ("2015-01-01", 1): "Ny",
    }
    assert archive.as_of("2015-01-01")[sor_id(101)].name == "Ny"
    assert seen(archive, 101) == [("Gammel", 0, 0), ("Gammel", 1, 1), ("Ny", 1, 1)]


def test_an_archive_that_lost_its_nights_does_not_begin_anew(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    archive.add(examples.daily_csv, night="2026-06-15")
    for name in ("registrations", "nights"):
        (archive.folder / f"{name}.parquet").unlink()
        asked: list[Callable[[], object]] = [
            lambda: archive.nights,
            lambda: archive.add(examples.daily_csv, night="2026-06-16"),
        ]
        for ask in asked:
            with pytest.raises(SorFileError, match=r"registrations\.parquet: .* missing"):
                ask()
        assert "registrations.parquet" in archive.verify()[0]


def test_a_missing_night_is_unknown(tmp_path: Path) -> None:
    content = sor2(*ROWS)
    archive = archive_of(tmp_path, content, content, None, None, content)
    assert archive.nights == (day(0), day(1), day(4))
    assert archive.missing == (day(2), day(3))
    assert seen(archive, 101) == [("Enhed 101", 0, 1), ("Enhed 101", 4, 4)]
    for ask in (archive.register, archive.night, archive.file):
        with pytest.raises(
            sorparse.UnknownNightError, match=r"2026-01-02 before.*2026-01-05 after"
        ):
            ask(day(2))
    with pytest.raises(KeyError):
        archive.as_of("2020-01-01", registered=day(3))
    with pytest.raises(sorparse.UnknownNightError, match="no nights"):
        Archive(tmp_path / "none").as_of("2020-01-01")


def test_the_same_night_twice(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(*ROWS))
    again = archive.add(night(*ROWS), night=day(0))
    assert (again.changed, again.new_rows, again.records) == (False, 0, 5)
    with pytest.raises(ConversionError, match=r"other content.*unchanged.*replace=True"):
        archive.add(night(row(109)), night=day(0))
    assert content_of(archive, 0) == sor2(*ROWS)
    assert archive.add(night(row(109)), night=day(0), replace=True).changed
    assert content_of(archive, 0) == sor2(row(109))
    assert archive.verify() == []


contents = st.lists(st.lists(st.integers(101, 106), min_size=1, max_size=7), max_size=7)


@settings(max_examples=15)
@given(contents, st.randoms(use_true_random=False))
def test_any_nights_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, nights: list[list[int]], hat: Any
) -> None:
    """Rows come, go, move and repeat; nights are added in any order, and some are replaced."""
    folder = tmp_path_factory.mktemp("archive")
    kept = {number * 2: sor2(*map(row, items)) for number, items in enumerate(nights)}
    archive = Archive(folder)
    order = list(kept)
    hat.shuffle(order)
    for number in order:
        archive.add(Named(kept[number]), night=day(number))
    for number in order[::3]:
        kept[number] = sor2(row(hat.randrange(101, 107)), row(110))
        archive.add(Named(kept[number]), night=day(number), replace=True)
    assert archive.nights == tuple(map(day, sorted(kept)))
    assert archive.verify() == []
    assert {number: content_of(archive, number) for number in kept} == kept
    for item in range(101, 107):
        with_it = {number for number, text in kept.items() if sor_id(item).encode() in text}
        if with_it:
            assert {first for _, first, _ in seen(archive, item)} == with_it
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        (b"<!DOCTYPE html><html><body>Lukket</body></html>", sorparse.UnrecognisedFormatError),
        (b"PK\x03\x04 and then nothing", sorparse.SorFileError),
        (sor2(), sorparse.EmptySourceError),
        (examples.sor_xml.read_bytes()[:9000], sorparse.SorError),
        (sor_csv("698471000016004;Enhed;hospital;1"), ConversionError),
    ],
    ids=["page", "zip", "no units", "cut off", "other format"],
)
def test_a_broken_night_is_refused(broken: bytes, error: type[Exception], tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(*ROWS))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    with pytest.raises(error):
        archive.add(Named(broken), night=day(1))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")} == before
    assert archive.nights == (day(0),)


def test_the_guards_of_convert(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(*ROWS))
    with pytest.raises(sorparse.GuardError, match="errors, more than 0"):
        archive.add(night(*ROWS, "ikke en række"), night=day(1), max_errors=0)
    with pytest.raises(sorparse.GuardError, match="fewer than 6"):
        archive.add(night(*ROWS), night=day(1), min_units=6)
    closing = [row(item, end="2026-02-01") for item in range(101, 106)]
    with pytest.raises(sorparse.GuardError, match="5 of the 5 units"):
        archive.add(night(*closing), night=day(1), max_closed=4)
    assert archive.nights == (day(0),)
    assert archive.add(night(*closing), night=day(1), max_closed=5).changed
    assert archive.add(night(*ROWS, "ikke en række"), night=day(2)).changed
    assert archive.add(night(), night=day(3), allow_empty=True).records == 0


def test_a_renamed_column_makes_other_records(tmp_path: Path) -> None:
    first = sor2(*ROWS, header=HEADER)
    second = sor2(*ROWS, header=(*HEADER[:-1], "Ukendt"))
    archive = archive_of(tmp_path, first, second, first)
    for number, content in enumerate((first, second, first)):
        expected = list(sorparse.load(Named(content)).records("entities"))
        assert list(archive.register(day(number)).records("entities")) == expected


def test_diff_of_two_nights(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(*ROWS), sor2(*ROWS[1:], row(109)))
    found = archive.diff(day(0), day(1))
    assert (found.from_day, found.to_day) == (day(0), day(1))
    assert [one.sor_id for one in found.opened] == [sor_id(109)]
    assert [one.sor_id for one in found.closed] == [sor_id(101)]


def test_export_replaces_nothing_unasked(tmp_path: Path) -> None:
    archive = archive_of(tmp_path / "archive", sor2(*ROWS))
    out = archive.export(day(0), tmp_path / DAILY)
    assert out.read_bytes() == sor2(*ROWS)
    with pytest.raises(ConversionError, match="force"):
        archive.export(day(0), out)
    archive.export(day(0), out, force=True)
    for place in (tmp_path / "archive" / "x.csv", tmp_path / "archive"):
        with pytest.raises(ConversionError):
            archive.export(day(0), place, force=True)
    assert archive.verify() == []


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ConversionError, match="not an archive and not empty"):
        Archive(tmp_path).add(night(*ROWS), night=day(0))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_damage_is_found(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(*ROWS), sor2(*ROWS[1:]))
    [lines] = (tmp_path / "lines").iterdir()
    content = lines.read_bytes()
    lines.write_bytes(content[: len(content) // 2])
    assert archive.verify()
    with pytest.raises(sorparse.SorFileError):
        archive.register(day(0))
    lines.unlink()
    assert archive.verify()
    lines.write_bytes(content)
    assert archive.verify() == []
    [records] = (tmp_path / "entities").iterdir()
    records.unlink()
    assert archive.verify()


def test_registers_can_be_stored_elsewhere(tmp_path: Path) -> None:
    kept: dict[str, sorparse.Register] = {}
    archive_of(tmp_path, sor2(*ROWS), sor2(*ROWS), sor2(row(101)))
    archive = Archive(tmp_path, registers=kept)
    assert archive.register(day(0)) is archive.register(day(1))
    assert archive.register(day(2)) is not archive.register(day(0))
    assert len(kept) == 2
    made = sorparse.Register.from_records([unit(sor_id(999))])
    kept.update(dict.fromkeys(kept, made))
    assert archive.as_of("2020-01-01", registered=day(0)).register is made


def test_what_does_not_change_is_stored_once(tmp_path: Path) -> None:
    rows = [row(item, f"Afdeling {item * 7919 % 10007}") for item in range(101, 1101)]
    archive = archive_of(tmp_path, sor2(*rows))
    before = sum(path.stat().st_size for path in tmp_path.rglob("*.parquet"))
    for number in range(1, 12):
        rows[number] = row(101 + number, f"Ny {number}")
        archive.add(night(*rows), night=day(number))
    after = sum(path.stat().st_size for path in tmp_path.rglob("*.parquet"))
    assert after - before < 11 * 700


def test_unknown_ids(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, sor2(*ROWS))
    with pytest.raises(sorparse.UnknownUnitError):
        archive.history(sor_id(999))
    with pytest.raises(TypeError):
        archive.history(12345)  # type: ignore[arg-type]
    assert archive.night(day(0)).files[0].name == DAILY
    assert archive.night("2026-01-01").night == date(2026, 1, 1)
