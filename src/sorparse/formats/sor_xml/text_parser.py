"""Read the units of a regular document from its text."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

import attrs
from lxml import etree

from ...errors import SorFileError
from ...issues import Issue, IssueKind, IssueLog, PassingLog, Place, Severity
from ...limits import Limits
from ...records import SOREntity
from ...xml.elements import Element
from ...xml.head import Header
from ...xml.parser import ELEMENTS_ONLY
from .names import DECLARED_ELEMENTS, USUAL_ATTRIBUTE
from .text_scanner import NeedsElements, Scanner, written
from .text_shapes import TextShapes
from .tree import UNIT_TAGS, Ancestry
from .unit_decoding import UnitDecoding
from .validate_alongside import DocumentValidator, blocks

MOST_IRREGULAR = 1_000
"""How many more units may be irregular than are regular, before all are read by elements."""


class TextReading:
    """One pass over the units in the text of a document.

    A unit whose text is irregular is parsed to elements, and read from them.
    """

    def __init__(self, decoding: UnitDecoding, header: Header) -> None:
        self._decoding = decoding
        self._scanner = Scanner(header)
        self._fragments = _Fragments(header)
        tags = written(header, DECLARED_ELEMENTS)
        self._skeletons = TextShapes(decoding.plans, tags)
        self._above: list[Ancestry | None] = [None]
        self._line = 1
        self._is_validated = False
        self._balance = MOST_IRREGULAR
        """How many more irregular units are read here."""

    def numbered(
        self, chunks: Iterable[bytes], schema: etree.XMLSchema | None
    ) -> Iterator[tuple[int, SOREntity]]:
        """Yield the units in document order with the lines on which they begin.

        Raises:
            NeedsElements: If the document has to be read by its elements.
        """
        self._is_validated = schema is not None
        if schema is not None:
            chunks = yield from self._guarded(chunks, DocumentValidator(schema))
        for chunk in chunks:
            yield from self._units(chunk)
        self._scanner.finish()

    def _guarded(
        self, chunks: Iterable[bytes], guard: DocumentValidator
    ) -> Generator[tuple[int, SOREntity], None, Sequence[bytes]]:
        """Yield the units of all blocks but the last, each once the schema has accepted the block.

        The units of a block are built while the next is being validated, and yielded after that,
        with their issues: while the caller works with them, no thread of the library runs.
        Returns the last block when the whole document is valid.
        """
        context = self._decoding.context
        log = context.log
        passed: Sequence[bytes] = ()
        for block in blocks(chunks):
            collected = context.log = _Collected(log)
            with guard.reading(block):
                for chunk in passed:
                    collected.found.extend(self._units(chunk))
            context.log = log
            for result in collected.found:
                if isinstance(result, Issue):
                    log.add(result)
                elif isinstance(result, _Counted):
                    log.tally(result.kinds)
                else:
                    yield result
            guard.check()
            passed = block
        guard.close()
        return passed

    def _units(self, chunk: bytes) -> Iterator[tuple[int, SOREntity]]:
        """Yield the units that are complete with a chunk of the document."""
        decoding, read, above = self._decoding, self._skeletons.read, self._above
        deepest = decoding.context.limits.max_depth - 2
        limits = decoding.context.limits
        # the shortest element and attribute have 4 characters, a character at most 4 bytes
        small = min(limits.max_unit_bytes // 4, limits.max_field_chars)
        small = min(small, 4 * limits.max_unit_elements, 4 * limits.max_unit_attributes)
        line = self._line
        for closed, level, text, lines in self._scanner.cut(chunk):
            if closed:
                del above[-closed:]
            place = Ancestry(above[-1], level)
            above.append(place)
            if len(above) > deepest or (len(text) > small and _is_large(text, limits)):
                raise NeedsElements
            line += lines
            try:
                record, inside = read(text)
                self._balance = min(self._balance + 1, MOST_IRREGULAR)
            except ValueError:
                self._balance -= 1
                if self._balance < 0 and not self._is_validated:
                    raise NeedsElements from None  # cheaper than an element for each unit
                record, inside = self._by_elements(text, level, line), text.count("\n")
            if record is not None:
                yield line, decoding.place_in_tree(record, place)
            line += inside
        self._line = line

    def _by_elements(self, text: str, level: str, line: int) -> Any:
        context = self._decoding.context
        context.lines_before = line - 1
        # whether it may have an attribute that belongs in extra
        is_unusual = text.count("=") != text.count(USUAL_ATTRIBUTE)
        try:
            return self._decoding.decode_unit(self._fragments.parse(text), level, is_unusual)
        except SorFileError:
            raise NeedsElements from None  # its line is counted from the start of the unit


def _is_large(text: str, limits: Limits) -> bool:
    """Return whether a unit may exceed a limit, which the element parser reports."""
    return (
        len(text) > limits.max_field_chars
        or len(text.encode()) > limits.max_unit_bytes
        or text.count("<") - text.count("</") > limits.max_unit_elements
        or text.count("=") > limits.max_unit_attributes
    )


@attrs.frozen(eq=False)
class _Counted:
    """Issues that are only counted."""

    kinds: Sequence[IssueKind]


class _Collected(PassingLog):
    """Collects units and issues in their order, instead of passing the issues on."""

    def __init__(self, log: IssueLog) -> None:
        super().__init__(log)
        self.found: list[tuple[int, SOREntity] | Issue | _Counted] = []

    def add(self, issue: Issue) -> None:
        self.found.append(issue)

    def only_counts(self, severity: Severity, code: str, place: Place) -> bool:
        is_counted = self.would_count(severity, code, place)
        if is_counted:
            self.tally(((severity, code),))
        return is_counted

    def tally(self, kinds: Sequence[IssueKind], times: int = 1) -> None:
        self.found.append(_Counted(tuple(kinds) * times))


class _Fragments:
    """Parses parts of a document to elements."""

    def __init__(self, header: Header) -> None:
        declared = "".join(
            f" xmlns{prefix and ':' + prefix}={quoteattr(uri)}" for prefix, uri in header.namespaces
        )
        self._before, self._after = f"<container{declared}>", "</container>"
        self._parser = etree.XMLParser(
            remove_blank_text=True, huge_tree=True, encoding="utf-8", **ELEMENTS_ONLY
        )

    def parse(self, text: str) -> Element:
        """Return the element of a text; its first line is 1."""
        whole = f"{self._before}{text}{self._after}".encode()
        try:
            container: Element = etree.fromstring(whole, self._parser)
        except etree.XMLSyntaxError:
            # the text was cut at an end tag that is, for example, in a comment
            raise NeedsElements from None
        unit = container[0]
        if len(container) > 1 or any(inner is not unit for inner in unit.iter(*UNIT_TAGS)):
            raise NeedsElements  # a unit in a unit is a separate unit
        return unit
