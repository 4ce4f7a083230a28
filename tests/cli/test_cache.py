"""The command line reads a source once, and answers as without a cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sorparse import examples
from sorparse.cli import main

UNIT = "9000041000016007"
COMMANDS: dict[str, tuple[Any, ...]] = {
    "show": ("show", "FILE", UNIT),
    "show history": ("show", "FILE", UNIT, "--history", "--json"),
    "unknown": ("show", "FILE", "9000041000016999"),
    "find": ("find", "FILE", "hospital", "--csv"),
    "strict": ("find", "FILE", "hospital", "--strict"),
    "tree": ("tree", "FILE", UNIT, "--all"),
    "map-shak": ("map-shak", "FILE", "9901", UNIT, "nothing"),
    "terms": ("terms", "FILE", "region"),
    "counts": ("counts", "FILE", "type"),
    "diff": ("diff", "FILE", "FILE2"),
    "check": ("check", "FILE"),
    "show of SHAK": ("show", "SHAK", "9901203", "--json"),
    "find in SHAK": ("find", "SHAK", "akut", "--csv"),
    "check of SHAK": ("check", "SHAK", "--strict"),
    "map-shak with SHAK": ("map-shak", "FILE", "9901", "--shak", "SHAK"),
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SORPARSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Two sources with issues in their data."""
    text = re.sub(r"\d{4}-\d\d-\d\d", "soon", examples.daily_csv.read_text("utf-8-sig"), count=3)
    (tmp_path / "SOREntity_daily.csv").write_text(text, encoding="utf-8")
    shutil.copy(examples.sor_csv, tmp_path / "sor.csv")
    return {
        "FILE": str(tmp_path / "SOREntity_daily.csv"),
        "FILE2": str(tmp_path / "sor.csv"),
        "SHAK": str(examples.shak),
    }


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(argv)
    return (status, *capsys.readouterr())


def stored(cache: Path) -> list[Path]:
    return sorted(cache.glob("*.register"))


@pytest.mark.parametrize("command", COMMANDS)
def test_output_and_status_are_those_without_a_cache(
    command: str, files: dict[str, str], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = [files.get(each, each) for each in COMMANDS[command]]
    expected = run(capsys, *argv, "--no-cache")
    assert not stored(cache)
    assert run(capsys, *argv) == expected
    first = [path.stat().st_ino for path in stored(cache)]
    assert first
    assert run(capsys, *argv) == expected
    assert [path.stat().st_ino for path in stored(cache)] == first


def test_the_file_of_issues_is_the_same(
    files: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = []
    for number, option in enumerate(("--no-cache", "-q", "-q")):
        out = tmp_path / f"{number}.jsonl"
        run(capsys, "terms", files["FILE"], "region", "--issues", str(out), option)
        written.append(out.read_text())
    assert written[0]
    assert written[1:] == written[:1] * 2


def test_a_source_without_units_is_not_stored(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "EDITypes.csv").write_text("EDITypeId;EDITypeName\n1;x\n")
    assert run(capsys, "show", str(tmp_path / "EDITypes.csv"), "9901")[0] == 2
    assert not stored(cache)


def test_a_changed_shak_file_is_read_again(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "SHAKCOMPLETE.TXT"
    content = examples.shak.read_bytes()
    path.write_bytes(content)
    os.utime(path, (1e9, 1e9))  # not just written
    asked = ("show", str(path), "9901", "--json")
    assert "Nordhavets" in run(capsys, *asked)[1]
    assert len(stored(cache)) == 1
    assert str(path) in run(capsys, "cache")[1]
    path.write_bytes(content.replace(b"Nordhavets", b"Sydhavets "))
    assert "Sydhavets" in run(capsys, *asked)[1]


def test_a_saved_register_is_not_stored_again(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import sorparse

    sorparse.load(examples.daily_csv).save(tmp_path / "register.sor")
    assert run(capsys, "show", str(tmp_path / "register.sor"), UNIT)[0] == 0
    assert not stored(cache)


@pytest.mark.parametrize("value", ["", "0"])
def test_the_cache_can_be_turned_off(
    value: str,
    files: dict[str, str],
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SORPARSE_CACHE", value)
    run(capsys, "find", files["FILE"], "hospital")
    assert not cache.exists()
    assert "there is no cache" in run(capsys, "cache")[2]


def test_the_cache_is_listed_and_cleared(
    files: dict[str, str], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "cache") == (0, "", f"sorparse: 0 registers, 0 bytes, in {cache}\n")
    for file in files.values():
        run(capsys, "find", file, "hospital")
    (cache / "notes.txt").write_text("mine")
    (cache / ("0" * 64 + ".register")).write_text("damaged")
    status, out, err = run(capsys, "cache", "--csv")
    assert status == 0
    header, *rows = out.splitlines()
    assert header == "source,units,bytes,used"
    assert [row.split(",")[0] for row in rows] == ["", *reversed(files.values())]
    assert err.startswith("sorparse: 4 registers")
    assert run(capsys, "cache", "--clear")[2] == f"sorparse: removed 4 registers from {cache}\n"
    assert [path.name for path in cache.iterdir()] == ["notes.txt"]
    run(capsys, "find", files["FILE"], "hospital")
    assert run(capsys, "cache")[2].startswith("sorparse: 1 register, ")
    assert run(capsys, "cache", "--clear")[2] == f"sorparse: removed 1 register from {cache}\n"


def test_without_platformdirs_there_is_no_cache(files: dict[str, str]) -> None:
    code = (
        f"import os, sys; sys.path[:0] = {sys.path!r}; "
        "sys.modules['platformdirs'] = None; del os.environ['SORPARSE_CACHE']; "
        "from sorparse.cli import main; main(['find', *sys.argv[1:]]); sys.exit(main(['cache']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, files["FILE"], "hospital"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "there is no cache" in done.stderr
