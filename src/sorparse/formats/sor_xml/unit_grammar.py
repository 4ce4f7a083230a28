"""The elements of a unit, each text with its slot in a row.

The first slots are the columns of the layout; elements that may occur more than once, and those of
a location number in another table, have slots after them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import attrs
from lxml import etree

from ...xml.elements import Element, split_tag
from ..generator import NeedsCarefulParsing
from .names import MOST_SPECIALITIES, SPECIALITIES, SPECIALITY, SPECIALITY_TYPES
from .namespaces import tags_of
from .units import (
    OWN_LOCATION_CODE,
    SPECIALITY_CODE_TAGS,
    SPECIALITY_TAGS,
    ElementMap,
    Layout,
    ListOf,
)

ABSENT = -1
"""Number of a missing text: the last of the texts is None."""
_MOST_LISTED = 8
"""Elements of one list that have a slot; units with more go to the careful parser."""


class TextElement:
    """An element with a text."""

    def __init__(self, slot: int, *, counts: bool = False) -> None:
        self.slot = slot
        self.counts = counts
        """Whether its presence matters too, not only its text."""


class Container:
    """An element with elements."""

    def __init__(self) -> None:
        self.children: dict[str, tuple[Spot, ...]] = {}
        """Full tag to its meaning the first time, the second, and so on."""


Spot = TextElement | Container
Tag = tuple[str, str, bool, bool]
"""Name with its prefix; full tag; whether an element begins here; whether it ends here."""


@attrs.frozen(eq=False)
class UnitMeaning:
    """The meaning of the tags of a unit."""

    unit: str
    """Full tag of the unit."""
    slots: tuple[int, ...]
    """For each text, in the order of the document, its slot."""
    blocks: frozenset[str]
    """Local names of the unit's children that hold elements."""
    own_location_code: bool
    lists: tuple[tuple[str, tuple[int, ...]], ...]
    """Field and slots."""
    specialities: tuple[tuple[int, int, str], ...]
    """Slots of code and type, and the path of the type, of each."""


class UnitGrammar:
    """The blocks and leaves of a unit, and which slots they fill."""

    def __init__(self, layout: Layout, location_code: Layout) -> None:
        """``location_code``: the elements of a unit's own location number."""
        self.slots = len(layout.columns)
        self._columns = [TextElement(slot) for slot in range(self.slots)]
        self._lists: dict[str, tuple[TextElement, ...]] = {}
        self._specialities = [
            _Speciality(self, self._columns[layout.specialities + number])
            for number in range(MOST_SPECIALITIES)
        ]
        self._collection = Container()
        for tag in SPECIALITY_TAGS:
            self._collection.children[tag] = tuple(each.block for each in self._specialities)
        self._location_code = self._block(
            location_code.tree, self._slots_of_location_code(layout, location_code)
        )
        self.unit = self._block(layout.tree, self._columns)
        children = self.unit.children.items()
        self._names = {(split_tag(tag)[1], spots[0]) for tag, spots in children}

    def leaf(self, *, counts: bool = False) -> TextElement:
        """Return a leaf with a free slot."""
        self.slots += 1
        return TextElement(self.slots - 1, counts=counts)

    def follow(self, pieces: Iterable[Sequence[Tag]]) -> UnitMeaning:
        """Traverse the tags of a unit; each piece but the last is followed by a text.

        Raises:
            NeedsCarefulParsing: If tags do not match, or an element is unexpected or repeated.
        """
        walk = _Walk(self.unit)
        *before_texts, last = pieces
        for tags in before_texts:
            walk.take(tags)
            walk.take_text()
        walk.take(last)
        walk.finish()
        seen = walk.seen
        return UnitMeaning(
            unit=walk.tag,
            slots=tuple(walk.slots),
            blocks=frozenset(name for name, block in self._names if block in seen),
            own_location_code=self._location_code in seen,
            lists=tuple(
                (field, tuple(leaf.slot for leaf in leaves if leaf in seen))
                for field, leaves in self._lists.items()
                if leaves[0] in seen
            ),
            specialities=tuple(
                speciality.found(number, seen)
                for number, speciality in enumerate(self._specialities, 1)
                if speciality.block in seen
            ),
        )

    def _slots_of_location_code(self, layout: Layout, location_code: Layout) -> list[TextElement]:
        """The number and the region belong to the unit; another table has the other elements."""
        leaves = [self.leaf() for _ in location_code.columns]
        for tag, place in layout.in_location_code.items():
            leaves[location_code.tree[tag]] = self._columns[place]
        return leaves

    def _block(self, node: ElementMap, leaves: Sequence[TextElement]) -> Container:
        blocks: dict[ElementMap, Container] = {}
        block = Container()
        for tag, what in node.items():
            spots: tuple[Spot, ...]
            if isinstance(what, int):
                spots = (leaves[what],)
            elif isinstance(what, ElementMap):
                if what not in blocks:  # an element may have several namespaces
                    blocks[what] = self._block(what, leaves)
                spots = (blocks[what],)
            elif isinstance(what, ListOf):
                if what.field not in self._lists:
                    self._lists[what.field] = tuple(
                        self.leaf(counts=True) for _ in range(_MOST_LISTED)
                    )
                spots = self._lists[what.field]
            elif what is OWN_LOCATION_CODE:
                spots = (self._location_code,)
            else:
                spots = (self._collection,)
            block.children[tag] = spots
        return block


class _Speciality:
    """One element in the collection of specialities."""

    def __init__(self, grammar: UnitGrammar, code: TextElement) -> None:
        self._code = code
        self._types = {name: grammar.leaf(counts=True) for name in SPECIALITY_TYPES}
        self.block = Container()
        for tag in SPECIALITY_CODE_TAGS:
            self.block.children[tag] = (code,)
        for name, leaf in self._types.items():
            self.block.children |= dict.fromkeys(tags_of(name), (leaf,))

    def found(self, number: int, there: Collection[Spot]) -> tuple[int, int, str]:
        """Return the slots of code and type, and the path of the type."""
        for name, leaf in self._types.items():
            if leaf in there:
                return self._code.slot, leaf.slot, f"{SPECIALITIES}/{SPECIALITY}[{number}]/{name}"
        return self._code.slot, ABSENT, ""


class _Walk:
    """Traverses the tags of one unit."""

    def __init__(self, unit: Container) -> None:
        self.tag = ""
        """Full tag of the unit."""
        self.slots: list[int] = []
        self.seen: set[Spot] = set()
        """Blocks in the unit, and leaves whose presence matters."""
        self._unit = unit
        self._open: list[tuple[str, Spot]] = []
        self._empty: list[int] = []

    def take(self, tags: Iterable[Tag]) -> None:
        """Process the tags between two texts."""
        fresh: Spot | None = None
        for name, tag, begins, ends in tags:
            if begins:
                fresh = self._begin(tag)
                self._open.append((name, fresh))
            if ends:
                opened, spot = self._open.pop() if self._open else ("", None)
                if opened != name:
                    raise NeedsCarefulParsing
                if isinstance(spot, TextElement) and spot is fresh:
                    if spot.counts:
                        raise NeedsCarefulParsing
                    self._empty.append(spot.slot)

    def take_text(self) -> None:
        """Process a text."""
        leaf = self._open[-1][1] if self._open else None
        if not isinstance(leaf, TextElement):
            raise NeedsCarefulParsing
        self.slots.append(leaf.slot)

    def finish(self) -> None:
        """Check the unit at its end."""
        filled = [*self.slots, *self._empty]
        if self._open or len(set(filled)) != len(filled):
            raise NeedsCarefulParsing

    def _begin(self, tag: str) -> Spot:
        if not self._open:
            if self.tag:
                raise NeedsCarefulParsing
            self.tag = tag
            return self._unit
        inside = self._open[-1][1]
        meanings = inside.children.get(tag, ()) if isinstance(inside, Container) else ()
        for spot in meanings:
            if spot not in self.seen:
                if isinstance(spot, Container) or spot.counts:
                    self.seen.add(spot)
                return spot
        raise NeedsCarefulParsing


def pieces_of(element: Element) -> list[list[Tag]]:
    """Return the tags of an element, split where there is a text.

    Raises:
        NeedsCarefulParsing: If an element has both elements and a text.
    """
    pieces: list[list[Tag]] = [[]]
    for event, inner in etree.iterwalk(element, ("start", "end")):
        tag = str(inner.tag)
        has_text = bool(inner.text and inner.text.strip())
        if event == "start":
            if has_text and len(inner):
                raise NeedsCarefulParsing
            pieces[-1].append((tag, tag, True, not len(inner) and not has_text))
            if has_text:
                pieces.append([])
        elif len(inner) or has_text:
            pieces[-1].append((tag, tag, False, True))
    return pieces
