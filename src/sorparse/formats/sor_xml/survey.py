"""Finding out where a unit of a new shape has its texts."""

from __future__ import annotations

from ..texts import Odd
from .context import Element
from .names import SPECIALITIES, SPECIALITY
from .stream import split_tag
from .units import (
    ALL_SPECIALITIES,
    OWN_LOCATION_CODE,
    SPECIALITY_CODE_TAGS,
    SPECIALITY_TAGS,
    SPECIALITY_TYPE_TAGS,
    Layout,
    ListOf,
    Node,
)

ABSENT = -1
"""Place of an element that is not there: at the end of the texts stands an empty one."""


class Surveyor:
    """Finds out where an element of a new shape has its texts."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.at: dict[int, int] = {}
        """Place in the row to the number of the element in document order."""
        self.names: set[str] = set()
        """Local names of the unit's children."""
        self.containers: list[int] = []
        self.lists: dict[str, list[int]] = {}
        self.specialities: list[tuple[int, int, str]] = []
        """Code, type, and the path of the type, of each."""
        self.own_location_code = False
        self._number = -1

    def survey(self, element: Element) -> Surveyor | None:
        """Look at the element; ``None`` where there is anything out of the ordinary in it."""
        self.names = {split_tag(child.tag)[1] for child in element}
        try:
            self._walk(element, self._layout.tree)
        except Odd:
            return None
        return self

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _walk(self, element: Element, node: Node) -> None:
        self.containers.append(self._next())
        seen = set()
        for child in element:
            what = node[str(child.tag)]
            if isinstance(what, int):
                if what in self.at:
                    raise Odd
                self.at[what] = self._leaf(child)
            elif isinstance(what, ListOf):
                self.lists.setdefault(what.field, []).append(self._leaf(child))
            elif what in seen:
                raise Odd
            elif isinstance(what, Node):
                seen.add(what)
                self._walk(child, what)
            elif what is ALL_SPECIALITIES and not self.specialities:
                self._walk_specialities(child)
            elif what is OWN_LOCATION_CODE and not self.own_location_code:
                self._walk_location_code(child)
            else:
                raise Odd

    def _leaf(self, element: Element) -> int:
        if len(element):
            raise Odd
        return self._next()

    def _walk_specialities(self, element: Element) -> None:
        self.containers.append(self._next())
        for position, child in enumerate(element, 1):
            if child.tag not in SPECIALITY_TAGS:
                raise Odd
            self.containers.append(self._next())
            code = kind = ABSENT
            path = ""
            for part in child:
                number = self._leaf(part)
                if part.tag in SPECIALITY_CODE_TAGS and code == ABSENT:
                    code = number
                elif part.tag in SPECIALITY_TYPE_TAGS and kind == ABSENT:
                    kind = number
                    path = f"{SPECIALITIES}/{SPECIALITY}[{position}]/{split_tag(part.tag)[1]}"
                else:
                    raise Odd
            self.specialities.append((code, kind, path))

    def _walk_location_code(self, element: Element) -> None:
        """Take number and region; the rest is for the table of location numbers."""
        self.own_location_code = True
        self.containers.append(self._next())
        for child in element:
            number = self._next()
            place = self._layout.in_location_code.get(str(child.tag))
            if place is not None:
                if place in self.at or len(child):
                    raise Odd
                self.at[place] = number
            for _ in child.iterdescendants():
                self._next()
