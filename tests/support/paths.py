"""Where the parts of the checkout are."""

from __future__ import annotations

import os
from pathlib import Path

import sorparse

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
DOCS = ROOT / "docs"
PACKAGE = Path(sorparse.__file__).parent
SRC = PACKAGE.parent
"""The folder to put on ``PYTHONPATH`` of a process that imports sorparse."""


def samples() -> Path | None:
    """Folder of real excerpts, which are not part of the project, if there is one."""
    named = os.environ.get("SORPARSE_SAMPLES")
    # a worktree lies one level deeper than a plain checkout
    beside = [path / "shared" / "samples" for path in ROOT.resolve().parents][:2]
    places = [Path(named)] if named else beside
    return next((place for place in places if place.is_dir()), None)
