"""A bar with rate and time left on stderr, if stderr is a terminal and rich is installed."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .output import clean

_ROOM = 60
"""Cells of a terminal that has room for rate and time left on the line of the bar."""


Progress = Callable[[int, int | None], None]
"""Is called with the bytes read so far, and with those there are in all, if that is known."""


class CountedFile(io.FileIO):
    """A file that counts what is read of it.

    The library takes file objects, so this is all that a progress bar needs: of a zip the
    packed bytes are counted, as the size of the file is theirs.
    """

    def __init__(self, path: Path, progress: Progress) -> None:
        super().__init__(os.fspath(path), "rb")
        self._progress = progress
        self._total = path.stat().st_size
        self._done = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and count."""
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
    """Yield what moves a progress bar; None if nobody is looking, or rich is not installed."""
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
        *((TransferSpeedColumn(), TimeRemainingColumn()) if console.width >= _ROOM else ()),
    )
    # transient: removed at the end, so that it is never among the results
    with Bars(*columns, console=console, transient=True) as bars:
        task = bars.add_task(clean(description), total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
