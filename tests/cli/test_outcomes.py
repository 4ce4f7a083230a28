"""What a script relies on: exit statuses, one-line errors, output that any terminal takes."""

from __future__ import annotations

import builtins
import importlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sorparse
from sorparse import cli, examples
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


def command_line(*argv: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "sorparse", *argv],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SRC), **env},
        check=False,
    )


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


# -- terminals


@pytest.mark.parametrize("encoding", ["ascii", "cp437"])
def test_danish_letters_are_safe_on_any_terminal(encoding: str) -> None:
    found = command_line("find", SOR2, "aero", PYTHONIOENCODING=encoding)
    assert found.returncode == 0
    text = found.stdout.decode(encoding)
    assert ("Aeroevig Sygehus" in text) == (encoding == "ascii")
    if encoding == "cp437":  # has Æ, has no ø
        assert "Æroevig Sygehus" in text
    reported = command_line("find", SOR2, "aero", "--json", PYTHONIOENCODING=encoding)
    names = {unit["name"] for unit in json.loads(reported.stdout.decode(encoding))}
    assert "Ærøvig Sygehus" in names  # JSON loses nothing


def test_branches_and_messages_are_safe_on_any_terminal() -> None:
    tree = command_line("tree", SOR2, HOSPITAL, "--depth", "1", PYTHONIOENCODING="ascii")
    assert tree.returncode == 0
    assert tree.stdout.decode("ascii").splitlines()[1].startswith("|-- Ledelse og Oekonomi  ")
    failing = command_line("describe", "Ærø.csv", PYTHONIOENCODING="ascii")
    assert failing.returncode == 2
    assert failing.stderr == b"sorparse: error: Aeroe.csv: no such file\n"


def test_data_on_standard_output_is_utf8_on_any_terminal() -> None:
    argv = ("convert", SOR2, "--to", "jsonl", "--table", "entities", "-o", "-")
    done = command_line(*argv, PYTHONIOENCODING="ascii")
    names = [json.loads(line)["name"] for line in done.stdout.decode("utf-8").splitlines()]
    assert "Ærøvig Sygehus" in names


def on_a_terminal(*argv: str, **env: str) -> str:
    """Run with stdout and stderr on a pseudo terminal and give what it shows."""
    pty = pytest.importorskip("pty")
    main, side = pty.openpty()
    variables = {**os.environ, "PYTHONPATH": str(SRC), "TERM": "xterm-256color", "COLUMNS": "200"}
    for name in ("NO_COLOR", "FORCE_COLOR"):
        variables.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "sorparse", *argv],
        stdin=subprocess.DEVNULL,
        stdout=side,
        stderr=side,
        env={**variables, **env},
    )
    os.close(side)
    shown = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(main)
    process.wait()
    return shown.decode("utf-8")


FUTURE = ("find", SOR2, "--status", "future", "--as-of", "2020-01-01", "--quiet")
YELLOW = "\x1b[33m"


def test_colours_only_on_a_terminal_that_wants_them(run: Run) -> None:
    pytest.importorskip("rich")
    assert YELLOW in on_a_terminal(*FUTURE)
    assert YELLOW not in on_a_terminal(*FUTURE, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(*FUTURE, TERM="dumb")
    assert "\x1b" not in run(*FUTURE).out


def test_progress_is_shown_on_a_terminal_and_goes_again() -> None:
    pytest.importorskip("rich")
    shown = on_a_terminal("describe", SOR2, "--json")
    assert "reading Sor_complete.zip" in shown
    assert "reading" not in on_a_terminal("describe", SOR2, "--json", "--quiet")
    assert command_line("describe", SOR2, "--json").stderr == b""


def test_values_steer_no_terminal(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "SOREntity.csv"
    file.write_text(
        'SorId;EntityName;FromDate\r\n11000016002;"\x1b]0;owned\x07[bold]x[/bold]\nB";2020-01-01\r\n',
        "utf-8",
    )
    for argv in (("find", str(file)), ("show", str(file), "11000016002"), ("describe", str(file))):
        plain = run(*argv)
        assert "\\x1b]0;owned\\x07[bold]x[/bold]" in plain.out, argv
        assert "\x1b" not in plain.out + plain.err
        shown = on_a_terminal(*argv, "--quiet")
        assert "\x1b]0;" not in shown
        assert "[bold]x[/bold]" in shown
    unit = run("find", file, "--json").json[0]
    assert unit["name"] == "\x1b]0;owned\x07[bold]x[/bold]\nB"


# -- extras that are not installed


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Any:
    def hide(*packages: str) -> None:
        for name in list(sys.modules):
            if name.split(".")[0] in packages:
                monkeypatch.delitem(sys.modules, name)
        monkeypatch.delitem(sys.modules, "sorparse.cli.browse.app", raising=False)
        original = builtins.__import__

        def importing(name: str, *args: Any, **options: Any) -> Any:
            if name.split(".", maxsplit=1)[0] in packages:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            return original(name, *args, **options)

        monkeypatch.setattr(builtins, "__import__", importing)

        def loading(name: str) -> Any:
            importing(name)
            return importlib.import_module(name)

        monkeypatch.setattr("sorparse.extras.import_module", loading)

    return hide


def test_without_rich_a_terminal_gets_plain_tables(
    without: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    without("rich")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert cli.main(["show", SOR2, HOSPITAL, "--history"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0].split("  ")[0] == "from date"
    assert "\x1b" not in shown.out + shown.err


@pytest.mark.parametrize(
    ("package", "argv", "extra"),
    [
        ("shtab", ("completion", "bash"), '"sorparse[cli]"'),
        ("textual", ("browse", SOR2), '"sorparse[browse]"'),
    ],
)
def test_a_missing_extra_is_one_sentence(
    run: Run, without: Any, package: str, argv: tuple[str, ...], extra: str
) -> None:
    without(package)
    result = run(*argv)
    assert (result.status, result.out) == (2, "")
    message = f"need the package {package}, which is not installed: pip install {extra}"
    assert message in result.err
    assert result.err.count("\n") == 1


def test_browse_needs_a_terminal(run: Run) -> None:
    pytest.importorskip("textual")
    result = run("browse", SOR2)
    assert (result.status, result.err) == (2, "sorparse: error: browse needs a terminal\n")


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
