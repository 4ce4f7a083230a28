"""Traverse a document while it is parsed, many elements at a time.

Calls for the start and the end of each element cost more than what is done with the elements of a
hostile document. So the tree is examined once for each chunk: the children that have become
complete are passed on together, and freed. Only elements that are not complete are begun, and ended
later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..errors import SorFileError
from ..limits import Limits
from .elements import Element, line_of, too_deep
from .name_watch import NameWatch
from .parser import Meter, in_pieces, parsed, pull_parser

Step = tuple[Element | None, Sequence[Element]]
"""The element begun last has ended; or ``None`` and the next children of it, which are complete."""


class GrowingTree:
    """A document that is being parsed.

    Args:
        begin: Called with an element that is not complete. Returns whether it is begun: then its
            children are passed on as soon as they are complete. If not, the element is passed on as
            a whole, and this function may be called with it again.
        meter: Limits what is read until an element is passed on.
        file: Name of the file.
        limits: The deepest nesting of begun elements. The receiver checks the others.
    """

    def __init__(
        self, begin: Callable[[Element], bool], meter: Meter, *, file: str, limits: Limits
    ) -> None:
        self.chunk = 0
        """Number of the current chunk of the document."""
        self._begin = begin
        self._meter = meter
        self._file = file
        self._limits = limits
        self._open: list[Element] = []
        """The begun elements, outermost first."""
        self._waiting: Element | None = None
        """The element that ended last: the text after it may be incomplete. It is passed on, or
        reported as ended, with the next chunk."""
        self._passed = 0
        """How many elements were passed on or have ended."""

    def steps(self, chunks: Iterable[bytes], encoding: str | None = None) -> Iterator[Step]:
        """Parse, and yield what has become complete; it is freed afterwards.

        Raises:
            SorFileError: After everything that precedes the error.
        """
        parser = pull_parser(("start", "end"), encoding=encoding)
        chunks = in_pieces(chunks)
        names = NameWatch(self._file)
        try:
            for chunk, events in parsed(parser, chunks, file=self._file, limits=self._limits):
                self._meter.add(chunk)
                names.elements(chunk, attributes=True)
                self.chunk += 1
                latest = deque(events, 1)
                if latest:
                    before = self._passed + (self._waiting is not None)
                    yield from self._advance(*latest.pop())
                    if self._passed > before or self._waiting is not None:
                        self._meter.ended()
                self._meter.check()
        except SorFileError:
            yield from self._finish()
            raise
        yield from self._finish()

    def _advance(self, event: str, latest: Element) -> Iterator[Step]:
        """Pass on what precedes the latest event, and begin the elements around it."""
        path = [*latest.iterancestors()][::-1]
        begun = self._open
        is_begun = len(begun) > len(path) and begun[len(path)] is latest
        if event == "start" or is_begun or not path:
            path.append(latest)
        same = 0
        for one, other in zip(begun, path, strict=False):
            if one is not other:
                break
            same += 1
        self._waiting = None
        yield from self._close(same)
        while len(begun) < len(path) or begun[-1] is not latest:
            following = path[len(begun)] if len(begun) < len(path) else latest
            if begun:
                yield from self._pass(begun[-1].index(following))
            if following is latest and event == "end" and begun:
                self._waiting = latest
                return
            if len(begun) >= self._limits.max_depth:
                raise too_deep(self._file, line_of(following), self._limits)
            if not self._begin(following):
                return
            begun.append(following)
        if event == "end":
            yield from self._pass(len(latest))
            self._waiting = latest

    def _pass(self, count: int) -> Iterator[Step]:
        """Pass on the first children of the element begun last."""
        if count:
            parent = self._open[-1]
            self._passed += count
            yield None, parent[:count]
            del parent[:count]

    def _close(self, number: int) -> Iterator[Step]:
        """End all begun elements but the first ones."""
        begun = self._open
        while len(begun) > number:
            element = begun[-1]
            yield from self._pass(len(element))
            begun.pop()
            self._passed += 1
            yield element, ()
            if begun:
                begun[-1].remove(element)

    def _finish(self) -> Iterator[Step]:
        """Pass on the element that ended last; the text after it, if any, may be incomplete."""
        latest, self._waiting = self._waiting, None
        if latest is None:
            return
        latest.tail = None
        if latest is self._open[-1]:
            yield from self._close(len(self._open) - 1)
        else:
            yield from self._pass(self._open[-1].index(latest) + 1)
