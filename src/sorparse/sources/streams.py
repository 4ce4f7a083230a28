"""Byte streams: independent positions, and limits on their size."""

from __future__ import annotations

import io
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, cast

from ..errors import SorFileError

HEAD_BYTES = 64 * 1024
"""Bytes from which the format of a file is detected."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn the errors of the operating system and of zip reading into SorFileError."""
    try:
        yield
    except FileNotFoundError as exc:
        raise SorFileError("no such file", file=name) from exc
    except IsADirectoryError as exc:
        raise SorFileError("is a folder", file=name) from exc
    except PermissionError as exc:
        raise SorFileError("may not be read (permission denied)", file=name) from exc
    except zipfile.BadZipFile as exc:
        raise SorFileError(f"broken zip: {exc}", file=name) from exc
    except (zlib.error, EOFError) as exc:
        raise SorFileError(f"broken zip: {exc}", file=name) from exc
    except NotImplementedError as exc:  # zipfile: an unknown compression method
        raise SorFileError(f"zip member cannot be unpacked: {exc}", file=name) from exc
    except OSError as exc:
        raise SorFileError(f"cannot be read: {exc.strerror or exc}", file=name) from exc


def read_fully(stream: IO[bytes], size: int) -> bytes:
    """Read ``size`` bytes, or all there are: a raw stream may return fewer at a time."""
    parts: list[bytes] = []
    missing = size
    while missing > 0:
        part = read_some(stream, missing)
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def read_some(stream: IO[bytes], size: int) -> bytes:
    """Read some bytes; none means the end. A non-blocking stream may have none *yet*."""
    try:
        data = stream.read(size)
    except ValueError as exc:
        if getattr(stream, "closed", False):
            raise OSError(None, "the file object is closed") from exc
        raise
    if data is None:
        raise BlockingIOError(None, "the stream is non-blocking, and no bytes were available")
    return data


class Translated(io.BufferedIOBase):
    """A stream whose own errors are SorFileErrors; the reader's errors are unchanged."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def read(self, size: int | None = -1) -> bytes:
        with translated(self._name):
            return self._stream.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with translated(self._name):
            return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


class Window(io.RawIOBase):
    """The caller's stream from ``start`` on, with a position of its own.

    Two iterators of one feed share the caller's file object; each must return to its position, and
    no other may come between, be it in another thread.
    """

    def __init__(self, stream: BinaryIO, start: int, lock: threading.Lock) -> None:
        self._stream = stream
        self._start = start
        self._lock = lock
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        with self._lock:
            if getattr(self._stream, "closed", False):
                raise OSError(None, "the file object is closed")
            self._stream.seek(self._start + self._position)
            data = read_some(self._stream, len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET:
            self._position = offset
        elif whence == io.SEEK_CUR:
            self._position += offset
        else:
            with self._lock:
                self._position = self._stream.seek(0, io.SEEK_END) - self._start + offset
        return self._position

    def tell(self) -> int:
        return self._position


class Chained(io.RawIOBase):
    """Bytes already read from a stream, and then the rest of it. Leaves the stream open."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self._head:
            data, self._head = self._head[: len(view)], self._head[len(view) :]
        else:
            data = read_some(self._stream, len(view))
        view[: len(data)] = data
        return len(data)


class Once:
    """A stream that cannot go back: its head can be inspected, its content is read once."""

    def __init__(self, head: bytes, stream: BinaryIO, name: str, most: int) -> None:
        self.head = head
        self.stream = stream
        self.name = name
        self.most = most
        self.reader: OnceReader | None = None
        """The reader that has read beyond the head; only it can read on."""

    def open(self) -> BinaryIO:
        reader = OnceReader(self)
        reader.check()
        return cast("BinaryIO", io.BufferedReader(reader))


class OnceReader(io.RawIOBase):
    """Reads from the stored head first; bytes beyond it can be read only once."""

    def __init__(self, once: Once) -> None:
        self._once = once
        self._position = 0

    def readable(self) -> bool:
        return True

    def check(self) -> None:
        """Raise SorFileError if another reader has read on."""
        if self._once.reader not in (None, self):
            raise SorFileError(
                "this stream cannot be read a second time; "
                "pass a path, bytes or a seekable file object",
                file=self._once.name,
            )

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        once = self._once
        if self._position < HEAD_BYTES:
            missing = min(self._position + len(view), HEAD_BYTES) - len(once.head)
            if missing > 0:
                once.head += read_fully(once.stream, missing)
            data = once.head[self._position : self._position + len(view)]
        else:
            self.check()
            once.reader = self
            data = read_some(once.stream, len(view))
        view[: len(data)] = data
        self._position += len(data)
        if self._position > once.most:
            raise SorFileError(
                f"contains more than Limits.max_member_bytes ({once.most})", file=once.name
            )
        return len(data)


class Counted(io.RawIOBase):
    """Stops a stream with more bytes than allowed, whatever its header states."""

    def __init__(self, stream: BinaryIO, name: str, most: int, why: str = "") -> None:
        self._stream = stream
        self._name = name
        self._left = most
        self._why = why or self.too_many(most)

    @staticmethod
    def too_many(most: int) -> str:
        """Return the message about the limit that is exceeded."""
        return f"holds more than Limits.max_member_bytes ({most}) unpacked"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        # zipfile checks the CRC at the end and raises from here: translated by Member.open
        data = self._stream.read(len(view))
        self._left -= len(data)
        if self._left < 0:
            raise SorFileError(self._why, file=self._name)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()
