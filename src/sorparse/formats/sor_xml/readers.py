"""The units of Sor.xml."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ...description import TableDescription
from ...records import EntityRef, Extra, SOREntity, SorType
from ..base import Validator
from ..cells import BadCell, convert
from ..declare import Kind
from ..texts import Odd
from .common import XmlReader, put, reporter
from .context import Element, shortened_raw
from .fast import Fast
from .names import ENTITIES, MANDATORY, OPTIONAL_IN_1_0_0
from .namespaces import VERSIONS, tags_of
from .stream import split_tag
from .tree import LEVEL_OF, Frame, OnOwner, walk
from .units import Careful, Layout

_TYPES = {level.value: level for level in SorType}


@attrs.define(eq=False)
class EntitiesReader(XmlReader):
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
        validation = self._validation()
        on_owner = self.on_owner if validation is None else validation.check
        yield from walk(
            self.member, self.options, decoding.context, decoding.read, on_owner=on_owner
        )
        if validation is not None:
            validation.finish()

    def _validation(self) -> _Validation | None:
        header = self.header()
        if self.options.validator is None or header is None:
            return None
        namespace = split_tag(header.root)[0]
        return _Validation(self.options.validator(namespace, self.member.name), self)

    def records(self) -> Iterator[SOREntity]:
        """Read the units in document order."""
        return (record for _, record in self.numbered())

    def describe(self) -> TableDescription:
        """Read the file once and tell its element paths, what they hold and fill."""
        from .shape import describe_units

        return describe_units(self.member, self.options, _UNIT_LAYOUT)


class _Validation:
    """Validates the document of one reading, owner by owner."""

    def __init__(self, validator: Validator, reader: EntitiesReader) -> None:
        self._validator = validator
        self._reader = reader
        self._root: Element | None = None

    def check(self, owner: Element) -> None:
        """Validate an owner before it is let go."""
        if self._root is None:
            self._root = owner.getroottree().getroot()
        for issue in self._validator.check(owner):
            self._reader.options.log.add(issue)
        if self._reader.on_owner is not None:
            self._reader.on_owner(owner)

    def finish(self) -> None:
        """Validate what follows the last owner."""
        if self._root is not None:
            for issue in self._validator.finish(self._root):
                self._reader.options.log.add(issue)


_UNIT_LAYOUT = Layout(ENTITIES)
_ID_TAGS = tags_of("SorIdentifier")


class _UnitDecoding:
    """One reading of the units."""

    def __init__(self, reader: EntitiesReader) -> None:
        self._reader = reader
        self.context = reader.context()
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
        self._decoder = reader.decoder(_UNIT_LAYOUT)
        self._fast = Fast(
            _UNIT_LAYOUT,
            complete=reader.complete,
            on_swap=reader.on_swap,
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
        report = reporter(careful, self.context, unit)
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
            put(record, "extra", Extra(careful.extra))
        for field, ids in careful.lists.items():
            checked = (self._checked(element, field, text, sor_id) for element, text in ids)
            put(record, field, tuple(text for text in checked if text))
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


_PLACES = {name: place for place, name in enumerate(attrs.fields_dict(SOREntity))}
_SOR_ID = _PLACES["sor_id"]
_NAME = _PLACES["name"]
_SOR_TYPE = _PLACES["sor_type"]
_ENTITY_TYPE = _PLACES["entity_type"]
_PARENT = _PLACES["parent_id"]
_OWNER = _PLACES["owner"]
_INSTITUTION = _PLACES["health_institution"]
_CVR = _PLACES["cvr"]
