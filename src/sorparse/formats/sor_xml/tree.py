"""Traverse the tree of owners, institutions and units while it is being parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, pairwise
from typing import TypeVar

from ...errors import SorFileError
from ...records import EntityRef
from ...sources import Member
from ...xml import CREATED_AT, SNAPSHOT_DATE
from ...xml.elements import (
    RAW_CHARS,
    Element,
    as_text,
    attributes_of,
    depth_below,
    line_of,
    shortened,
    split_tag,
    too_deep,
)
from ...xml.head import read_header
from ...xml.lines import StartTagLines
from ...xml.parser import Meter, chunks_of, completed
from ..base import ReadOptions
from .attribute_watch import AttributeWatch
from .names import (
    CONTAINERS,
    LOCATION_CODE_ENTITY,
    OWNER_CONTAINER,
    UNITS,
    USUAL_ATTRIBUTE,
)
from .namespaces import tags_of
from .reporting import Context, report_attribute, step_name

OnOwner = Callable[[Element], object]
T = TypeVar("T")

LEVEL_OF = {tag: level for name, level in UNITS.items() for tag in tags_of(name)}
"""Full tag of a unit to its SOR type."""
UNIT_TAGS = tuple(LEVEL_OF)
_OWNER_TAGS = frozenset(tags_of(OWNER_CONTAINER))
_CONTAINER_TAGS = frozenset(tag for name in CONTAINERS for tag in tags_of(name))
_HEAD_TAGS = frozenset(tag for name in (CREATED_AT, SNAPSHOT_DATE) for tag in tags_of(name))
_NODE_BYTES = 250
"""Bytes in memory for each element, beside those of the document."""
_PATH_BYTES = 60
"""Bytes that the path of an error in a unit takes for each unit around it."""
_MOST_HELD = 200_000_000
"""Bytes in memory of an owner that is validated as a whole: about 30 MB of a document."""


class Ancestry:
    """The values that a unit inherits from the units above and passes to those below."""

    __slots__ = ("cvr", "institution", "level", "owner", "parent_id", "sor_id")

    def __init__(self, above: Ancestry | None, level: str) -> None:
        self.level = level
        """SOR type of the unit; empty for the root of the document."""
        self.sor_id: str | None = None
        if above is None:
            self.parent_id: str | None = None
            self.owner: EntityRef | None = None
            self.institution: EntityRef | None = None
            self.cvr: str | None = None
        else:
            self.parent_id = above.sor_id
            self.owner = above.owner
            self.institution = above.institution
            self.cvr = above.cvr


class OpenUnit(Ancestry):
    """A unit that may still get units below it."""

    __slots__ = ("children", "element", "unit")

    def __init__(self, element: Element, above: OpenUnit | None, unit: Element | None) -> None:
        super().__init__(above, "" if unit is None else LEVEL_OF[str(unit.tag)])
        self.element = element
        """The container: holds the unit, then the containers of those below it."""
        self.unit = unit
        self.children = 0 if unit is None else 1
        """Number of known elements in the container."""


Read = Callable[[Element, OpenUnit, bool], Iterable[T]]


def walk(
    member: Member,
    options: ReadOptions,
    context: Context,
    read: Read[T],
    *,
    on_owner: OnOwner | None = None,
) -> Iterator[T]:
    """Yield what ``read`` returns for each unit, in document order.

    Without ``on_owner``, units are freed as soon as they are read. So memory grows neither with
    the file nor with an owner.

    Args:
        member: The file.
        options: The caller's options.
        context: Receives the issues.
        read: Gets the unit's element, its frame, and whether the element may be irregular. It fills
            the frame with the values that the unit passes to the units below.
        on_owner: Gets each owner's element, which is in memory until it is complete.
    """
    with member.open() as stream:
        chunks = chunks_of(stream, member.name)
        _, taken = read_header(
            chunks, file=member.name, encoding=options.encoding, limits=options.limits
        )
        walker = _Walker(context)
        meter = Meter(member.name, options.limits)
        lines = context.start_lines = StartTagLines((*UNITS, LOCATION_CODE_ENTITY))
        attributes = AttributeWatch(
            USUAL_ATTRIBUTE.encode(), encoding=options.encoding, head=b"".join(taken[:1])
        )

        held = 0

        def watch(chunk: bytes) -> bool:
            nonlocal held
            lines.read(chunk)
            held += len(chunk) + _NODE_BYTES * (chunk.count(b"<") - chunk.count(b"</"))
            return attributes(chunk)

        batches = completed(
            chain(taken, chunks),
            (*UNIT_TAGS, *_OWNER_TAGS) if on_owner else UNIT_TAGS,
            meter,
            file=member.name,
            limits=options.limits,
            encoding=options.encoding,
            watch=watch,
        )
        for batch, is_unusual in batches:
            walker.holds_owners = on_owner is not None and held <= _MOST_HELD
            while batch:
                element = batch.popleft()
                if on_owner is not None and element.tag in _OWNER_TAGS:
                    if held <= _MOST_HELD:
                        on_owner(element)
                    else:
                        walker.report_size(element)
                    held = 0
                    walker.forget_owner(element)
                else:
                    yield from read(element, walker.enter(element), is_unusual)
                    held += _PATH_BYTES * walker.depth
            del element  # an element with a reference cannot be freed
            if walker.holds_owners or walker.prune():
                meter.ended()
        walker.finish()


class _Walker:
    """Knows which units are open, and frees elements that have been read."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._frames: list[OpenUnit] = []
        self.holds_owners = False
        """Whether an owner is held until it is complete."""
        self._head: set[str] = set()
        """Elements of the head so far."""
        self._misplaced: tuple[Element | None, int, OpenUnit | None] = (None, 0, None)
        """The last element with units out of order; number and frame of the unit above."""
        self._crowded: Element | None = None
        """The last container that holds more than one unit."""

    @property
    def depth(self) -> int:
        """How many units are open."""
        return len(self._frames)

    def enter(self, unit: Element) -> OpenUnit:
        """Return the frame of a unit that is complete now; close the units that are done."""
        frames = self._frames
        container = unit.getparent()
        if len(frames) > 1 and frames[-1].element is container:
            self._report_second(frames[-1])
            frames[-1] = OpenUnit(container, frames[-2], unit)
            return frames[-1]
        above = None if container is None else container.getparent()
        if container is None or above is None:
            raise SorFileError(
                f"{split_tag(unit.tag)[1]} is outside the tree of owners",
                file=self._context.file,
                line=line_of(unit),
            )
        if not frames:
            frames.append(OpenUnit(container.getroottree().getroot(), None, None))
        index = len(frames) - 1
        while index >= 0 and frames[index].element is not above:
            index -= 1
        if index < 0:
            index = self._nearest(above)
        is_second = False
        while len(frames) > index + 1:
            done = frames.pop()
            if done.element is container:
                is_second = True
                self._report_second(done)
            else:
                self._close(done)
        frame = OpenUnit(container, frames[-1], unit)
        frames[-1].children += not is_second
        frames.append(frame)
        if len(frames) + 2 > self._context.limits.max_depth:
            raise too_deep(self._context.file, line_of(unit), self._context.limits)
        return frame

    def _nearest(self, element: Element) -> int:
        """Return the number of the frame above an element in which no unit was read."""
        known, index, frame = self._misplaced
        if element is known and index < len(self._frames) and self._frames[index] is frame:
            return index
        name = step_name(element.tag)
        self._context.issue(
            "warning",
            "misplaced-element",
            f"{name} contains a unit without being the container of a unit; its units are "
            "assigned to the nearest unit above",
            element,
            name,
        )
        self._attributes(element, name)
        numbers = {frame.element: number for number, frame in enumerate(self._frames)}
        index = next(numbers[each] for each in element.iterancestors() if each in numbers)
        self._misplaced = element, index, self._frames[index]
        return index

    def _close(self, frame: OpenUnit) -> None:
        element = frame.element
        if len(element) != frame.children:
            self._check(element, len(element))
        for text in (element.text, element.tail):
            self._stray_text(element, text)
        if not self.holds_owners:
            element.clear()

    def _report_second(self, frame: OpenUnit) -> None:
        """Report, once for each container, that it contains more than one unit."""
        if frame.element is not self._crowded:
            self._crowded = frame.element
            name = step_name(frame.element.tag)
            self._context.issue(
                "warning",
                "duplicate-element",
                f"{name} contains more than one unit; they are read as siblings",
                frame.element,
                name,
                sor_id=frame.sor_id,
            )

    def prune(self) -> bool:
        """Free everything that has been read.

        Returns:
            Whether all was freed. Units in another unit, or in an unknown element, are part of it,
            and are freed with it.
        """
        for frame, below in pairwise(self._frames):
            element = below.element
            while (parent := element.getparent()) is not None and parent is not frame.element:
                self._check(parent, parent.index(element))  # in an unknown element
                del parent[: parent.index(element)]
                element = parent
            done = frame.element.index(element)
            if done:
                if done + 1 != frame.children:
                    self._check(frame.element, done)
                del frame.element[:done]
            frame.children = 1
        last = self._frames[-1]
        if last.unit is None or last.element.tag not in _CONTAINER_TAGS:
            return False
        done = last.element.index(last.unit)
        if done:
            self._check(last.element, done)
            del last.element[:done]
        return True

    def forget_owner(self, owner: Element) -> None:
        """Free an owner that was held until it was complete, and what precedes it."""
        while len(self._frames) > 1:
            self._close(self._frames.pop())
        root = owner.getparent()
        if root is not None and self._frames:
            done = root.index(owner)
            self._check(root, done)
            del root[:done]
            self._frames[0].children = 1
        # an element with a reference is moved out of the tree, in quadratic time, and not freed
        self._crowded = None
        self._misplaced = None, 0, None
        owner.clear(keep_tail=True)

    def report_size(self, owner: Element) -> None:
        """Report an owner that was too large to be passed on."""
        self._context.issue(
            "warning",
            "not-validated",
            "the owner is too large to be validated while it is read; sorparse.validate "
            "validates it",
            owner,
            step_name(owner.tag),
        )

    def finish(self) -> None:
        """Check what follows the last unit."""
        while self._frames:
            self._close(self._frames.pop())

    def _check(self, parent: Element, count: int) -> None:
        """Report elements outside the units; they cannot be part of a record."""
        strays: list[Element] = []
        for element in parent[:count]:
            if self._is_expected(element):
                if strays:
                    self._report(parent, strays)
                    strays = []
            else:
                strays.append(element)
        if strays:
            self._report(parent, strays)

    def _is_expected(self, element: Element) -> bool:
        """Return whether an element outside the units is read, or is empty."""
        tag = element.tag
        if tag in LEVEL_OF:
            return True
        if tag in _HEAD_TAGS:
            is_first = tag not in self._head
            self._head.add(str(tag))
            return is_first and not len(element) and not element.attrib and self._is_whole(element)
        if tag not in _CONTAINER_TAGS:
            return False
        is_read = next(element.iterchildren(*UNIT_TAGS), None) is not None
        texts = f"{element.text or ''}{element.tail or ''}"
        return is_read or not (len(element) or element.attrib or texts.strip())

    def _is_whole(self, element: Element) -> bool:
        """Report the text after an element of the head."""
        self._stray_text(element, element.tail)
        return True

    def _report(self, parent: Element, strays: list[Element]) -> None:
        """Report a run of elements in one issue, so that a million of them takes seconds."""
        context = self._context
        for element in strays:
            if len(element) and depth_below(element) + len(self._frames) > context.limits.max_depth:
                raise too_deep(context.file, line_of(element), context.limits)

        def raw() -> str:
            texts: list[str] = []
            size = 0
            for element in strays:
                if size <= RAW_CHARS:
                    texts.append(as_text(element))
                    size += len(texts[-1])
            return shortened("".join(texts))

        path = f"{step_name(parent.tag)}/{step_name(strays[0].tag)}"
        more = f" (and {len(strays) - 1} more elements after it)" if len(strays) > 1 else ""
        context.issue(
            "warning",
            "unknown-element",
            f"{path}{more} is unknown and belongs to no unit; it is stored in this issue only",
            strays[0],
            path,
            raw=raw,
        )

    def _stray_text(self, element: Element, text: str | None) -> None:
        if text and (text := text.strip()):
            self._context.issue(
                "warning",
                "stray-text",
                "text between elements; it belongs to no unit and is stored in this issue only",
                element,
                step_name(element.tag),
                value=shortened(text),
            )

    def _attributes(self, element: Element, name: str) -> None:
        for key, value in attributes_of(element).items():
            report_attribute(self._context, element, f"{name}/@{key}", value)
