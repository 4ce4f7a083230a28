"""A source and its members."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import attrs

from .streams import HEAD_BYTES, Translated, read_fully, translated


@attrs.frozen(eq=False)
class Member:
    """One file of a source."""

    name: str
    """For messages: the path, or ``archive.zip/member``."""
    base_name: str
    """The last part of the name."""
    size: int | None
    """Unpacked size in bytes, if known."""
    _opener: Callable[[], BinaryIO] = attrs.field(alias="opener", repr=False)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the content from its beginning; closed on leaving the ``with``.

        Raises SorFileError if it cannot be opened or read.
        """
        with translated(self.name):
            stream = self._opener()
        try:
            yield cast("BinaryIO", Translated(stream, self.name))
        finally:
            stream.close()

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """Return the first ``size`` bytes."""
        with self.open() as stream:
            return read_fully(stream, size)


@attrs.define(eq=False)
class Source:
    """A source with its members; it closes only what it opened itself."""

    name: str
    members: tuple[Member, ...]
    ignored: tuple[str, ...] = ()
    path: Path | None = None
    """Absolute path of the file or folder; None for bytes and streams without a file."""
    """Members that are always skipped: folders' metadata, nested zips."""
    is_set: bool = False
    """Whether it is a zip or a folder, which is expected to be complete in itself."""
    _close: Callable[[], None] | None = attrs.field(default=None, alias="close", repr=False)

    def close(self) -> None:
        """Close what was opened for this source."""
        if self._close is not None:
            self._close()
            self._close = None
