"""The notebooks of the docs hold the outputs of a run, and another run has the same."""

from __future__ import annotations

import importlib
import re
import sys
import warnings
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from support.paths import DOCS

NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))


def read(path: Path) -> Any:
    nbformat = pytest.importorskip("nbformat")
    return nbformat.read(path, as_version=4)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


class Words(HTMLParser):
    """The words of a page that a reader sees, and the names of its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)
        if tag in ("style", "script"):
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            self.inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.words += data.split()


def shown(cell: Any) -> Iterator[tuple[set[str], list[str]]]:
    """Yield the elements and words of each output, without what depends on versions of tools."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield set(), output.text.split()
            continue
        html = output.data.get("text/html")
        if html is None:
            # how pandas names its types differs from version to version
            yield set(), re.sub(r"dtype: \w+", "", output.data["text/plain"]).split()
        else:
            found = Words(html)
            yield found.tags & {"table", "img", "iframe", "details", "ul"}, found.words


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["enriching", "exploring"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_its_outputs(path: Path) -> None:
    cells = code_cells(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell.outputs for cell in cells)
    assert path.stat().st_size < 500_000
    html = [
        output.data["text/html"]
        for cell in cells
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]
    assert len(html) >= 4
    assert all("<iframe" in each or "<script" not in each for each in html)


@pytest.mark.notebook
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_another_run_has_the_same_outputs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for needed in ("nbclient", "ipykernel", "pandas", "narwhals", "matplotlib", "folium", "pyproj"):
        pytest.importorskip(needed)
    monkeypatch.syspath_prepend(DOCS / "tools")
    monkeypatch.delitem(sys.modules, "notebooks", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the notebook machinery
        again = importlib.import_module("notebooks").executed(path)
    for stored, new in zip(code_cells(read(path)), code_cells(again), strict=True):
        assert list(shown(new)) == list(shown(stored)), stored.source
        assert not [output for output in new.outputs if output.get("name") == "stderr"]
