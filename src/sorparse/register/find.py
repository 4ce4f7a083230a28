"""``View.find``: all filters together.

A filter with an index returns the units that may match on any date; these sets are intersected.
Then each filter chooses among the versions that represent the remaining units on the date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import chain, compress
from typing import Any

import attrs

from ..errors import UnknownTermError
from ..identifiers import parse
from ..inheritance import ADDRESSES
from ..notations import LABELS, readings
from ..records import Coded, SOREntity, SorType
from . import codes
from .batch import Batch
from .explain_id import spelled
from .folding import fold
from .match_codes import ADDRESS_KEYS, asked_keys, asked_municipality, asked_region, coded_keys
from .state import State
from .storage.parts import Texts
from .storage.postings import NO_UNITS, POSTINGS, UnitsByKey
from .storage.text_index import NUMBER_FIELDS, Rank
from .storage.timeindex import ACTIVE, CLOSED, FUTURE, NO_ROW
from .terms import require_known
from .timeline import Status

_STATUS_CODES = {Status.ACTIVE: ACTIVE, Status.CLOSED: CLOSED, Status.FUTURE: FUTURE}
_CODED = frozenset({"entity_type", "speciality", "owner", "edi_type"})

Rows = list[int]


@attrs.frozen
class Filter:
    """One condition."""

    units: AbstractSet[int] | None
    """The units that may match on any date; ``None``: any unit may."""
    matching: Callable[[Rows], Rows]
    """Returns those of some versions that match."""


def _each(test: Callable[[int], bool]) -> Callable[[Rows], Rows]:
    return lambda rows: [row for row in rows if test(row)]


@attrs.frozen
class Question:
    """The conditions of a search, checked."""

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
    """Return the units that match a query, best hit first."""
    rank = None if question.text is None else Rank(question.text)
    filters = list(_filters(state, question, rank))
    possible = sorted((one.units for one in filters if one.units is not None), key=len)
    units = sorted(set.intersection(*map(set, possible))) if possible else None
    rows = _representatives(state, question.statuses, units)
    for one in filters:
        rows = one.matching(rows)
    if rank is not None:
        rows = rank.sorted(rows)
    return tuple(map(state.core.store.record, rows[:limit]))


def _representatives(state: State, statuses: frozenset[int], units: Iterable[int] | None) -> Rows:
    """Return the version that represents each unit of one of the statuses, in their order."""
    index, day = state.core.index, state.ordinal
    if units is None:
        if statuses == {ACTIVE}:
            return [row for row in state.rows if row != NO_ROW]
        units = range(len(state.core.store.ids))
    rows = []
    for unit in units:
        row = index.row_on(unit, day)
        status = ACTIVE if row != NO_ROW else FUTURE if day < index.opening[unit] else CLOSED
        if status in statuses:
            rows.append(row if status == ACTIVE else index.representative(unit, day))
    return rows


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
            require_known(state, named, asked, partial(bool, one.units))
            yield one
    if question.owner is not None:
        yield _owner_filter(state, question.owner)
    if question.post_code is not None:
        code = _post_code(state, question.post_code)
        yield _address_filter(state, "post_code", {code})
    for field, place, keys_of in (
        ("municipality", question.municipality, asked_municipality),
        ("region", question.region, asked_region),
    ):
        if place is not None:
            keys = keys_of(place)
            require_known(state, field, place, partial(_is_anywhere, state, field, keys))
            yield _address_filter(state, field, keys)
    if question.edi_type is not None:
        yield _edi_filter(state, question.edi_type)
    if question.sor_type is not None:
        level = question.sor_type
        yield Filter(None, _each(lambda row: state.core.store.value(row, "sor_type") is level))


# -- text


def _text_filter(state: State, rank: Rank) -> Filter:
    store = state.core.store
    read = (parse(rank.text, kind) for kind in LABELS)
    asked = {one.value for one in read if one is not None and one.repaired is None}
    asked = {one.upper() for one in (*asked, rank.text)}
    by_name = state.core.names.units(rank.words)
    by_number = state.core.numbers.units(asked)
    by_id = {*asked, rank.text}  # an irregular id may have letters
    by_number.update(store.numbers[one] for one in by_id if one in store.numbers)

    def test(row: int) -> bool:
        unit = store.unit[row]
        sor_id = store.ids[unit]
        if unit in by_name and rank.add(row, store.value(row, "name"), sor_id):
            return True
        if unit not in by_number:
            return False
        if sor_id in by_id or any(
            (store.value(row, one) or "").upper() in asked for one in NUMBER_FIELDS
        ):
            rank.add_first(row, sor_id)
            return True
        return False

    return Filter(by_name | by_number, _each(test))


# -- codes with names


def _coded_filter(state: State, field: str, asked: str | Coded) -> Filter:
    test, units = _coded_test(state, field, asked)
    return Filter(units, _each(test))


def _coded_test(
    state: State, field: str, asked: str | Coded
) -> tuple[Callable[[int], bool], set[int]]:
    """Return the test of a version, and the units that may match."""
    store, keys, keys_of = state.core.store, asked_keys(asked), POSTINGS[field].keys

    def test(row: int) -> bool:
        value = store.value(row, field)
        return value is not None and any(key in keys for key in keys_of(value))

    return test, _union(state.core.units_by(field), keys)


def _owner_filter(state: State, asked: str | Coded) -> Filter:
    """The owner that a unit's row names, and the owner itself."""
    store = state.core.store
    if isinstance(asked, str):
        asked = spelled(asked, "sor_id", store.numbers)
    keys = asked_keys(asked)
    owners = {store.numbers[key] for key in keys if key in store.numbers}
    (is_named, named), (has_type, typed) = (
        _coded_test(state, field, asked) for field in ("owner", "entity_type")
    )

    def has_name(row: int) -> bool:
        return (name := store.value(row, "name")) is not None and fold(name) in keys

    for key in keys:
        owners.update(
            unit
            for unit in state.core.names.units_named(key)
            if any(map(has_name, state.core.index.history(unit)))
        )
    owners |= named | typed
    require_known(state, "owner", asked, lambda: bool(owners))

    def test(row: int) -> bool:
        if is_named(row):
            return True
        itself = store.value(row, "sor_type") is SorType.IE
        return itself and (store.ids[store.unit[row]] in keys or has_type(row) or has_name(row))

    return Filter(owners, _each(test))


def _union(index: UnitsByKey, keys: Iterable[str]) -> set[int]:
    return set().union(*(index.get(key, NO_UNITS) for key in keys))


# -- addresses, with inheritance


def _post_code(state: State, asked: str) -> str:
    """Return the post code asked for; UnknownTermError if it is invalid and no unit has it."""
    code = next(readings(asked))[1]
    if re.fullmatch("[0-9]{4}", code) or _is_anywhere(state, "post_code", {code}):
        return code
    raise UnknownTermError(
        f"post_code {asked!r} is not a post code and no unit has it: expected four digits",
        field="post_code",
        value=asked,
        similar=(),
    )


def _is_anywhere(state: State, field: str, keys: AbstractSet[str]) -> bool:
    """Return whether any version of any unit has an address with one of the keys."""
    paths, keys_of = ADDRESS_KEYS[field]
    return any(
        not keys.isdisjoint(keys_of(*texts))
        for block in ADDRESSES
        for texts in state.core.parts(block, paths).anywhere()
    )


def _address_filter(state: State, field: str, keys: AbstractSet[str]) -> Filter:
    """Any effective address."""
    paths, keys_of = ADDRESS_KEYS[field]

    def fits(texts: Texts) -> bool:
        return not keys.isdisjoint(keys_of(*texts))

    def matching(rows: Rows) -> Rows:
        batch = Batch(state.core, rows, state.ordinal)
        hits = chain.from_iterable(batch.matching(block, paths, fits) for block in ADDRESSES)
        return list(compress(rows, map(any, zip(*hits, strict=True))))

    return Filter(None, matching)


# -- message types


def _edi_filter(state: State, asked: str | Coded) -> Filter:
    """The units whose location number handles a message type on the date."""
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
    require_known(state, "edi_type", asked, lambda: bool(pairs))
    numbers = {pair.location_code for pair in pairs if pair.validity.contains(state.day)}
    units = {
        store.numbers[entity.sor_id]
        for number in numbers
        for entity in codes.by_location_code(state, number)
    }
    return Filter(units, _each(lambda row: store.unit[row] in units))
