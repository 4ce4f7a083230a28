"""The bytes of a file in pieces that stay the same from night to night.

A piece of a text file is a line, with its line end, or the lines of a record with a line break in
quotation marks. A piece of an XML file begins where a unit, or an entry of the copy service, does.
The pieces of a file one after the other are the file, whatever it holds.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO

from ..formats.sor_xml.names import CONTAINERS
from ..sources import open_source

_BEGINS = re.compile(rb"(?=<(?:[\w.-]+:)?(?:%s|entry)[\s>])" % "|".join(CONTAINERS).encode())
_MOST_LINES = 50
"""Lines of one record; a quotation mark that is never closed does not join more."""
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0")
"""What text begins with, or holds, whose line ends are not single bytes."""


def sha256(content: bytes | memoryview) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


class NamedBytes(io.BytesIO):
    """Bytes with the name of the file that they are from."""

    def __init__(self, content: bytes | memoryview, name: str) -> None:
        super().__init__(content)
        self.name = name


def read_files(source: Any) -> tuple[str, bool, dict[str, bytes]]:
    """Return name of a source, whether it is a zip or folder, and its files.

    Raises:
        SorFileError: If it cannot be read.
    """
    opened = open_source(source)
    try:
        files = {}
        for member in opened.members:
            name = member.name[len(opened.name) + 1 :] if opened.is_set else member.base_name
            with member.open() as stream:
                files[name] = stream.read()
        return opened.name, opened.is_set, files
    finally:
        opened.close()


def as_file(
    name: str,
    is_set: bool,
    files: Mapping[str, bytes | memoryview],
) -> BinaryIO:
    """Return files as :func:`sorparse.open` takes them: a zip, or the only file itself."""
    if not is_set:
        return NamedBytes(next(iter(files.values())), name)
    packed = NamedBytes(b"", name)
    write_zip(packed, files, zipfile.ZIP_STORED)
    packed.seek(0)
    return packed


def write_zip(
    target: Path | IO[bytes], files: Mapping[str, bytes | memoryview], packing: int
) -> None:
    """Write files to a zip whose bytes depend on them alone."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = packing
            archive.writestr(info, content)


def split(content: bytes) -> tuple[list[bytes], list[int] | None]:
    """Return the pieces of a file, and the number of the line on which each begins.

    There are no numbers if the file is not text in which a line break is a single byte.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return [piece for piece in _BEGINS.split(content) if piece], None
    lines = content.splitlines(keepends=True)
    lone = content.count(b"\r") - content.count(b"\r\n")
    if content[:2] in _WIDE or b"\0" in content[:4096] or (lone and b"\n" in content):
        return lines, None
    return _records(lines)


def _records(lines: list[bytes]) -> tuple[list[bytes], list[int]]:
    """Join the lines of a record: from one with an odd number of quotation marks to the next."""
    uneven = [at for at, line in enumerate(lines) if line.count(b'"') % 2]
    pieces: list[bytes] = []
    starts: list[int] = []
    done = 0
    for first, last in _pairs(uneven):
        pieces += lines[done:first]
        starts += range(done + 1, first + 1)
        pieces.append(b"".join(lines[first : last + 1]))
        starts.append(first + 1)
        done = last + 1
    return pieces + lines[done:], [*starts, *range(done + 1, len(lines) + 1)]


def _pairs(places: Iterable[int]) -> Iterable[tuple[int, int]]:
    first: int | None = None
    for place in places:
        if first is not None and place - first < _MOST_LINES:
            yield first, place
            first = None
        else:
            first = place
