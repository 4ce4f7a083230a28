"""An unexpected value of any argument is one clear line, never an internal error."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from sorparse import examples
from sorparse.cli.app import make_parser
from support.cli import Run, run
from support.share import Share, share

__all__ = ["run", "share"]
VALUES = [
    "",
    "--",
    "-1",
    "nan",
    "1e999",
    "9" * 5000,
    "²",
    "=",
    "A=B=C",
    "GLN=nofield",
    "GLN=extra",
]
VALUES += [
    "max_ratio=nan",
    "max_members=inf",
    "\udcff",
    "\ud800",
    "\0",
    "\n",
    "%s",
    "{}",
    "[",
    "/",
]
VALUES += [
    "..",
    "/dev/null",
    "0001-01-01",
    "9999-12-31",
    "2021-02-30",
    "hex",
    "idna",
    "undefined",
]
VALUES += ["specialities[9999]", "postal_address[", "effective.", "validity"]
UNIT = "9000041000016007"
OTHERS = {
    "show": [UNIT],
    "tree": [UNIT],
    "map-shak": ["9901"],
    "completion": ["bash"],
    "extract": ["--below", UNIT, "-o", "out.zip"],
    "convert": ["--to", "csv", "-o", "out"],
    "terms": ["region"],
}
"""What a command needs beside the file."""


def _commands() -> dict[str, argparse.ArgumentParser]:
    (commands,) = (
        action
        for action in make_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return {name: each for name, each in commands.choices.items() if name != "browse"}


def _arguments() -> list[tuple[int, str, str]]:
    arguments = [
        (name, (action.option_strings or [action.dest])[-1])
        for name, parser in _commands().items()
        for action in parser._actions
        if action.nargs != 0
    ]
    return [(number, *argument) for number, argument in enumerate(arguments)]


@pytest.fixture
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_in_folder")
@pytest.mark.parametrize(("number", "command", "argument"), _arguments())
def test_one_line(run: Run, share: Share, number: int, command: str, argument: str) -> None:
    source = examples.sor_xml if command == "validate" else examples.daily_csv
    has_file = command not in ("completion", "examples")
    for value in VALUES[number % 2 :: 2]:  # each value with every other argument
        others = [command, *([str(source)] if has_file else []), *OTHERS.get(command, [])]
        if command == "fetch":  # a share that does not have the file, so nothing is written
            others = [command, "nowhere.zip", "out", "--base-url", share.address, "--force"]
        if argument.startswith("-"):
            given = [*others, f"{argument}={value}" if argument[1] == "-" else argument + value]
        elif command == "fetch":
            place = 1 if argument == "what" else 2
            given = [*others[:place], value, *others[place + 1 :]]
        elif argument == "file":
            given = [command, value, *OTHERS.get(command, [])]
        else:
            given = [*others[: 2 if has_file else 1], *others[3:], value]
        result = run(*given)
        assert result.status in (0, 1, 2), (value, result)
        assert "internal error" not in result.err, (value, result.err)
        assert "Traceback" not in result.err, (value, result.err)
        if result.status == 2:
            assert result.err.count("\n") == 1, (value, result.err)
