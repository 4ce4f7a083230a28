"""Reading XML safely, piece by piece: header, guards, and the units as they are completed.

Safe means: no document type (so no entities, no expansion), nothing fetched, bounded nesting and
bounded memory. Well-formedness errors become SorFileError with line and column after everything
before the fault has been handed out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import IO, Any, cast

import attrs
from lxml import etree

from ...errors import SorFileError
from ...limits import Limits
from .names import CREATED_AT, SNAPSHOT_DATE

CHUNK = 64 * 1024
_HEADER_CHUNK = 4 * 1024
MOST_PENDING = 256 * 1024 * 1024
"""Bytes without a single complete unit or entry, after which the document is none of ours. Far
beyond any real unit (kilobytes), and what bounds the memory that a hostile document can take."""
SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
}
_DECLARED = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([^"'>]{0,100})["'][^>]{0,200}>"""
)


def split_tag(tag: object) -> tuple[str, str]:
    """Split ``{namespace}local`` into its halves; the namespace is empty where there is none."""
    return _split(str(tag))


@lru_cache(maxsize=1024)
def _split(text: str) -> tuple[str, str]:
    if text.startswith("{"):
        namespace, _, local = text[1:].partition("}")
        return namespace, local
    return "", text


@attrs.frozen
class Header:
    """What stands before the first unit or entry."""

    root: str
    """Tag of the root element, ``{namespace}local``."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Attributes of the root."""
    namespaces: tuple[tuple[str, str], ...] = ()
    """Prefix and URI of the namespaces declared on the root."""
    created_at: str | None = None
    """Text of ``CreatedAtTime``."""
    snapshot_date: str | None = None
    """Text of ``SnapshotDate``."""


class DoctypeError(SorFileError):
    """The document declares a document type."""


class EncodingError(SorFileError):
    """The document declares an encoding with which it cannot be read."""


class _Stop(Exception):
    """The header has been read."""


class _Doctype(Exception):
    """Becomes a DoctypeError with its place."""


class _HeaderTarget:
    """Takes the root and its leading header elements; stops at anything else."""

    def __init__(self) -> None:
        self.root: str | None = None
        self.attributes: tuple[tuple[str, str], ...] = ()
        self.namespaces: tuple[tuple[str, str], ...] = ()
        self.texts: dict[str, str] = {}
        self._current: str | None = None

    def doctype(self, *_: Any) -> None:
        raise _Doctype

    def start(self, tag: str, attrib: Any, nsmap: Any) -> None:
        if self.root is None:
            self.root = tag
            self.attributes = tuple((str(key), str(value)) for key, value in attrib.items())
            self.namespaces = tuple((prefix or "", uri) for prefix, uri in nsmap.items())
            return
        local = split_tag(tag)[1]
        if self._current is not None or local not in (CREATED_AT, SNAPSHOT_DATE):
            raise _Stop
        self._current = local
        self.texts[local] = ""

    def end(self, _: str) -> None:
        self._current = None

    def data(self, text: str) -> None:
        if self._current is not None:
            self.texts[self._current] += text

    def close(self) -> None:
        return None

    def header(self) -> Header | None:
        if self.root is None:
            return None
        texts = {key: text.strip() or None for key, text in self.texts.items()}
        return Header(
            self.root,
            self.attributes,
            self.namespaces,
            texts.get(CREATED_AT),
            texts.get(SNAPSHOT_DATE),
        )


def read_header(
    chunks: Iterable[bytes], *, file: str, encoding: str | None = None
) -> tuple[Header | None, list[bytes]]:
    """Read as far as the header goes; give it, and the chunks taken for it.

    ``None`` where the content ends before a root element. Raises SorFileError for a document
    type declaration and for what is not well-formed up to there.
    """
    target = _HeaderTarget()
    parser: Any = etree.XMLParser(target=cast("Any", target), encoding=encoding, **SAFE)
    taken: list[bytes] = []
    size = 0
    for chunk in chunks:
        taken.append(chunk)
        size += len(chunk)
        if size > MOST_PENDING:
            raise SorFileError(f"no root element within {size} bytes", file=file)
        try:
            parser.feed(chunk)
        except _Stop:
            break
        except _Doctype:
            raise DoctypeError(
                "the document declares a document type (DOCTYPE); SOR's files have none, and "
                "for safety none is read",
                file=file,
            ) from None
        except etree.XMLSyntaxError as exc:
            if target.root is not None:
                break  # the reading of the units tells it, with the units before it
            if encoding is None:
                _refuse_encoding(exc, b"".join(taken), file)
            raise syntax_error(exc, file, None) from None
    return target.header(), taken


def _refuse_encoding(exc: etree.XMLSyntaxError, head: bytes, file: str) -> None:
    """Raise EncodingError where the parser stopped in the declaration, at its encoding."""
    declared = _DECLARED.match(head)
    if declared is not None and exc.position <= (1, declared.end()):
        encoding = declared[1].decode("ascii", "replace")
        raise EncodingError(
            f"the XML declaration names the encoding {encoding!r}, with which the file cannot be "
            "read; give the right one with encoding=",
            file=file,
            line=1,
        ) from None


def syntax_error(exc: etree.XMLSyntaxError, file: str, limits: Limits | None) -> SorFileError:
    """Turn the parser's error into ours."""
    line, column = exc.position
    message = " ".join((exc.msg or "").split(", line ")[0].split()) or "is not well-formed"
    if "Excessive depth" in message:
        most = f"Limits.max_depth ({limits.max_depth})" if limits else "any real document"
        message = f"elements are nested deeper than {most}"
    else:
        message = f"is not well-formed XML, or ends too early: {message}"
    # the parser counts lines from 1; 0 means that it does not know
    return SorFileError(message, file=file, line=line or None, column=column or None)


def raise_fatal(parser: etree.XMLPullParser[Any], file: str, limits: Limits | None) -> None:
    """Raise the error after which the parser gives nothing more without saying so."""
    for entry in parser.feed_error_log:
        if entry.level_name == "FATAL":
            error = etree.XMLSyntaxError(entry.message, entry.type, entry.line, entry.column)
            raise syntax_error(error, file, limits)


def too_deep(file: str, line: int | None, limits: Limits) -> SorFileError:
    """The error for elements nested beyond the limit."""
    return SorFileError(
        f"elements are nested deeper than Limits.max_depth ({limits.max_depth})",
        file=file,
        line=line,
    )


def chunks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """Give a stream in pieces: small ones first, for the header."""
    size = _HEADER_CHUNK
    while chunk := stream.read(size):
        yield chunk
        size = CHUNK


Batch = tuple[deque[etree._Element], bool]


def completed(
    chunks: Iterable[bytes],
    tags: Sequence[str] | None,
    *,
    file: str,
    limits: Limits,
    encoding: str | None = None,
    watch: Callable[[bytes], bool] = lambda _: False,
) -> Iterator[Batch]:
    """Parse and give the elements of ``tags`` (or all) as they are completed, in batches.

    With each batch comes whether a value in it can be beyond ``Limits.max_field_chars`` or
    ``watch``, given the bytes, found something out of the ordinary. The receiver takes the
    elements off the left and removes from the tree what it is done with.
    """
    parser = etree.XMLPullParser(
        ("end",),
        tag=tags,
        remove_blank_text=True,
        huge_tree=True,  # its bound on nesting is too low for a tree of units; ours holds instead
        encoding=encoding,
        **SAFE,
    )
    error: etree.XMLSyntaxError | None = None
    pending = 0
    odd = odd_before = False
    for chunk in _with_end(chunks):
        try:
            if chunk:
                parser.feed(chunk)
            else:
                parser.close()
        except etree.XMLSyntaxError as exc:
            error = exc
        pending += len(chunk)
        found = deque(element for _, element in parser.read_events())
        odd_now = watch(chunk)
        odd = odd or odd_now
        if found:
            yield found, odd or odd_before or pending > limits.max_field_chars
            # the next element may have begun in this chunk
            pending, odd, odd_before = len(chunk), False, odd_now
        elif pending > MOST_PENDING:
            raise SorFileError(f"no complete unit or entry within {pending} bytes", file=file)
        if error is not None:
            raise syntax_error(error, file, limits) from None
        raise_fatal(parser, file, limits)


def _with_end(chunks: Iterable[bytes]) -> Iterator[bytes]:
    yield from chunks
    yield b""  # stands for the end


class AttributeWatch:
    """Looks for attributes in the bytes of a document, which is far cheaper than in its tree.

    The format has one attribute, with one usual value. Equals signs are counted first; only where
    there are more of them is it looked at what they stand in.
    """

    def __init__(self, usual: bytes, *, encoding: str | None, head: bytes) -> None:
        self._usual = usual
        self._before = b""
        self._suspect = False
        # two bytes a character: nothing can be told from the bytes
        self._blind = b"\0" in head or (encoding is not None and "=".encode(encoding) != b"=")

    def __call__(self, chunk: bytes) -> bool:
        """Tell whether the chunk may hold an unusual attribute (never too rarely)."""
        if self._blind:
            return True
        odd = chunk.count(b"=") != chunk.count(self._usual)
        suspect = odd or self._suspect
        self._suspect = odd  # an attribute may lie across two chunks
        before, self._before = self._before, chunk[-_ATTRIBUTE_BYTES:]
        if not suspect:
            return False
        text = before + chunk
        if not before and text.lstrip(_MARKS).startswith(b"<?xml"):
            text = text.partition(b"?>")[2]  # its own equals signs are none of ours
        # what lies before was looked at with its own chunk; what is cut off will be with the next
        first = max(0, len(before) - _NAME_BYTES)
        last = len(text) - len(self._usual)
        return any(
            self._is_unusual(text, found.start())
            for found in _EQUALS.finditer(text, first)
            if found.start() <= last
        )

    def _is_unusual(self, text: bytes, equals: int) -> bool:
        """Tell of the attribute whose equals sign is at this place."""
        words = text[max(0, equals - _NAME_BYTES) : equals].split()
        name = words[-1] if words else b""
        if name.startswith(b"xmlns"):
            return False
        start = equals - len(name)
        return text[start : start + len(self._usual)] != self._usual


_EQUALS = re.compile(rb"""=\s*["']""")
_NAME_BYTES = 200
_MARKS = b"\xef\xbb\xbf"
_ATTRIBUTE_BYTES = 1024
