"""The head of a document: root element, its attributes, date of the data.

A document type is rejected here, and so is an encoding with which the document cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any, cast

import attrs
from lxml import etree

from ..errors import SorFileError
from ..limits import DEFAULT_LIMITS, Limits
from . import CREATED_AT, SNAPSHOT_DATE
from .elements import local_name
from .encodings import (
    declaration_of,
    declared_encoding,
    parser_encoding,
    refuse_declared,
    without_mark,
    wrong_declaration,
)
from .parser import ELEMENTS_ONLY, Meter, syntax_error

_LONGEST_TEXT = 200


@attrs.frozen
class Header:
    """The part of a document before the first unit or entry."""

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


class _Stop(Exception):
    """The header has been read."""


class _Doctype(Exception):
    """Is converted to a DoctypeError with its place."""


class _HeaderTarget:
    """Reads the root and its leading header elements; stops at anything else."""

    def __init__(self) -> None:
        self.root: str | None = None
        self.attributes: tuple[tuple[str, str], ...] = ()
        self.namespaces: tuple[tuple[str, str], ...] = ()
        self.texts: dict[str, list[str]] = {}
        self._current: str | None = None

    def doctype(self, *_: Any) -> None:
        raise _Doctype

    def start(self, tag: str, attrib: Any, nsmap: Any) -> None:
        if self.root is None:
            self.root = tag
            self.attributes = tuple((str(key), str(value)) for key, value in attrib.items())
            self.namespaces = tuple((prefix or "", uri) for prefix, uri in nsmap.items())
            return
        local = local_name(tag)
        if self._current is not None or local not in (CREATED_AT, SNAPSHOT_DATE):
            raise _Stop
        self._current = local
        if local in self.texts:
            raise _Stop  # the first one counts; the second is reported with the units
        self.texts[local] = []

    def end(self, _: str) -> None:
        self._current = None

    def data(self, text: str) -> None:
        if self._current is not None:
            self.texts[self._current].append(text)

    def close(self) -> None:
        return None

    def header(self) -> Header | None:
        if self.root is None:
            return None
        texts = {key: _shortened("".join(parts).strip()) for key, parts in self.texts.items()}
        return Header(
            self.root,
            self.attributes,
            self.namespaces,
            texts.get(CREATED_AT),
            texts.get(SNAPSHOT_DATE),
        )


def _shortened(text: str) -> str | None:
    return text[:_LONGEST_TEXT] + "…" if len(text) > _LONGEST_TEXT else text or None


def read_header(
    chunks: Iterable[bytes],
    *,
    file: str,
    encoding: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Header | None, list[bytes]]:
    """Read the header; return it, and the chunks that were read.

    ``None`` if the content ends before a root element. Raises SorFileError for a document type
    declaration, an encoding that is not read, and a header that is not well-formed.
    """
    target = _HeaderTarget()
    parser: Any = etree.XMLParser(
        target=cast("Any", target),
        encoding=parser_encoding(encoding, file),
        huge_tree=True,
        **ELEMENTS_ONLY,
    )
    taken: list[bytes] = []
    meter = Meter(file, limits)
    for chunk in chain(chunks, (b"",)):
        meter.add(chunk)
        if not taken:
            meter.ended()  # the first small chunk may hold whole units
        meter.check()
        try:
            if chunk:
                taken.append(chunk)
                parser.feed(chunk)
            elif target.root is None:
                parser.close()  # libxml2 waits for more before it parses a few bytes
        except _Stop:
            break
        except _Doctype:
            raise DoctypeError(
                "the document declares a document type (DOCTYPE); SOR's files have none, and "
                "for safety none is read",
                file=file,
            ) from None
        except etree.XMLSyntaxError as exc:
            if chunk and target.root is not None:
                break  # the reader of the units reports it, with the units before it
            if encoding is None:
                _refuse_encoding(exc, b"".join(taken), file)
            raise syntax_error(exc, file) from None
    if encoding is None:
        refuse_declared(b"".join(taken), file)
    return target.header(), taken


def _refuse_encoding(exc: etree.XMLSyntaxError, head: bytes, file: str) -> None:
    """Raise EncodingError if the parser stopped in the declaration, at its encoding."""
    encoding = declared_encoding(head)
    end = len(head) - len(without_mark(head)) + len(declaration_of(head)) + len("?>")
    if encoding is not None and exc.position <= (1, end):
        raise wrong_declaration(encoding, file) from None


def looks_like_xml(head: bytes) -> bool:
    """Return whether a document may begin with these bytes."""
    return without_mark(head).lstrip().startswith(b"<")
