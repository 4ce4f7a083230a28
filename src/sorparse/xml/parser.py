"""Parsers that fetch nothing and expand nothing, and functions that feed them within the limits.

Safe means: no document type (so no entities, no expansion), nothing fetched, bounded nesting and
bounded memory. Errors of the parser become SorFileError with line and column, after everything
before the error has been yielded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import IO, Any

from lxml import etree

from ..errors import SorFileError
from ..limits import Limits
from .elements import Element, line_of
from .encodings import parser_encoding
from .name_watch import NameWatch
from .namespaces import until_long_namespace

CHUNK = 64 * 1024
"""Bytes given to the parser at once: what fits in the processor's cache is read faster."""
HEADER_CHUNK = 4 * 1024
_MANY_TAGS = 4_000
"""Tags in a chunk beyond which it is cut to pieces; in real files there are about half as many."""
_PIECE = 4 * 1024
MOST_REFERENCES = 2_000
"""References in one chunk that a parser with a schema and without a tree may meet: it appends each
one to a copy of the text before it. Real files have a few."""
SAFE: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True}
"""Options of every parser. ``collect_ids`` must stay as it is: switching it off makes libxml2 open
external subsets."""
ELEMENTS_ONLY: dict[str, Any] = {**SAFE, "remove_comments": True, "remove_pis": True}


def pull_parser(
    events: Sequence[str],
    tag: str | Sequence[str] | None = None,
    *,
    encoding: str | None = None,
    whole: bool = False,
    huge: bool = True,
) -> etree.XMLPullParser[Element]:
    """Return a parser that is fed bytes and yields elements.

    Args:
        events: ``"start"`` and ``"end"``, or one of them.
        tag: The tags of the elements to yield, all by default.
        encoding: The encoding, if the document declares none or another.
        whole: Whether whitespace between elements, comments and instructions are in the tree.
        huge: Whether libxml2 reads more than 256 levels and texts of more than 10 MB. Its own
            limit on levels is too low for a tree of units; ``Limits.max_depth`` is checked by the
            receiver.
    """
    options = SAFE if whole else {**ELEMENTS_ONLY, "remove_blank_text": True}
    pull: Any = etree.XMLPullParser  # the stubs want the events as literals
    parser: etree.XMLPullParser[Element] = pull(
        tuple(events), tag=tag, huge_tree=huge, encoding=parser_encoding(encoding), **options
    )
    return parser


def chunks_of(stream: IO[bytes], file: str) -> Iterator[bytes]:
    """Yield a document in pieces: a small one first, for the header.

    Raises LongNamespaceError after what precedes a very long namespace.
    """

    def read() -> Iterator[bytes]:
        size = HEADER_CHUNK
        while chunk := stream.read(size):
            yield chunk
            size = CHUNK

    return until_long_namespace(read(), file)


def in_pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut chunks of very many elements to pieces.

    Python's garbage collector examines the elements of a chunk again and again while they are in
    memory, which can take longer than all else.
    """
    for chunk in chunks:
        if chunk.count(b"<") <= _MANY_TAGS:
            yield chunk
        else:
            for start in range(0, len(chunk), _PIECE):
                yield chunk[start : start + _PIECE]


def syntax_error(
    exc: etree.XMLSyntaxError, file: str, limits: Limits | None = None, more: str = ""
) -> SorFileError:
    """Return the library's error for the parser's."""
    line, column = exc.position
    # lxml's text ends with the place, which the error already has
    message = " ".join((exc.msg or "").split(", line ")[0].split()) or "syntax error"
    if "xcessive depth" in message:
        most = f"Limits.max_depth ({limits.max_depth})" if limits else "any real document"
        message = f"elements are nested deeper than {most}"
    else:
        message = f"is not well-formed XML, or ends too early: {message}"
    # the parser counts lines from 1; 0 means that it does not know
    return SorFileError(f"{message}{more}", file=file, line=line or None, column=column or None)


class Meter:
    """Counts what is read from the end of one unit to the end of the next.

    The limits of one unit are checked with it before libxml2 has built more than one chunk beyond
    them: bytes, and the characters with which elements and attributes begin.
    """

    def __init__(self, file: str, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._most = limits.max_unit_bytes, limits.max_unit_elements, limits.max_unit_attributes
        self._chunk = self._since = self._at_most = (0, 0, 0)
        self._lines = self._line = 1

    def add(self, chunk: bytes) -> None:
        """Count the next bytes of the document."""
        self._chunk = size, elements, attributes = (
            len(chunk),
            chunk.count(b"<") - chunk.count(b"</"),
            chunk.count(b"="),
        )
        self._lines += chunk.count(b"\n")
        before = self._since
        self._since = before[0] + size, before[1] + elements, before[2] + attributes
        before = self._at_most
        self._at_most = before[0] + size, before[1] + elements, before[2] + attributes

    def ended(self) -> None:
        """Note that a unit ended in the bytes added last."""
        self._since, self._at_most, self._line = (0, 0, 0), self._chunk, self._lines

    def check(self) -> None:
        """Raise SorFileError if more was added since the last unit than a unit may have."""
        self._refuse(self._since, self._line)

    def within(self, units: Iterable[Element]) -> Iterator[Element]:
        """Yield completed units; raise SorFileError at the first that has too much."""
        if all(map(int.__le__, self._at_most, self._most)):
            yield from units
            return
        for unit in units:
            elements = list(unit.iter())
            attributes = sum(len(element.attrib) for element in elements)
            self._refuse((0, len(elements), attributes), line_of(unit))
            yield unit

    def _refuse(self, counts: tuple[int, int, int], line: int | None) -> None:
        refuse_large(counts, self._limits, self._file, line)


def refuse_large(counts: tuple[int, int, int], limits: Limits, file: str, line: int | None) -> None:
    """Raise SorFileError if a unit or an entry has too many bytes, elements or attributes."""
    for count, what in zip(counts, ("bytes", "elements", "attributes"), strict=True):
        most = getattr(limits, f"max_unit_{what}")
        if count > most:
            raise SorFileError(
                f"one unit or entry has more than Limits.max_unit_{what} ({most}) {what}",
                file=file,
                line=line,
            )


def parsed(
    parser: etree.XMLPullParser[Element], chunks: Iterable[bytes], *, file: str, limits: Limits
) -> Iterator[tuple[bytes, Iterable[tuple[str, Element]]]]:
    """Feed a parser; yield each chunk with the events that it completes, then an empty one."""
    for chunk in chain(chunks, (b"",)):
        error: etree.XMLSyntaxError | None = None
        try:
            if chunk:
                parser.feed(chunk)
            else:
                parser.close()
        except etree.XMLSyntaxError as exc:
            error = exc
        yield chunk, parser.read_events()
        for entry in () if error else parser.feed_error_log:
            if entry.level_name == "FATAL":  # after it the parser yields nothing more
                error = etree.XMLSyntaxError(entry.message, entry.type, entry.line, entry.column)
                break
        if error is not None:
            raise syntax_error(error, file, limits) from None


def completed(
    chunks: Iterable[bytes],
    tags: Sequence[str] | None,
    meter: Meter,
    *,
    file: str,
    limits: Limits,
    encoding: str | None = None,
    watch: Callable[[bytes], bool] = lambda _: False,
) -> Iterator[tuple[deque[Element], bool]]:
    """Parse and yield the elements of ``tags`` (or all) as they are completed, in batches.

    With each batch comes whether a value in it can exceed ``Limits.max_field_chars``, or
    ``watch``, given the bytes, found something irregular. The receiver pops elements from the left
    and removes processed ones from the tree; it reports to ``meter`` when all is freed.
    """
    parser = pull_parser(("end",), tags, encoding=encoding)
    names = NameWatch(file)
    pending = 0
    irregular = irregular_before = False
    for chunk, events in parsed(parser, in_pieces(chunks), file=file, limits=limits):
        meter.add(chunk)
        pending += len(chunk)
        irregular_now = watch(chunk)
        irregular = irregular or irregular_now
        elements: deque[Element] = deque()
        error: SorFileError | None = None
        try:
            elements.extend(meter.within(element for _, element in events))
            names.elements(chunk, attributes=irregular_now)
        except SorFileError as exc:
            error = exc
        if elements:
            yield elements, irregular or irregular_before or pending > limits.max_field_chars
            # the next element may have begun in this chunk
            pending, irregular, irregular_before = len(chunk), False, irregular_now
        if error is not None:
            raise error
        meter.check()
