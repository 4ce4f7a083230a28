"""Read units with errors whose issues are only counted.

Beyond ``Limits.max_issues`` an issue is nothing but a number. So a unit that would only be counted
is not read element by element, with a path, a line and a message for each error: the cells of its
sequence of tags are found once, a generated function reads them, and the issues are counted
together. Record and counts are those of the careful parser; tests compare both.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import attrs

from ...issues import IssueKind
from ...xml.elements import Element
from ..decode import CarefulDecoder
from ..generator import NeedsCarefulParsing
from ..tolerant_writer import TolerantDecoder
from .namespaces import tags_of
from .reporting import Context, step_name
from .unit_grammar import UnitGrammar, pieces_of
from .units import Layout

_MOST_ELEMENTS = 64
"""Elements of a unit that is read here; others are rare in proportion to their size."""
_MOST_SHAPES = 4096
_ID_TAGS = frozenset(tags_of("SorIdentifier"))
_MISSING: IssueKind = ("warning", "missing-element")

Needed = Sequence[tuple[str, int | None, frozenset[str]]]
"""Name, place in the row and elements of the fields that every unit of a level has."""


@attrs.frozen(eq=False)
class _Shape:
    """What a sequence of tags means."""

    sor_id: int
    """Number of the text that is the id."""
    cells: tuple[tuple[int, int], ...]
    """Places in the row, and the numbers of their texts."""
    missing: tuple[IssueKind, ...]
    """An issue for each element that is missing."""


class CountedUnits:
    """Reads units with errors while issues are only counted."""

    def __init__(
        self,
        layout: Layout,
        grammar: UnitGrammar,
        careful: CarefulDecoder,
        context: Context,
        needed: Mapping[str, Needed],
    ) -> None:
        self._layout = layout
        self._grammar = grammar
        self._context = context
        self._needed = needed
        self._decoder = careful
        self._tolerant: TolerantDecoder | None = None
        self._shapes: dict[Hashable, _Shape | None] = {}

    def read(
        self, unit: Element, level: str, texts: Sequence[str | None], key: Sequence[Any]
    ) -> Any:
        """Return the record of a unit, and count its issues.

        Args:
            unit: The element, without attributes.
            level: The SOR type of the unit.
            texts: The texts of its elements.
            key: Decides the tags, and which of them have a text.

        Returns:
            The record; ``None`` if the careful parser has to read the unit.
        """
        context = self._context
        if context.log.only_counted_from(context.file) is None or len(texts) > _MOST_ELEMENTS:
            return None
        try:
            shape = self._shapes[key]
        except KeyError:
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            shape = self._shapes[key] = self._shape_of(unit, level, texts)
        if shape is None:
            return None
        sor_id = texts[shape.sor_id]
        if not context.only_counts_unit(unit, sor_id):
            return None
        if self._tolerant is None:
            self._tolerant = TolerantDecoder(self._decoder, None, counting=True)
        cells = self._layout.empty.copy()
        for place, number in shape.cells:
            cells[place] = texts[number] or ""
        kinds = self._tolerant.kinds
        kinds.clear()
        record: Any = self._tolerant.decode(cells)
        if record.sor_id != sor_id and not context.only_counts_unit(unit, record.sor_id):
            return None  # the issues of missing elements have the repaired id
        context.log.tally((*kinds, *shape.missing))
        return record

    def _shape_of(self, unit: Element, level: str, texts: Sequence[str | None]) -> _Shape | None:
        try:
            meaning = self._grammar.follow(pieces_of(unit))
        except NeedsCarefulParsing:
            return None
        sor_id = _number_of_id(unit, texts)
        if sor_id is None or meaning.own_location_code or meaning.lists or meaning.specialities:
            return None
        numbers = [number for number, text in enumerate(texts) if text]
        cells = dict(zip(meaning.slots, numbers, strict=True))
        children = {step_name(child.tag) for child in unit}
        missing = [
            place not in cells if place is not None else elements.isdisjoint(children)
            for _, place, elements in self._needed[level]
        ]
        return _Shape(sor_id, tuple(cells.items()), (_MISSING,) * sum(missing))


def _number_of_id(unit: Element, texts: Sequence[str | None]) -> int | None:
    """Return the number of the text that is the SOR id of a unit."""
    for number, element in enumerate(unit.iter()):
        if element.getparent() is unit and element.tag in _ID_TAGS:
            return number if texts[number] else None
    return None
