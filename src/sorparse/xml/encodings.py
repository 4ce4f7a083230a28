"""The encodings of documents: which are read, and what the parser calls them.

The limits count markup in the bytes of a document. So it is read only if its markup is written
with the bytes of ASCII, alone or with zero bytes (UTF-16, UTF-32). UTF-7 can write ``<`` as
``+ADw-``, and EBCDIC has other bytes for it.
"""

from __future__ import annotations

import codecs
import re
from encodings import normalize_encoding
from encodings.aliases import aliases
from functools import lru_cache

from lxml import etree

from ..errors import SorFileError

BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_ENCODING = re.compile(rb"""\sencoding\s*=\s*["']([^"']*)["']""")
_ASCII = bytes(range(128))
_WIDE = ("utf-16", "utf-32")
_RENAMED = (
    ("utf-8-sig", "utf-8"),
    ("iso8859", "iso-8859"),
    ("utf-16-", "utf-16"),
    ("utf-32-", "utf-32"),
)
"""Beginnings of Python's names that the parser writes in another way."""
_KNOWN = frozenset(aliases) | frozenset(aliases.values())
"""Names that a document may declare. Python looks for a module of any other name."""
_SHOWN = 100


class EncodingError(SorFileError):
    """The document has an encoding with which it cannot be read."""


def without_mark(head: bytes) -> bytes:
    """Return the beginning of a document without byte order mark and zero bytes."""
    for mark in BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"")


def declaration_of(head: bytes) -> bytes:
    """Return the XML declaration without its end; empty if a document has none."""
    plain = without_mark(head)
    return plain.partition(b"?>")[0] if plain.startswith(b"<?xml") else b""


def declared_encoding(head: bytes) -> str | None:
    """Return the encoding that the XML declaration names."""
    found = _ENCODING.search(declaration_of(head))
    return found[1].decode("ascii", "replace") if found else None


def encoding_of(head: bytes) -> tuple[str, bool]:
    """Return the encoding of a document, and whether a byte order mark precedes it."""
    for mark, name in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return name, True
    return (declared_encoding(head) or "utf-8").lower()[:_SHOWN], False


def wrong_declaration(encoding: str, file: str) -> EncodingError:
    """Return the error for a document that cannot be read with the encoding that it declares."""
    return EncodingError(
        f"the XML declaration names the encoding {encoding[:_SHOWN]!r}, with which the file cannot "
        "be read; pass the right one with encoding=",
        file=file,
        line=1,
    )


def refuse_declared(head: bytes, file: str) -> None:
    """Raise EncodingError if markup is not written in ASCII in the encoding that is declared."""
    encoding = declared_encoding(head)
    if encoding is None:
        return
    if normalize_encoding(encoding).lower() not in _KNOWN or not _has_ascii_markup(encoding):
        raise wrong_declaration(encoding, file)


@lru_cache(maxsize=64)
def parser_encoding(asked: str | None, file: str | None = None) -> str | None:
    """Return what the parser calls an encoding that the caller asked for, by Python's names.

    Raises:
        EncodingError: If it is not known, or markup is not written in ASCII in it.
    """
    if asked is None:
        return None
    if _has_ascii_markup(asked):
        name = codecs.lookup(asked).name
        alike = name
        for python, other in _RENAMED:
            alike = alike.replace(python, other)
        for candidate in (asked, name, alike):
            try:
                etree.XMLParser(encoding=candidate)
            except LookupError:
                continue
            return candidate
    raise EncodingError(f"XML is not read with the encoding {asked[:_SHOWN]!r}", file=file)


def _has_ascii_markup(encoding: str) -> bool:
    try:
        name = codecs.lookup(encoding).name
        return name.startswith(_WIDE) or _ASCII.decode(name) == _ASCII.decode("ascii")
    except (LookupError, ValueError):
        return False
