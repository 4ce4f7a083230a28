"""Reading the units of a regular document from its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from ...errors import SorFileError
from ...records import SOREntity
from .context import Element
from .decoding import UNIT_LAYOUT, UnitDecoding
from .names import COUNTRY_SCHEME, DECLARED_ELEMENTS
from .numbers import LOCATION_LAYOUT
from .outline import Outline
from .scan import Irregular, Scanner, written
from .skeleton import Skeletons
from .stream import SAFE, Header
from .tree import Place

_OUTLINE = Outline(UNIT_LAYOUT, LOCATION_LAYOUT)
_USUAL_ATTRIBUTE = f'{COUNTRY_SCHEME[1]}="{COUNTRY_SCHEME[2]}"'


class TextReading:
    """One reading of the units, by the text of the document.

    Where a unit's text is out of the ordinary, elements are made of it, and the unit is read as
    those of any document are.
    """

    def __init__(self, decoding: UnitDecoding, header: Header) -> None:
        self._decoding = decoding
        self._scanner = Scanner(header)
        self._fragments = _Fragments(header)
        tags = written(header, DECLARED_ELEMENTS)
        self._skeletons = Skeletons(_OUTLINE, decoding, tags)

    def numbered(
        self, chunks: Iterable[bytes], schema: etree.XMLSchema | None
    ) -> Iterator[tuple[int, SOREntity]]:
        """Give the units in document order with the lines they begin on.

        Raises Irregular where the document is to be read by its elements after all.
        """
        decoding, read = self._decoding, self._skeletons.read
        deepest = decoding.context.limits.max_depth - 2
        longest = decoding.context.limits.max_field_chars
        above: list[Place | None] = [None]
        line = 1
        for closed, level, text, lines in self._scanner.cut(chunks, schema):
            if closed:
                del above[-closed:]
            place = Place(above[-1], level)
            above.append(place)
            if len(above) > deepest or len(text) > longest:
                raise Irregular
            line += lines
            try:
                record, inside = read(text)
            except ValueError:
                record, inside = self._by_elements(text, level, line), text.count("\n")
            if record is not None:
                yield line, decoding.settle(record, place)
            line += inside

    def _by_elements(self, text: str, level: str, line: int) -> Any:
        context = self._decoding.context
        context.lines_before = line - 1
        # whether it may hold an attribute that is to be kept
        odd = text.count("=") != text.count(_USUAL_ATTRIBUTE)
        try:
            return self._decoding.unsettled(self._fragments.parse(text), level, odd)
        except SorFileError:
            raise Irregular from None  # the line that it tells is one of the piece


class _Fragments:
    """Makes elements of pieces of a document."""

    def __init__(self, header: Header) -> None:
        declared = "".join(
            f" xmlns{prefix and ':' + prefix}={quoteattr(uri)}" for prefix, uri in header.namespaces
        )
        self._before, self._after = f"<container{declared}>", "</container>"

    def parse(self, text: str) -> Element:
        """Give the element that this is the text of, its first line counted as 1."""
        whole = f"{self._before}{text}{self._after}".encode()
        parser = etree.XMLParser(remove_blank_text=True, huge_tree=True, encoding="utf-8", **SAFE)
        try:
            container: Element = etree.fromstring(whole, parser)
        except etree.XMLSyntaxError:
            # the text was cut at an end tag that is none, but stands in a comment, say
            raise Irregular from None
        return container[0]
