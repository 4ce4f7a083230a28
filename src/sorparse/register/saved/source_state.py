"""The state by which a change of a source is detected: names, inodes, sizes and times."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Self

import attrs

_SECOND = 1_000_000_000
_TICK = 20_000_000
"""Nanoseconds in which a file can change twice with one time; systems count in 1 to 10 ms."""
_COARSE = 2 * _SECOND
"""The same, for file systems that store times in steps of one or two seconds."""

FileState = tuple[str, int, int, int, int]
"""Name, inode, size, time of the last write, time of the last change of the inode."""


@attrs.frozen
class SourceState:
    """The state of a file, or of the files of a folder that a reader may open."""

    path: Path
    """Absolute path of the source."""
    files: tuple[FileState, ...]
    is_settled: bool
    """Whether a later write changes the times."""

    @classmethod
    def of(cls, source: str | os.PathLike[str]) -> Self | None:
        """Return the state of a source; ``None`` if it is not a file or a folder of files."""
        path = Path(source).absolute()
        try:
            now, stats = time.time_ns(), _stats(path)  # a pause between them must not look like age
            if stats and abs(now - _latest(stats)) < _TICK:
                time.sleep(_TICK / _SECOND)
                now, stats = time.time_ns(), _stats(path)
        except (OSError, ValueError):
            return None
        if stats is None:
            return None
        files = tuple(
            (name, each.st_ino, each.st_size, each.st_mtime_ns, each.st_ctime_ns)
            for name, each in stats
        )
        latest = _latest(stats)
        return cls(path, files, now - latest >= (_TICK if latest % _SECOND else _COARSE))

    def is_current(self) -> bool:
        """Return whether the source did not change since."""
        now = SourceState.of(self.path)
        return now is not None and now.files == self.files


def _stats(path: Path) -> list[tuple[str, os.stat_result]] | None:
    own = path.stat()
    if stat.S_ISREG(own.st_mode):
        return [("", own)]
    if not stat.S_ISDIR(own.st_mode):
        return None
    children = sorted(child for child in path.iterdir() if not child.name.startswith("."))
    return [(child.name, child.stat()) for child in children if child.is_file()]


def _latest(files: list[tuple[str, os.stat_result]]) -> int:
    return max((_changed(each) for _, each in files), default=0)


def _changed(status: os.stat_result) -> int:
    """Return when a file changed. Windows reports the time of creation as st_ctime."""
    return status.st_mtime_ns if os.name == "nt" else status.st_ctime_ns
