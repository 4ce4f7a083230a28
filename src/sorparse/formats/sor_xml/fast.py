"""The fast way from a unit's element to its record.

A register has few *shapes* of units: sequences of elements. For each shape it is worked out once
which text belongs to which field; after that a unit costs a list of its texts and a few look-ups,
since values that repeat (addresses, dates, codes) are built once for each combination of texts.

Whatever the declaration does not foresee gives no plan or raises
:class:`~sorparse.formats.fast.Odd`, and the unit is taken the careful way, which tells what is
wrong. A test holds one way against the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any

import attrs

from ...records import Address, Coded, Extra, Validity
from ...records.build import builder_of, compile_function, fast_constructor
from ...records.values import ALWAYS, NO_EXTRA
from ..cells import CONVERTERS, convert
from ..declare import Kind
from ..decode import NORTHING_FROM, Complete, Group, Leaf, make_plan, straighten, trimmed
from ..texts import Memo, Odd
from .assemble import to_metres
from .context import Element
from .memos import Bound, BoundMemo, Pairs, Texts, Values
from .names import MAIN_SPECIALITY, MOST_SPECIALITIES
from .survey import ABSENT, Surveyor
from .units import Layout

_tag_of, _text_of, _tail_of = attrgetter("tag"), attrgetter("text"), attrgetter("tail")

Build = Callable[[Texts], Any]

_MOST_SHAPES = 4096
_UNIQUE_FIELDS = {"virtual_address"}
_UNIQUE = (Kind.SOR_ID, Kind.LOCATION_CODE)
"""Kinds of which nearly every value is another one: looking them up costs more than it saves."""


@attrs.frozen(eq=False)
class _Shape:
    """Where a unit of one shape has its texts."""

    plain: tuple[tuple[int, int], ...]
    """Field and text, for texts that are taken as they are."""
    unique: tuple[tuple[int, int, Callable[[str], Any]], ...]
    """Field, text, and what makes the value."""
    built: tuple[tuple[int, Callable[[Texts], Any], Build], ...]
    """Field, what gives the texts, and what makes the value of them."""
    looked_up: tuple[tuple[Callable[[Texts], Any], Mapping[Any, Pairs]], ...]
    lists: tuple[tuple[int, tuple[int, ...]], ...]
    fixed: Pairs
    """Fields that follow from the shape."""
    containers: Callable[[Texts], tuple[str | None, ...]]
    """Gives the texts of elements that may hold none."""


class Fast:
    """Makes records of one table from their elements."""

    def __init__(
        self,
        layout: Layout,
        *,
        complete: Complete,
        on_swap: Callable[[], object],
        mandatory: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """``mandatory``: full tag of a unit to the fields that it may not lack."""
        self._layout = layout
        self._complete = complete
        self._on_swap = on_swap
        self._mandatory = mandatory or {}
        fields = attrs.fields(layout.spec.record)
        self.place_of = {field.name: place for place, field in enumerate(fields)}
        self.defaults = [
            None if field.default is attrs.NOTHING else field.default for field in fields
        ]
        self.make = fast_constructor(layout.spec.record)
        self._field_of = [
            column.field.partition(".")[0].partition("[")[0] for column in layout.columns
        ]
        names = [column.name for column in layout.columns]
        self._parts = make_plan(layout.spec, names, layout.columns).fields
        self._memos: dict[Kind, Memo] = {}
        self._plain: dict[int, int] = {}
        self._unique: dict[int, tuple[int, Callable[[str], Any]]] = {}
        self._built: list[tuple[int, list[int], Build]] = []
        self._values: list[Values] = []
        self._lay_out()
        self._specialities: dict[tuple[str, ...], BoundMemo] = {}
        self._specialities_bound = Bound()
        self._shapes: dict[tuple[Any, ...], _Shape | None] = {}

    def read(self, element: Element, cells: list[Any]) -> None:
        """Fill the fields of a record, in their order.

        Raises Odd, or BadCell, for what the careful way has to look at.
        """
        elements = list(element.iter())
        texts = list(map(_text_of, elements))
        # the sequence of tags leaves one thing open: whether a status at the end of a location
        # number is the number's or the unit's; the number of children tells
        key = (len(element), *map(_tag_of, elements))
        try:
            shape = self._shapes[key]
        except KeyError:
            shape = self._shape_of(key, element)
        if shape is None or any(map(_tail_of, elements)):
            raise Odd
        texts.append("")  # ABSENT
        if any(shape.containers(texts)):
            raise Odd
        for index, at in shape.plain:
            text = texts[at]
            if text:
                cells[index] = text.strip() or None
        for index, at, value_of in shape.unique:
            text = texts[at]
            if text:
                text = text.strip()
                cells[index] = value_of(text) if text else None
        for index, texts_of, build in shape.built:
            cells[index] = build(texts_of(texts))
        for texts_of, memo in shape.looked_up:
            for index, value in memo[texts_of(texts)]:
                cells[index] = value
        for index, value in shape.fixed:
            if cells[index] is None:
                cells[index] = value
        for index, places in shape.lists:
            ids = ((texts[at] or "").strip() for at in places)
            cells[index] = tuple(convert(Kind.SOR_ID, text) for text in ids if text)

    # -- shapes ------------------------------------------------------------------------------

    def _shape_of(self, key: tuple[Any, ...], element: Element) -> _Shape | None:
        if len(self._shapes) >= _MOST_SHAPES:
            self._shapes.clear()
            for values in self._values:
                values.forget()
            self._specialities.clear()
            self._specialities_bound.forget()
        shape = Surveyor(self._layout).survey(element)
        made = None if shape is None else self._plan(shape, str(element.tag))
        self._shapes[key] = made
        return made

    def _plan(self, found: Surveyor, tag: str) -> _Shape | None:
        at = found.at
        for field in self._mandatory.get(tag, ()):
            names = self._layout.elements_of(field)
            if not names & found.names:
                return None
        looked_up: list[tuple[Callable[[Texts], Any], Mapping[Any, Pairs]]] = []
        for values in self._values:
            present = tuple(place for place in values.places if place in at)
            if present:
                getter = itemgetter(*(at[place] for place in present), ABSENT)
                looked_up.append((getter, values.memo_of(present)))
        if found.specialities:
            if len(found.specialities) > MOST_SPECIALITIES:
                return None
            flat = [place for code, kind, _ in found.specialities for place in (code, kind)]
            types = tuple(path for _, _, path in found.specialities)
            looked_up.append((itemgetter(*flat), self._specialities_of(types)))
        fixed: list[tuple[int, Any]] = []
        if found.own_location_code:
            fixed.append((self.place_of["location_code_inherited"], False))
        return _Shape(
            tuple((index, at[place]) for place, index in self._plain.items() if place in at),
            tuple(
                (index, at[place], value_of)
                for place, (index, value_of) in self._unique.items()
                if place in at
            ),
            tuple(
                (index, _getter([at.get(place, ABSENT) for place in places]), build)
                for index, places, build in self._built
                if any(place in at for place in places)
            ),
            tuple(looked_up),
            tuple((self.place_of[field], tuple(ats)) for field, ats in found.lists.items()),
            tuple(fixed),
            _getter(found.containers),
        )

    # -- values ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Sort the columns: plain texts, unique values, and those that are looked up."""
        groups: dict[str, list[int]] = {}
        for place, column in enumerate(self._layout.columns):
            field = self._field_of[place]
            part = self._parts[field]
            if field == "specialities":
                continue
            if isinstance(part, Leaf) and column.kind in _UNIQUE:
                self._unique[place] = (self.place_of[field], CONVERTERS[column.kind])
            elif isinstance(part, Leaf) and column.kind is Kind.TEXT:
                self._plain[place] = self.place_of[field]
            else:
                # what stands in one element is looked up together
                first, slash, _ = column.name.partition("/")
                groups.setdefault(first if slash else column.name, []).append(place)
        for places in groups.values():
            fields = {self._field_of[place] for place in places}
            if fields <= _UNIQUE_FIELDS:
                (field,) = fields
                position = {place: number for number, place in enumerate(places)}
                build = self._builder(field, self._parts[field], position)
                self._built.append((self.place_of[field], places, build))
            else:
                self._values.append(Values(tuple(places), self._maker(places)))

    def _maker(self, places: list[int]) -> Callable[[Texts], Pairs]:
        position = {place: number for number, place in enumerate(places)}
        fields = dict.fromkeys(self._field_of[place] for place in places)
        builders = [
            (self.place_of[field], self._builder(field, self._parts[field], position))
            for field in fields
        ]
        needed = {field for fields in self._mandatory.values() for field in fields}
        musts = [position[place] for place in places if self._layout.columns[place].field in needed]
        if self._layout.columns[places[0]].field == "location_code_inherited":
            musts = []  # its place may be taken by a location number
        defaults = self.defaults

        if len(builders) == 1 and not musts:
            ((only, build_only),) = builders
            return lambda texts: ((only, build_only(texts)),)

        def make(texts: Texts) -> Pairs:
            for must in musts:
                if not (texts[must] or "").strip():
                    raise Odd
            values = ((index, build(texts)) for index, build in builders)
            return tuple((index, value) for index, value in values if value is not defaults[index])

        return make

    def _builder(self, field: str, part: Leaf | Group, position: Mapping[int, int]) -> Build:
        build = self._build(part, position)
        if isinstance(part, Group) and part.cls is Coded:
            complete = self._complete
            return lambda texts: None if (coded := build(texts)) is None else complete(field, coded)
        return build

    def _build(self, part: Leaf | Group, position: Mapping[int, int]) -> Build:
        if isinstance(part, Leaf):
            at = position[part.place]
            if part.column.kind is Kind.TEXT:
                return lambda texts: (texts[at] or "").strip() or None
            read = self._reader_of(part.column.kind)
            return lambda texts: read(text.strip()) if (text := texts[at]) else None
        if part.cls is None:
            builds = [self._build(inner, position) for inner in part.parts.values()]
            return lambda texts: trimmed([build(texts) for build in builds])
        return self._object_of(part.cls, part.parts, position)

    def _object_of(
        self, cls: type[Any], parts: Mapping[str, Leaf | Group], position: Mapping[int, int]
    ) -> Build:
        """Write a function that makes a value object: most addresses are built only once."""
        names: dict[str, Any] = {
            "new": object.__new__,
            "Builder": builder_of(cls),
            "Record": cls,
            "nothing": ALWAYS if cls is Validity else None,
            "straighten": self._straighten,
            "NORTHING_FROM": NORTHING_FROM,
        }
        own = "".join(
            f"texts[{position[part.place]}], " for part in parts.values() if isinstance(part, Leaf)
        )
        lines = [
            "def build(texts):",
            f"    text = ''.join(filter(None, ({own})))",
            "    if not text or text.isspace():",
            "        return nothing",
            "    record = new(Builder)",
        ]
        for field in attrs.fields(cls):
            part = parts.get(field.name)
            if part is None:
                lines.append(f"    record.{field.name} = None")
                continue
            assert isinstance(part, Leaf), "the values of a block's object are plain"
            lines.append(f"    text = texts[{position[part.place]}]")
            value = "text.strip()"
            if part.column.kind is Kind.TEXT:
                value += " or None"
            else:
                kind = part.column.kind
                names[kind.name] = self._reader_of(kind)
                value = f"{kind.name}({value})"
            lines.append(f"    record.{field.name} = ({value}) if text else None")
        if cls is Address:
            lines.append(
                "    if record.easting is not None and record.easting > NORTHING_FROM:\n"
                "        straighten(record)"
            )
        lines += ["    record.__class__ = Record", "    return record"]
        return compile_function("build", "\n".join(lines) + "\n", names, f"build {cls.__name__}")

    def _reader_of(self, kind: Kind) -> Callable[[str], Any]:
        """What makes a value of a stripped text: with a memory, where values repeat."""
        if kind in _UNIQUE:
            return lambda text: convert(kind, text)
        if kind in (Kind.EASTING, Kind.NORTHING):
            return to_metres
        if kind not in self._memos:
            self._memos[kind] = Memo(lambda text: convert(kind, text))
        return self._memos[kind].__getitem__

    def _straighten(self, record: Any) -> None:
        pair = {"easting": record.easting, "northing": record.northing}
        straighten(pair, self._on_swap)
        record.easting, record.northing = pair["easting"], pair["northing"]

    def _specialities_of(self, types: tuple[str, ...]) -> BoundMemo:
        """The memo for specialities whose types stand in elements of these paths."""
        if types not in self._specialities:
            self._specialities[types] = self._specialities_bound.memo(
                lambda texts: self._make_specialities(texts, types)
            )
        return self._specialities[types]

    def _make_specialities(self, texts: Texts, types: tuple[str, ...]) -> Pairs:
        found, extra = read_specialities(texts, types, self._complete)
        made: Pairs = ((self.place_of["specialities"], found),)
        return (*made, (self.place_of["extra"], extra)) if extra else made


def read_specialities(
    texts: Texts, types: tuple[str, ...], complete: Complete
) -> tuple[tuple[Coded, ...], Extra]:
    """Make specialities of code and type in turn; ``types`` are the paths of the types.

    The order tells which is the main one; the type of the others has no field and goes to extra.
    """
    stripped = [text.strip() if text else "" for text in texts]
    pairs = list(zip(stripped[::2], stripped[1::2], strict=True))
    extra = {
        path: kind
        for path, (_, kind) in zip(types, pairs, strict=True)
        if kind not in ("", MAIN_SPECIALITY)
    }
    pairs.sort(key=lambda pair: pair[1] != MAIN_SPECIALITY)
    codes = [code for code, _ in pairs]
    while codes and not codes[-1]:
        codes.pop()
    found = tuple(complete("specialities", Coded(code or None)) for code in codes)
    return found, Extra(extra) if extra else NO_EXTRA


def _getter(places: Sequence[int]) -> Callable[[Texts], Any]:
    """Gives the texts at the places, always as a tuple (one place alone would give no tuple)."""
    return itemgetter(*places, *[ABSENT] * max(0, 2 - len(places)))
