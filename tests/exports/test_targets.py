"""What may be written, and what is never overwritten."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import ConversionError, convert, examples
from support.cli import Run, run
from support.exports import READERS, contents

__all__ = ["run"]
FILES = {"csv": "x.csv", "jsonl": "x.jsonl", "parquet": "x.parquet", "geojson": "x.geojson"}
FILES |= {"sor2": "x.zip", "sqlite": "x.db", "duckdb": "x.duckdb"}


@pytest.mark.parametrize("to", FILES)
def test_what_others_wrote_is_replaced_only_by_force(to: str, tmp_path: Path) -> None:
    target = tmp_path / FILES[to]
    target.write_text("this is the text of somebody else, and long enough for any database\n" * 9)
    before = contents(target)
    with pytest.raises(ConversionError, match="unchanged"):
        convert(examples.sor2_zip, to, target, tables=["entities"])
    assert contents(target) == before
    convert(examples.sor2_zip, to, target, tables=["entities"], force=True)
    convert(examples.sor2_zip, to, target, tables=["entities"])


@pytest.mark.parametrize("to", ["csv", "sor2", "jsonl", "sqlite"])
@pytest.mark.parametrize("kind", ["itself", "hard", "soft", "feed", "register"])
def test_the_source_is_never_the_target(to: str, kind: str, tmp_path: Path) -> None:
    source = tmp_path / "Sor.zip"
    source.write_bytes(examples.sor2_zip.read_bytes())
    target = source
    if kind in ("hard", "soft"):
        target = tmp_path / "link.zip"
        (os.link if kind == "hard" else os.symlink)(source, target)
    readers: dict[str, Any] = {"feed": sorparse.open, "register": sorparse.load}
    given: Any = readers.get(kind, Path)(source)
    with pytest.raises(ConversionError, match="it is the source itself"):
        convert(given, to, target, tables=["entities"], force=True)
    assert source.read_bytes() == examples.sor2_zip.read_bytes()


def test_a_target_in_or_around_the_source(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "sor.csv").write_bytes(examples.sor_csv.read_bytes())
    with pytest.raises(ConversionError, match="it lies in the source"):
        convert(folder, "sqlite", folder / "x.db", force=True)
    with pytest.raises(ConversionError, match="the source lies in it"):
        convert(folder / "sor.csv", "csv", folder, force=True)


def test_links_are_followed_and_devices_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "real" / "x.db")
    convert(examples.sor2_zip, "sqlite", link)
    convert(examples.sor2_zip, "sqlite", link)
    assert link.is_symlink()
    assert (tmp_path / "real" / "x.db").stat().st_size > 0
    os.mkfifo(tmp_path / "fifo")
    for target in (tmp_path / "fifo", Path(os.devnull)):
        with pytest.raises(ConversionError, match=r"it is a (FIFO|device)"):
            convert(examples.sor2_zip, "sqlite", target, force=True)


def test_force_leaves_the_other_files_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    target = tmp_path / "out"
    target.mkdir()
    (target / "thesis.txt").write_text("mine")
    convert(examples.sor2_zip, "csv", target, force=True)
    assert (target / "thesis.txt").read_text() == "mine"
    assert (target / "entities.csv").is_file()


def test_issues_do_not_replace_others(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "Sor.zip"
    source.write_bytes(examples.sor2_zip.read_bytes())
    other = tmp_path / "other.txt"
    other.write_text("mine")
    for target in (source, other, os.devnull):
        assert run("check", source, "--issues", target).status == 2
    assert source.read_bytes() == examples.sor2_zip.read_bytes()
    assert other.read_text() == "mine"
    for _ in range(2):
        assert run("check", source, "--issues", other, "--force").status in (0, 1)


@pytest.mark.parametrize("to", READERS)
def test_a_register_gives_what_its_source_gives(to: str, tmp_path: Path) -> None:
    place, read = READERS[to]
    register = sorparse.load(examples.sor2_zip)
    one = convert(register, to, tmp_path / f"1{place}")
    two = convert(examples.sor2_zip, to, tmp_path / f"2{place}")
    assert one.tables == two.tables
    for table in one.tables:
        assert read(tmp_path / f"1{place}", table) == read(tmp_path / f"2{place}", table)
    with pytest.raises(TypeError, match="loaded already"):
        convert(register, to, tmp_path / place, encoding="utf-8")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("to", ["csv", "sqlite"])
def test_a_killed_run_leaves_nothing_for_long(number: int, to: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    argv = [sys.executable, "-m", "sorparse", "convert", "-", "--to", to, "-o", str(target)]
    paths = os.pathsep.join(path for path in sys.path if path)
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)  # nohup has it ignored, in processes below it too
    process = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert process.stdin is not None
    header, _, rows = examples.daily_csv.read_bytes().partition(b"\r\n")
    process.stdin.write(header + b"\r\n" + rows * (1_000_000 // len(rows)))  # and more to come
    process.stdin.flush()
    end = time.monotonic() + 60
    while not list(tmp_path.glob(".out.*")) and time.monotonic() < end:
        time.sleep(0.02)
    assert list(tmp_path.glob(".out.*"))
    process.send_signal(number)
    process.communicate(timeout=60)
    if number == signal.SIGKILL:
        assert list(tmp_path.glob(".out.*"))
    else:
        assert process.returncode == 128 + number
        assert not list(tmp_path.glob(".out.*"))
    convert(examples.daily_csv, to, target)
    assert [item.name for item in tmp_path.iterdir()] == ["out"]


ODD = ["", "nan", "inf", "-1", "1e999", "9" * 5000, "A=B=C", "max_ratio=nan", "max_ratio=0"]
ODD += ["max_members=inf", "GLN=nofield", "=", "\udcff"]


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize(
    "option", ["--guard", "--column", "--encoding", "--limit", "--as-of", "--issues", "--status"]
)
def test_irregular_values_are_never_an_internal_error(
    run: Run, option: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("find", examples.sor2_zip, "a", f"{option}={value}")
    assert result.status in (0, 1, 2)
    assert "internal error" not in result.err
    if option in ("--guard", "--column"):
        assert (result.status, result.err.count("\n")) == (2, 1)


def test_ids_that_are_no_text(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "x.zip"
    result = run("extract", examples.sor2_zip, "--ids", examples.sor2_zip, "-o", target)
    assert (result.status, "expected a text file" in result.err) == (2, True)
