"""Streams that give their content in small pieces, as sockets and pipes do."""

from __future__ import annotations

import io
from itertools import cycle
from typing import Any


class Chunked(io.RawIOBase):
    """A stream that gives its content in pieces of these sizes, over and over."""

    name = "<bytes>"

    def __init__(self, content: bytes, *sizes: int, seekable: bool = False) -> None:
        self._content = io.BytesIO(content)
        self._sizes = cycle(sizes)
        self._seekable = seekable

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._seekable

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        return self._content.tell()

    def readinto(self, buffer: Any) -> int:
        data = self._content.read(min(next(self._sizes), len(buffer)))
        buffer[: len(data)] = data
        return len(data)
