"""Refuse documents with very many different names.

The parser stores each name of an element, an attribute, a prefix or an instruction as long as the
thread lives: a document of 100 MB, each of whose elements has another name, took 600 MB.
"""

from __future__ import annotations

import re

from ..errors import SorFileError

MOST_NAMES = 50_000
"""Different names in a document; files of SOR have some hundreds."""
_TAG = re.compile(rb"<[^/!][^>]*")
_ELEMENT = re.compile(rb"<([^\s/>!?][^\s/>]*)")
_INSTRUCTION = re.compile(rb"<\?[^\s?]*")
_NAMESPACE = re.compile(rb"""xmlns[^\s=]*\s*=\s*["'][^"'<]*""")
_BEFORE_EQUALS = 64
"""Bytes in which the name of an attribute is looked for."""


class NameWatch:
    """Counts the names in the bytes of a document; a name that is cut in two counts as another."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._names: set[bytes] = set()

    def elements(self, chunk: bytes, *, attributes: bool) -> None:
        """Count the names of elements and attributes.

        Args:
            chunk: The next bytes.
            attributes: Whether there may be attributes of many names or values. Without them, a
                start tag counts as a name, which takes less time.
        """
        if not attributes:
            self._add(_TAG.findall(chunk))
            return
        self._add(_ELEMENT.findall(chunk))
        words = (before[-_BEFORE_EQUALS:].split() for before in chunk.split(b"="))
        self._add([word for last in words for word in last[-1:]])

    def namespaces(self, chunk: bytes) -> None:
        """Count namespaces and prefixes in bytes without zero bytes (of UTF-16)."""
        self._add(_NAMESPACE.findall(chunk))

    def instructions(self, chunk: bytes) -> None:
        """Count the names of instructions in bytes without zero bytes (of UTF-16)."""
        self._add(_INSTRUCTION.findall(chunk))

    def _add(self, names: list[bytes]) -> None:
        self._names.update(names)
        if len(self._names) > MOST_NAMES:
            raise SorFileError(
                f"has more than {MOST_NAMES:,} different names of elements, attributes and "
                "namespaces",
                file=self._file,
            )
