"""A folder of saved registers, for questions about nights of an archive."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping

from ..errors import SorFileError
from ..register import Register, load
from ..register.saved.cache import SavedRegisterFolder
from ..replace import failed


class SavedRegisters(MutableMapping[str, Register]):
    """Saved registers in a folder, by the hash of the content that they were loaded from.

    A file that cannot be opened, because it is damaged or of another version of the library,
    counts as absent: it is written again from the archive, which is the original.

    Args:
        folder: The folder; it is created when the first register is saved.
        most: How many registers are stored. The ones used least recently are removed.
    """

    def __init__(self, folder: str | os.PathLike[str], *, most: int = 32) -> None:
        self._stored = SavedRegisterFolder(folder)
        self._most = most

    def __getitem__(self, key: str) -> Register:
        path = self._stored.path(key)
        if not path.exists():
            raise KeyError(key)
        try:
            register = load(path)
        except SorFileError:
            raise KeyError(key) from None
        self._stored.mark_used(path)
        return register

    def __setitem__(self, key: str, value: Register) -> None:
        folder = self._stored.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise failed(folder, error.strerror or error) from error
        value.save(self._stored.path(key), force=True)
        self._stored.trim(self._most)

    def __delitem__(self, key: str) -> None:
        try:
            self._stored.path(key).unlink()
        except FileNotFoundError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in self._stored.paths())

    def __len__(self) -> int:
        return sum(1 for _ in self)
