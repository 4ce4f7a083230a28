"""Build the record of a unit from its element and its place in the tree."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ...records import EntityRef, Extra, SOREntity, SorType
from ...records.build import builder_of
from ...xml.elements import Element, shortened_raw, split_tag
from ..base import ReadOptions
from ..cells import BadCell, convert
from ..declare import Kind
from ..generator import NeedsCarefulParsing
from .counted_units import CountedUnits
from .location_codes import LOCATION_LAYOUT
from .names import ENTITIES, MANDATORY, OPTIONAL_IN_1_0_0
from .namespaces import VERSIONS, tags_of
from .reader_base import cell_reporter, context_of, decoder, set_frozen
from .reporting import step_name
from .text_shapes import Elements, Plans, texts_and_key
from .tree import LEVEL_OF, Ancestry, OpenUnit
from .unit_grammar import UnitGrammar
from .units import Careful, Layout

if TYPE_CHECKING:
    from .readers import EntitiesReader

UNIT_LAYOUT = Layout(ENTITIES)
GRAMMAR = UnitGrammar(UNIT_LAYOUT, LOCATION_LAYOUT)
_KEY = ENTITIES.columns[0].name
_ID_TAGS = frozenset(tags_of("SorIdentifier"))


class UnitDecoding:
    """One pass over the units."""

    def __init__(self, reader: EntitiesReader, options: ReadOptions) -> None:
        self.context = context_of(reader.member, options)
        self.header = reader.header()
        self._options = options
        self.complete = reader.complete
        version = VERSIONS.get(split_tag(self.header.root)[0]) if self.header else None
        self.mandatory = {
            level: tuple(
                field
                for field in fields
                if version != "1.0.0" or field not in OPTIONAL_IN_1_0_0.get(level, ())
            )
            for level, fields in MANDATORY.items()
        }
        self._needed = {level: [*map(_needed, fields)] for level, fields in self.mandatory.items()}
        self._decoder = decoder(
            UNIT_LAYOUT, options, reader.complete, self.context.coordinates_swapped
        )
        self.plans = Plans(
            UNIT_LAYOUT,
            GRAMMAR,
            mandatory={tag: self.mandatory[level] for tag, level in LEVEL_OF.items()},
            complete=reader.complete,
            on_swap=self.context.coordinates_swapped,
        )
        self._elements = Elements(self.plans)
        self._counted = CountedUnits(
            UNIT_LAYOUT, GRAMMAR, self._decoder, self.context, self._needed
        )

    def read(
        self, unit: Element, frame: OpenUnit, is_unusual: bool
    ) -> tuple[()] | tuple[tuple[int | None, SOREntity]]:
        """Build the record of a unit, and fill its frame for those below."""
        record = self.decode_unit(unit, frame.level, is_unusual)
        if record is None:
            return ()
        return ((self.context.start_line(unit), self.place_in_tree(record, frame)),)

    def decode_unit(self, unit: Element, level: str, is_unusual: bool) -> Any:
        """Return the record of a unit from its element, not yet frozen.

        Returns ``None``, and reports an issue, if the unit cannot become a record.
        """
        if is_unusual and self._is_unusual(unit):
            return _opened(self._careful(unit, level))
        if not (len(unit) or unit.text or unit.tail):
            self._without_key(unit)
            return None
        try:
            taken = texts_and_key(unit)
        except NeedsCarefulParsing:
            return _opened(self._careful(unit, level))
        try:
            return self._elements.read(unit, taken)
        except ValueError:
            record = self._counted.read(unit, level, *taken)
        return _opened(self._careful(unit, level) if record is None else record)

    def place_in_tree(self, record: Any, place: Ancestry) -> SOREntity:
        """Fill in the values that follow from the place in the tree; pass them to units below."""
        level = place.level
        place.sor_id = record.sor_id
        if level == "IE":
            place.owner = EntityRef(record.sor_id, record.name, record.entity_type)
            place.cvr = record.cvr
        elif level == "SI":
            place.institution = EntityRef(record.sor_id, record.name, record.entity_type)
        record.sor_type = _TYPES[level]
        record.parent_id = place.parent_id
        record.owner = place.owner
        record.health_institution = place.institution
        if record.cvr is None:
            record.cvr = place.cvr
        record.__class__ = SOREntity
        settled: SOREntity = record
        return settled

    def _is_unusual(self, unit: Element) -> bool:
        """Return whether a unit, or its container, has attributes, or the unit a long text."""
        container = unit.getparent()
        if container is not None and container.keys():
            return True
        most = self.context.limits.max_field_chars
        return any(
            element.keys() or (element.text and len(element.text) > most) for element in unit.iter()
        )

    def _careful(self, unit: Element, level: str) -> SOREntity | None:
        first = next((child for child in unit if child.tag in _ID_TAGS), None)
        sor_id = None if first is None else (first.text or "").strip() or None
        careful = Careful(UNIT_LAYOUT, self.context, sor_id)
        careful.read_around(unit)
        careful.read(unit)
        if careful.too_long:
            return None
        record: SOREntity | None = None
        if any(careful.cells):
            report = cell_reporter(self.context, careful.lines, unit, sor_id)
            record = self._decoder.decode(careful.cells, report)
        if record is None:
            self._without_key(unit)
            return None
        self._missing(unit, level, careful, record)
        if careful.extra:
            set_frozen(record, "extra", Extra(careful.extra))
        for field, ids in careful.lists.items():
            checked = (self._checked(element, field, text, sor_id) for element, text in ids)
            set_frozen(record, field, tuple(text for text in checked if text))
        return record

    def _without_key(self, unit: Element) -> None:
        self.context.issue(
            "error",
            "missing-key",
            f"the unit lacks its {_KEY}; it is not read",
            unit,
            _KEY,
            raw=partial(shortened_raw, unit),
        )

    def _checked(self, element: Element, field: str, text: str, sor_id: str | None) -> str:
        try:
            convert(Kind.SOR_ID, text)
        except BadCell as bad:
            self.context.issue(
                bad.severity,
                bad.code,
                str(bad),
                element,
                ENTITIES.column_of(field).name,
                value=text,
                sor_id=sor_id,
            )
            if self._options.repair and bad.repaired is not None:
                return str(bad.repaired)
        return text

    def _missing(self, unit: Element, level: str, careful: Careful, record: SOREntity) -> None:
        children: set[str] | None = None
        for name, place, elements in self._needed[level]:
            if place is None:
                if children is None:
                    children = {step_name(child.tag) for child in unit}
                is_there = not elements.isdisjoint(children)
            else:
                is_there = bool(careful.cells[place])
            if not is_there:
                self.context.issue(
                    "warning",
                    "missing-element",
                    f"the unit lacks {name}, which every unit of its level has",
                    unit,
                    name,
                    sor_id=record.sor_id,
                )


def _opened(record: Any) -> Any:
    """Return a record that can be changed until it has its place in the tree."""
    if record is not None:
        set_frozen(record, "__class__", builder_of(SOREntity))
    return record


def _needed(field: str) -> tuple[str, int | None, frozenset[str]]:
    """Return name, place in the row and elements of the fields that every unit of a level has.

    A block, or an indicator that may be empty, has no place: only its element has to exist.
    """
    name, place = UNIT_LAYOUT.name_of(field), UNIT_LAYOUT.place_of.get(field)
    if place is None or field == "location_code_inherited":
        name, place = name.partition("/")[0], None
    return name, place, UNIT_LAYOUT.elements_of(field)


_TYPES = {level.value: level for level in SorType}
