"""Run the notebooks of the docs and store their outputs.

    python docs/tools/notebooks.py

The outputs are in the repository, so that the notebooks can be read where nothing can be run. A
test runs them again and compares.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent.parent
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))
TIMEOUT = 120
"""Seconds that a cell may take."""

# what differs from run to run
_RANDOM_NAME = re.compile(r"[0-9a-f]{32}")
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-f]+")


def executed(path: Path) -> Any:
    """Return a notebook with the outputs of a run, without what differs from run to run."""
    import nbclient
    import nbformat

    source = str(DOCS.parent / "src")
    path_of_modules = os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        env = {**os.environ, "PYTHONPATH": path_of_modules, "IPYTHONDIR": folder}
        nbclient.NotebookClient(notebook, timeout=TIMEOUT, resources=resources).execute(env=env)
    names: dict[str, str] = {}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/html" in data:
                data.pop("text/plain", None)  # the long repr of what the HTML shows
            for kind in data:
                if isinstance(data[kind], str):
                    data[kind] = _steady(data[kind], names)
    notebook.metadata = {
        "kernelspec": notebook.metadata.kernelspec,
        "language_info": {"name": "python"},
    }
    return notebook


def _steady(text: str, names: dict[str, str]) -> str:
    """Replace what differs from run to run: random names get numbers."""
    text = _RANDOM_NAME.sub(lambda found: names.setdefault(found[0], f"{len(names):032x}"), text)
    return _ADDRESS.sub("0x0", text)


def main() -> int:
    """Run all notebooks."""
    import nbformat

    for path in NOTEBOOKS:
        notebook = executed(path)
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
        print(f"run: {path.relative_to(DOCS)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
