"""Unusual folders and files: an archive returns them, or says why it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive_support import Named, day, row
from sorparse import Archive, SorFileError
from trust_support import sor2, zipped


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
