"""Runs every code block of the README and the docs (sybil).

Python blocks of one page run one after the other, in a folder that holds the example files under
the names that the publisher gives them. Console blocks are run by a shell, their output compared
where some is given. What cannot run here (a network, a database) is skipped by a remark above it.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

HERE = Path(__file__).parent
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# the command as it is in this tree, installed or not
_SORPARSE = (
    f"sorparse() {{ '{sys.executable}' -c "
    "'import sys; from sorparse.cli import main; sys.exit(main())' \"$@\"; }"
)
_COMMAND = re.compile(r"^\$ ", re.MULTILINE)


def run_console(example: Example) -> str | None:
    """Run ``$ command`` blocks; lines below a command are what it prints, ``...`` for anything."""
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(HERE / "src"),
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "1",
        "SORPARSE_CACHE": "0",
    }
    for block in _COMMAND.split(example.parsed)[1:]:
        command, _, expected = block.partition("\n")
        if command.startswith("sorparse ") and find_spec("sorparse.cli") is None:
            pytest.skip("the command line is not there")
        done = subprocess.run(  # noqa: S603 - the docs' own commands
            ["bash", "-c", f"{_SORPARSE}\n{command}"],  # noqa: S607
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment,
            timeout=120,
            check=False,
        )
        if done.returncode not in (0, 1):
            return f"$ {command}\nexit code {done.returncode}\n{done.stdout}{done.stderr}"
        if expected.strip() and not doctest.OutputChecker().check_output(
            expected.strip() + "\n", done.stdout.strip() + "\n", OPTIONS
        ):
            return f"$ {command}\nexpected:\n{expected}\ngot:\n{done.stdout}{done.stderr}"
    return None


def lay_out(namespace: dict[str, Any]) -> None:
    """Go into a folder with the example files."""
    from sorparse import examples

    namespace["_back"] = Path.cwd()
    namespace["_folder"] = folder = Path(tempfile.mkdtemp())
    for path in (
        *(examples.sor2_zip, examples.daily_csv, examples.sor_csv, examples.sor_xml),
        *(examples.sor_xml_zip, examples.shak),
    ):
        shutil.copy(path, folder)
    # in place of the publisher's own set
    shutil.make_archive(str(folder / "SorSchema"), "zip", HERE / "src/sorparse/schemas")
    shutil.copy(examples.daily_csv, folder / "new.csv")
    shutil.copy(examples.daily_csv_earlier, folder / "loaded.csv")
    os.chdir(folder)


def clear_up(namespace: dict[str, Any]) -> None:
    """Leave the folder and remove it."""
    os.chdir(namespace["_back"])
    shutil.rmtree(namespace["_folder"])


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=OPTIONS),
        CodeBlockParser("console", run_console),
        SkipParser(),
    ],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    excludes=["docs/reference/api/*", "docs/reference/api/*/*"],
    setup=lay_out,
    teardown=clear_up,
).pytest()
