"""The notebooks of the docs run from top to bottom and keep no output."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import pytest

from support.paths import DOCS, SRC

NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))


def read(path: Path) -> Any:
    nbformat = pytest.importorskip("nbformat")
    return nbformat.read(path, as_version=4)


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["enriching", "exploring"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_kept(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.notebook
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for needed in ("nbclient", "ipykernel", "pandas", "narwhals", "matplotlib", "folium", "pyproj"):
        pytest.importorskip(needed)
    source = str(SRC)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([source, os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = read(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the notebook machinery, not ours
        import nbclient

        nbclient.NotebookClient(
            notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}
        ).execute()
    shown = 0
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text
            html = output.get("data", {}).get("text/html", "")
            shown += bool(html)
            if "<iframe" not in html:
                assert "<script" not in html
            assert len(html) < 200_000
    assert shown >= 4
