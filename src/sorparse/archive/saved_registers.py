"""A folder of saved registers, for questions about nights of an archive."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from pathlib import Path

from ..errors import SorFileError
from ..register import Register, load
from ..replace import failed

_NAME = re.compile(r"[0-9a-f]{64}\.register")


class SavedRegisters(MutableMapping[str, Register]):
    """Saved registers in a folder, by the hash of the content that they were loaded from.

    A file that cannot be opened, because it is damaged or of another version of the library,
    counts as absent: it is written again from the archive, which is the original.

    Args:
        folder: The folder; it is created when the first register is saved.
        most: How many registers are stored. The ones used least recently are removed.
    """

    def __init__(self, folder: str | os.PathLike[str], *, most: int = 32) -> None:
        self._folder = Path(folder)
        self._most = most

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.register"

    def __getitem__(self, key: str) -> Register:
        path = self._path(key)
        if not path.exists():
            raise KeyError(key)
        try:
            register = load(path)
        except SorFileError:
            raise KeyError(key) from None
        with suppress(OSError):  # a folder that may only be read, or the file was removed meanwhile
            os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))  # time of the last use
        return register

    def __setitem__(self, key: str, value: Register) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise failed(self._folder, error.strerror or error) from error
        value.save(self._path(key), force=True)
        stored = sorted(self._files(), key=lambda path: path.stat().st_atime_ns)
        for path in stored[: -self._most]:
            path.unlink(missing_ok=True)

    def __delitem__(self, key: str) -> None:
        try:
            self._path(key).unlink()
        except FileNotFoundError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in self._files())

    def _files(self) -> list[Path]:
        """Return the files that this class has named; other files are not its own."""
        return [path for path in self._folder.glob("*.register") if _NAME.fullmatch(path.name)]

    def __len__(self) -> int:
        return sum(1 for _ in self)
