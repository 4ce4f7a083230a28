"""Find the units in the text of a regular Sor.xml.

In such a document only whitespace, comments and the tags of containers are between the units, and
only the head is before the first. The units are cut out of the text without parsing elements (see
``text_shapes.py``). The tags between them are matched here; head and units are checked for
well-formedness where they are read. With a schema, the XML parser reads the same bytes ahead of
the units that are returned (see ``validate_alongside.py``).

Anything else, such as an instruction between two units or an error, raises
:class:`NeedsElements`: the document is then read by its elements, with all issues.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from ...xml import CREATED_AT, SNAPSHOT_DATE
from ...xml.elements import split_tag
from ...xml.encodings import encoding_of
from ...xml.head import Header
from ...xml.parser import SAFE
from ..generator import Memo
from .names import CONTAINERS, OWNER_CONTAINER, ROOT, UNITS
from .namespaces import namespaces_of

_MOST_BETWEEN = 64 * 1024
"""Most characters between two units."""
_MOST_UNIT = 4 * 1024 * 1024
"""Longest unit that is read from its text, in characters."""
_COMMENT = r"<!--(?:[^-\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|-(?!-))*+-->"
"""A well-formed comment. Any other comment is left to the XML parser."""
_FILLER = rf"(?:[ \t\r\n]|{_COMMENT})"
"""A part of the text that may be between the tags of containers."""


class NeedsElements(Exception):
    """Raised if the document has to be read by its elements."""


Cut = tuple[int, str, str, int]
"""Of a unit: how many containers end between the previous unit and the container of this one; its
SOR type; the text of its element, from start tag to end tag; the line ends between the previous
unit and this one."""


class Scanner:
    """Cuts the units out of the text of one document."""

    def __init__(self, header: Header) -> None:
        root, head, owner, container, unit = (
            "|".join(re.escape(name) for name in written(header, names))
            for names in (
                (ROOT,),
                (CREATED_AT, SNAPSHOT_DATE),
                (OWNER_CONTAINER,),
                CONTAINERS,
                UNITS,
            )
        )
        self._level = {
            name: UNITS[split_tag(tag)[1]] for name, tag in written(header, UNITS).items()
        }
        self._head = re.compile(
            # possessive quantifiers throughout: a failed match is not retried in another way
            rf"(?:{_FILLER}|<!--(?>.*?-->)|<\?(?>.*?\?>))*+"
            rf"""<({root})(?=[\s>])(?:[^<>"']|"[^"]*+"|'[^']*+')*+>{_FILLER}*+"""
            rf"(?:<({head})>[^<]*+</\2>{_FILLER}*+)*+"
            rf"(?=<(?:{owner})>)",
            re.DOTALL,
        )
        self._dates = re.compile(rf"<({head})>").findall
        self._between = re.compile(
            rf"((?:{_FILLER}*+</(?:{container})>)*+)"
            rf"{_FILLER}*+<({container})>{_FILLER}*+(?=<({unit})>)"
        )
        self._follows = re.compile(rf"{_FILLER}*+</?(?:{container})>")
        closing = re.compile(rf"</({container})>")
        self._closings = Memo(lambda between: closing.findall(re.sub(_COMMENT, "", between)))
        self._end = re.compile(
            rf"((?:{_FILLER}*+</(?:{container})>)*+){_FILLER}*+</({root})>{_FILLER}*+"
        )
        self._decode = _Decoder().decode
        self._root = ""
        """Name of the root with its prefix, once the head is complete."""
        self._containers: list[str] = []
        """The open containers, outermost first."""
        self._rest = ""
        self._lines = 0
        """Line ends in the head, until the first unit is yielded."""

    def cut(self, chunk: bytes) -> Iterator[Cut]:
        """Yield the units that are complete with the next chunk of the document.

        They are in document order, and have to be consumed before the next chunk.

        Raises:
            NeedsElements: If the text is irregular.
        """
        between, level_of, containers = self._between.match, self._level, self._containers
        text, at, lines = self._rest + self._decode(chunk), 0, self._lines
        if not self._root:
            head = self._head.match(text)
            if head is None:
                _check_rest(text, 0, _MOST_BETWEEN)
                self._rest = text
                return
            at, self._root = head.end(), head[1]
            dates = [name.rpartition(":")[2] for name in self._dates(head[0])]
            if len(set(dates)) != len(dates):
                raise NeedsElements  # the second one is reported
            _check_head(f"{head[0]}</{self._root}>")
            lines = text.count("\n", 0, at)
        match = between(text, at)
        while match is not None:
            start, name = match.end(), match[3]
            last = text.find(f"</{name}>", start)
            if last < 0:
                _check_rest(text, start, _MOST_UNIT)
                break
            end = last + len(name) + 3
            following = between(text, end)
            if following is None and self._follows.match(text, end) is None:
                # a text after the unit would be part of it
                _check_rest(text, end, _MOST_BETWEEN)
                break
            closed = self._closings[match[1]] if match[1] else ()
            _close(closed, containers)
            containers.append(match[2])
            lines += text.count("\n", at, start)
            yield len(closed), level_of[name], text[start:end], lines
            at, lines, match = end, 0, following
        else:
            _check_rest(text, at, _MOST_BETWEEN)
        self._rest, self._lines = text[at:], lines

    def finish(self) -> None:
        """Check that the document ends after the last unit."""
        end = self._end.fullmatch(self._rest + self._decode(b"", True))
        if end is None or end[2] != self._root:
            raise NeedsElements
        _close(self._closings[end[1]], self._containers)
        if self._containers:
            raise NeedsElements


def _check_rest(text: str, at: int, most: int) -> None:
    """Raise NeedsElements if the incomplete text is too long."""
    if len(text) - at > most:
        raise NeedsElements


def _close(names: Sequence[str], containers: list[str]) -> None:
    """Close containers, innermost first."""
    for name in names:
        if not containers or containers.pop() != name:
            raise NeedsElements


def _check_head(head: str) -> None:
    """Check that the head of the document is well-formed."""
    try:
        etree.fromstring(head.encode(), etree.XMLParser(encoding="utf-8", **SAFE))
    except etree.XMLSyntaxError:
        raise NeedsElements from None


class _Decoder:
    """Decodes UTF-8."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode

    def decode(self, chunk: bytes, final: bool = False) -> str:
        try:
            return self._decode(chunk, final)
        except UnicodeDecodeError:
            raise NeedsElements from None


def written(header: Header, names: Iterable[str]) -> dict[str, str]:
    """Return the names of these elements with the prefixes of the document, and their full tags."""
    return {
        f"{prefix}:{name}" if prefix else name: f"{{{uri}}}{name}"
        for prefix, uri in header.namespaces
        for name in names
        if uri in namespaces_of(name)
    }


def is_utf8(head: bytes, encoding: str | None) -> bool:
    """Return whether the text of a document with this beginning can be scanned."""
    return (encoding or encoding_of(head)[0]).lower() in ("utf-8", "utf8") and b"\0" not in head
