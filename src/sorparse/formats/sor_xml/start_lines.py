"""Lines of start tags, also beyond line 65,534, where libxml2 does not know them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable

_SATURATED = 65_535
"""libxml2 stores the line of an element in 16 bits. Beyond, it returns the line of the first text
inside the element."""
_LONGEST_TAG = 200
"""Bytes in which the name of a start tag may be cut off at the end of a chunk."""


class StartTagLines:
    """Finds the lines of the start tags of some elements in the bytes of a document."""

    def __init__(self, names: Iterable[str]) -> None:
        listed = "|".join(map(re.escape, names))
        self._tag = re.compile(rf"<(?:[^\s<>/:!?]+:)?(?:{listed})(?=[\s/>])".encode())
        self._line = 1
        """Line on which the bytes that are left over begin."""
        self._rest = b""
        self._starts: deque[int] = deque()

    def read(self, chunk: bytes) -> None:
        """Take the next bytes of the document, before the parser gets them."""
        text = self._rest + chunk
        at = 0
        if self._line + text.count(b"\n") >= _SATURATED:
            for match in self._tag.finditer(text):
                self._line += text.count(b"\n", at, match.start())
                at = match.end()
                self._starts.append(self._line)
        last = max(at, len(text) - _LONGEST_TAG)
        self._line += text.count(b"\n", at, last)
        self._rest = text[last:]

    def line(self, line: int | None) -> int | None:
        """Return the line of a start tag for the line that libxml2 reports of the element.

        Elements are asked for in document order.
        """
        if line is None or line < _SATURATED:
            return line
        starts = self._starts
        while len(starts) > 1 and starts[1] <= line:
            starts.popleft()
        return starts[0] if starts and starts[0] <= line else line
