r"""The fastest parser of a unit: from its text to a record, without elements.

The text of a leaf is between ``>`` and ``</``. One regular expression splits a unit into these
texts and the pieces between them: the end of one leaf, the start of the next, and what lies
between. ::

    '<HealthInstitution>\n\t<SorIdentifier'              '21000016006'
    'SorIdentifier>\n\t<EntityName'                     'Lungeklinik'
    'EntityName>\n\t<SorStatus>\n\t\t<FromDate'     '2020-01-02'
    'FromDate>\n\t</SorStatus>\n</HealthInstitution>'

The pieces together are the *skeleton* of the unit. A register has few of them; for each,
the column of every text is found once, tag by tag (see ``unit_grammar.py``).

A skeleton is accepted only if it consists of declared tags, as programs write them, and
whitespace, and if the tags match; a text only if it is printable and has no markup. So a unit that
is read here is well-formed, without an XML parser. Anything else raises
:class:`~sorparse.formats.texts.NeedsCarefulParsing`; then a parser reads the unit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from operator import attrgetter, itemgetter
from typing import Any

import attrs

from ...records import Coded, Extra
from ...records.values import NO_EXTRA
from ...xml.elements import Element, split_tag
from ..cells import convert
from ..declare import Kind
from ..decode import CarefulDecoder, Complete, make_plan
from ..generator import Memo, NeedsCarefulParsing
from ..record_writer import Getter, RecordWriter
from .names import COUNTRY_SCHEME, MAIN_SPECIALITY
from .unit_grammar import ABSENT, Tag, UnitGrammar, UnitMeaning, pieces_of
from .units import Layout

# First and last character are not whitespace, and there is no ``<``: each text is the whole text of
# a leaf, without the whitespace around it.
_TEXTS = re.compile(r">([^\s<][^<]*+)(?<=\S)</")
_TAG = re.compile(
    rf"""[ \t\r\n]*+<(/?)([^\s<>/="'!?]+)((?: {COUNTRY_SCHEME[1]}="{COUNTRY_SCHEME[2]}")?)( ?/)?>"""
)
MOST_SKELETONS = 4096
_MOST_CHARS = 8_000_000
"""Characters in all skeletons that are remembered."""


@attrs.frozen(eq=False)
class _Known:
    """The fields of the texts of a skeleton."""

    getters: tuple[Getter, ...]
    lines: int
    """Line ends in it."""
    own_location_code: bool
    lists: tuple[tuple[str, tuple[int, ...]], ...]
    """Fields that hold lists, and the numbers of their texts."""
    specialities: tuple[tuple[str, ...], Getter] | None
    """Paths of the types of the specialities; picks code and type of each, in turn."""
    texts: Callable[[Sequence[Any]], Sequence[Any]] = tuple
    """Selects the texts that are not empty from the texts of all elements."""


class Plans:
    """Builds records from texts, once the element of each text is known."""

    def __init__(
        self,
        layout: Layout,
        grammar: UnitGrammar,
        *,
        mandatory: Mapping[str, Sequence[str]],
        complete: Complete,
        on_swap: Callable[[], object],
    ) -> None:
        self._layout = layout
        self._grammar = grammar
        self._mandatory = mandatory
        plan = make_plan(layout.spec, [column.name for column in layout.columns], layout.columns)
        careful = CarefulDecoder(plan, repair=False, complete=complete, on_swap=on_swap)
        self._writer = RecordWriter(careful, trimmed_texts=True, omitted=("specialities",))
        self._make = self._writer.record(frozen=False)
        self._known: dict[Any, _Known | None] = {}
        self._room = _MOST_CHARS
        self._specialities = _speciality_memo(complete)

    def record(self, known: _Known, texts: list[Any]) -> Any:
        """Build a record, not yet frozen; ``texts`` ends with ``None``."""
        record = self._make(texts, known.getters)
        if known.own_location_code and record.location_code_inherited is None:
            record.location_code_inherited = False
        if known.specialities is not None:
            types, pick = known.specialities
            key = (*types, *[text.strip() if text else "" for text in pick(texts)])
            record.specialities, record.extra = self._specialities[key]
        for field, numbers in known.lists:
            setattr(record, field, tuple([convert(Kind.SOR_ID, texts[at]) for at in numbers]))
        return record

    def learn(
        self, pieces: Iterable[Sequence[Tag]], *, first: int, step: int, lines: int = 0
    ) -> _Known:
        """Find the field of each text; the first is at ``first``, the next ``step`` further."""
        meaning = self._grammar.follow(pieces)
        self._require(meaning)
        number_of = {slot: first + step * number for number, slot in enumerate(meaning.slots)}

        def numbers_of(slots: Iterable[int]) -> tuple[int, ...]:
            return tuple(number_of.get(slot, ABSENT) for slot in slots)

        specialities = None
        if meaning.specialities:
            slots = (slot for code, kind, _ in meaning.specialities for slot in (code, kind))
            types = tuple(path for _, _, path in meaning.specialities)
            specialities = types, itemgetter(*numbers_of(slots))
        return _Known(
            self._writer.getters(number_of),
            lines,
            meaning.own_location_code,
            tuple((field, numbers_of(slots)) for field, slots in meaning.lists),
            specialities,
        )

    def known(self, key: Any, size: int, learn: Callable[[], _Known]) -> _Known:
        """Return the fields of the texts in a sequence of tags.

        ``learn`` is called for a new one. Its result, or that it raised NeedsCarefulParsing, is
        remembered within a bound of entries and characters.

        Raises:
            NeedsCarefulParsing: If the sequence is irregular.
        """
        try:
            known = self._known[key]
        except KeyError:
            known = None
            with suppress(NeedsCarefulParsing):
                known = learn()
            self._remember(key, known, size)
        if known is None:
            raise NeedsCarefulParsing
        return known

    def _remember(self, key: Any, known: _Known | None, size: int) -> None:
        if len(self._known) >= MOST_SKELETONS or size > self._room:
            self._known.clear()
            self._room = _MOST_CHARS
        self._room -= size
        self._known[key] = known

    def _require(self, meaning: UnitMeaning) -> None:
        """Raise NeedsCarefulParsing if a unit lacks an element that every unit of its level has."""
        needed = list(self._layout.spec.required)
        if self._mandatory:
            needed.append("name")
        for field in self._mandatory.get(meaning.unit, ()):
            if field in self._layout.place_of and field != "location_code_inherited":
                needed.append(field)
            elif meaning.blocks.isdisjoint(self._layout.elements_of(field)):
                raise NeedsCarefulParsing
        if not {self._layout.place_of[field] for field in needed}.issubset(meaning.slots):
            raise NeedsCarefulParsing


class TextShapes:
    """Reads units from their text."""

    def __init__(self, plans: Plans, tags: Mapping[str, str]) -> None:
        """``tags``: the names of elements with their prefixes, and their full tags."""
        self._plans = plans
        self._tags = tags
        self._split = _TEXTS.split
        self._tags_of = Memo(self._read_tags)

    def read(self, unit: str) -> tuple[Any, int]:
        """Build a record, not yet frozen, from the text of a unit; return it with its line ends.

        Raises:
            NeedsCarefulParsing: If the careful parser has to read the unit.
            BadCell: Likewise, if a text is invalid.
        """
        plans = self._plans
        texts: list[Any] = self._split(unit)
        skeleton = tuple(texts[::2])
        known = plans.known(skeleton, len(unit), lambda: self._learn(skeleton))
        together = "".join(texts[1::2])
        if not together.isprintable() or "&" in together or "]]>" in together:
            raise NeedsCarefulParsing
        texts.append(None)  # ABSENT
        return plans.record(known, texts), known.lines

    def _learn(self, skeleton: Sequence[str]) -> _Known:
        pieces = map(self._tags_of.__getitem__, skeleton)
        lines = sum(piece.count("\n") for piece in skeleton)
        return self._plans.learn(pieces, first=1, step=2, lines=lines)

    def _read_tags(self, piece: str) -> tuple[Tag, ...]:
        """Read the tags of a piece."""
        text = piece if piece.startswith("<") else f"</{piece}"
        text += "" if piece.endswith(">") else ">"
        tags, at = [], 0
        while at < len(text):
            match = _TAG.match(text, at)
            if match is None:
                raise NeedsCarefulParsing
            closes, name, scheme, empty = match.groups()
            tag = self._tags.get(name)
            if tag is None or (closes and (scheme or empty)):
                raise NeedsCarefulParsing
            if scheme and split_tag(tag)[1] != COUNTRY_SCHEME[0]:
                raise NeedsCarefulParsing
            tags.append((name, tag, not closes, bool(closes or empty)))
            at = match.end()
        return tuple(tags)


_tag_of, _text_of, _tail_of = attrgetter("tag"), attrgetter("text"), attrgetter("tail")


class Elements:
    """Reads units, or location numbers, from their elements."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    def read(self, element: Element, taken: Taken | None = None) -> Any:
        """Build a record, not yet frozen; raises the same errors as TextShapes.read.

        ``taken``: the result of :func:`texts_and_key`, if it is known.
        """
        plans = self._plans
        texts, key = taken or texts_and_key(element)

        def learn() -> _Known:
            at = tuple(number for number, text in enumerate(texts) if text)
            learned = plans.learn(pieces_of(element), first=0, step=1)
            return attrs.evolve(learned, texts=_getter(at))

        known = plans.known(key, 8 * len(key), learn)
        return plans.record(known, [*known.texts(texts), None])


Taken = tuple[list[str | None], tuple[Any, ...]]
"""The texts of an element and those in it, and what decides their meaning."""


def texts_and_key(element: Element) -> Taken:
    """Return the texts of an element and those in it, and what decides their meaning.

    Raises:
        NeedsCarefulParsing: If there is a text between elements.
    """
    elements = list(element.iter())
    if any(map(_tail_of, elements)):
        raise NeedsCarefulParsing
    texts = [(text and text.strip()) or None for text in map(_text_of, elements)]
    # the sequence of tags leaves one thing open: whether a status at the end of a location
    # number is the number's or the unit's; the number of children shows which
    return texts, (len(element), *map(_tag_of, elements), *map(bool, texts))


def _getter(places: Sequence[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    if len(places) == 1:
        return lambda texts: (texts[places[0]],)
    return itemgetter(*places)


_Specialities = tuple[tuple[Coded, ...], Extra]


def _speciality_memo(complete: Complete) -> Memo:
    """Return a memo from the paths of the types, then code and type of each in turn."""

    def make(key: Sequence[str]) -> _Specialities:
        count = len(key) // 3
        return _read_specialities(key[:count], key[count:], complete)

    return Memo(make)


def _read_specialities(
    types: Sequence[str], texts: Sequence[str], complete: Complete
) -> _Specialities:
    """Build specialities from code and type in turn; ``types`` are the paths of the types.

    The main one is first; the types of the others have no field and go to extra.
    """
    pairs = list(zip(texts[::2], texts[1::2], strict=True))
    extra = {
        path: kind
        for path, (_, kind) in zip(types, pairs, strict=True)
        if kind not in ("", MAIN_SPECIALITY)
    }
    pairs.sort(key=lambda pair: pair[1] != MAIN_SPECIALITY)
    codes = [code for code, _ in pairs]
    while codes and not codes[-1]:
        codes.pop()
    specialities = tuple(complete("specialities", Coded(code or None)) for code in codes)
    return specialities, Extra(extra) if extra else NO_EXTRA
