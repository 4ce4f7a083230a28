"""A folder of saved registers, so that an unchanged source is read once.

An entry is a saved register whose header holds the key: which files the source has, with their
inodes, sizes and times, how it was read, and by which version of the library. An entry with
another key, or one that is damaged, counts as absent, and is replaced.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs

from ...errors import ConversionError, SorFileError
from ...logs import log_warning
from ...replace import restore
from ..register import Register
from .file import SavedFile
from .saving import open_saved, versions, write_register
from .source_state import SourceState

MOST_REGISTERS = 20
"""Highest number of registers in a cache."""
MOST_BYTES = 4 * 1024**3
"""Highest total size of the registers in a cache, in bytes."""
_NAME = re.compile(r"[0-9a-f]{64}\.register")
_UNFINISHED = re.compile(r"\.([0-9a-f]{64}\.register)\.[^.]*\.sorparse")


class SavedRegisterFolder:
    """A folder of saved registers whose names are hashes. Other files in it are left unchanged."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder).absolute()

    def path(self, name: str) -> Path:
        """Return the path of an entry by its hash."""
        return self.folder / f"{name}.register"

    def paths(self) -> list[Path]:
        """Return the paths of the entries, the one used last first."""
        used: dict[Path, int] = {}
        for path in self.folder.glob("*.register"):
            if _NAME.fullmatch(path.name):
                with suppress(OSError):  # another process removed it
                    used[path] = path.stat().st_atime_ns
        return sorted(used, key=lambda path: used[path], reverse=True)

    @staticmethod
    def mark_used(path: Path) -> None:
        """Set the time of the last use of an entry, if the folder is writable."""
        with suppress(OSError):
            os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))

    def trim(self, most: int, most_bytes: int | None = None) -> None:
        """Remove the entries used least recently, and unfinished files of killed processes.

        The entry used last stays, however large it is.
        """
        total = 0
        for place, path in enumerate(self.paths()):
            with suppress(OSError):  # on Windows an entry that is open cannot be removed
                total += path.stat().st_size
                if place and (place >= most or (most_bytes is not None and total > most_bytes)):
                    path.unlink()
        for left in self.folder.glob(".*.sorparse"):
            if unfinished := _UNFINISHED.fullmatch(left.name):
                restore(self.folder / unfinished[1])

    def clear(self) -> int:
        """Remove all entries; return how many were removed."""
        removed = 0
        for path in self.paths():
            with suppress(OSError):
                path.unlink()
                removed += 1
        self.trim(0)
        return removed


@attrs.frozen
class CacheEntry:
    """A register in a cache, as ``sorparse cache`` lists it."""

    path: Path
    source: str | None
    """Path of the source; ``None`` if the entry cannot be read."""
    units: int | None
    size: int
    used: float
    """Time of the last use, in seconds since 1970."""


class RegisterCache(SavedRegisterFolder):
    """A cache of the registers that sources were loaded into.

    Any number of processes may use it at once. Only the owner of a new folder may read it.
    """

    def load(
        self,
        source: str | os.PathLike[str],
        options: Mapping[str, Any],
        read: Callable[[], Register],
        *,
        accept: Callable[[Register], bool] = lambda _: True,
    ) -> Register:
        """Return the register of a source, from the cache or by reading it.

        Args:
            source: Path of a file or folder.
            options: How it is read: all that the register depends on besides the source, as JSON.
            read: Reads it; the register is stored, if the source did not change meanwhile.
            accept: Whether a register of the cache can be used in place of reading.
        """
        state = SourceState.of(source)
        if state is None:
            return read()
        key = _key(source, state, options)
        path = self.path(sha256(key.encode()).hexdigest())
        saved = self._open(path, key, state)
        if saved is not None and accept(saved):
            return saved
        register = read()
        if not (state.is_settled and state.is_current()):
            return register
        return self._store(path, key, state, register)

    def _open(self, path: Path, key: str, state: SourceState) -> Register | None:
        try:
            file = SavedFile(path, source=state)
            if file.header.get("cache_key") != key:
                return None
            file.blocks()  # compares the checksums
            register = Register(open_saved(file))
        except SorFileError:
            return None
        self.mark_used(path)
        return register

    def _store(self, path: Path, key: str, state: SourceState, register: Register) -> Register:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_register(register.core, path, cache_key=key)
        except (ConversionError, OSError) as error:
            log_warning("the cache is not filled: %s", error)
            return register
        self.trim(MOST_REGISTERS, MOST_BYTES)
        return self._open(path, key, state) or register

    def entries(self) -> Iterator[CacheEntry]:
        """Yield the entries, the one used last first."""
        for path in self.paths():
            source = units = None
            with suppress(SorFileError):
                header = SavedFile(path).header
                source, units = header.get("source"), header.get("units")
            with suppress(OSError):
                stat = path.stat()
                yield CacheEntry(path, source, units, stat.st_size, stat.st_atime)


def _key(source: str | os.PathLike[str], state: SourceState, options: Mapping[str, Any]) -> str:
    """Return the key of a source; it includes the caller's path, which issues state."""
    return json.dumps(
        {
            "source": [os.fspath(source), str(state.path)],
            "files": state.files,
            "options": options,
            "versions": versions(),
            "python": sys.version_info[:2],  # letters are folded by the tables of Python
        },
        sort_keys=True,
    )
