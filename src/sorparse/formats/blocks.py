"""Convert bytes to blocks of whole lines: encoding, byte order mark, line ends."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO

from ..errors import SorFileError
from ..issues import Issue, IssueLog
from ..limits import Limits

BLOCK_BYTES = 64 * 1024

_UTF8 = "utf-8"
_CP1252 = "windows-1252"
_LIKE_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
"""A letter beyond ASCII, or its beginning; in Windows-1252 two signs that no Danish word has."""
_MOJIBAKE = re.compile(rb"[\xc2\xc3][\x80-\xbf]|\xe2[\x80-\x82][\x80-\xbf]")
"""A letter of Western Europe, a dash, a quotation mark or the like in UTF-8. In Windows-1252 it is
a letter that Danish does not have, and a sign after it: ``Ã¦`` in place of ``æ``."""
_SURROGATE = re.compile("[\udc80-\udcff]")
_BOMS = (
    (codecs.BOM_UTF8, _UTF8),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the one of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _windows_1252() -> str:
    # five bytes are undefined in Windows-1252; they are decoded as themselves, as browsers do
    table = []
    for byte in range(256):
        try:
            table.append(bytes([byte]).decode("cp1252"))
        except UnicodeDecodeError:
            table.append(chr(byte))
    return "".join(table)


_WINDOWS_1252 = _windows_1252()


def decode_windows_1252(data: bytes) -> str:
    """Decode Windows-1252; the five undefined bytes become control characters."""
    return codecs.charmap_decode(data, "strict", _WINDOWS_1252)[0]


def _found_encoding(asked: str, file: str) -> str:
    """Return the name of the encoding that the caller asked for, after checking it."""
    try:
        info = codecs.lookup(asked)
        codecs.getincrementaldecoder(asked)
    except (LookupError, ValueError) as exc:
        raise SorFileError(f"unknown encoding {asked!r}", file=file) from exc
    # base64 and the like are codecs too; IDNA is for host names and has a limit of 63 characters
    if not getattr(info, "_is_text_encoding", True) or info.name == "idna":
        raise SorFileError(f"{asked!r} is not an encoding for text", file=file)
    return {"utf_8_sig": _UTF8, "utf-8-sig": _UTF8, "cp1252": _CP1252}.get(info.name, info.name)


def without_cut_line(head: bytes, encoding: str | None = None) -> bytes:
    """Return the beginning of a file without its last, incomplete line.

    Args:
        head: The first bytes of the file.
        encoding: The encoding that the caller asked for, if any.

    Returns:
        The bytes up to the last line end, or all of them if they hold no line end.
    """
    for bom, name in _BOMS:
        if head.startswith(bom):
            encoding = name
            break
    if encoding is None or _ascii_compatible(encoding):
        return head[: head.rfind(b"\n") + 1] or head
    # in UTF-16, the cut can be inside a line end, or inside a letter of four bytes
    text = codecs.getincrementaldecoder(encoding)("ignore").decode(head)
    return (text[: text.rfind("\n") + 1] or text).encode(encoding, "ignore")


class TextBlocks:
    """The lines of one stream, a block at a time.

    If the caller names no encoding, it is detected while reading. A byte order mark decides.
    Without one, the first block with a letter beyond ASCII decides: the encoding is UTF-8 if that
    block is valid UTF-8, or most of its lines with such letters are, else Windows-1252. A line
    in the other encoding is decoded in that encoding, and reported; a whole block of UTF-8 after
    Windows-1252 is reported once. A line with letters in both is decoded as Windows-1252, and
    reported. A text is thus read alike wherever its blocks end, if its letters
    are Danish. CRLF, LF and a lone CR end a line.

    Args:
        stream: The bytes of the file.
        file: Name of the file, for issues and errors.
        log: Receives the issues.
        limits: The longest line.
        encoding: The encoding that the caller asked for, if any.
        counting: Whether to count the line ends, see ``line_ends``.

    Raises:
        SorFileError: If the encoding is unknown, or the text cannot be decoded with it.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        file: str,
        log: IssueLog,
        limits: Limits,
        encoding: str | None = None,
        counting: bool = False,
    ) -> None:
        self._stream = stream
        self._counting = counting
        self._file = file
        self._log = log
        self._limits = limits
        self.bom = False
        self.line_ends: dict[str, int] = {"CRLF": 0, "LF": 0, "CR": 0}
        """How often each line end occurred so far; only counted with ``counting``."""
        self._asked = encoding
        self._cr_only: bool | None = None
        self._next = 1
        """Number of the next line."""
        self._encoding: str | None = None
        if encoding is not None:
            self._encoding = _found_encoding(encoding, file)

    @property
    def encoding(self) -> str:
        """The encoding detected so far; ``ascii`` while all text is ASCII."""
        return self._encoding or "ascii"

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield pairs: the number of a block's first line, from 1, and lines without line ends."""
        for data in self._whole_lines():
            if data is None:
                continue  # a line beyond the limit, already reported and counted
            number = self._next
            lines = self._lines(data, number)
            self._next = number + len(lines)
            if self._counting:
                self._count_ends(data)
            yield number, lines

    def _lines(self, data: bytes, number: int) -> list[str]:
        utf8 = self._encoding in (None, _UTF8)
        if not utf8:
            return _split_lines(self._decode(data, number))
        try:
            # bytes.splitlines splits at just the three line ends; decoding each line by itself is
            # faster than splitting a text twice
            lines = list(map(bytes.decode, data.splitlines()))
        except UnicodeDecodeError:
            return _split_lines(self._decode(data, number))
        if self._encoding is None and not data.isascii():
            self._encoding = _UTF8
        return lines

    def _count_ends(self, data: bytes) -> None:
        lf, crlf = data.count(b"\n"), data.count(b"\r\n")
        self.line_ends["CRLF"] += crlf
        self.line_ends["CR" if self._cr_only else "LF"] += lf - crlf
        self.line_ends["CR"] += data.count(b"\r") - crlf

    def _chunks(self) -> Iterator[bytes]:
        first = self._stream.read(BLOCK_BYTES)
        while first and len(first) < 4:  # a raw stream may return less than a byte order mark
            more = self._stream.read(BLOCK_BYTES)
            if not more:
                break
            first += more
        for bom, encoding in _BOMS:
            if first.startswith(bom):
                self.bom = True
                if self._encoding is None or encoding == self._encoding == _UTF8:
                    self._encoding = encoding
                    if encoding == _UTF8:
                        first = first[len(bom) :]
                break
        chunks = self._rest(first)
        if self._encoding is not None and not _ascii_compatible(self._encoding):
            return self._transcoded(chunks, self._encoding)
        return chunks

    def _rest(self, first: bytes) -> Iterator[bytes]:
        data = first
        while data:
            yield data
            data = self._stream.read(BLOCK_BYTES)

    def _transcoded(self, chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(encoding)()
        read = 0
        try:
            for chunk in chunks:
                read += len(chunk)
                yield decoder.decode(chunk).encode(_UTF8)
            yield decoder.decode(b"", final=True).encode(_UTF8)
        except UnicodeError as exc:
            raise SorFileError(
                f"is not {encoding} throughout (somewhere before byte {read}): {exc}",
                file=self._file,
            ) from exc

    def _whole_lines(self) -> Iterator[bytes | None]:
        """Yield chunks of whole lines, and ``None`` in place of a line that is too long."""
        most = 4 * self._limits.max_field_chars
        rest = b""
        oversized = False
        for raw in self._chunks():
            chunk = raw
            if self._cr_only is None and (b"\n" in chunk or b"\r" in chunk):
                # without this, a file whose lines end in CR alone would be a single line
                self._cr_only = b"\n" not in chunk and chunk.find(b"\r") < len(chunk) - 1
            if self._cr_only:
                chunk = chunk.replace(b"\r", b"\n")
            if oversized:
                end = chunk.find(b"\n")
                if end < 0:
                    continue
                chunk = chunk[end + 1 :]
                oversized = False
            end = chunk.rfind(b"\n") + 1
            if end:
                whole = rest + chunk[:end]
                yield whole
                rest = chunk[end:]
            else:
                rest += chunk
            if len(rest) > most:
                self._log.add(
                    Issue(
                        "error",
                        "record-too-long",
                        f"the line holds more than {most} bytes (Limits.max_field_chars); "
                        "it is not read",
                        file=self._file,
                        line=self._next,
                        raw=self._decode(rest[:1000], self._next) + "…",
                    )
                )
                rest, oversized = b"", True
                self._next += 1
                yield None
        if rest:
            yield rest

    def _decode(self, data: bytes, number: int) -> str:
        if data.isascii():
            return data.decode("ascii")
        if self._encoding is not None and not _ascii_compatible(self._encoding):
            return data.decode(_UTF8)  # ``_transcoded`` has made it UTF-8
        if self._asked is not None and self._encoding not in (_CP1252, None):
            return self._decode_as_asked(data, number, self._encoding)
        if self._asked is not None and self._encoding == _CP1252:
            return decode_windows_1252(data)
        try:
            text = data.decode(_UTF8)
        except UnicodeDecodeError:
            return self._decode_by_line(data, number)
        if self._encoding == _CP1252:  # hardly by chance: the detected encoding was wrong
            self._log.add(
                Issue(
                    "warning",
                    "undecodable-text",
                    "the text before this line was read as Windows-1252; from here on it is UTF-8",
                    file=self._file,
                    line=number,
                )
            )
        self._encoding = _UTF8
        return text

    def _decode_as_asked(self, data: bytes, number: int, encoding: str) -> str:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as exc:
            line = number + data.count(b"\n", 0, exc.start)
            column = exc.start - (data.rfind(b"\n", 0, exc.start) + 1) + 1
            raise SorFileError(
                f"byte 0x{data[exc.start]:02x} at place {column} of the line is not {self._asked}; "
                "omit the encoding to have it detected",
                file=self._file,
                line=line,
                column=column,
            ) from exc

    def _decode_by_line(self, data: bytes, number: int) -> str:
        if self._encoding != _UTF8 and _LIKE_UTF8.search(data) is None:
            self._encoding = _CP1252
            return decode_windows_1252(data)
        # a byte that is not UTF-8 becomes a surrogate, which no text in UTF-8 can have
        lines = data.decode(_UTF8, "surrogateescape").split("\n")
        letters = [i for i, line in enumerate(lines) if not line.isascii()]
        others = [i for i in letters if _SURROGATE.search(lines[i])]
        if self._encoding is None:
            self._encoding = _UTF8 if 2 * len(others) < len(letters) else _CP1252
        issues = dict.fromkeys(others, _NOT_UTF8)
        if self._encoding == _CP1252:
            issues = dict.fromkeys(set(letters).difference(others), _IS_UTF8)
        for i in others:
            line = lines[i].encode(_UTF8, "surrogateescape")
            lines[i] = decode_windows_1252(line)
            if i not in issues and _MOJIBAKE.search(line):
                issues[i] = _IS_BOTH
        if self._log.only_counts_line(self._file, number):
            self._log.tally((("warning", "undecodable-text"),), len(issues))
        else:
            raw = data.split(b"\n")
            for i in sorted(issues):
                self._report_line(number + i, raw[i], issues[i])
        return "\n".join(lines)

    def _report_line(self, number: int, line: bytes, what: str) -> None:
        value = line[:200].decode(_UTF8, "backslashreplace")
        message, file = f"the line {what}", self._file
        self._log.add(
            Issue("warning", "undecodable-text", message, file=file, line=number, value=value)
        )


_NOT_UTF8 = "is not UTF-8, as the other lines are; it is read as Windows-1252"
_IS_UTF8 = "is UTF-8, as the other lines are not; it is read as UTF-8"
_IS_BOTH = "has letters in UTF-8 and others in Windows-1252; it is read as Windows-1252"


def _split_lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


# every ASCII character, and the escape sequences of encodings that only look like ASCII
_PROBE = (
    bytes(sign for sign in range(128) if sign != 0x5C) + rb"+AGE-\u0041\n~{!!~}" + b"\x1b$B!!\x1b(B"
)


@lru_cache(maxsize=64)
def _ascii_compatible(encoding: str) -> bool:
    if encoding == _CP1252:
        return True
    try:
        return _PROBE.decode(encoding) == _PROBE.decode("ascii")
    except (UnicodeError, LookupError):
        return False
