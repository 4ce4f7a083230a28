"""Find irregular attributes in the bytes of a document."""

from __future__ import annotations

import re


class AttributeWatch:
    """Searches the bytes of a document for attributes, which is faster than searching its tree.

    The format has one attribute, with one usual value. Equals signs are counted first. If there
    are more equals signs than usual attributes, the text around them is examined.
    """

    def __init__(self, usual: bytes, *, encoding: str | None, head: bytes) -> None:
        self._usual = usual
        self._before = b""
        self._suspect = False
        # two bytes per character: attributes cannot be found in the bytes
        self._blind = b"\0" in head or (encoding is not None and "=".encode(encoding) != b"=")

    def __call__(self, chunk: bytes) -> bool:
        """Return whether the chunk may hold an unusual attribute; if in doubt, true."""
        if self._blind:
            return True
        is_unusual = chunk.count(b"=") != chunk.count(self._usual)
        suspect = is_unusual or self._suspect
        self._suspect = is_unusual  # an attribute may lie across two chunks
        before, self._before = self._before, chunk[-_ATTRIBUTE_BYTES:]
        if not suspect:
            return False
        text = before + chunk
        if not before and text.lstrip(_MARKS).startswith(b"<?xml"):
            text = text.partition(b"?>")[2]  # its equals signs are not those of attributes
        # the chunk before was examined already; what is cut off is examined with the next chunk
        first = max(0, len(before) - _NAME_BYTES)
        last = len(text) - len(self._usual)
        return any(
            self._is_unusual(text, match.start())
            for match in _EQUALS.finditer(text, first)
            if match.start() <= last
        )

    def _is_unusual(self, text: bytes, equals: int) -> bool:
        """Report the attribute whose equals sign is at this place."""
        words = text[max(0, equals - _NAME_BYTES) : equals].split()
        name = words[-1] if words else b""
        if name.startswith(b"xmlns"):
            return False
        start = equals - self._usual.index(b"=")
        return text[start : start + len(self._usual)] != self._usual


_EQUALS = re.compile(rb"""=\s*["']""")
_NAME_BYTES = 200
_MARKS = b"\xef\xbb\xbf"
_ATTRIBUTE_BYTES = 1024
