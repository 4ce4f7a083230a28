"""Members of a zip, with the guards against hostile archives. Nothing is ever unpacked to disk."""

from __future__ import annotations

import copy
import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, cast

from ..errors import SorFileError
from ..limits import Limits
from .member import Member, Source
from .streams import Counted, translated

# A ratio says nothing about small members: a few hundred equal bytes pack 200 to 1.
_RATIO_FROM_BYTES = 1024 * 1024
# Names in the directory of an archive are short; a larger directory is an attack on the memory.
_DIRECTORY_BYTES_A_MEMBER = 1024
_PACKINGS = {9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "zstd"}
_DOCUMENT_MEMBERS = ("[Content_Types].xml", "mimetype")
"""Members by which an office document differs from a zip of files."""
_OUTSIDE = re.compile(r"(?:[A-Za-z]:|/|(?:.*/)?\.\.(?:/|$))", re.DOTALL)


def is_zip(head: bytes) -> bool:
    """Return whether a file with this beginning is a zip."""
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


@contextmanager
def _directory_read(name: str) -> Iterator[None]:
    """Turn what zipfile raises for an invalid directory into SorFileError."""
    try:
        with translated(name):
            yield
    except (ValueError, OverflowError, IndexError, struct.error) as exc:
        raise SorFileError(f"broken zip: {exc}", file=name) from exc


def from_zip(opener: Callable[[], BinaryIO], name: str, limits: Limits) -> Source:
    """Read the directory of the zip that ``opener`` opens; its members are opened when read."""
    with _directory_read(name):
        handle = opener()
        try:
            size = handle.seek(0, io.SEEK_END)
            most = limits.max_members * _DIRECTORY_BYTES_A_MEMBER
            bounded = _Directory(handle, most, name)
            with zipfile.ZipFile(cast("BinaryIO", bounded)) as archive:
                infos = archive.infolist()
                # the directory is read once; each opening gets a copy with a handle of its own
                template = copy.copy(archive)
            template.fp = None
        finally:
            handle.close()
    if any(info.filename in _DOCUMENT_MEMBERS for info in infos):
        # an office document, whose parts have no meaning by themselves
        return Source(name, (Member(name, re.split(r"[/\\]", name)[-1], size, opener),))
    if len(infos) > limits.max_members:
        raise SorFileError(
            f"holds {len(infos)} members, more than Limits.max_members ({limits.max_members})",
            file=name,
        )
    opening = _Opening(opener, template, name, size, limits)
    members: list[Member] = []
    ignored: list[str] = []
    seen: set[str] = set()
    for info in infos:
        path = info.filename.replace("\\", "/")
        if _OUTSIDE.match(path):
            raise SorFileError(
                f"a member is named {info.filename!r}, which points outside the archive", file=name
            )
        if not path:
            raise SorFileError("broken zip: a member has no name", file=name)
        if path.endswith("/") or path.startswith("__MACOSX/"):
            continue
        if path in seen:
            raise SorFileError(f"two members are named {info.filename!r}", file=name)
        seen.add(path)
        base = path.rsplit("/", 1)[-1]
        if base.startswith("."):
            ignored.append(info.filename)
            continue
        members.append(opening.member(info, base))
    return Source(name, tuple(members), tuple(ignored), is_set=True)


class _Opening:
    """Opens the members of one archive."""

    def __init__(
        self,
        opener: Callable[[], BinaryIO],
        template: zipfile.ZipFile,
        name: str,
        size: int,
        limits: Limits,
    ) -> None:
        self._opener = opener
        self._template = template
        self._name = name
        self._size = size
        self._limits = limits

    def member(self, info: zipfile.ZipInfo, base: str) -> Member:
        """Return one member, bounded by its packed size (or the archive's, if that allows more)."""
        full = f"{self._name}/{info.filename}"
        most, why = self._limits.max_member_bytes, ""
        packed = min(info.compress_size, self._size)
        by_ratio = max(int(packed * self._limits.max_ratio), _RATIO_FROM_BYTES)
        if by_ratio < most:
            most = by_ratio
            why = (
                f"unpacks to more than {self._limits.max_ratio:g} times its packed size of "
                f"{packed} bytes (Limits.max_ratio)"
            )

        def open_member() -> BinaryIO:
            _check(info, full)
            if info.file_size > most:
                stated = f"states {info.file_size} bytes, " if why else ""
                raise SorFileError(stated + (why or Counted.too_many(most)), file=full)
            handle = self._opener()
            try:
                zipped = copy.copy(self._template)
                zipped.fp = handle
                with _directory_read(full):
                    member = zipped.open(info)
            except BaseException:
                handle.close()
                raise
            closing = cast("BinaryIO", _Closing(member, zipped, handle))
            counted = Counted(closing, full, most, why)
            return cast("BinaryIO", io.BufferedReader(counted, buffer_size=256 * 1024))

        return Member(full, base, info.file_size, open_member)


def _check(info: zipfile.ZipInfo, full: str) -> None:
    if info.flag_bits & 0x1:
        raise SorFileError("the zip member is encrypted", file=full)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # the other methods unpack a small piece to any size at once, before it can be counted
        packing = _PACKINGS.get(info.compress_type, f"method {info.compress_type}")
        raise SorFileError(
            f"the zip member is packed by {packing}; only deflate is read", file=full
        )


class _Directory(io.RawIOBase):
    """A handle that refuses to read a directory larger than allowed at once."""

    def __init__(self, handle: BinaryIO, most: int, name: str) -> None:
        self._handle = handle
        self._most = max(most, 128 * 1024)  # the end of the archive is searched in one piece
        self._name = name

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > self._most:
            raise SorFileError(
                f"the zip's directory holds {size} bytes, more than Limits.max_members allows",
                file=self._name,
            )
        return self._handle.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._handle.seek(offset, whence)

    def tell(self) -> int:
        return self._handle.tell()


class _Closing:
    """A zip member that closes its archive with itself."""

    def __init__(self, member: IO[bytes], *behind: zipfile.ZipFile | BinaryIO) -> None:
        self.read = member.read
        self._all = (member, *behind)

    def close(self) -> None:
        for part in self._all:
            part.close()
