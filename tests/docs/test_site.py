"""The docs are built without a warning, and their pages are whole."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from support.paths import DOCS

GOOD = "<h1>A</h1><h2 id='b'>B</h2><a href='#b'>b</a><img src='c.svg' alt='C'><code>--up</code>"


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(DOCS / "tools")
    return import_module("check_site").faults


def test_the_docs_are_built_whole(tmp_path: Path, faults: Any) -> None:
    for needed in ("sphinx", "furo", "myst_nb"):
        pytest.importorskip(needed, reason=f"the docs need {needed} (dependency group docs)")
    # the notebooks are run by a test of their own
    off = ("-D", "nb_execution_mode=off", "-d", str(tmp_path / "trees"))
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", *off]
    done = subprocess.run(
        [*command, str(DOCS), str(tmp_path / "site")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert faults(tmp_path / "site") == []


@pytest.mark.parametrize(
    ("page", "reported"),
    [
        (GOOD, None),
        (GOOD.replace("#b", "#gone"), "place that is not there: #gone"),
        (GOOD.replace("#b", "gone.html"), "leads nowhere: gone.html"),
        (GOOD.replace(" alt='C'", ""), "a picture without words: c.svg"),
        (GOOD.replace("h2", "h3"), "a level of headings is missing: [1, 3]"),
        (GOOD.replace("h1", "h2"), "one heading of the first level"),
        (GOOD + "<table class='docutils'></table>", "a table outside a box that scrolls"),
        (GOOD + "<p>with –up the units above</p>", "a dash in place of two hyphens: –up"),
        (GOOD + "<p>PosixPath('/somewhere/x')</p>", "a place of the machine"),
    ],
)
def test_a_fault_of_a_page_is_found(
    tmp_path: Path, faults: Any, page: str, reported: str | None
) -> None:
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    found = faults(tmp_path)
    assert [reported in fault for fault in found] == ([True] if reported else [])
