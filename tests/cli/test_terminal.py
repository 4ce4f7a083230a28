"""Nothing in a file or an argument steers the terminal: control characters become visible."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sorparse.cli import main

HOSTILE = "\x1b[31m\x1b]0;t\x07\x9b2J\u202eN\u2066\x7f\x08\x00\x85"
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
UNIT = "9000041000016007"
SHAK = "990101"


class Stream(io.TextIOWrapper):
    """A stream in memory, of a terminal or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="", write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def written(self) -> bytes:
        content: bytes = self.buffer.getvalue()  # type: ignore[attr-defined] # BytesIO
        return content


Run = Callable[..., tuple[Stream, Stream]]


@pytest.fixture
def run_on(monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*argv: object, terminal: bool = True, stdin: str = "") -> tuple[Stream, Stream]:
        out, err = Stream(terminal=terminal), Stream(terminal=terminal)
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "dumb")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
            assert main([str(each) for each in argv]) in (0, 1, 2)
        return out, err

    return run


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A daily file whose every text holds control characters, under a name that holds some."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"a{HOSTILE.replace(chr(0), '')}.csv"
    cell = HOSTILE.replace("\x00", "")
    rows = [
        f'SorId;EntityName;EntityTypeName;FromDate;ShakCode;ParentSorId;"N{cell}y";ToDate',
        f'{UNIT};"A{cell}";"T{cell}";2010-01-01;{SHAK};;"x{cell}";',
        f'9000081000016001;"B{cell}";"T{cell}";2010-01-01;"9{cell}";{UNIT};"x{cell}";"{cell}"',
    ]
    path.write_bytes("\r\n".join(rows).encode("utf-8"))
    return path


COMMANDS = [
    ("describe",),
    ("show", UNIT),
    ("show", UNIT, "--history"),
    ("show", f"9901{HOSTILE}"),
    ("tree", UNIT),
    ("find", "a"),
    ("find", f"9901{HOSTILE}"),
    ("find", "a", "--region", HOSTILE),
    ("terms", "entity_type"),
    ("counts", "type"),
    ("counts", HOSTILE),
    ("map-shak", SHAK, f"99{HOSTILE}", UNIT, f"9{HOSTILE}", HOSTILE),
    ("map-shak", "-"),
    ("check",),
    ("check", "--encoding", HOSTILE),
    ("diff", "--from", "2009-01-01", "--to", "2011-01-01"),
    ("validate",),
    ("convert", "--to", HOSTILE),
    ("convert", "--to", "csv", "-o", f"x{HOSTILE}"),
]


@pytest.mark.parametrize("mode", ["", "--json", "--csv", "--debug"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: repr(" ".join(command)))
def test_no_command_steers_a_terminal(
    run_on: Run, source: Path, command: tuple[str, ...], mode: str
) -> None:
    name, *others = command
    out, err = run_on(name, source, *others, *([mode] if mode else []), stdin=f"{HOSTILE}\n9901\n")
    for stream in (out, err):
        text = stream.written().decode("utf-8")
        assert not STEERS.search(text), STEERS.findall(text)


@pytest.mark.parametrize("argument", [HOSTILE, f"--{HOSTILE}", f"--json={HOSTILE}"])
def test_no_wrong_argument_steers_a_terminal(run_on: Run, argument: str) -> None:
    for given in ([argument], ["find", argument], ["diff", "x", "--from", argument]):
        out, err = run_on(*given)
        assert not STEERS.search((out.written() + err.written()).decode("utf-8"))


@pytest.mark.parametrize("to", ["csv", "jsonl", "geojson"])
def test_a_conversion_to_standard_output_steers_no_terminal(
    run_on: Run, source: Path, to: str
) -> None:
    given = ("convert", source, "--to", to, "--table", "entities", "-o", "-")
    out, err = run_on(*given)
    assert "\\u001b[31m" in out.written().decode("utf-8")
    assert not STEERS.search((out.written() + err.written()).decode("utf-8"))
    exact, _ = run_on(*given, terminal=False)
    assert ("\x1b" if to == "csv" else "\u202e") in exact.written().decode("utf-8")


def test_issues_on_standard_output_steer_no_terminal(run_on: Run, source: Path) -> None:
    out, _ = run_on("check", source, "--issues", "-", "--summary", "-q")
    text = out.written().decode("utf-8")
    assert not STEERS.search(text)
    (first, *_) = (json.loads(line) for line in text.splitlines() if line.startswith("{"))
    assert first["file"] == str(source)  # the same value, written in escapes


def test_json_on_a_terminal_has_the_same_values(run_on: Run, source: Path) -> None:
    given = ("show", source, UNIT, "--json")
    shown, _ = run_on(*given)
    exact, _ = run_on(*given, terminal=False)
    assert json.loads(shown.written()) == json.loads(exact.written())
    assert "\u202e" in exact.written().decode("utf-8")


def test_csv_that_is_not_for_a_terminal_is_exact(run_on: Run, source: Path) -> None:
    given = ("map-shak", source, f"99{HOSTILE}", "--csv")
    exact, _ = run_on(*given, terminal=False)
    assert f"99{HOSTILE}" in exact.written().decode("utf-8")
    shown, _ = run_on(*given)
    assert "99\\u001b[31m" in shown.written().decode("utf-8")
