"""Questions about a night from a saved register."""

from __future__ import annotations

from pathlib import Path

import pytest

import sorparse
from sorparse import Archive, ConversionError, examples

pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

UNIT = "9000041000016007"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    archive = Archive(tmp_path / "archive")
    archive.add(examples.sor2_zip, night="2026-06-15")
    return archive.folder


def saved(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.register")) if folder.exists() else []


def test_a_register_is_saved_once_and_answers_alike(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "registers"
    archive = Archive(folder, registers=place)
    expected = sorparse.load(examples.sor2_zip)
    assert not saved(place)
    first = archive.register("2026-06-15")
    (file,) = saved(place)
    written = file.read_bytes()
    again = Archive(folder, registers=place).register("2026-06-15")
    assert saved(place) == [file]
    assert file.read_bytes() == written
    for register in (first, again):
        assert register.is_current()  # opened from the file
        assert list(register) == list(expected)
        assert all(register.history(each) == expected.history(each) for each in expected)
    assert archive.as_of("2013-05-01")[UNIT] == expected.as_of("2013-05-01")[UNIT]


@pytest.mark.parametrize("damage", [b"", b"not a register", None])
def test_a_damaged_one_is_written_again(damage: bytes | None, folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "registers"
    Archive(folder, registers=place).register("2026-06-15")
    (file,) = saved(place)
    file.write_bytes(file.read_bytes()[:500] if damage is None else damage)
    register = Archive(folder, registers=str(place)).register("2026-06-15")
    assert len(register) == len(sorparse.load(examples.sor2_zip))
    assert len(Archive(folder, registers=place).register("2026-06-15")) == len(register)


def test_those_used_least_recently_are_removed(tmp_path: Path) -> None:
    from sorparse.archive.saved_registers import SavedRegisters

    register = sorparse.load(examples.daily_csv)
    place = SavedRegisters(tmp_path / "registers", most=2)
    a, b, c = (letter * 64 for letter in "abc")
    place[a] = register
    own = tmp_path / "registers" / "mine.register"
    register.save(own)
    place[b] = register
    assert len(place[a]) == len(register)
    place[c] = register
    assert sorted(place) == [a, c]
    assert len(place) == 2
    assert own.exists()  # somebody else's
    del place[a]
    with pytest.raises(KeyError):
        place[a]
    with pytest.raises(KeyError):
        del place[a]


def test_a_folder_that_cannot_be_made(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(ConversionError, match="cannot write"):
        Archive(folder, registers=tmp_path / "file").register("2026-06-15")
    assert (tmp_path / "file").read_text() == "text"
