"""The tour of the example register: ``python -m sorparse.examples``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sorparse
from sorparse import examples
from sorparse.examples.__main__ import main


def test_the_tour_is_written_as_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "tour.html"
    for _ in range(2):  # a page of the library is replaced
        assert main(["--html", str(page)]) == 0
        assert capsys.readouterr().out == f"written: {page}\n"
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_the_tour_is_text_without_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "SHAK 9901203" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE")
@pytest.mark.parametrize("options", [[], ["--html", "-"]])
def test_a_reader_that_goes_away_ends_the_tour(options: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "sorparse.examples", *options]
    done = subprocess.run(
        command,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(sorparse.__file__).parent.parent)},
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_dash_is_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--html", "-"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("force", [False, True])
def test_what_no_writer_replaces_is_refused_in_one_line(
    force: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "mine.html").write_text("mine", "utf-8")
    os.mkfifo(tmp_path / "fifo")
    refused = ["folder", "fifo", "missing/tour.html", "mine.html/tour.html", "\x1b[31m/x"]
    refused += [os.devnull, str(examples.sor_xml), str(examples.folder / "new.html")]
    if not force:
        refused.append("mine.html")
    for name in refused:
        arguments = ["--html", str(tmp_path / name), *(["--force"] if force else [])]
        assert main(arguments) == 2, name
        done = capsys.readouterr()
        assert done.out == ""
        assert done.err.startswith("python -m sorparse.examples: error: cannot write")
        assert done.err.count("\n") == 1
        assert "\x1b" not in done.err
    assert (tmp_path / "mine.html").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800"])
def test_what_is_not_a_name_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--html", name])
    assert stop.value.code == 2
    assert "is not a valid file name" in capsys.readouterr().err
