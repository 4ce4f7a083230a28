"""The differences between two dates of a register, or between two sources.

A diff compares two states. A unit that opened and closed again in between is in neither.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, cast

import attrs

from ..notebook import HtmlRepr
from ..records import SOREntity
from ..records.build import fast_constructor
from .closings import Expected, in_force, newly_closed
from .compared import ComparedField, compared_fields, shared_fields
from .days import OPEN_END, from_ordinal
from .explain_id import spelled
from .replacements import Replacement
from .state import State
from .storage.store import differing_places, taken
from .storage.timeindex import NO_ROW
from .timeline import Status


@attrs.frozen(weakref_slot=False)
class Change(HtmlRepr):
    """One field of one unit that differs between the two states."""

    sor_id: str
    """SOR id of the unit."""
    field: str
    """Name of the field; of a value object's part with a dot, e.g. ``postal_address.post_code``."""
    old: Any
    """Value in the first state; ``None`` where absent."""
    new: Any
    """Value in the second state; ``None`` where absent."""
    name: str | None = None
    """Name of the unit in the second state."""


@attrs.frozen(weakref_slot=False)
class Diff(HtmlRepr):
    """The differences between two states; every list is sorted by SOR id, then by field.

    Example:
        >>> changes = register.diff("2021-01-01", "2026-01-01")
        >>> [(pair.sor_id, pair.replaced_by_id) for pair in changes.replaced][:1]
        [('9000211000016001', '9000231000016007')]
    """

    from_day: date
    """Date of the first state."""
    to_day: date
    """Date of the second state."""
    opened: tuple[SOREntity, ...] = ()
    """Units in force in the second state only, as they are there."""
    closed: tuple[SOREntity, ...] = ()
    """Units in force in the first state only, as they were there."""
    moved: tuple[Change, ...] = ()
    """Units with a different parent (``parent_id``)."""
    renamed: tuple[Change, ...] = ()
    """Units with a different name (``name``)."""
    replaced: tuple[Replacement, ...] = ()
    """Replacements that took place in between: units and who replaces them, with their names."""
    changed: tuple[Change, ...] = ()
    """All other differences of units in force in both states."""
    announced: tuple[SOREntity, ...] = ()
    """Units that only the second source knows and that open later (between two sources)."""
    closing: tuple[Change, ...] = ()
    """Units in force in both states with another closing date (``closing_date``): set, moved, or
    removed (``new`` is ``None``)."""
    vanished: tuple[SOREntity, ...] = ()
    """Those of ``closed`` that the second source does not hold, though the first knew no closing
    date: closed and dropped between the two files, or, where they are many, a broken file."""
    compared: tuple[str, ...] = ()
    """The fields that were compared: between sources of different formats those that both fill."""
    from_units: int = 0
    """Units in force in the first state."""
    to_units: int = 0
    """Units in force in the second state."""
    closed_or_closing: tuple[str, ...] = ()
    """SOR ids of the units in force in the first state that the second one no longer has in force,
    or gives a closing date that the first one did not have. A closing that the first state already
    knew is not among them; between two dates of one register, which knows on the first what comes
    until the second, all of ``closed`` are. ``--max-closed`` counts these."""

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return any(getattr(self, name) for name in _LISTS)

    def only(self, sor_ids: Collection[str]) -> Diff:
        """Return the differences of some units: a watch list.

        ``from_units`` and ``to_units`` stay those of the whole states. A replacement is included
        if either of its units is on the list.

        Args:
            sor_ids: Ids in any notation that :func:`sorparse.identifiers.parse` reads.

        Raises:
            TypeError: If ``sor_ids`` is one text, or an item is not text.

        Example:
            >>> changes = register.diff("2021-01-01", "2026-01-01").only(["9000721000016004"])
            >>> [unit.name for unit in changes.opened], changes.closed
            (['Søspejlet Øjenhospital'], ())
        """
        if isinstance(sor_ids, str):
            raise TypeError(f"sor_ids: expected several ids, as in only([{sor_ids!r}])")
        known = {each.sor_id for name in _LISTS for each in getattr(self, name)}
        known |= {pair.replaced_by_id for pair in self.replaced} | {*self.closed_or_closing}
        wanted = {spelled(sor_id, "sor_id", known) for sor_id in sor_ids}
        chosen: dict[str, Any] = {
            name: tuple(each for each in getattr(self, name) if each.sor_id in wanted)
            for name in _LISTS
        }
        chosen["replaced"] = tuple(
            pair for pair in self.replaced if wanted & {pair.sor_id, pair.replaced_by_id}
        )
        chosen["closed_or_closing"] = tuple(
            sor_id for sor_id in self.closed_or_closing if sor_id in wanted
        )
        return attrs.evolve(self, **chosen)

    def counts(self) -> dict[str, int]:
        """Return the length of each list by its name.

        Example:
            >>> register.diff("2021-01-01", "2026-01-01").counts()["closed"]
            6
        """
        return {name: len(getattr(self, name)) for name in _LISTS}


_new_change = fast_constructor(Change)
_LISTS = (
    *("opened", "closed", "moved", "renamed", "replaced", "changed"),
    *("announced", "closing", "vanished"),
)
"""The lists of a :class:`Diff`, in the order in which they are shown."""


def diff_days(before: State, after: State) -> Diff:
    """Compare two dates of one register."""
    opened, closed, pairs = [], [], []
    record = before.core.store.record
    for unit, (old, new) in enumerate(zip(before.rows, after.rows, strict=True)):
        if old == new:
            continue
        if old == NO_ROW:
            opened.append(record(new))
        elif new == NO_ROW:
            closed.append(record(old))
        else:
            pairs.append(_Pair(unit, old, unit, new))
    return _diff(
        before,
        after,
        opened=opened,
        closed=closed,
        pairs=pairs,
        fields=compared_fields(),
        replaced=_replaced_between(before, after),
    )


def diff_sources(before: State, after: State) -> Diff:
    """Compare two registers, each on its date."""
    first, second = before.core, after.core
    same_format = first.format is second.format
    opened, closed, vanished, announced, pairs = [], [], [], [], []
    expected = Expected(after)
    new_rows = after.rows
    for unit, (sor_id, old) in enumerate(zip(first.store.ids, before.rows, strict=True)):
        new_unit = second.store.numbers.get(sor_id)
        new = NO_ROW if new_unit is None else new_rows[new_unit]
        if NO_ROW not in {old, new}:
            pairs.append(_Pair(unit, old, cast("int", new_unit), new))
        elif old != NO_ROW:
            closed.append(first.store.record(old))
            if new_unit is None and not expected.to_lack(before.closing_date(sor_id)):
                vanished.append(closed[-1])
        elif new != NO_ROW:
            opened.append(second.store.record(new))
    for unit, (sor_id, new) in enumerate(zip(second.store.ids, new_rows, strict=True)):
        if sor_id not in first.store.numbers:
            if new != NO_ROW:
                opened.append(second.store.record(new))
            elif second.index.status(unit, after.ordinal) is Status.FUTURE:
                announced.append(second.history(sor_id)[0])
    return _diff(
        before,
        after,
        opened=opened,
        closed=closed,
        pairs=pairs,
        fields=compared_fields() if same_format else shared_fields(first.store, second.store),
        replaced=[
            pair
            for key, pair in second.replacements.pairs.items()
            if key not in first.replacements.pairs
        ],
        announced=announced,
        vanished=vanished,
        repeats_codes=same_format,
    )


class _Pair(NamedTuple):
    """A unit in force in both states: its number and its row in each."""

    old_unit: int
    old: int
    new_unit: int
    new: int


def _diff(
    before: State,
    after: State,
    *,
    opened: list[SOREntity],
    closed: list[SOREntity],
    pairs: list[_Pair],
    fields: Sequence[ComparedField],
    replaced: list[Replacement],
    announced: Sequence[SOREntity] = (),
    vanished: Sequence[SOREntity] = (),
    repeats_codes: bool = True,
) -> Diff:
    pairs.sort(key=lambda pair: _in_order(before.core.store.ids[pair.old_unit]))
    all_changes = list(_changes(before, after, pairs, fields, repeats_codes=repeats_codes))
    all_changes.sort(key=itemgetter(0))
    changes = [change for _, change in all_changes]
    closing = list(_closing(before, after, pairs))
    return Diff(
        before.day,
        after.day,
        opened=tuple(sorted(opened, key=_by_id)),
        closed=tuple(sorted(closed, key=_by_id)),
        moved=tuple(change for change in changes if change.field == "parent_id"),
        renamed=tuple(change for change in changes if change.field == "name"),
        replaced=tuple(_named(pair, before, after) for pair in sorted(replaced)),
        changed=tuple(change for change in changes if change.field not in ("name", "parent_id")),
        announced=tuple(sorted(announced, key=_by_id)),
        closing=tuple(closing),
        vanished=tuple(sorted(vanished, key=_by_id)),
        compared=tuple(field.path for field in fields),
        from_units=len(before),
        to_units=len(after),
        closed_or_closing=(
            (*(unit.sor_id for unit in closed), *(one.sor_id for one in closing if one.new))
            if before.core is after.core
            else newly_closed(in_force(before), after)
        ),
    )


def _changes(
    before: State,
    after: State,
    pairs: Sequence[_Pair],
    fields: Sequence[ComparedField],
    *,
    repeats_codes: bool,
) -> Iterator[tuple[int, Change]]:
    """Yield the fields that differ, each with its place in the order of pairs and of their names.

    Each pair of distinct values is compared once.

    Args:
        before: The first state.
        after: The second state.
        pairs: The units in force in both.
        fields: What is compared.
        repeats_codes: Whether location codes count that are repeated on the rows of units that
            inherit them.
    """
    ids, store = before.core.store.ids, after.core.store
    rows = array("i", [pair.old for pair in pairs]), array("i", [pair.new for pair in pairs])
    numbers, values = store.column("name")
    names = list(values.of(taken(numbers, rows[1])))
    ranks = {path: rank for rank, path in enumerate(sorted(field.path for field in fields))}
    for field, parts in groupby(fields, key=attrgetter("field")):
        getters = list(parts)
        places: Sequence[int] = range(len(pairs))
        if before.core.store is store:
            places = differing_places(store.numbers_of(field), *rows)
        olds, old_values = _numbers(before, field, [rows[0][at] for at in places], repeats_codes)
        news, new_values = _numbers(after, field, [rows[1][at] for at in places], repeats_codes)
        known: dict[tuple[int, int], list[tuple[str, Any, Any]]] = {}
        for place, both in zip(places, zip(olds, news, strict=True), strict=True):
            differing = known.get(both)
            if differing is None:
                old, new = old_values[both[0]], new_values[both[1]]
                differing = known[both] = [
                    (part.path, one, other)
                    for part in getters
                    if (one := part.get(old)) != (other := part.get(new))
                ]
            for path, one, other in differing:
                change = _new_change(ids[pairs[place].old_unit], path, one, other, names[place])
                yield place * len(ranks) + ranks[path], change


def _numbers(
    state: State, field: str, rows: Sequence[int], repeats_codes: bool
) -> tuple[Sequence[int], Mapping[int, Any]]:
    """Return the numbers of the values of some rows, and the values by number."""
    store = state.core.store
    coded = taken(store.numbers_of(field), rows)
    if field == "first_from_date":
        return coded, {day: from_ordinal(day) for day in set(coded)}
    values = store.column(field)[1]
    if not repeats_codes and field in ("location_code", "location_code_region"):
        # CSV files repeat an inherited code on each row, XML does not
        inherits, meaning = store.column("location_code_inherited")
        coded = [
            0 if meaning[inherits[row]] else number for row, number in zip(rows, coded, strict=True)
        ]
    return coded, values


def _closing(before: State, after: State, pairs: Sequence[_Pair]) -> Iterator[Change]:
    """Yield the changes of closing dates of units in force in both states."""
    ids, name_of = before.core.store.ids, after.core.store.value
    old_last, new_last = before.core.index.last_day, after.core.index.last_day
    unbroken_until = after.ordinal if before.core is after.core else OPEN_END + 1
    for pair in pairs:
        old = old_last(pair.old_unit, before.ordinal)
        if before.ordinal <= unbroken_until <= old:
            continue  # the same time in force
        new = new_last(pair.new_unit, after.ordinal)
        if old != new:
            days = from_ordinal(old), from_ordinal(new)
            name = name_of(pair.new, "name")
            yield Change(ids[pair.old_unit], "closing_date", *days, name)


def _named(pair: Replacement, before: State, after: State) -> Replacement:
    """Add the names of both units: those of the second state, else the latest."""
    return attrs.evolve(
        pair,
        name=_name(pair.sor_id, after, before),
        replaced_by_name=_name(pair.replaced_by_id, after, before),
    )


def _name(sor_id: str, *states: State) -> str | None:
    for state in states:
        unit = state.get(sor_id)
        if unit is not None:
            return unit.name
    for state in states:
        if sor_id in state.core.store.numbers:
            return state.core.history(sor_id)[-1].name
    return None


def _by_id(record: SOREntity) -> tuple[int, str]:
    return _in_order(record.sor_id)


def _in_order(sor_id: str) -> tuple[int, str]:
    return len(sor_id), sor_id  # as numbers are sorted


def _replaced_between(before: State, after: State) -> list[Replacement]:
    """Return the replacements that apply from a date after the first, up to the second.

    Where the source states no such date: those whose replaced unit closed, or whose successor
    opened, in between.
    """
    between = []
    for pair in before.core.replacements.pairs.values():
        if pair.from_date is not None:
            took_place = before.day < pair.from_date <= after.day
        else:
            took_place = (pair.sor_id in before and pair.sor_id not in after) or (
                pair.replaced_by_id in after and pair.replaced_by_id not in before
            )
        if took_place:
            between.append(pair)
    return between
