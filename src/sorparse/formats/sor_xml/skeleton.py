r"""The fastest way to a record: from the text of a unit, without making its elements.

A text in a leaf stands between ``>`` and ``</``. One regular expression takes a unit apart into
those texts and the pieces between them: the end of one leaf, the start of the next, and what lies
between. ::

    '<HealthInstitution>\n\t<SorIdentifier'              '21000016006'
    'SorIdentifier>\n\t<EntityName'                     'Lungeklinik'
    'EntityName>\n\t<SorStatus>\n\t\t<FromDate'     '2020-01-02'
    'FromDate>\n\t</SorStatus>\n</HealthInstitution>'

The pieces together are the *skeleton* of the unit. A register has few of them; for each it is
worked out once, tag by tag, which column each text belongs to (see ``outline.py``).

A skeleton is known only where it consists of declared tags, written as programs write them, and
blanks, and where the tags match; a text is taken only where it is printable and holds no markup.
So no XML parser is needed to know that a unit read here is well-formed. Anything else raises
:class:`~sorparse.formats.texts.Odd`; then a parser looks at the unit.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

import attrs

from ..cells import convert
from ..declare import Kind
from ..texts import Memo, Odd
from .assemble import Assembler, Getters, Texts
from .decoding import UNIT_LAYOUT, UnitDecoding
from .fast import read_specialities
from .memos import Bound, BoundMemo
from .names import COUNTRY_SCHEME
from .outline import Found, Outline, Tag
from .stream import split_tag
from .survey import ABSENT
from .tree import LEVEL_OF

# First and last character are no blanks, and there is no ``<``: so each text is the whole text of
# a leaf, as it is to be read.
_TEXTS = re.compile(r">([^\s<][^<]*+)(?<=\S)</")
_TAG = re.compile(
    rf"""[ \t\r\n]*+<(/?)([^\s<>/="'!?]+)((?: {COUNTRY_SCHEME[1]}="{COUNTRY_SCHEME[2]}")?)( ?/)?>"""
)
_MOST_SKELETONS = 4096
_MOST_CHARS = 8_000_000
"""Characters in all skeletons that are remembered."""


@attrs.frozen(eq=False)
class _Known:
    """What is known of a skeleton."""

    getters: Getters
    lines: int
    """Line ends in it."""
    own_location_code: bool
    lists: tuple[tuple[str, tuple[int, ...]], ...]
    """Fields that hold lists, and the numbers of their texts."""
    specialities: tuple[Callable[[Texts], Any], BoundMemo] | None
    """Gives code and type of each speciality, in turn; and for those specialities and extra."""


class Skeletons:
    """Makes records of the texts of units."""

    def __init__(self, outline: Outline, decoding: UnitDecoding, tags: Mapping[str, str]) -> None:
        """``tags``: the names of elements, as they are written, to their full tags."""
        self._outline = outline
        self._mandatory = decoding.mandatory
        self._complete = decoding.complete
        self._assembler = Assembler(UNIT_LAYOUT, decoding.complete, decoding.context.tell_swap)
        self._assemble = self._assembler.function()
        self._tags = tags
        self._split = _TEXTS.split
        self._tags_of = Memo(self._read_tags)
        self._known: dict[tuple[str, ...], _Known] = {}
        self._room = _MOST_CHARS
        self._specialities = Bound()
        self._memos: dict[tuple[str, ...], BoundMemo] = {}

    def read(self, unit: str) -> tuple[Any, int]:
        """Make a record, not yet frozen, of the text of a unit; give the line ends in it, too.

        Raises Odd, or BadCell, for what has to be read another way.
        """
        texts: list[Any] = self._split(unit)
        skeleton = tuple(texts[::2])
        known = self._known.get(skeleton)
        if known is None:
            known = self._learn(skeleton)
        together = "".join(texts[1::2])
        if not together.isprintable() or "&" in together or "]]>" in together:
            raise Odd
        texts.append(None)  # ABSENT
        record = self._assemble(texts, known.getters)
        if known.own_location_code and record.location_code_inherited is None:
            record.location_code_inherited = False
        if known.specialities is not None:
            codes_in, specialities_of = known.specialities
            record.specialities, record.extra = specialities_of[codes_in(texts)]
        for field, numbers in known.lists:
            setattr(record, field, tuple([convert(Kind.SOR_ID, texts[at]) for at in numbers]))
        return record, known.lines

    def _learn(self, skeleton: tuple[str, ...]) -> _Known:
        """Work out where a skeleton has its texts; raise Odd for one that is out of the ordinary.

        So does one that lacks what every unit of its level has.
        """
        found = self._outline.follow(map(self._tags_of.__getitem__, skeleton))
        self._require(found)
        number_of = {slot: 2 * number + 1 for number, slot in enumerate(found.slots)}

        def numbers_of(slots: Iterable[int]) -> tuple[int, ...]:
            return tuple(number_of.get(slot, ABSENT) for slot in slots)

        specialities = None
        if found.specialities:
            slots = (slot for code, kind, _ in found.specialities for slot in (code, kind))
            types = tuple(path for _, _, path in found.specialities)
            specialities = itemgetter(*numbers_of(slots)), self._specialities_memo(types)
        known = _Known(
            self._assembler.getters(number_of),
            sum(piece.count("\n") for piece in skeleton),
            found.own_location_code,
            tuple((field, numbers_of(slots)) for field, slots in found.lists),
            specialities,
        )
        size = sum(map(len, skeleton))
        if len(self._known) >= _MOST_SKELETONS or size > self._room:
            self._known.clear()
            self._room = _MOST_CHARS
        self._room -= size
        # the same pieces stand in many skeletons
        self._known[tuple(map(sys.intern, skeleton))] = known
        return known

    def _require(self, found: Found) -> None:
        """Raise Odd where a unit lacks what every unit of its level has."""
        needed = ["sor_id", "name"]
        for field in self._mandatory[LEVEL_OF[found.unit]]:
            if field in UNIT_LAYOUT.place_of and field != "location_code_inherited":
                needed.append(field)
            elif found.blocks.isdisjoint(UNIT_LAYOUT.elements_of(field)):
                raise Odd
        if not {UNIT_LAYOUT.place_of[field] for field in needed}.issubset(found.slots):
            raise Odd

    def _specialities_memo(self, types: tuple[str, ...]) -> BoundMemo:
        if types not in self._memos:
            self._memos[types] = self._specialities.memo(
                lambda texts: read_specialities(texts, types, self._complete)
            )
        return self._memos[types]

    def _read_tags(self, piece: str) -> tuple[Tag, ...]:
        """Read the tags of a piece."""
        text = piece if piece.startswith("<") else f"</{piece}"
        text += "" if piece.endswith(">") else ">"
        tags, at = [], 0
        while at < len(text):
            match = _TAG.match(text, at)
            if match is None:
                raise Odd
            closes, name, scheme, empty = match.groups()
            tag = self._tags.get(name)
            if tag is None or (closes and (scheme or empty)):
                raise Odd
            if scheme and split_tag(tag)[1] != COUNTRY_SCHEME[0]:
                raise Odd
            tags.append((name, tag, not closes, bool(closes or empty)))
            at = match.end()
        return tuple(tags)
