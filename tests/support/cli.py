"""Run the command line in the test's own process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from sorparse.cli import main


class Result(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*argv: object) -> Result:
        capsys.readouterr()
        status = main([str(arg) for arg in argv])
        captured = capsys.readouterr()
        return Result(status, captured.out, captured.err)

    return run


class TerminalStream(io.TextIOWrapper):
    """A stream in memory that says that it is a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="", write_through=True)

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        content: bytes = self.buffer.getvalue()  # type: ignore[attr-defined] # BytesIO
        return content.decode("utf-8")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return what a command shows on a terminal of a width; colours only if they are wanted."""

    def run(width: int, *argv: object, colours: bool = False) -> str:
        out, err = TerminalStream(), TerminalStream()
        with monkeypatch.context() as patch:
            patch.setenv("COLUMNS", str(width))
            patch.setenv("LINES", "40")
            patch.setenv("TERM", "xterm-256color" if colours else "dumb")
            patch.delenv("NO_COLOR", raising=False)
            patch.delenv("FORCE_COLOR", raising=False)
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            assert main([str(arg) for arg in argv]) in (0, 1), err.text()
        return out.text()

    return run
