"""``View.find``: all filters together.

Each filter has two halves. From an index over all versions it gives the units that may match on
any day; the smallest such sets are intersected. Then it tests the version that stands for the unit
on the day asked about. So a question touches the units that may match and no others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import UnknownTermError
from ..identifiers import parse
from ..notations import LABELS, readings
from ..records import Address, Coded, EntityRef, SorType
from . import codes
from .folding import fold
from .idwords import spelled
from .lookups import NO_UNITS, Postings, UnitsByKey, units_by_keys
from .places import asked_municipality, asked_region, municipality_keys, region_keys
from .search import NUMBER_FIELDS, Names, Numbers, Rank
from .terms import ADDRESS_BLOCKS, require_known
from .timeindex import ACTIVE, CLOSED, FUTURE
from .timeline import Status
from .values import asked_keys, coded_keys

if TYPE_CHECKING:
    from ..records import SOREntity
    from .view import View

_STATUS_CODES = {Status.ACTIVE: ACTIVE, Status.CLOSED: CLOSED, Status.FUTURE: FUTURE}
_CODED = frozenset({"entity_type", "speciality", "owner", "edi_type"})

Test = Callable[[int], bool]
"""Tells whether the version of a row matches."""


@attrs.frozen
class Filter:
    """One condition: the units that may match on any day, and the test of a version."""

    units: AbstractSet[int] | None
    """``None``: any unit may, or ``reach`` tells."""
    test: Test
    reach: Callable[[int], AbstractSet[int] | None] | None = None
    """Gives the units that may match where that takes a walk; ``None`` where they are more than a
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
        """Take the arguments of ``View.find``.

        Raises:
            TypeError: If one is not text.
            UnknownTermError: If the level is none.
            ValueError: If the status is none.
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
        raise ValueError(f"{field} {asked!r} is none of {allowed}") from None


def find(view: View, question: Question, limit: int | None) -> tuple[SOREntity, ...]:
    """Answer a question, best hit first."""
    rank = None if question.text is None else Rank(question.text)
    filters = list(_filters(view, question, rank))
    row_of = _rows_by_status(view, question.statuses)
    hits: list[int] = []
    for unit in _candidates(view, filters):
        row = row_of(unit)
        if row is not None and all(one.test(row) for one in filters):
            hits.append(row)
    store = view._store
    rows = hits if rank is None else rank.sorted(hits)
    return tuple([store.record(row) for row in rows[:limit]])


def _candidates(view: View, filters: list[Filter]) -> Iterable[int]:
    everybody = range(len(view._store.ids))
    left: AbstractSet[int] | None = None
    for units in sorted((one.units for one in filters if one.units is not None), key=len):
        left = units if left is None else left & units
    for one in filters:
        if one.reach is not None:
            reached = one.reach(len(everybody if left is None else left))
            if reached is not None:
                left = reached if left is None else left & reached
    return everybody if left is None else sorted(left)


def _rows_by_status(view: View, statuses: frozenset[int]) -> Callable[[int], int | None]:
    """Give a function from a unit to the row that stands for it, ``None`` for another status."""
    index, day = view._index, view._ordinal

    def row_of(unit: int) -> int | None:
        row = index.row_on(unit, day)
        if row >= 0:
            return row if ACTIVE in statuses else None
        status = FUTURE if day < index.opening[unit] else CLOSED
        return index.representative(unit, day) if status in statuses else None

    return row_of


def _filters(view: View, question: Question, rank: Rank | None) -> Iterator[Filter]:
    if rank is not None:
        yield _text_filter(view, rank)
    if question.entity_type is not None:
        one = _coded_filter(view, "entity_type", question.entity_type, coded_keys)
        require_known(view, "entity_type", question.entity_type, one.units or ())
        yield one
    if question.speciality is not None:
        one = _coded_filter(view, "specialities", question.speciality, _any_coded_keys)
        require_known(view, "speciality", question.speciality, one.units or ())
        yield one
    if question.owner is not None:
        yield _owner_filter(view, question.owner)
    if question.post_code is not None:
        units = _at_address(view, "post codes", _post_code_keys)
        code = _post_code(question.post_code, units)
        yield _address_filter(view, units, _post_code_keys, {code})
    if question.municipality is not None:
        asked = asked_municipality(question.municipality)
        units = _at_address(view, "municipalities", municipality_keys)
        require_known(view, "municipality", question.municipality, _union(units, asked))
        yield _address_filter(view, units, municipality_keys, asked)
    if question.region is not None:
        asked = asked_region(question.region)
        units = _at_address(view, "regions", region_keys)
        require_known(view, "region", question.region, _union(units, asked))
        yield _address_filter(view, units, region_keys, asked)
    if question.edi_type is not None:
        yield _edi_filter(view, question.edi_type)
    if question.sor_type is not None:
        level = question.sor_type
        yield Filter(None, lambda row: view._store.value(row, "sor_type") is level)


# -- text


def _text_filter(view: View, rank: Rank) -> Filter:
    store, register = view._store, view.register
    read = (parse(rank.text, kind) for kind in LABELS)
    asked = {one.value for one in read if one is not None and one.repaired is None}
    asked |= {rank.text, rank.text.upper()}
    by_name = register._lazily.get("names", lambda: Names(store)).units(rank.words)
    by_number = register._lazily.get("numbers", lambda: Numbers(store)).units(asked)
    by_number.update(store.numbers[one] for one in asked if one in store.numbers)

    def test(row: int) -> bool:
        unit = store.unit[row]
        sor_id = store.ids[unit]
        if unit in by_name and rank.take(row, store.value(row, "name"), sor_id):
            return True
        if unit not in by_number:
            return False
        if sor_id in asked or any(store.value(row, one) in asked for one in NUMBER_FIELDS):
            rank.take_first(row, sor_id)
            return True
        return False

    return Filter(by_name | by_number, test)


# -- codes with names


def _coded_filter(
    view: View,
    field: str,
    asked: str | Coded,
    keys_of: Callable[[Any], Iterable[str]],
) -> Filter:
    store, keys = view._store, asked_keys(asked)
    index = view.register._lazily.get(
        f"units by keys of {field}", lambda: units_by_keys(store, field, keys_of)
    )
    return Filter(
        _union(index, keys),
        lambda row: any(key in keys for key in keys_of(store.value(row, field))),
    )


def _any_coded_keys(values: tuple[Coded, ...]) -> Iterator[str]:
    for value in values:
        yield from coded_keys(value)


def _owner_keys(owner: EntityRef | None) -> Iterator[str]:
    if owner is not None:
        if owner.sor_id is not None:
            yield owner.sor_id
        if owner.name is not None:
            yield fold(owner.name)
        yield from coded_keys(owner.entity_type)


def _owner_filter(view: View, asked: str | Coded) -> Filter:
    """The owner that a unit's row names, and the owner itself."""
    store = view._store
    if isinstance(asked, str):
        asked = spelled(asked, "sor_id", store.numbers)
    keys = asked_keys(asked)
    named = _coded_filter(view, "owner", asked, _owner_keys)
    kind = _coded_filter(view, "entity_type", asked, coded_keys)
    name = _coded_filter(view, "name", asked, lambda value: () if value is None else (fold(value),))

    def test(row: int) -> bool:
        if named.test(row):
            return True
        itself = store.value(row, "sor_type") is SorType.IE
        return itself and (store.ids[store.unit[row]] in keys or kind.test(row) or name.test(row))

    owners = {store.numbers[key] for key in keys if key in store.numbers}
    for one in (named, kind, name):
        owners |= one.units or set()
    require_known(view, "owner", asked, owners)
    return Filter(owners, test)


def _union(index: UnitsByKey, keys: Iterable[str]) -> set[int]:
    return set().union(*(index.get(key, NO_UNITS) for key in keys))


# -- addresses, with inheritance


def _post_code_keys(address: Address) -> Iterator[str]:
    if address.post_code is not None:
        yield address.post_code


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


def _at_address(view: View, name: str, keys_of: Callable[[Address], Iterable[str]]) -> UnitsByKey:
    """The units by what any of their own addresses ever had."""
    store = view._store

    def build() -> UnitsByKey:
        collected = Postings()
        for block in ADDRESS_BLOCKS:
            for row, address in store.stated(block):
                if address is not None:
                    for key in keys_of(address):
                        collected.add(key, store.unit[row])
        return collected.finished()

    return view.register._lazily.get(f"units by {name}", build)


def _address_filter(
    view: View,
    by_key: UnitsByKey,
    keys_of: Callable[[Address], Iterable[str]],
    keys: AbstractSet[str],
) -> Filter:
    """Any effective address; what a unit may inherit, those below it may have too."""
    store, register = view._store, view.register

    def reach(limit: int) -> set[int] | None:
        if sum(len(by_key.get(key, NO_UNITS)) for key in keys) > limit:
            return None
        reached = _union(by_key, keys)
        below = codes.units_by_parent(register)
        waiting = list(reached)
        while waiting and len(reached) <= limit:
            for unit in below.get(store.ids[waiting.pop()], NO_UNITS):
                if unit not in reached:
                    reached.add(unit)
                    waiting.append(unit)
        return None if waiting else reached

    inheritance = view._inheritance()
    known: dict[int, bool] = {}  # by identity: units below share the address that they inherit

    def matches(address: Address) -> bool:
        found = known.get(id(address))
        if found is None:
            found = known[id(address)] = any(key in keys for key in keys_of(address))
        return found

    def test(row: int) -> bool:
        return any(map(matches, inheritance.addresses(row)))

    return Filter(None, test, reach)


# -- message types


def _edi_filter(view: View, asked: str | Coded) -> Filter:
    """The units whose location number handles a message type on the day."""
    register, keys = view.register, asked_keys(asked)
    known = codes.edi_type_by_id(register)

    def keys_of(kind: Coded | None) -> Iterator[str]:
        yield from coded_keys(kind)
        for entry in known.get(kind.code or "", ()) if kind is not None else ():
            yield from coded_keys(Coded(entry.code, entry.name))

    pairs = [
        pair
        for pair in register.location_code_edi_types
        if any(key in keys for key in keys_of(pair.edi_type))
    ]
    require_known(view, "edi_type", asked, pairs)
    numbers = {pair.location_code for pair in pairs if pair.validity.contains(view.day)}
    units = {
        view._store.numbers[entity.sor_id]
        for number in numbers
        for entity in codes.by_location_code(view, number)
    }
    return Filter(units, lambda row: view._store.unit[row] in units)
