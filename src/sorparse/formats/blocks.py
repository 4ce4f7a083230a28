"""From bytes to text in blocks of whole lines: encoding, byte order mark, line ends."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO

from ..errors import SorFileError
from ..issues import Issue, IssueLog
from ..limits import Limits

BLOCK_BYTES = 64 * 1024

_UTF8 = "utf-8"
_CP1252 = "windows-1252"
_BOMS = (
    (codecs.BOM_UTF8, _UTF8),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _windows_1252() -> str:
    # five bytes have no meaning in Windows-1252; they stay themselves, as in the web's reading
    table = []
    for byte in range(256):
        try:
            table.append(bytes([byte]).decode("cp1252"))
        except UnicodeDecodeError:
            table.append(chr(byte))
    return "".join(table)


_WINDOWS_1252 = _windows_1252()


def decode_windows_1252(data: bytes) -> str:
    """Decode Windows-1252; the five undefined bytes become the control characters they are."""
    return codecs.charmap_decode(data, "strict", _WINDOWS_1252)[0]


def _found_encoding(asked: str, file: str) -> str:
    """Check the encoding that the caller named."""
    try:
        info = codecs.lookup(asked)
        codecs.getincrementaldecoder(asked)
    except (LookupError, ValueError) as exc:
        raise SorFileError(f"there is no encoding {asked!r}", file=file) from exc
    # base64 and the like are codecs too; IDNA is for host names and has a limit of 63 characters
    if not getattr(info, "_is_text_encoding", True) or info.name == "idna":
        raise SorFileError(f"there is no encoding {asked!r} for text", file=file)
    return {"utf_8_sig": _UTF8, "utf-8-sig": _UTF8, "cp1252": _CP1252}.get(info.name, info.name)


def without_cut_line(head: bytes, encoding: str | None = None) -> bytes:
    """Give the beginning of a file up to its last line end, so that no line in it is cut off."""
    for bom, found in _BOMS:
        if head.startswith(bom):
            encoding = found
            break
    if encoding is None or _ascii_compatible(encoding):
        return head[: head.rfind(b"\n") + 1] or head
    # in UTF-16 a line end, and a letter beyond the first 65,536, may itself be cut
    text = codecs.getincrementaldecoder(encoding)("ignore").decode(head)
    return (text[: text.rfind("\n") + 1] or text).encode(encoding, "ignore")


class TextBlocks:
    """The lines of one stream, a block at a time.

    Where the caller names no encoding, it is found while reading: a byte order mark decides; else
    the first block with a letter beyond ASCII is UTF-8 if it decodes strictly, and Windows-1252
    if not. What breaks the rule later is read as what it is and reported: a line that is not
    UTF-8, or a block that must be. CRLF, LF and lone CR end a line.
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
        """How often each line end stands in what was given so far, with ``counting``."""
        self._asked = encoding
        self._cr_only: bool | None = None
        self._next = 1
        """Number of the line after those given so far."""
        self._encoding: str | None = None
        if encoding is not None:
            self._encoding = _found_encoding(encoding, file)

    @property
    def encoding(self) -> str:
        """The encoding found so far; ``ascii`` where nothing has told yet."""
        return self._encoding or "ascii"

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Give pairs: the number of the first line, from 1, and lines without their ends."""
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
            # of bytes, splitlines knows just the three line ends, and each line made by itself is
            # quicker than cutting a text twice
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
        while first and len(first) < 4:  # a raw stream may begin with less than a mark
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
        """Cut the chunks after the last line end in each; ``None`` stands for an oversized line."""
        most = 4 * self._limits.max_field_chars
        rest = b""
        oversized = False
        for raw in self._chunks():
            chunk = raw
            if self._cr_only is None and (b"\n" in chunk or b"\r" in chunk):
                # an old file whose lines end in CR alone would otherwise be one endless line
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
                        "it is passed over",
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
            return data.decode(_UTF8)  # transcoded on the way in
        if self._asked is not None and self._encoding not in (_CP1252, None):
            return self._decode_as_asked(data, number, self._encoding)
        if self._asked is not None and self._encoding == _CP1252:
            return decode_windows_1252(data)
        try:
            text = data.decode(_UTF8)
        except UnicodeDecodeError:
            if self._encoding == _CP1252:
                return decode_windows_1252(data)
            return self._decode_by_line(data, number)
        if self._encoding == _CP1252:  # by chance next to impossible: so the guess was wrong
            self._log.add(
                Issue(
                    "warning",
                    "undecodable-text",
                    "what came before was taken for Windows-1252; from here on the text is UTF-8",
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
                "leave the encoding out to have it found",
                file=self._file,
                line=line,
                column=column,
            ) from exc

    def _decode_by_line(self, data: bytes, number: int) -> str:
        lines = data.split(b"\n")
        odd = {i for i, line in enumerate(lines) if not line.isascii() and not _is_utf8(line)}
        if self._encoding is None:
            utf8 = sum(not line.isascii() for line in lines) - len(odd)
            self._encoding = _UTF8 if utf8 > len(odd) else _CP1252
            if self._encoding == _CP1252:
                return decode_windows_1252(data)
        for i in sorted(odd):
            self._log.add(
                Issue(
                    "warning",
                    "undecodable-text",
                    "the line is not UTF-8 as the others are; it is read as Windows-1252",
                    file=self._file,
                    line=number + i,
                    value=lines[i][:200].decode(_UTF8, "backslashreplace"),
                )
            )
        return "\n".join(
            decode_windows_1252(line) if i in odd else line.decode(_UTF8)
            for i, line in enumerate(lines)
        )


def _split_lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode(_UTF8)
    except UnicodeDecodeError:
        return False
    return True


# every ASCII character, and what begins a sequence in encodings that only look like ASCII
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
