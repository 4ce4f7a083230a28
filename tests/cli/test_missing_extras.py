"""A command whose extra is not installed says so in one sentence, or does without it."""

from __future__ import annotations

import builtins
import importlib
import sys
from typing import Any

import pytest

from sorparse import cli, examples
from support.cli import Run, run

__all__ = ["run"]

SOR2 = str(examples.sor2_zip)
HOSPITAL = "9000041000016007"


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
