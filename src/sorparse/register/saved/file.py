"""The file of a saved register: a header in JSON, then blocks of numbers and of bytes.

The file is mapped into memory, so that processes share it. The header has the checksum of each
block, which is compared when the block is first used. Nothing in the file is ever executed.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ...errors import SorFileError
from ...saved_mark import SAVED_REGISTER

_PREFIX = struct.Struct("<24sQI")  # the magic, the length of the header, its checksum
_ALIGN = 64
_CODES = frozenset("BHIQiq")
"""Types of the numbers in a block, as in ``array``."""
_LONGEST_HEADER = 1 << 24
_PIECE = 1 << 20
"""Bytes that are copied to be counted: a mapped file has no method that counts."""

if TYPE_CHECKING:
    from .source_state import SourceState

    Block = bytes | array[int] | memoryview


def is_saved_register(path: str | os.PathLike[str]) -> bool:
    """Return whether a file begins as a saved register does."""
    try:
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as stream:
            return stream.read(len(SAVED_REGISTER)) == SAVED_REGISTER
    except OSError:
        return False


def write_saved(stream: BinaryIO, header: Mapping[str, Any], blocks: Mapping[str, Block]) -> None:
    """Write a file.

    Args:
        stream: Where to write it.
        header: The content of the header other than the blocks.
        blocks: The blocks by name.
    """
    from hashlib import sha256

    places: dict[str, tuple[int, int, str, int]] = {}
    at, content = 0, sha256()
    for name, block in blocks.items():
        code = memoryview(block).format
        with memoryview(block).cast("B") as view:
            content.update(view)
            places[name] = (at, view.nbytes, code, zlib.crc32(view))
            at += -(-view.nbytes // _ALIGN) * _ALIGN
    full = {**header, "content": content.hexdigest(), "size": at, "blocks": places}
    text = json.dumps({**full, "byteorder": sys.byteorder}).encode()
    stream.write(_PREFIX.pack(SAVED_REGISTER, len(text), zlib.crc32(text)))
    stream.write(text + b"\0" * (_base(len(text)) - _PREFIX.size - len(text)))
    for block in blocks.values():
        with memoryview(block).cast("B") as view:
            stream.write(view)
            stream.write(b"\0" * (-view.nbytes % _ALIGN))


def _base(length: int) -> int:
    """Return where the blocks begin."""
    return -(-(_PREFIX.size + length) // _ALIGN) * _ALIGN


class MappedText:
    """A part of the mapped file that is searched without a copy."""

    def __init__(self, whole: mmap.mmap, start: int, end: int) -> None:
        self._whole, self._start, self._end = whole, start, end

    def find(self, sought: bytes, start: int = 0) -> int:
        """Return where ``sought`` is from ``start`` on, -1 if it is nowhere."""
        at = self._whole.find(sought, self._start + start, self._end)
        return at if at < 0 else at - self._start

    def count(self, sought: bytes) -> int:
        """Return how often ``sought`` is there."""
        more = len(sought) - 1  # of a match that begins in a piece and ends in the next
        pieces = (
            self._whole[at : min(at + _PIECE + more, self._end)]
            for at in range(self._start, self._end, _PIECE)
        )
        return sum(piece.count(sought) for piece in pieces)


class SavedFile:
    """A saved register that is mapped into memory.

    Args:
        path: Its path.
        source: The state of the source that it was loaded from, if it is in a cache.

    Raises:
        SorFileError: If it cannot be opened, is not a saved register, or is damaged.
    """

    def __init__(self, path: Path, source: SourceState | None = None) -> None:
        self.path = path
        self.source = source
        self._blocks: dict[str, memoryview] = {}
        try:
            with path.open("rb") as stream:
                self._stat = os.fstat(stream.fileno())
                if self._stat.st_size < _PREFIX.size:
                    raise self.damaged("it is truncated")
                self._whole = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise SorFileError(f"{path}: {error.strerror or error}") from error
        self._map = memoryview(self._whole)
        magic, length, checksum = _PREFIX.unpack_from(self._map)
        if magic.rstrip(b"\0") != SAVED_REGISTER:
            raise self.damaged("it does not begin as a saved register does")
        if length > _LONGEST_HEADER or _PREFIX.size + length > len(self._map):
            raise self.damaged("it is truncated")
        text = bytes(self._map[_PREFIX.size : _PREFIX.size + length])
        if zlib.crc32(text) != checksum:
            raise self.damaged("its header was altered")
        self._base = _base(length)
        try:
            self.header: dict[str, Any] = json.loads(text)
            self._places: dict[str, tuple[int, int, str, int]] = self.header["blocks"]
            self._check()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise self.damaged("its header was altered") from error

    def damaged(self, why: str) -> SorFileError:
        """Return the error for a file that cannot be used."""
        return damaged([self], why)

    def _check(self) -> None:
        if self.header["byteorder"] != sys.byteorder:
            raise self.damaged(f"its numbers are {self.header['byteorder']}-endian")
        if len(self._map) != self._base + self.header["size"]:
            size = self._base + self.header["size"]
            raise self.damaged(f"it has {len(self._map):,} bytes instead of {size:,}")
        source, units = self.header["source"], self.header["units"]
        if not (source is None or isinstance(source, str)) or type(units) is not int:
            raise ValueError("the source or the number of units has another type")
        for at, length, code, crc in self._places.values():
            if not (
                {type(at), type(length), type(crc)} == {int}
                and code in _CODES
                and at % _ALIGN == 0
                and 0 <= at <= at + length <= self.header["size"]
                and length % array(code).itemsize == 0
            ):
                raise ValueError("a block is not inside the file")
        ends = 0
        for at, length, _, _ in sorted(self._places.values()):
            if at < ends:
                raise ValueError("two blocks overlap")
            ends = at + length

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def names(self) -> Iterable[str]:
        """Return the names of the blocks."""
        return self._places.keys()

    def code(self, name: str) -> str:
        """Return the type of the numbers in a block, as in ``array``."""
        return self._place(name)[2]

    def length(self, name: str) -> int:
        """Return how many numbers a block has; raises SorFileError if it is missing."""
        _, length, code, _ = self._place(name)
        return length // array(code).itemsize

    def _place(self, name: str) -> tuple[int, int, str, int]:
        if name not in self._places:
            raise self.damaged(f"its part {name!r} is missing")
        return self._places[name]

    def block(self, name: str) -> memoryview:
        """Return a block; raises SorFileError if it was altered or is missing."""
        known = self._blocks.get(name)
        if known is None:
            at, length, code, crc = self._place(name)
            view = self._map[self._base + at : self._base + at + length]
            if zlib.crc32(view) != crc:
                raise self.damaged(f"its part {name!r} was altered")
            known = self._blocks[name] = view.cast(code)  # type: ignore[call-overload] # one of _CODES
        return known

    def blocks(self) -> dict[str, Block]:
        """Return all blocks; raises SorFileError if one was altered."""
        return {name: self.block(name) for name in self._places}

    def text(self, name: str) -> MappedText:
        """Return a block of bytes to be searched."""
        self.block(name)
        at, length, _, _ = self._places[name]
        return MappedText(self._whole, self._base + at, self._base + at + length)

    @classmethod
    def same(cls, path: Path, content: str, source: SourceState | None) -> SavedFile:
        """Map the file that was pickled; raises SorFileError if it was replaced."""
        file = cls(path, source)
        if file.header["content"] != content:
            raise SorFileError(f"{path}: the saved register was replaced by another one")
        return file

    def __reduce__(self) -> tuple[Any, ...]:
        return (SavedFile.same, (self.path, self.header["content"], self.source))

    def is_current(self) -> bool:
        """Return whether the file at the path is still the one that is mapped.

        In a cache: whether the source is still the one that was read.
        """
        if self.source is not None:
            return self.source.is_current()
        try:
            now = self.path.stat()
        except OSError:
            return False
        same = (now.st_size, now.st_mtime_ns) == (self._stat.st_size, self._stat.st_mtime_ns)
        return same and os.path.samestat(now, self._stat)


def damaged(files: Iterable[SavedFile], why: str) -> SorFileError:
    """Return the error for a file, or one of several, that cannot be used."""
    paths = " or ".join(dict.fromkeys(str(file.path) for file in files))
    return SorFileError(
        f"{paths}: this saved register cannot be used: {why}; load its source and save it again"
    )
