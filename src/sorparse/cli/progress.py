"""A progress bar on stderr, if stderr is a terminal and rich is installed."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .output import clean

_WIDE_ENOUGH = 60
"""Columns of a terminal that has room for rate and time left beside the bar."""


Progress = Callable[[int, int | None], None]
"""Function called with the bytes read so far, and the total if it is known."""


class CountedFile(io.FileIO):
    """A file that reports how much of it has been read; of a zip the packed bytes are counted."""

    def __init__(self, path: Path, progress: Progress) -> None:
        super().__init__(os.fspath(path), "rb")
        self._progress = progress
        self._total = path.stat().st_size
        self._done = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and report the number of bytes."""
        data = super().read(-1 if size is None else size) or b""
        self._done += len(data)
        self._progress(self._done, self._total)
        return data


@contextmanager
def counted(source: str, *, wanted: bool) -> Iterator[Any]:
    """Yield what to open for a path: the path itself, or a file with a progress bar."""
    path = Path(source)
    with bar(f"reading {path.name}", wanted=wanted and path.is_file()) as progress:
        if progress is None:
            yield source
            return
        with CountedFile(path, progress) as file:
            yield file


@contextmanager
def bar(description: str, *, wanted: bool) -> Iterator[Progress | None]:
    """Yield the function that moves a progress bar; None if there is no terminal, or no rich."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    try:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )
        from rich.progress import Progress as Bars
    except ImportError:
        yield None
        return
    console = Console(file=sys.stderr)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        *((TransferSpeedColumn(), TimeRemainingColumn()) if console.width >= _WIDE_ENOUGH else ()),
    )
    # transient: the bar is removed at the end, so that it is not among the results
    with Bars(*columns, console=console, transient=True) as bars:
        task = bars.add_task(clean(description), total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
