"""Read the location numbers of Sor.xml: those that units have themselves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import attrs

from ...description import TableDescription
from ...issues import NoLog
from ...records import Extra, LocationCode
from ...xml.elements import Element, shortened_raw
from ..generator import NeedsCarefulParsing
from .names import LOCATION_CODE_ENTITY, LOCATION_CODE_PLACES, LOCATION_CODES
from .namespaces import tags_of
from .reader_base import XmlReader, cell_reporter, context_of, decoder, set_frozen
from .text_shapes import Elements, Plans
from .tree import OpenUnit, walk
from .unit_grammar import UnitGrammar
from .units import Careful, Layout

LOCATION_LAYOUT = Layout(LOCATION_CODES)
_GRAMMAR = UnitGrammar(LOCATION_LAYOUT, LOCATION_LAYOUT)
_ID_TAGS = frozenset(tags_of("SorIdentifier"))


@attrs.define(eq=False)
class LocationCodesReader(XmlReader):
    """Reads the location numbers that units have themselves."""

    table: str = "location_codes"

    def numbered(self) -> Iterator[tuple[int | None, LocationCode]]:
        """Read the numbers in document order: pairs of the line of their element and the record."""
        decoding = _LocationDecoding(self)
        yield from walk(self.member, self.options, decoding.tree_context, decoding.read)

    def records(self) -> Iterator[LocationCode]:
        """Read the numbers in document order."""
        return (record for _, record in self.numbered())

    def describe(self) -> TableDescription:
        """Read the file once and return the element paths of the location numbers."""
        from .describe import describe_units

        return describe_units(
            self.member, self.options, LOCATION_LAYOUT, tags_of(LOCATION_CODE_ENTITY)
        )


class _LocationDecoding:
    """One reading of the location numbers."""

    def __init__(self, reader: LocationCodesReader) -> None:
        # anything outside the units and the numbers is reported when the units are read
        self.context = context_of(reader.member, reader.options)
        self.tree_context = attrs.evolve(self.context, log=NoLog())
        on_swap = self.context.coordinates_swapped
        self._decoder = decoder(LOCATION_LAYOUT, reader.options, reader.complete, on_swap)
        self._elements = Elements(
            Plans(
                LOCATION_LAYOUT, _GRAMMAR, mandatory={}, complete=reader.complete, on_swap=on_swap
            )
        )

    def read(
        self, unit: Element, _: OpenUnit, is_unusual: bool
    ) -> list[tuple[int | None, LocationCode]] | tuple[()]:
        """Build the records of a unit's own location numbers."""
        entities = _own_location_codes(unit)
        if not entities:
            return ()
        first = next((child for child in unit if child.tag in _ID_TAGS), None)
        sor_id = None if first is None else (first.text or "").strip() or None
        records = []
        for entity in entities:
            record = self._record(entity, sor_id, is_unusual)
            if record is not None:
                records.append((self.tree_context.start_line(entity), record))
        return records

    def _record(self, entity: Element, sor_id: str | None, is_unusual: bool) -> LocationCode | None:
        try:
            if is_unusual:
                raise NeedsCarefulParsing
            made = self._elements.read(entity)
        except ValueError:
            return self._careful(entity, sor_id)
        made.sor_id = sor_id
        made.__class__ = LocationCode
        record: LocationCode = made
        return record

    def _careful(self, entity: Element, sor_id: str | None) -> LocationCode | None:
        careful = Careful(LOCATION_LAYOUT, self.context, sor_id)
        careful.read(entity)
        if careful.too_long:
            return None
        record: LocationCode | None = None
        if any(careful.cells):
            report = cell_reporter(self.context, careful.lines, entity, sor_id)
            record = self._decoder.decode(careful.cells, report)
        if record is None:
            self.context.issue(
                "error",
                "missing-key",
                "the element has no location number; it is not read",
                entity,
                LOCATION_CODES.columns[0].name,
                sor_id=sor_id,
                raw=partial(shortened_raw, entity),
            )
            return None
        set_frozen(record, "sor_id", sor_id)
        if careful.extra:
            set_frozen(record, "extra", Extra(careful.extra))
        return record


_ENTITY_TAGS = frozenset(tags_of(LOCATION_CODE_ENTITY))
_CHOICE_TAGS = tuple(
    {tag for place in LOCATION_CODE_PLACES for tag in tags_of(place.partition("/")[0])}
)


def _own_location_codes(unit: Element) -> list[Element]:
    own: list[Element] = []
    for child in unit.iterchildren(*_CHOICE_TAGS):
        if child.tag in _ENTITY_TAGS:
            own.append(child)
        else:
            own += child.iterchildren(*_ENTITY_TAGS)
    return own
