"""``View.find``: all filters together.

Each filter has two halves. From an index over all versions it gives the units that may match on
any day; the smallest such sets are intersected. Then it tests the version that represents the
unit on the date. So a question touches the units that may match and no others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any

import attrs

from ..errors import UnknownTermError
from ..identifiers import parse
from ..notations import LABELS, readings
from ..records import Address, Coded, SOREntity, SorType
from . import codes
from .explain_id import spelled
from .match_codes import asked_keys, asked_municipality, asked_region, coded_keys
from .postings import NO_UNITS, POSTINGS, UnitsByKey
from .state import State
from .terms import require_known
from .text_index import NUMBER_FIELDS, Rank
from .timeindex import ACTIVE, CLOSED, FUTURE
from .timeline import Status

_STATUS_CODES = {Status.ACTIVE: ACTIVE, Status.CLOSED: CLOSED, Status.FUTURE: FUTURE}
_CODED = frozenset({"entity_type", "speciality", "owner", "edi_type"})

Test = Callable[[int], bool]
"""Returns whether the version of a row matches."""


@attrs.frozen
class Filter:
    """One condition: the units that may match on any day, and the test of a version."""

    units: AbstractSet[int] | None
    """``None``: any unit may, or ``reach`` decides."""
    test: Test
    reach: Callable[[int], AbstractSet[int] | None] | None = None
    """Returns the units that may match where that takes a walk; ``None`` where they are more than a
    number, as then testing those left over from the other filters is quicker."""


@attrs.frozen
class Question:
    """What was asked, checked."""

    text: str | None
    entity_type: str | Coded | None
    sor_type: SorType | None
    speciality: str | Coded | None
    region: str | None
    municipality: str | None
    post_code: str | None
    owner: str | Coded | None
    edi_type: str | Coded | None
    statuses: frozenset[int]

    @classmethod
    def of(
        cls,
        *,
        sor_type: SorType | str | None,
        status: Status | str | Iterable[Status | str] | None,
        text: str | None,
        **others: Any,
    ) -> Question:
        """Check the arguments of ``View.find``.

        Raises:
            TypeError: If one is not text.
            UnknownTermError: If there is no such level.
            ValueError: If there is no such status.
        """
        for field, value in (("text", text), *others.items()):
            if not (value is None or isinstance(value, str)) and not (
                isinstance(value, Coded) and field in _CODED
            ):
                raise TypeError(f"{field}: expected text, got {type(value).__name__}: {value!r}")
        if status is None:
            asked: Iterable[Status | str] = (Status.ACTIVE,)
        else:
            several = isinstance(status, Iterable) and not isinstance(status, (str, bytes))
            asked = status if several else (status,)  # type: ignore[assignment]
        return cls(
            text=text.strip() or None if text is not None else None,
            sor_type=None if sor_type is None else _level(sor_type),
            statuses=frozenset(_STATUS_CODES[_one_of("status", Status, one)] for one in asked),
            **others,
        )


def _level(asked: SorType | str) -> SorType:
    try:
        level: SorType = _one_of("sor_type", SorType, asked)
    except ValueError as error:
        levels = tuple(level.value for level in SorType)
        raise UnknownTermError(
            str(error), field="sor_type", value=str(asked), similar=levels
        ) from None
    return level


def _one_of(field: str, kind: Any, asked: Any) -> Any:
    if not isinstance(asked, str):
        raise TypeError(f"{field}: expected text, got {type(asked).__name__}: {asked!r}")
    try:
        return kind(asked.strip().upper())
    except ValueError:
        allowed = ", ".join(member.value for member in kind)
        raise ValueError(f"{field} {asked!r} is not one of {allowed}") from None


def find(state: State, question: Question, limit: int | None) -> tuple[SOREntity, ...]:
    """Answer a question, best hit first."""
    rank = None if question.text is None else Rank(question.text)
    filters = list(_filters(state, question, rank))
    row_of = _rows_by_status(state, question.statuses)
    hits: list[int] = []
    for unit in _candidates(state, filters):
        row = row_of(unit)
        if row is not None and all(one.test(row) for one in filters):
            hits.append(row)
    store = state.core.store
    rows = hits if rank is None else rank.sorted(hits)
    return tuple([store.record(row) for row in rows[:limit]])


def _candidates(state: State, filters: list[Filter]) -> Iterable[int]:
    everybody = range(len(state.core.store.ids))
    left: AbstractSet[int] | None = None
    for units in sorted((one.units for one in filters if one.units is not None), key=len):
        left = units if left is None else left & units
    for one in filters:
        if one.reach is not None:
            reached = one.reach(len(everybody if left is None else left))
            if reached is not None:
                left = reached if left is None else left & reached
    return everybody if left is None else sorted(left)


def _rows_by_status(state: State, statuses: frozenset[int]) -> Callable[[int], int | None]:
    """Return a function from a unit to the row that represents it, ``None`` for another status."""
    index, day = state.core.index, state.ordinal

    def row_of(unit: int) -> int | None:
        row = index.row_on(unit, day)
        if row >= 0:
            return row if ACTIVE in statuses else None
        status = FUTURE if day < index.opening[unit] else CLOSED
        return index.representative(unit, day) if status in statuses else None

    return row_of


def _filters(state: State, question: Question, rank: Rank | None) -> Iterator[Filter]:
    if rank is not None:
        yield _text_filter(state, rank)
    for field, asked in (
        ("entity_type", question.entity_type),
        ("specialities", question.speciality),
    ):
        if asked is not None:
            one = _coded_filter(state, field, asked)
            named = "speciality" if field == "specialities" else field
            require_known(state, named, asked, one.units or ())
            yield one
    if question.owner is not None:
        yield _owner_filter(state, question.owner)
    if question.post_code is not None:
        code = _post_code(question.post_code, state.core.units_by("post_code"))
        yield _address_filter(state, "post_code", {code})
    for field, place, keys_of in (
        ("municipality", question.municipality, asked_municipality),
        ("region", question.region, asked_region),
    ):
        if place is not None:
            keys = keys_of(place)
            require_known(state, field, place, _union(state.core.units_by(field), keys))
            yield _address_filter(state, field, keys)
    if question.edi_type is not None:
        yield _edi_filter(state, question.edi_type)
    if question.sor_type is not None:
        level = question.sor_type
        yield Filter(None, lambda row: state.core.store.value(row, "sor_type") is level)


# -- text


def _text_filter(state: State, rank: Rank) -> Filter:
    store = state.core.store
    read = (parse(rank.text, kind) for kind in LABELS)
    asked = {one.value for one in read if one is not None and one.repaired is None}
    asked |= {rank.text, rank.text.upper()}
    by_name = state.core.names.units(rank.words)
    by_number = state.core.numbers.units(asked)
    by_number.update(store.numbers[one] for one in asked if one in store.numbers)

    def test(row: int) -> bool:
        unit = store.unit[row]
        sor_id = store.ids[unit]
        if unit in by_name and rank.add(row, store.value(row, "name"), sor_id):
            return True
        if unit not in by_number:
            return False
        if sor_id in asked or any(store.value(row, one) in asked for one in NUMBER_FIELDS):
            rank.add_first(row, sor_id)
            return True
        return False

    return Filter(by_name | by_number, test)


# -- codes with names


def _coded_filter(state: State, field: str, asked: str | Coded) -> Filter:
    store, keys, keys_of = state.core.store, asked_keys(asked), POSTINGS[field].keys

    def test(row: int) -> bool:
        value = store.value(row, field)
        return value is not None and any(key in keys for key in keys_of(value))

    return Filter(_union(state.core.units_by(field), keys), test)


def _owner_filter(state: State, asked: str | Coded) -> Filter:
    """The owner that a unit's row names, and the owner itself."""
    store = state.core.store
    if isinstance(asked, str):
        asked = spelled(asked, "sor_id", store.numbers)
    keys = asked_keys(asked)
    named, kind, name = (
        _coded_filter(state, field, asked) for field in ("owner", "entity_type", "name")
    )

    def test(row: int) -> bool:
        if named.test(row):
            return True
        itself = store.value(row, "sor_type") is SorType.IE
        return itself and (store.ids[store.unit[row]] in keys or kind.test(row) or name.test(row))

    owners = {store.numbers[key] for key in keys if key in store.numbers}
    for one in (named, kind, name):
        owners |= one.units or set()
    require_known(state, "owner", asked, owners)
    return Filter(owners, test)


def _union(index: UnitsByKey, keys: Iterable[str]) -> set[int]:
    return set().union(*(index.get(key, NO_UNITS) for key in keys))


# -- addresses, with inheritance


def _post_code(asked: str, known: UnitsByKey) -> str:
    """Return the post code asked for; UnknownTermError if it is none, and no unit has it."""
    code = next(readings(asked))[1]
    if code in known or re.fullmatch("[0-9]{4}", code, re.ASCII):
        return code
    raise UnknownTermError(
        f"post_code {asked!r} is not a post code and no unit has it: expected four digits",
        field="post_code",
        value=asked,
        similar=(),
    )


def _address_filter(state: State, field: str, keys: AbstractSet[str]) -> Filter:
    """Any effective address; what a unit may inherit, those below it may have too."""
    ids, by_key, keys_of = state.core.store.ids, state.core.units_by(field), POSTINGS[field].keys

    def reach(limit: int) -> set[int] | None:
        if sum(len(by_key.get(key, NO_UNITS)) for key in keys) > limit:
            return None
        reached = _union(by_key, keys)
        below = state.core.units_by("parent_id")
        waiting = list(reached)
        while waiting and len(reached) <= limit:
            for unit in below.get(ids[waiting.pop()], NO_UNITS):
                if unit not in reached:
                    reached.add(unit)
                    waiting.append(unit)
        return None if waiting else reached

    inheritance = state.core.inheritance(state.ordinal)
    known: dict[int, tuple[Address, bool]] = {}  # units below share the address they inherit

    def matches(address: Address) -> bool:
        answer = known.get(id(address))
        if answer is None:
            answer = known[id(address)] = (address, any(key in keys for key in keys_of(address)))
        return answer[1]

    def test(row: int) -> bool:
        return any(map(matches, inheritance.addresses(row)))

    return Filter(None, test, reach)


# -- message types


def _edi_filter(state: State, asked: str | Coded) -> Filter:
    """The units whose location number handles a message type on the day."""
    store, keys = state.core.store, asked_keys(asked)
    known = state.core.records_by("edi_types", "edi_type_id")

    def keys_of(kind: Coded | None) -> Iterator[str]:
        yield from coded_keys(kind)
        for entry in known.get(kind.code or "", ()) if kind is not None else ():
            yield from coded_keys(Coded(entry.code, entry.name))

    pairs = [
        pair
        for pair in state.core.tables.location_code_edi_types
        if any(key in keys for key in keys_of(pair.edi_type))
    ]
    require_known(state, "edi_type", asked, pairs)
    numbers = {pair.location_code for pair in pairs if pair.validity.contains(state.day)}
    units = {
        store.numbers[entity.sor_id]
        for number in numbers
        for entity in codes.by_location_code(state, number)
    }
    return Filter(units, lambda row: store.unit[row] in units)
