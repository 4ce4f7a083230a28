"""Refuse documents with very many different names.

The parser stores each name of an element, an attribute, a prefix or an instruction as long as the
thread lives: a document of 100 MB, each of whose elements has another name, took 600 MB.
"""

from __future__ import annotations

import re

from ..errors import SorFileError

MOST_NAMES = 50_000
"""Different names in a document; files of SOR have some hundreds."""
_ELEMENT = re.compile(rb"<([^\s/>!][^\s/>]*)")
_NAMESPACE = re.compile(rb"""xmlns[^\s=]*\s*=\s*["'][^"'<]*""")
_BEFORE_EQUALS = 64
"""Bytes in which the name of an attribute is looked for."""


class NameWatch:
    """Counts the names in the bytes of a document; a name that is cut in two counts as another."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._names: set[bytes] = set()

    def add_rare(self, chunk: bytes) -> None:
        """Count the names of a document that a schema accepts so far, if it has unusual ones.

        A schema knows the names of elements and attributes, not those of instructions and prefixes.
        """
        if b"<?" in chunk or b"xmlns" in chunk:
            self.add(chunk, attributes=False)

    def add(self, chunk: bytes, *, attributes: bool) -> None:
        """Count the names in the next bytes.

        Args:
            chunk: The bytes.
            attributes: Whether there may be other attributes than the format has.

        Raises:
            SorFileError: If there are too many.
        """
        if b"\0" in chunk:  # UTF-16
            chunk = chunk.replace(b"\0", b"")
        names = self._names
        names.update(_ELEMENT.findall(chunk))
        if b"xmlns" in chunk:
            names.update(_NAMESPACE.findall(chunk))
        if attributes:
            for before in chunk.split(b"="):
                names.update(before[-_BEFORE_EQUALS:].split()[-1:])
        if len(names) > MOST_NAMES:
            raise SorFileError(
                f"has more than {MOST_NAMES:,} different names of elements, attributes and "
                "namespaces",
                file=self._file,
            )
