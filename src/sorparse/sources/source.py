"""Open every kind of source in the same way."""

from __future__ import annotations

import io
import os
import shutil
import stat
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import attrs

from ..errors import SorFileError
from ..limits import DEFAULT_LIMITS, Limits
from .member import Member, Source
from .streams import Chained, Counted, Once, Window, read_fully, read_some, translated
from .zips import from_zip, is_zip

FETCH_RECORD = ".fetched.json"
"""Suffix of the record that ``fetch`` writes beside a file."""

SourceInput = str | os.PathLike[str] | bytes | BinaryIO | IO[bytes]


def open_source(source: SourceInput, *, limits: Limits = DEFAULT_LIMITS) -> Source:
    """Open a source, and store its path; see :func:`_opened`."""
    opened = _opened(source, limits)
    place = source if isinstance(source, (str, os.PathLike)) else getattr(source, "name", None)
    if isinstance(place, (str, os.PathLike)) and Path(place).exists():
        opened.path = Path(place).absolute()
    return opened


def _opened(source: SourceInput, limits: Limits) -> Source:
    """Open a path, a folder, a zip, bytes or a binary file object.

    Raises SorFileError for a source that cannot be opened, and TypeError for any other object.
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
            # a pipe or a device: can be read once
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


def _from_file(path: Path, limits: Limits) -> Source:
    name = str(path)
    with translated(name), path.open("rb") as stream:
        head = read_fully(stream, 4)
    if is_zip(head):
        return from_zip(lambda: cast("BinaryIO", path.open("rb")), name, limits)
    size = path.stat().st_size
    _check_size(name, size, limits)
    member = Member(name, path.name, size, lambda: cast("BinaryIO", path.open("rb")))
    return Source(name, (member,))


def _from_bytes(content: bytes, name: str, limits: Limits) -> Source:
    if is_zip(content[:4]):
        return from_zip(lambda: io.BytesIO(content), name, limits)
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
    opened = ExitStack()
    for child in files:
        # a link is followed only inside the folder: nothing is opened that was not named
        is_inside = child.is_file() and path.resolve() in child.resolve().parents
        if not is_inside or child.name.endswith(FETCH_RECORD):
            ignored.append(child.name)
            continue
        part = _from_file(child, limits)
        members += part.members
        ignored += part.ignored
        opened.callback(part.close)
    return Source(str(path), tuple(members), tuple(ignored), is_set=True, close=opened.close)


def _from_stream(stream: BinaryIO, name: str, limits: Limits, *, owned: bool = False) -> Source:
    seekable = getattr(stream, "seekable", None)
    if seekable is not None and seekable():
        start = stream.tell()
        return _from_seekable(stream, start, name, limits, owned=owned)
    with translated(name):
        head = _first_four(stream)
    if is_zip(head):
        # a zip is read from its end, so it has to be stored first
        spool = _spool(Chained(head, stream), name, limits)
        if owned:
            stream.close()
        return _from_seekable(spool, 0, name, limits, owned=True)
    once = Once(head, stream, name, limits.max_member_bytes)
    return Source(
        name,
        (Member(name, Path(name).name, None, once.open),),
        close=stream.close if owned else None,
    )


def _first_four(stream: IO[Any]) -> bytes:
    head = read_some(stream, 4)
    if not isinstance(head, bytes):
        raise TypeError("the file object returns text; open it in binary mode")
    return head + read_fully(stream, 4 - len(head)) if head else head


def _from_seekable(
    stream: BinaryIO, start: int, name: str, limits: Limits, *, owned: bool
) -> Source:
    with translated(name):
        head = _first_four(stream)
        end = stream.seek(0, io.SEEK_END)
        stream.seek(start)
    close = stream.close if owned else None
    lock = threading.Lock()

    def opener() -> BinaryIO:
        return cast("BinaryIO", io.BufferedReader(Window(stream, start, lock)))

    if is_zip(head):
        return attrs.evolve(from_zip(opener, name, limits), close=close)
    _check_size(name, end - start, limits)
    return Source(name, (Member(name, Path(name).name, end - start, opener),), close=close)


def _check_size(name: str, size: int, limits: Limits) -> None:
    if size > limits.max_member_bytes:
        raise SorFileError(
            f"holds {size} bytes, more than Limits.max_member_bytes ({limits.max_member_bytes})",
            file=name,
        )


def _spool(stream: io.RawIOBase, name: str, limits: Limits) -> BinaryIO:
    spool = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 - closed by Source
    with translated(name):
        shutil.copyfileobj(Counted(cast("BinaryIO", stream), name, limits.max_member_bytes), spool)
    spool.seek(0)
    return cast("BinaryIO", spool)
