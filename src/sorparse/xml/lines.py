"""Lines of start tags, also beyond line 65,534, which libxml2 does not store."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice

from .elements import Element

FIRST_UNKNOWN_LINE = 65_535
"""libxml2 stores the line of an element in 16 bits. Beyond, it returns the line of the first text
inside the element."""
_LONGEST_TAG = 200
"""Bytes in which the name of a start tag may be cut off at the end of a chunk."""
_MOST_STARTS = 100_000
"""Lines that are stored, as many as a unit may have elements by default. Those of elements without
any text are never asked for: there can be millions of them."""
MOST_STEPS = 200
"""Texts to search for one whose line libxml2 stores."""


class StartTagLines:
    """Finds the lines of the start tags of some elements in the bytes of a document.

    For trees without whitespace between elements, or whose elements are freed early.
    """

    def __init__(self, names: Iterable[str]) -> None:
        listed = "|".join(map(re.escape, names))
        self._tag = re.compile(rf"<(?:[^\s<>/:!?]+:)?(?:{listed})(?=[\s/>])".encode())
        self._line = 1
        """Line on which the remaining bytes begin."""
        self._rest = b""
        self._starts: deque[int] = deque(maxlen=_MOST_STARTS)

    def read(self, chunk: bytes) -> None:
        """Add the next bytes of the document, before the parser gets them."""
        text = self._rest + chunk
        at = 0
        if self._line + text.count(b"\n") >= FIRST_UNKNOWN_LINE:
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
        if line is None or line < FIRST_UNKNOWN_LINE:
            return line
        starts = self._starts
        while len(starts) > 1 and starts[1] <= line:
            starts.popleft()
        return starts[0] if starts and starts[0] <= line else line


def true_line(element: Element, steps: int = MOST_STEPS) -> int | None:
    """Return the line of an element's start tag, in a tree with the whitespace between elements.

    The next element with a text of one line is searched for, whose line is true, and the line
    breaks up to it are subtracted. In a tree parsed with ``remove_blank_text`` an element with
    children gets the line of its first text instead.

    ``None`` if no such text follows within ``steps`` texts.
    """
    line = element.sourceline
    if line is None or line < FIRST_UNKNOWN_LINE:
        return line
    breaks = 0
    for node, text in islice(_onward(element), steps):
        if node is not None and text and "\n" not in text:
            return (node.sourceline or line) - breaks
        breaks += text.count("\n")
    return None


def _onward(element: Element) -> Iterator[tuple[Element | None, str]]:
    """Texts from an element on in document order: leading texts with their element, and tails."""
    node: Element | None = element
    while node is not None:
        is_element = isinstance(node.tag, str)
        yield (node if is_element else None), node.text or ""
        if is_element and len(node):
            node = node[0]
            continue
        while node is not None:
            yield None, node.tail or ""
            following = node.getnext()
            if following is not None:
                node = following
                break
            node = node.getparent()
