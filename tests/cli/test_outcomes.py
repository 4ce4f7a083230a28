"""What a script relies on: exit statuses, one-line errors, issues where they are asked for."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import examples
from sorparse.cli.commands import NAMES, all_commands
from support.cli import Run, run
from support.paths import SRC

__all__ = ["run"]

SOR2 = str(examples.sor2_zip)
HOSPITAL = "9000041000016007"

DAMAGED = (
    "SorId;EntityName;SorType;FromDate\r\n"
    "11000016002;Første;IE;2020-01-01\r\n"
    "9000041000016007;Anden;SI;31-02-2020\r\n"
    "9000071000016003;Tredje;OE;2020-13-01\r\n"
)


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    file = tmp_path / "SOREntity.csv"
    file.write_text(DAMAGED, "utf-8")
    return file


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder while the test runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- wrong use

NEEDED = {
    "show": [SOR2, HOSPITAL],
    "tree": [SOR2, HOSPITAL],
    "find": [SOR2, "a"],
    "map-shak": [SOR2, "9901"],
    "browse": [SOR2],
}


@pytest.mark.parametrize("command", sorted(NEEDED))
@pytest.mark.parametrize("day", ["31-03-2021", "2021-02-29", "i dag", ""])
def test_a_day_that_is_none_is_wrong_use(run: Run, command: str, day: str) -> None:
    result = run(command, *NEEDED[command], "--as-of", day)
    assert (result.status, result.out) == (2, "")
    assert f"invalid date {day!r}: expected YYYY-MM-DD, for example 2021-03-31" in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    "argv",
    [
        (),
        ("nosuchcommand",),
        ("show",),
        ("show", SOR2),
        ("find", SOR2, "--level", "XX"),
        ("find", SOR2, "--limit", "-1"),
        ("describe", SOR2, "--nosuchoption"),
        ("describe", SOR2, "--json", "--csv"),
        ("describe", SOR2, "--column", "GLN"),
        ("describe", SOR2, "--guard", "max_nothing=1"),
        ("describe", SOR2, "--guard", "max_ratio=much"),
        ("describe", SOR2, "--encoding", "nosuchencoding"),
        ("convert", SOR2, "--to", "nosuchtarget", "-o", "x"),
        ("convert", SOR2, "--to", "sqlite"),
        ("convert", SOR2, "--to", "sqlite", "-o", "-"),
        ("convert", SOR2, "--to", "jsonl", "-o", "-"),
        ("convert", SOR2, "--to", "csv", "--table", "nosuchtable", "-o", "x"),
        ("extract", SOR2, "-o", "x.zip"),
        ("completion", "nosuchshell"),
    ],
)
def test_wrong_use_is_status_2_and_one_line(
    run: Run, empty_folder: Path, argv: tuple[str, ...]
) -> None:
    result = run(*argv)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("sorparse")
    assert "error: " in result.err
    assert result.err.count("\n") == 1
    assert "internal error" not in result.err
    assert list(empty_folder.iterdir()) == []


def test_browse_needs_a_terminal(run: Run) -> None:
    pytest.importorskip("textual")
    result = run("browse", SOR2)
    assert (result.status, result.err) == (2, "sorparse: error: browse needs a terminal\n")


# -- unreadable input

READERS = {
    "describe": [],
    "show": [HOSPITAL],
    "tree": [HOSPITAL],
    "find": ["a"],
    "map-shak": ["9901"],
    "diff": ["--from", "2020-01-01"],
    "check": [],
    "convert": ["--to", "csv", "-o", "out"],
    "extract": ["--below", HOSPITAL, "-o", "out.zip"],
}


@pytest.mark.parametrize("command", READERS)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Down for maintenance</body></html>", "HTML"),
        (b"PK\x03\x04 this is no zip", "broken zip"),
    ],
)
def test_unreadable_input_is_status_2_and_one_line(
    run: Run, empty_folder: Path, command: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        Path("input.zip").write_bytes(content)
    result = run(command, "input.zip", *READERS[command])
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("sorparse: error: input.zip: ")
    assert words in result.err
    assert result.err.count("\n") == 1


def test_an_unknown_csv_names_the_option_for_its_columns(run: Run, empty_folder: Path) -> None:
    (empty_folder / "a.csv").write_text("Nummer;Titel\r\n1;2\r\n", "utf-8")
    result = run("describe", "a.csv")
    assert result.status == 2
    assert "name its columns with --column THEIRNAME=sor_id" in result.err
    assert "columns={" not in result.err


def test_a_conversion_is_reported_with_the_usual_name(run: Run, empty_folder: Path) -> None:
    result = run("convert", SOR2, "--to", "sqlite", "-o", "sor.db")
    assert result.out.splitlines()[0] == "Converted SOR2 to SQLite: sor.db"


def test_a_file_without_units_says_what_it_has(run: Run) -> None:
    result = run("tree", examples.shak, HOSPITAL)
    assert result.status == 2
    assert "shak_units" in result.err


def test_debug_shows_where_it_fails(run: Run) -> None:
    result = run("describe", "no-such-file", "--debug")
    assert result.status == 2
    assert "Traceback" in result.err
    assert result.err.endswith("sorparse: error: no-such-file: no such file\n")


def test_a_fault_of_our_own_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **options: object) -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr(sorparse, "open", broken, raising=False)
    result = run("describe", SOR2)
    assert result.status == 2
    assert result.err == (
        "sorparse: error: internal error, please report it (ZeroDivisionError: two lines)\n"
    )
    assert "Traceback" in run("describe", SOR2, "--debug").err


def test_an_interrupt_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sorparse, "open", interrupted, raising=False)
    assert run("describe", SOR2) == (130, "", "")


def test_a_reader_that_goes_away_is_quiet() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sorparse", "describe", SOR2, "--csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SRC)},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


def test_an_output_that_cannot_be_written_is_one_line(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "issues.jsonl"
    result = run("describe", SOR2, "--issues", target)
    assert result.status == 2
    assert result.err.endswith(f"{target}: No such file or directory\n")


# -- issues in the data


def test_issues_are_summed_up_on_stderr(run: Run, damaged: Path) -> None:
    result = run("find", damaged)
    assert result.status == 0
    assert result.err.startswith("sorparse: issues in the data: ")
    assert "2020-13-01" in result.err
    assert "SOREntity.csv:4" in result.err
    assert run("find", damaged, "--quiet").err == ""


def test_strict_makes_errors_in_the_data_issues(run: Run, damaged: Path) -> None:
    assert run("find", damaged).status == 0
    assert run("find", damaged, "--strict").status == 1
    assert run("find", SOR2, "--strict").status == 0


def test_every_finding_goes_where_asked(run: Run, damaged: Path, tmp_path: Path) -> None:
    target = tmp_path / "issues.jsonl"
    run("find", damaged, "--issues", target)
    with sorparse.open(damaged) as feed:
        list(feed.entities())
        expected = [sorparse.to_dict(issue) for issue in feed.issues]
    assert [json.loads(line) for line in target.read_text("utf-8").splitlines()] == expected
    assert expected


def test_only_the_first_few_issues_are_shown(run: Run, damaged: Path) -> None:
    rows = "".join(f"{number};x;IE;2020-13-01\r\n" for number in range(100))
    damaged.write_text("SorId;EntityName;SorType;FromDate\r\n" + rows, "utf-8")
    lines = [line for line in run("find", damaged).err.splitlines() if line.startswith("  ")]
    assert len(lines) == 6
    assert lines[-1] == "  ... (--issues OUT writes them all)"


# -- reading options


def test_options_reach_the_reader(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "SOREntity.csv"
    file.write_bytes("SorId;EntityName;Kode\r\n11000016002;Ærø;X7\r\n".encode("cp850"))
    reported = run("describe", file, "--encoding", "cp850", "--column", "Kode=local_code", "--json")
    columns = {column["name"]: column for column in reported.json["tables"][0]["columns"]}
    assert columns["Kode"]["field"] == "local_code"
    assert columns["EntityName"]["samples"] == ["Ærø"]
    result = run("describe", SOR2, "--guard", "max_members=2")
    assert result.status == 2
    assert "max_members" in result.err


def test_standard_input_is_a_source(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    content = io.BytesIO(examples.sor_csv.read_bytes())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(content))
    assert run("find", "-", "Ærøvig Sygehus", "--json").json[0]["name"] == "Ærøvig Sygehus"
    piped = subprocess.run(
        [sys.executable, "-m", "sorparse", "describe", "-", "--json"],
        input=examples.sor2_zip.read_bytes(),
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SRC)},
        check=True,
    )
    assert json.loads(piped.stdout)["format"] == "SOR2"


# -- help


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"sorparse {sorparse.__version__}\n", "")


@pytest.mark.parametrize("command", all_commands(), ids=NAMES)
def test_every_command_has_help_with_examples(run: Run, command: Any) -> None:
    result = run(command.NAME, "--help")
    assert result.status == 0
    assert f"  sorparse {command.NAME} " in result.out
    assert "exit status: 0 success, 1 issues" in result.out
    assert command.HELP in " ".join(run("--help").out.split())


def test_nothing_heavy_is_imported_for_help() -> None:
    code = (
        "import sys; from sorparse.cli import main; main(['find', '--help']); "
        "print(sorted({'lxml', 'xmlschema', 'rich', 'textual', 'stdnum'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SRC)},
        check=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
