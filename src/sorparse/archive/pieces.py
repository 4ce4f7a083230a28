"""The bytes of a file in pieces that stay the same from night to night.

A piece of a text file is a line, with its line end, or the lines from one record to the next. A
piece of an XML file begins where a unit, or an entry of the copy service, does.
The pieces of a file one after the other are the file, whatever it holds.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any, BinaryIO

from ..errors import SorFileError
from ..formats.sor_xml.names import CONTAINERS
from ..sources import open_source

_BEGINS = re.compile(rb"(?=<(?:[\w.-]+:)?(?:%s|entry)[\s>])" % "|".join(CONTAINERS).encode())
_QUOTED = re.compile(  # a cell within a line; a pattern that begins with one byte is fast
    rb'"(?:(?<=[;\r\n]")|(?<=[;\r\n]=")|(?<=\A")|(?<=\A\xef\xbb\xbf"))'
    rb'(?:[^"\r\n]|"")*+"(?=[;\r\n]|\Z)'
)
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
        SorFileError: If it cannot be read, or if a file in it has a name that no zip can hold.
    """
    with closing(open_source(source)) as opened:
        files = {}
        for member in opened.members:
            name = member.name[len(opened.name) + 1 :] if opened.is_set else member.base_name
            if opened.is_set and not _is_unicode(name):
                raise SorFileError(
                    f"the name {name!r} is not Unicode text, so no zip can hold it; "
                    "rename the file",
                    file=opened.name,
                )
            with member.open() as stream:
                files[name] = stream.read()
        return opened.name, opened.is_set, files


def _is_unicode(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # Linux allows names that are not UTF-8
        return False
    return True


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


def split(content: bytes) -> tuple[list[bytes], bool]:
    """Return the pieces of a file, and whether they are lines that can be read one by one.

    They cannot if a line break is not a single byte, if a quotation mark does not belong to a cell
    of its own line, or if a line would be decoded otherwise without the others.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return [piece for piece in _BEGINS.split(content) if piece], False
    lines = content.splitlines(keepends=True)
    lone = content.count(b"\r") - content.count(b"\r\n")
    is_wide = content[:2] in _WIDE or b"\0" in content[:4096]
    return lines, not (is_wide or (lone and b"\n" in content) or _is_mixed(content, lines))


def has_open_quotes(content: bytes) -> bool:
    """Return whether there are quotation marks beside those around cells within a line."""
    return b'"' in content and b'"' in _QUOTED.sub(b"", content)


def cut(content: bytes, begins: Sequence[int]) -> list[bytes]:
    """Return a text in pieces that begin on some lines; the first of them is line 1."""
    lines = content.splitlines(keepends=True)
    ends = [*(line - 1 for line in begins[1:]), len(lines)]
    return [b"".join(lines[line - 1 : end]) for line, end in zip(begins, ends, strict=True)]


def _is_mixed(content: bytes, lines: Iterable[bytes]) -> bool:
    """Return whether some lines are UTF-8 and others are not."""
    return not _is_utf8(content) and any(not line.isascii() and _is_utf8(line) for line in lines)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
