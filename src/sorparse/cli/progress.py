"""A bar with rate and time left on stderr, if stderr is a terminal and rich is installed."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from .output import clean

_ROOM = 60
"""Cells of a terminal that has room for rate and time left on the line of the bar."""


class Progress(Protocol):
    """Counts the bytes that have been read."""

    def advance(self, size: int) -> None:
        """Count another ``size`` bytes."""


class CountedFile(io.FileIO):
    """A file that counts what is read of it.

    The library takes file objects, so this is all that a progress bar needs: of a zip the
    packed bytes are counted, as the size of the file is theirs.
    """

    def __init__(self, path: Path, progress: Progress) -> None:
        super().__init__(os.fspath(path), "rb")
        self._progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and count."""
        data = super().read(-1 if size is None else size) or b""
        self._progress.advance(len(data))
        return data


@contextmanager
def counted(source: str, *, wanted: bool) -> Iterator[Any]:
    """Yield what to open for a path: the path itself, or a file with a progress bar."""
    if not (wanted and sys.stderr.isatty() and Path(source).is_file()):
        yield source
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
        yield source
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
        path = Path(source)
        task = bars.add_task(f"reading {clean(path.name)}", total=path.stat().st_size)

        class Bar:
            def advance(self, size: int) -> None:
                bars.advance(task, size)

        with CountedFile(path, Bar()) as file:
            yield file
