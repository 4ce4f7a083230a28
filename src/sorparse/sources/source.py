"""One way to open every kind of source, with the guards against hostile archives."""

from __future__ import annotations

import io
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import attrs

from ..errors import SorError, SorFileError
from ..limits import DEFAULT_LIMITS, Limits

SourceInput = str | os.PathLike[str] | bytes | BinaryIO | IO[bytes]

HEAD_BYTES = 64 * 1024
# A ratio says nothing about small members: a few hundred equal bytes pack 200 to 1.
_RATIO_FROM_BYTES = 1024 * 1024


@attrs.frozen(eq=False)
class Member:
    """One file of a source."""

    name: str
    """For messages: the path, or ``archive.zip/member``."""
    base_name: str
    """The last part of the name."""
    size: int | None
    """Unpacked size in bytes, where known."""
    _opener: Callable[[], BinaryIO] = attrs.field(alias="opener", repr=False)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the content from its beginning; closed on leaving the ``with``.

        Raises SorFileError where it cannot be opened or read.
        """
        with translated(self.name):
            stream = self._opener()
        try:
            with translated(self.name):
                yield stream
        finally:
            stream.close()

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """Give the first ``size`` bytes."""
        with self.open() as stream:
            return read_fully(stream, size)


@attrs.define(eq=False)
class Source:
    """A source with its members. A context manager; closes only what it opened itself."""

    name: str
    members: tuple[Member, ...]
    ignored: tuple[str, ...] = ()
    """Members that are passed over by their nature: folders' metadata, nested zips."""
    _close: Callable[[], None] | None = attrs.field(default=None, alias="close", repr=False)

    def close(self) -> None:
        """Close what was opened for this source."""
        if self._close is not None:
            self._close()
            self._close = None


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
    except NotImplementedError as exc:  # zipfile: an unknown way of packing
        raise SorFileError(f"zip member cannot be unpacked: {exc}", file=name) from exc
    except OSError as exc:
        raise SorFileError(f"cannot be read: {exc.strerror or exc}", file=name) from exc


def read_fully(stream: IO[bytes], size: int) -> bytes:
    """Read ``size`` bytes, or all there are: a raw stream may give less at a time."""
    parts: list[bytes] = []
    missing = size
    while missing > 0:
        part = stream.read(missing)
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def open_source(source: SourceInput, *, limits: Limits = DEFAULT_LIMITS) -> Source:
    """Open a path, a folder, a zip, bytes or a binary file object.

    Raises SorFileError for what cannot be opened, and TypeError for what is no source at all.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _from_bytes(bytes(source), "<bytes>", limits)
    if isinstance(source, (str, os.PathLike)):
        path = Path(os.fspath(source))
        name = str(path)
        with translated(name):
            mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _from_folder(path, limits)
        if not stat.S_ISREG(mode):
            # a pipe or a device: gives its bytes once
            with translated(name):
                return _from_stream(cast("BinaryIO", path.open("rb")), name, limits, owned=True)
        return _from_file(path, limits)
    if hasattr(source, "read"):
        given = getattr(source, "name", None)
        name = given if isinstance(given, str) else "<stream>"
        return _from_stream(cast("BinaryIO", source), name, limits)
    raise TypeError(
        f"source must be a path, bytes or a binary file object, not {type(source).__name__}"
    )


def _is_zip(head: bytes) -> bool:
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def _from_file(path: Path, limits: Limits) -> Source:
    name = str(path)
    with translated(name), path.open("rb") as stream:
        head = read_fully(stream, 4)
    if _is_zip(head):
        return _from_zip(lambda: cast("BinaryIO", path.open("rb")), name, limits)
    size = path.stat().st_size
    _check_size(name, size, limits)
    member = Member(name, path.name, size, lambda: cast("BinaryIO", path.open("rb")))
    return Source(name, (member,))


def _from_bytes(content: bytes, name: str, limits: Limits) -> Source:
    if _is_zip(content[:4]):
        return _from_zip(lambda: io.BytesIO(content), name, limits)
    _check_size(name, len(content), limits)
    return Source(name, (Member(name, name, len(content), lambda: io.BytesIO(content)),))


def _from_folder(path: Path, limits: Limits) -> Source:
    members: list[Member] = []
    ignored: list[str] = []
    with translated(str(path)):
        files = sorted(child for child in path.iterdir() if not child.name.startswith("."))
    if len(files) > limits.max_members:
        raise SorFileError(
            f"holds {len(files)} files, more than Limits.max_members ({limits.max_members})",
            file=str(path),
        )
    closers: list[Callable[[], None]] = []
    for child in files:
        # a link is followed only inside the folder: nothing is opened that was not named
        inside = path.resolve() in child.resolve().parents
        if not child.is_file() or not inside:
            ignored.append(child.name)
            continue
        part = _from_file(child, limits)
        members += part.members
        ignored += part.ignored
        closers.append(part.close)

    def close() -> None:
        for closer in closers:
            closer()

    return Source(str(path), tuple(members), tuple(ignored), close=close)


def _from_stream(stream: BinaryIO, name: str, limits: Limits, *, owned: bool = False) -> Source:
    seekable = getattr(stream, "seekable", None)
    if seekable is not None and seekable():
        start = stream.tell()
        return _from_seekable(stream, start, name, limits, owned=owned)
    with translated(name):
        head = _four_bytes(stream)
    if _is_zip(head):
        # a zip is read from its end, so it has to be laid down first
        spool = _spool(_Chained(head, stream), name, limits)
        if owned:
            stream.close()
        return _from_seekable(spool, 0, name, limits, owned=True)
    once = _Once(head, stream, name)
    return Source(
        name,
        (Member(name, Path(name).name, None, once.open),),
        close=stream.close if owned else None,
    )


def _four_bytes(stream: IO[Any]) -> bytes:
    head = stream.read(4)
    if not isinstance(head, bytes):
        raise TypeError("the file object gives text; open it in binary mode")
    return head


def _from_seekable(
    stream: BinaryIO, start: int, name: str, limits: Limits, *, owned: bool
) -> Source:
    with translated(name):
        head = _four_bytes(stream)
        end = stream.seek(0, io.SEEK_END)
        stream.seek(start)
    close = stream.close if owned else None

    def opener() -> BinaryIO:
        return cast("BinaryIO", io.BufferedReader(_Window(stream, start)))

    if _is_zip(head):
        source = _from_zip(opener, name, limits)
        source._close = close
        return source
    _check_size(name, end - start, limits)
    return Source(name, (Member(name, Path(name).name, end - start, opener),), close=close)


def _check_size(name: str, size: int, limits: Limits) -> None:
    if size > limits.max_member_bytes:
        raise SorFileError(
            f"holds {size} bytes, more than Limits.max_member_bytes ({limits.max_member_bytes})",
            file=name,
        )


class _Window(io.RawIOBase):
    """The caller's stream from ``start`` on, with a position of its own.

    Two readings of one feed share the caller's file object; each must find its place again.
    """

    def __init__(self, stream: BinaryIO, start: int) -> None:
        self._stream = stream
        self._start = start
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        self._stream.seek(self._start + self._position)
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET:
            self._position = offset
        elif whence == io.SEEK_CUR:
            self._position += offset
        else:
            self._position = self._stream.seek(0, io.SEEK_END) - self._start + offset
        return self._position

    def tell(self) -> int:
        return self._position


class _Chained(io.RawIOBase):
    """Bytes already taken from a stream, and then the rest of it. Leaves the stream open."""

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
            data = self._stream.read(len(view)) or b""
        view[: len(data)] = data
        return len(data)


class _Once:
    """A stream that cannot go back: its head can be looked at, its content be read once."""

    def __init__(self, head: bytes, stream: BinaryIO, name: str) -> None:
        self._head = head
        self._stream = stream
        self._name = name
        self._spent = False

    def open(self) -> BinaryIO:
        if self._spent:
            raise SorError(
                f"{self._name}: this stream cannot be read a second time; "
                "give a path, bytes or a seekable file object"
            )
        return cast("BinaryIO", io.BufferedReader(_OnceReader(self)))


class _OnceReader(io.RawIOBase):
    """Reads from the remembered head first; beyond it the stream is spent."""

    def __init__(self, once: _Once) -> None:
        self._once = once
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        once = self._once
        if self._position < HEAD_BYTES:
            missing = min(self._position + len(view), HEAD_BYTES) - len(once._head)
            if missing > 0:
                once._head += read_fully(once._stream, missing)
            data = once._head[self._position : self._position + len(view)]
        else:
            if not once._spent:
                once._spent = True
            data = once._stream.read(len(view)) or b""
        view[: len(data)] = data
        self._position += len(data)
        return len(data)


def _spool(stream: io.RawIOBase, name: str, limits: Limits) -> BinaryIO:
    spool = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 - closed by Source
    with translated(name):
        shutil.copyfileobj(_Counted(cast("BinaryIO", stream), name, limits.max_member_bytes), spool)
    spool.seek(0)
    return cast("BinaryIO", spool)


class _Counted(io.RawIOBase):
    """Stops a stream that gives more bytes than allowed, whatever its header promised."""

    def __init__(self, stream: BinaryIO, name: str, most: int, why: str = "") -> None:
        self._stream = stream
        self._name = name
        self._left = most
        self._why = why or f"more than Limits.max_member_bytes ({most}) unpacked"

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


def _from_zip(opener: Callable[[], BinaryIO], name: str, limits: Limits) -> Source:
    with translated(name):
        handle = opener()
        try:
            with zipfile.ZipFile(handle) as archive:
                infos = archive.infolist()
        finally:
            handle.close()
    if len(infos) > limits.max_members:
        raise SorFileError(
            f"holds {len(infos)} members, more than Limits.max_members ({limits.max_members})",
            file=name,
        )
    members: list[Member] = []
    ignored: list[str] = []
    seen: set[str] = set()
    for info in infos:
        if info.is_dir() or info.filename.startswith("__MACOSX/"):
            continue
        base = info.filename.replace("\\", "/").rsplit("/", 1)[-1]
        if base.startswith("."):
            ignored.append(info.filename)
            continue
        if info.filename in seen:
            raise SorFileError(f"two members are named {info.filename!r}", file=name)
        seen.add(info.filename)
        members.append(_zip_member(opener, name, info, base, limits))
    return Source(name, tuple(members), tuple(ignored))


def _zip_member(
    opener: Callable[[], BinaryIO], archive: str, info: zipfile.ZipInfo, base: str, limits: Limits
) -> Member:
    full = f"{archive}/{info.filename}"
    most = limits.max_member_bytes
    why = ""
    by_ratio = max(int(info.compress_size * limits.max_ratio), _RATIO_FROM_BYTES)
    if by_ratio < most:
        most = by_ratio
        why = (
            f"unpacks to more than {limits.max_ratio:g} times its packed size of "
            f"{info.compress_size} bytes (Limits.max_ratio)"
        )

    def open_member() -> BinaryIO:
        if info.flag_bits & 0x1:
            raise SorFileError("the zip member is encrypted", file=full)
        handle = opener()
        try:
            zipped = zipfile.ZipFile(handle)
            member = zipped.open(info)
        except BaseException:
            handle.close()
            raise
        counted = _Counted(cast("BinaryIO", _Closing(member, zipped, handle)), full, most, why)
        return cast("BinaryIO", io.BufferedReader(counted, buffer_size=256 * 1024))

    return Member(full, base, info.file_size, open_member)


class _Closing:
    """A zip member that closes its archive with itself."""

    def __init__(self, member: IO[bytes], *behind: zipfile.ZipFile | BinaryIO) -> None:
        self.read = member.read
        self._all = (member, *behind)

    def close(self) -> None:
        for part in self._all:
            part.close()
