"""Walking the tree of owners, institutions and units while it is being parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, pairwise
from typing import TypeVar

from ...errors import SorFileError
from ...issues import Issue
from ...records import EntityRef
from ...sources import Member
from ...xml import CREATED_AT, SNAPSHOT_DATE
from ...xml.elements import Element, depth_below, line_of, shortened_raw, split_tag, too_deep
from ...xml.head import read_header
from ...xml.lines import StartTagLines
from ...xml.parser import chunks_of, completed
from ..base import ReadOptions
from .attribute_watch import AttributeWatch
from .names import (
    CONTAINERS,
    COUNTRY_SCHEME,
    LOCATION_CODE_ENTITY,
    OWNER_CONTAINER,
    UNITS,
)
from .namespaces import tags_of
from .reporting import Context, step_name

OnOwner = Callable[[Element], object]
T = TypeVar("T")

LEVEL_OF = {tag: level for name, level in UNITS.items() for tag in tags_of(name)}
"""Full tag of a unit to its SOR type."""
UNIT_TAGS = tuple(LEVEL_OF)
_OWNER_TAGS = frozenset(tags_of(OWNER_CONTAINER))
_STRUCTURE = frozenset(
    tag for name in (*UNITS, *CONTAINERS, CREATED_AT, SNAPSHOT_DATE) for tag in tags_of(name)
)
_USUAL_ATTRIBUTE = f'{COUNTRY_SCHEME[1]}="{COUNTRY_SCHEME[2]}"'.encode()


class Ancestry:
    """What a unit has from those above, and hands down to those below."""

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
    """A unit, as long as units below it may come."""

    __slots__ = ("children", "element")

    def __init__(self, element: Element, above: OpenUnit | None, level: str) -> None:
        super().__init__(above, level)
        self.element = element
        """The container: holds the unit, then the containers of those below it."""
        self.children = 1
        """How many elements are known to stand in the container."""
        if above is not None:
            above.children += 1


Read = Callable[[Element, OpenUnit, bool], Iterable[T]]


def walk(
    member: Member,
    options: ReadOptions,
    context: Context,
    read: Read[T],
    *,
    on_owner: OnOwner | None = None,
) -> Iterator[T]:
    """Give what ``read`` makes of each unit, in document order.

    ``read`` gets the unit's element, its frame (to be filled with what the unit hands down) and
    whether the element may hold something out of the ordinary. With ``on_owner`` each owner's
    element is kept until it is complete and then handed over; otherwise units are let go as soon
    as they are read, so that memory grows neither with the file nor with an owner.
    """
    with member.open() as stream:
        chunks = chunks_of(stream)
        _, taken = read_header(
            chunks, file=member.name, encoding=options.encoding, limits=options.limits
        )
        walker = _Walker(context)
        lines = context.start_lines = StartTagLines((*UNITS, LOCATION_CODE_ENTITY))
        attributes = AttributeWatch(
            _USUAL_ATTRIBUTE, encoding=options.encoding, head=b"".join(taken[:1])
        )

        def watch(chunk: bytes) -> bool:
            lines.read(chunk)
            return attributes(chunk)

        batches = completed(
            chain(taken, chunks),
            (*UNIT_TAGS, *_OWNER_TAGS) if on_owner else UNIT_TAGS,
            file=member.name,
            limits=options.limits,
            encoding=options.encoding,
            watch=watch,
        )
        for batch, odd in batches:
            while batch:
                element = batch.popleft()
                if on_owner is not None and element.tag in _OWNER_TAGS:
                    on_owner(element)
                    walker.forget_owner(element)
                else:
                    yield from read(element, walker.enter(element), odd)
            del element  # what a name still holds cannot be freed
            if on_owner is None:
                walker.prune()
        walker.finish()


class _Walker:
    """Knows which units are open, and frees what has been read."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._frames: list[OpenUnit] = []

    def enter(self, unit: Element) -> OpenUnit:
        """Give the frame of a unit that has just been completed; close those that are done."""
        frames = self._frames
        container = unit.getparent()
        above = None if container is None else container.getparent()
        if container is None or above is None:
            raise SorFileError(
                f"{split_tag(unit.tag)[1]} stands outside the tree of owners",
                file=self._context.file,
                line=line_of(unit),
            )
        if not frames:
            root = OpenUnit(container.getroottree().getroot(), None, "")
            root.children = 0
            frames.append(root)
        index = len(frames) - 1
        while index >= 0 and frames[index].element is not above:
            index -= 1
        if index < 0:
            index = self._nearest(above)
        while len(frames) > index + 1:
            self._close(frames.pop(), container)
        frame = OpenUnit(container, frames[-1], LEVEL_OF[str(unit.tag)])
        frames.append(frame)
        if len(frames) + 2 > self._context.limits.max_depth:
            raise too_deep(self._context.file, line_of(unit), self._context.limits)
        return frame

    def _nearest(self, element: Element) -> int:
        """The frame above an element in which no unit was read: a stranger, or one out of order."""
        name = step_name(element.tag)
        self._context.issue(
            "warning",
            "misplaced-element",
            f"a unit stands in {name}, in which no unit comes before it; it is taken for one "
            "below the nearest unit above",
            element,
            name,
        )
        above = set(element.iterancestors())
        return max(number for number, frame in enumerate(self._frames) if frame.element in above)

    def _close(self, frame: OpenUnit, next_container: Element | None = None) -> None:
        element = frame.element
        if element is next_container:
            name = step_name(element.tag)
            self._context.issue(
                "warning",
                "duplicate-element",
                f"{name} holds a second unit; it is taken for one beside the first",
                element,
                name,
                sor_id=frame.sor_id,
            )
        elif len(element) != frame.children:
            self._check(element, len(element))
        for text in (element.text, element.tail):
            if text and text.strip():
                self._context.issue(
                    "warning",
                    "stray-text",
                    "text stands between elements; it belongs to no unit and is kept in this "
                    "issue only",
                    element,
                    step_name(element.tag),
                    value=text.strip(),
                )

    def prune(self) -> None:
        """Free everything that has been read."""
        frames = self._frames
        for frame, below in pairwise(frames):
            element = frame.element
            if below.element.getparent() is not element:
                return  # it stands in a stranger
            done = element.index(below.element)
            if done:
                if done + 1 != frame.children:
                    self._check(element, done)
                del element[:done]
            frame.children = 1

    def forget_owner(self, owner: Element) -> None:
        """Free an owner that was kept until it was complete, and what stands before it."""
        while len(self._frames) > 1:
            self._close(self._frames.pop())
        root = owner.getparent()
        if root is not None and self._frames:
            done = root.index(owner)
            self._check(root, done)
            del root[:done]
            self._frames[0].children = 1
        owner.clear(keep_tail=True)

    def finish(self) -> None:
        """Look at what stands after the last unit."""
        while self._frames:
            self._close(self._frames.pop())

    def _check(self, parent: Element, count: int) -> None:
        """Tell of elements beside the units; they can be kept in no record."""
        context = self._context
        for element in parent[:count]:
            if element.tag in _STRUCTURE:
                continue
            if depth_below(element) + len(self._frames) > context.limits.max_depth:
                raise too_deep(context.file, line_of(element), context.limits)
            path = f"{step_name(parent.tag)}/{step_name(element.tag)}"
            context.log.add(
                Issue(
                    "warning",
                    "unknown-element",
                    f"{path} is not known and belongs to no unit; it is kept in this issue only",
                    file=context.file,
                    line=line_of(element),
                    column=path,
                    raw=shortened_raw(element),
                )
            )
