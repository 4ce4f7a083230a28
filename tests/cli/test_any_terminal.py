"""Output that any terminal takes: letters that it lacks, colours, progress, control characters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sorparse import examples
from support.cli import Run, run
from support.paths import SRC

__all__ = ["run"]

SOR2 = str(examples.sor2_zip)
HOSPITAL = "9000041000016007"


def command_line(*argv: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "sorparse", *argv],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(SRC), **env},
        check=False,
    )


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
