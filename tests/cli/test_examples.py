"""The examples of each command's help do what they say; and ``extract``, ``examples``,
``completion``."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import examples
from sorparse.cli.commands import NAMES, all_commands
from sorparse.cli.commands import convert as convert_command
from support.cli import Run, run
from support.paths import SRC

__all__ = ["run"]

SOR2 = examples.sor2_zip
HOSPITAL = "9000041000016007"

# what the tests of the examples cannot have: a network, a database server, a terminal, a file of
# others
NOT_RUN = ("sorparse fetch", "postgres://", "sorparse browse", "SorSchema.zip")
EXAMPLES = [
    pytest.param(line.strip(), id=line.strip())
    for command in all_commands()
    for line in command.EXAMPLES.splitlines()
    if not any(each in line for each in NOT_RUN)
]


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the examples name, as the current one."""
    for source in (
        examples.sor2_zip,
        examples.sor_csv,
        examples.sor_xml,
        examples.sor_xml_zip,
        examples.shak,
    ):
        shutil.copy(source, tmp_path)
    shutil.copy(examples.daily_csv_earlier, tmp_path / "yesterday.zip")
    shutil.copy(examples.daily_csv, tmp_path / "today.zip")
    for name in ("ids.txt", "partners.txt"):
        (tmp_path / name).write_text(f'# two\n{HOSPITAL}\n="9000071000016003"\n', "utf-8")
    (tmp_path / "codes.txt").write_text("9901\n990101\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_examples_of_the_help_work(run: Run, line: str, at_home: Path) -> None:
    if line.startswith("sorparse archive"):
        archive = sorparse.Archive("sor-archive")
        for night in ("2026-06-14", "2026-06-15"):
            archive.add(SOR2, night=night)
    if set("|<>&") & set(line):
        status, reported = in_a_shell(line, at_home)
    else:
        result = run(*shlex.split(line)[1:])
        status, reported = result.status, result.err
    findings = ("sorparse check", "sorparse validate", "--max-closed", "--status CLOSED")
    assert status in ((0, 1) if any(each in line for each in findings) else (0,)), reported
    assert "error:" not in reported


def in_a_shell(line: str, home: Path) -> tuple[int, str]:
    """Run as typed in a shell, with the command on its path."""
    (home / "bin").mkdir()
    script = home / "bin" / "sorparse"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m sorparse "$@"\n')
    script.chmod(0o755)
    for folder in (
        ".local/share/bash-completion/completions",
        ".zfunc",
        ".config/fish/completions",
    ):
        (home / folder).mkdir(parents=True)
    path = f"{script.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", line],
        capture_output=True,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(SRC), "HOME": str(home)},
        check=False,
        text=True,
    )
    return done.returncode, done.stderr


def test_the_targets_named_in_the_help_are_those_there_are(run: Run) -> None:
    with pytest.raises(sorparse.ConversionError) as refused:
        sorparse.convert(SOR2, "nosuchtarget", "x")
    listed = str(refused.value).partition("the targets are ")[2]
    assert listed in " ".join(run("convert", "--help").out.split())


# -- convert


def test_convert_reports_what_it_wrote(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "out.zip"
    reported = run("convert", SOR2, "--to", "sor2", "-o", target, "--json").json
    assert (reported["target"], reported["to"], reported["format"]) == (str(target), "sor2", "SOR2")
    with sorparse.open(SOR2) as before, sorparse.open(target) as after:
        for table in before.tables:
            records = list(before.records(table))
            assert reported["tables"][table] == len(records)
            assert list(after.records(table)) == records


def test_convert_takes_one_table(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "edi.csv"
    result = run("convert", SOR2, "--to", "csv", "--table", "edi_types", "-o", target, "--csv")
    assert result.out == "table,rows\nedi_types,9\n"
    assert len(target.read_text("utf-8").splitlines()) == 10


# -- extract


def test_extract_is_the_librarys(run: Run, tmp_path: Path) -> None:
    by_hand, by_command = tmp_path / "a.zip", tmp_path / "b.zip"
    sorparse.extract(SOR2, by_hand, below=HOSPITAL, mask=True)
    reported = run("extract", SOR2, "--below", HOSPITAL, "--mask", "-o", by_command, "--json").json
    assert reported["tables"]["entities"] > 10
    assert by_hand.read_bytes() == by_command.read_bytes()


def test_extract_takes_a_list_of_ids(run: Run, at_home: Path) -> None:
    assert run("extract", SOR2, "--ids", "ids.txt", "-o", "small.zip").status == 0
    register = sorparse.load("small.zip")
    assert HOSPITAL in register
    assert "9000071000016003" in register


def test_extract_of_an_unknown_unit(run: Run, at_home: Path) -> None:
    result = run("extract", SOR2, "--below", "9000041000016008", "-o", "small.zip")
    assert (result.status, result.out) == (1, "")
    assert "check digit" in result.err
    assert not Path("small.zip").exists()
    Path("ids.txt").write_text("# none\n\n", "utf-8")
    result = run("extract", SOR2, "--ids", "ids.txt", "-o", "small.zip")
    assert (result.status, result.err) == (
        2,
        "sorparse: error: ids.txt: expected SOR ids, one per line, and found none\n",
    )


# -- examples


def test_examples_can_be_listed_and_copied(run: Run, at_home: Path) -> None:
    names = {row["file"] for row in run("examples", "--json").json}
    assert str(examples.sor2_zip) in names
    assert run("examples", "--copy", "mine").status == 0
    copied = {str(path.relative_to("mine")) for path in Path("mine").rglob("*") if path.is_file()}
    assert copied == {str(Path(name).relative_to(examples.folder)) for name in names}
    again = run("examples", "--copy", "mine")
    assert again.status == 2
    assert again.err == "sorparse: error: mine already exists: name a new folder\n"


# -- completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command(run: Run, shell: str) -> None:
    pytest.importorskip("shtab")
    script = run("completion", shell).out
    for name in NAMES:
        assert name.replace("_", "-") in script
    assert "max-closed" in script


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("shtab")
    script = tmp_path / "completion.bash"
    script.write_text(run("completion", "bash").out, "utf-8")

    def completed(*words: str) -> list[str]:
        typed = " ".join(shlex.quote(word) for word in words)
        code = (
            f"source {shlex.quote(str(script))}; COMP_WORDS=({typed}); "
            f"COMP_CWORD={len(words) - 1}; _shtab_sorparse; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )
        done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert completed("sorparse", "ma") == ["map-shak"]
    assert completed("sorparse", "find", "x", "--lev") == ["--level"]
    assert completed("sorparse", "completion", "z") == ["zsh"]
    (tmp_path / "a file.zip").touch()
    assert str(tmp_path) in " ".join(completed("sorparse", "describe", f"{tmp_path}/a"))


def test_every_module_is_a_command() -> None:
    folder = Path(convert_command.__file__).parent
    assert {path.stem for path in folder.glob("[!_]*.py")} == set(NAMES)
    seen: list[Any] = [command.NAME for command in all_commands()]
    assert len(set(seen)) == len(seen)
