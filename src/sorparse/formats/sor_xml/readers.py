"""The two tables of Sor.xml: units, and the location numbers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import attrs

from ...description import TableDescription
from ...issues import Issue, IssueLog
from ...records import Coded, EntityRef, Extra, LocationCode, SOREntity, SorType
from ...sources import Member
from ..base import Format, GivesNames, ReadOptions
from ..cells import BadCell, convert, to_date
from ..declare import Kind
from ..decode import CarefulDecoder, Leaf, make_plan
from ..fast import Odd
from .fast import Fast
from .names import (
    ENTITIES,
    KINDS_OF_CODES,
    LOCATION_CODE_ENTITY,
    LOCATION_CODE_PLACES,
    LOCATION_CODES,
    MANDATORY,
    OPTIONAL_IN_1_0_0,
    VERSIONS,
    tags_of,
)
from .stream import Header, chunks_of, read_header, split_tag
from .tree import LEVEL_OF, Frame, OnOwner, walk
from .units import (
    Careful,
    Context,
    Element,
    Layout,
    line_of,
    shortened_raw,
)

_TYPES = {level.value: level for level in SorType}
_put = object.__setattr__  # the record is not out of our hands yet


@attrs.define(eq=False)
class _SorXmlReader:
    """What the two readers have in common."""

    member: Member
    options: ReadOptions
    format: Format = Format.SOR_XML
    _names: GivesNames | None = None

    def use_names_from(self, names: GivesNames | None) -> None:
        """Take the names of codes from ``names`` first, then from the bundled code tables.

        ``names`` is the reader of the SorDataCodeTypes.xml that stands in the same source (see
        :class:`~sorparse.formats.sor_xml.lists.ClassificationsReader`), or anything else with a
        ``name_of(kind, code)``. Without it only the bundled tables are asked. A name from a
        bundled table is marked with ``Coded.supplied == "name"``.
        """
        self._names = names

    def header(self) -> Header | None:
        """Read what stands before the first owner."""
        with self.member.open() as stream:
            return read_header(
                chunks_of(stream), file=self.member.name, encoding=self.options.encoding
            )[0]

    def snapshot_date(self) -> date | None:
        """Read the day that the data represent; only the file's beginning is read."""
        return snapshot_date_of(self.header(), self.member, self.options)

    def _complete(self, field: str, coded: Coded) -> Coded:
        if coded.code is None or coded.name is not None:
            return coded
        kind = KINDS_OF_CODES[field]
        if self._names is not None:
            name = self._names.name_of(kind, coded.code)
            if name is not None:
                return Coded(coded.code, name)
        from ... import codes

        name = codes.name_of(kind, coded.code)
        return coded if name is None else Coded(coded.code, name, supplied="name")

    def _context(self) -> Context:
        options = self.options
        return Context(self.member.name, options.log, options.limits, options.columns)

    def _on_swap(self) -> None:
        self.options.log.add(
            Issue(
                "warning",
                "coordinates-swapped",
                "eastings stand in the northing element and northings in the easting element; "
                "each pair is told by its size and put right (reported once for the file)",
                file=self.member.name,
            )
        )

    def _decoder(self, layout: Layout) -> CarefulDecoder:
        plan = make_plan(layout.spec, [column.name for column in layout.columns], layout.columns)
        return CarefulDecoder(
            plan, repair=self.options.repair, complete=self._complete, on_swap=self._on_swap
        )


def snapshot_date_of(header: Header | None, member: Member, options: ReadOptions) -> date | None:
    """The date in a header; a bad one is reported."""
    if header is None or header.snapshot_date is None:
        return None
    try:
        return to_date(header.snapshot_date)
    except BadCell as bad:
        options.log.add(
            Issue(
                bad.severity,
                bad.code,
                str(bad),
                file=member.name,
                column="SnapshotDate",
                value=header.snapshot_date,
            )
        )
        return None


def _reporter(careful: Careful, context: Context, unit: Element) -> Callable[..., None]:
    def report(bad: BadCell, leaf: Leaf, text: str) -> None:
        context.issue(
            bad.severity,
            bad.code,
            str(bad),
            careful.lines.get(leaf.place, unit),
            leaf.header,
            value=text,
            sor_id=careful.sor_id,
        )

    return report


@attrs.define(eq=False)
class EntitiesReader(_SorXmlReader):
    """Reads the units of a Sor.xml."""

    table: str = "entities"
    on_owner: OnOwner | None = None
    """Is given the element of each owner (``InstitutionOwnerEntity``) once it is complete, after
    its units were read; what it changes in the element has no effect. Memory then grows to the
    largest owner."""

    def numbered(self) -> Iterator[tuple[int | None, SOREntity]]:
        """Read the units in document order: pairs of the line of the unit's element and its record.

        Raises SorFileError for what is not well-formed, after the units before the fault.
        """
        decoding = _UnitDecoding(self)
        return walk(
            self.member, self.options, decoding.context, decoding.read, on_owner=self.on_owner
        )

    def records(self) -> Iterator[SOREntity]:
        """Read the units in document order."""
        return (record for _, record in self.numbered())

    def describe(self) -> TableDescription:
        """Read the file once and tell its element paths, what they hold and fill."""
        from .shape import describe_units

        return describe_units(self.member, self.options, _UNIT_LAYOUT)


_UNIT_LAYOUT = Layout(ENTITIES)
_LOCATION_LAYOUT = Layout(LOCATION_CODES)
_ID_TAGS = tags_of("SorIdentifier")


class _UnitDecoding:
    """One reading of the units."""

    def __init__(self, reader: EntitiesReader) -> None:
        self._reader = reader
        self.context = reader._context()
        header = reader.header()
        version = VERSIONS.get(split_tag(header.root)[0]) if header else None
        self._mandatory = {
            level: tuple(
                field
                for field in fields
                if version != "1.0.0" or field not in OPTIONAL_IN_1_0_0.get(level, ())
            )
            for level, fields in MANDATORY.items()
        }
        self._decoder = reader._decoder(_UNIT_LAYOUT)
        self._fast = Fast(
            _UNIT_LAYOUT,
            complete=reader._complete,
            on_swap=reader._on_swap,
            mandatory={tag: self._mandatory[level] for tag, level in LEVEL_OF.items()},
        )

    def read(
        self, unit: Element, frame: Frame, odd: bool
    ) -> tuple[()] | tuple[tuple[int | None, SOREntity]]:
        """Make the record of a unit, and fill its frame for those below."""
        fast = self._fast
        try:
            if odd:
                raise Odd
            cells = fast.defaults.copy()
            fast.read(unit, cells)
            if cells[_NAME] is None or cells[_SOR_ID] is None:
                raise Odd
        except ValueError:
            record = self._careful(unit, frame.level)
            if record is None:
                return ()
            cells = [getattr(record, field) for field in fast.place_of]
        frame.sor_id = cells[_SOR_ID]
        level = frame.level
        if level == "IE":
            frame.owner = EntityRef(cells[_SOR_ID], cells[_NAME], cells[_ENTITY_TYPE])
            frame.cvr = cells[_CVR]
        elif level == "SI":
            frame.institution = EntityRef(cells[_SOR_ID], cells[_NAME], cells[_ENTITY_TYPE])
        cells[_SOR_TYPE] = _TYPES[level]
        cells[_PARENT] = frame.parent_id
        cells[_OWNER] = frame.owner
        cells[_INSTITUTION] = frame.institution
        if cells[_CVR] is None:
            cells[_CVR] = frame.cvr
        return ((unit.sourceline, fast.make(*cells)),)

    def _careful(self, unit: Element, level: str) -> SOREntity | None:
        first = next(unit.iterchildren(*_ID_TAGS), None)
        sor_id = None if first is None else (first.text or "").strip() or None
        careful = Careful(_UNIT_LAYOUT, self.context, sor_id)
        careful.read_around(unit)
        careful.read(unit)
        if careful.too_long:
            return None
        report = _reporter(careful, self.context, unit)
        record: SOREntity | None = self._decoder.decode(careful.cells, report)
        if record is None:
            self.context.issue(
                "error",
                "missing-key",
                f"the unit lacks its {ENTITIES.columns[0].name}; it is passed over",
                unit,
                ENTITIES.columns[0].name,
                raw=shortened_raw(unit),
            )
            return None
        self._missing(unit, level, careful, record)
        if careful.extra:
            _put(record, "extra", Extra(careful.extra))
        for field, ids in careful.lists.items():
            checked = (self._checked(element, field, text, sor_id) for element, text in ids)
            _put(record, field, tuple(text for text in checked if text))
        return record

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
            if self._reader.options.repair and bad.repaired is not None:
                return str(bad.repaired)
        return text

    def _missing(self, unit: Element, level: str, careful: Careful, record: SOREntity) -> None:
        for field in self._mandatory[level]:
            place = _UNIT_LAYOUT.place_of.get(field)
            elements = _UNIT_LAYOUT.elements_of(field)
            if place is None or field == "location_code_inherited":
                # a block, or an option that may stand empty: it is there, or it is not
                name = _UNIT_LAYOUT.name_of(field).partition("/")[0]
                there = not elements.isdisjoint(careful.children)
            else:
                name = _UNIT_LAYOUT.name_of(field)
                there = bool(careful.cells[place])
            if not there:
                self.context.issue(
                    "warning",
                    "missing-element",
                    f"the unit lacks {name}, which every unit of its level has",
                    unit,
                    name,
                    sor_id=record.sor_id,
                )


_PLACES = {field.name: place for place, field in enumerate(attrs.fields(SOREntity))}
_SOR_ID = _PLACES["sor_id"]
_NAME = _PLACES["name"]
_SOR_TYPE = _PLACES["sor_type"]
_ENTITY_TYPE = _PLACES["entity_type"]
_PARENT = _PLACES["parent_id"]
_OWNER = _PLACES["owner"]
_INSTITUTION = _PLACES["health_institution"]
_CVR = _PLACES["cvr"]


@attrs.define(eq=False)
class LocationCodesReader(_SorXmlReader):
    """Reads the location numbers that stand as their units' own."""

    table: str = "location_codes"

    def numbered(self) -> Iterator[tuple[int | None, LocationCode]]:
        """Read the numbers in document order: pairs of the line of their element and the record."""
        decoding = _LocationDecoding(self)
        return walk(self.member, self.options, decoding.tree_context, decoding.read)

    def records(self) -> Iterator[LocationCode]:
        """Read the numbers in document order."""
        return (record for _, record in self.numbered())

    def describe(self) -> TableDescription:
        """Read the file once and tell the element paths of the location numbers."""
        from .shape import describe_units

        return describe_units(
            self.member, self.options, _LOCATION_LAYOUT, tags_of("EanLocationCodeEntity")
        )


class _LocationDecoding:
    """One reading of the location numbers."""

    def __init__(self, reader: LocationCodesReader) -> None:
        # what stands beside the units, and around the numbers, is told when the units are read
        self.context = reader._context()
        self.tree_context = attrs.evolve(self.context, log=IssueLog())
        self._decoder = reader._decoder(_LOCATION_LAYOUT)
        self._fast = Fast(_LOCATION_LAYOUT, complete=reader._complete, on_swap=reader._on_swap)
        self._code = self._fast.place_of["location_code"]
        self._sor_id = self._fast.place_of["sor_id"]

    def read(
        self, unit: Element, _: Frame, odd: bool
    ) -> list[tuple[int | None, LocationCode]] | tuple[()]:
        """Make the records of a unit's own location numbers."""
        entities = _own_location_codes(unit)
        if not entities:
            return ()
        first = next(unit.iterchildren(*_ID_TAGS), None)
        sor_id = None if first is None else (first.text or "").strip() or None
        records = []
        for entity in entities:
            record = self._record(entity, sor_id, odd)
            if record is not None:
                records.append((line_of(entity), record))
        return records

    def _record(self, entity: Element, sor_id: str | None, odd: bool) -> LocationCode | None:
        try:
            if odd:
                raise Odd
            cells = self._fast.defaults.copy()
            self._fast.read(entity, cells)
            if cells[self._code] is None:
                raise Odd
        except ValueError:
            return self._careful(entity, sor_id)
        cells[self._sor_id] = sor_id
        made: LocationCode = self._fast.make(*cells)
        return made

    def _careful(self, entity: Element, sor_id: str | None) -> LocationCode | None:
        careful = Careful(_LOCATION_LAYOUT, self.context, sor_id)
        careful.read(entity)
        if careful.too_long:
            return None
        report = _reporter(careful, self.context, entity)
        record: LocationCode | None = self._decoder.decode(careful.cells, report)
        if record is None:
            self.context.issue(
                "error",
                "missing-key",
                "the location number's element lacks the number; it is passed over",
                entity,
                LOCATION_CODES.columns[0].name,
                sor_id=sor_id,
                raw=shortened_raw(entity),
            )
            return None
        _put(record, "sor_id", sor_id)
        if careful.extra:
            _put(record, "extra", Extra(careful.extra))
        return record


_ENTITY_TAGS = frozenset(tags_of(LOCATION_CODE_ENTITY))
_CHOICE_TAGS = tuple(
    {tag for place in LOCATION_CODE_PLACES for tag in tags_of(place.partition("/")[0])}
)


def _own_location_codes(unit: Element) -> list[Element]:
    found: list[Element] = []
    for child in unit.iterchildren(*_CHOICE_TAGS):
        if child.tag in _ENTITY_TAGS:
            found.append(child)
        else:
            found += child.iterchildren(*_ENTITY_TAGS)
    return found
