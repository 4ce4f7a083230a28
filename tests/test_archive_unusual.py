"""Unusual folders and files: an archive returns them, or says why it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive_support import Named, day, row
from sorparse import Archive, SorFileError
from trust_support import sor2, zipped


def test_a_file_is_not_an_archive(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("text")
    for archive in (Archive(file), Archive(file / "below")):
        for ask in (lambda: archive.nights, archive.verify, lambda: archive.register(day(0))):
            try:
                assert "not an archive" in "".join(ask())  # type: ignore[arg-type]
            except SorFileError as error:
                assert "not an archive" in str(error)
    assert file.read_text() == "text"


@pytest.mark.parametrize("names", [("1.txt", "#.txt"), ("#.txt", "1.txt", "2.txt", "##.txt")])
def test_names_that_differ_in_digits_only(names: tuple[str, ...], tmp_path: Path) -> None:
    members = {"SOREntity.csv": sor2(row(101))} | {name: name.encode() for name in names}
    archive = Archive(tmp_path / "archive")
    archive.add(Named(zipped(members), "Sor.zip"), night=day(0))
    archive.add(Named(zipped(dict(reversed(members.items()))), "Sor.zip"), night=day(1))
    assert archive.verify() == []
    folder = archive.export(day(1), tmp_path / "out")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == members
