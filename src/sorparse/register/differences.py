"""What differs between two days of a register, or between two sources.

A diff compares two states. What opened and closed again in between shows in neither.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import attrs

from ..notebook import HtmlRepr
from ..records import SOREntity
from .closings import Expected, in_force, newly_closed
from .compared import COMPARED_FIELDS, ComparedField, shared_fields, without_inherited_code
from .explain_id import spelled
from .replacements import Replacement
from .state import State
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
    """The differences between two states; every list sorted by SOR id, then by field."""

    from_day: date
    """Day of the first state."""
    to_day: date
    """Day of the second state."""
    opened: tuple[SOREntity, ...] = ()
    """Units in force in the second state only, as they are there."""
    closed: tuple[SOREntity, ...] = ()
    """Units in force in the first state only, as they were there."""
    moved: tuple[Change, ...] = ()
    """Units with another parent (``parent_id``)."""
    renamed: tuple[Change, ...] = ()
    """Units with another name (``name``)."""
    replaced: tuple[Replacement, ...] = ()
    """Replacements that took place in between: units and who replaces them, with their names."""
    changed: tuple[Change, ...] = ()
    """Everything else that differs in units in force in both states."""
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
            TypeError: If it is one text, or holds something else than text.
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
        """Return the length of each list by its name."""
        return {name: len(getattr(self, name)) for name in _LISTS}


_LISTS = (
    *("opened", "closed", "moved", "renamed", "replaced", "changed"),
    *("announced", "closing", "vanished"),
)
"""The lists of a :class:`Diff`, in the order in which they are shown."""


def diff_days(before: State, after: State) -> Diff:
    """Compare two dates of one register."""
    opened, closed, pairs = [], [], []
    ids = before.core.store.ids
    for unit, (old, new) in enumerate(zip(before.rows, after.rows, strict=True)):
        if old == new:
            continue
        if old < 0:
            opened.append(after[ids[unit]])
        elif new < 0:
            closed.append(before[ids[unit]])
        else:
            pairs.append((before[ids[unit]], after[ids[unit]]))
    return _diff(
        before,
        after,
        opened=opened,
        closed=closed,
        pairs=pairs,
        fields=COMPARED_FIELDS,
        replaced=_replaced_between(before, after),
    )


def diff_sources(before: State, after: State) -> Diff:
    """Compare two registers, each on its date."""
    first, second = before.core, after.core
    same_format = first.format is second.format
    opened, closed, vanished, announced, pairs = [], [], [], [], []
    expected = Expected(after)
    for sor_id in first.store.ids:
        old, new = before.get(sor_id), after.get(sor_id)
        if old is not None and new is not None:
            if old != new:
                pairs.append((old, new))
        elif old is not None:
            closed.append(old)
            if sor_id not in second.store.numbers and not expected.to_lack(
                before.closing_date(sor_id)
            ):
                vanished.append(old)
        elif new is not None:
            opened.append(new)
    for sor_id in second.store.ids:
        if sor_id not in first.store.numbers:
            unit = after.get(sor_id)
            if unit is not None:
                opened.append(unit)
            elif after.status(sor_id) is Status.FUTURE:
                announced.append(second.history(sor_id)[0])
    if not same_format:
        pairs = [(without_inherited_code(old), without_inherited_code(new)) for old, new in pairs]
    return _diff(
        before,
        after,
        opened=opened,
        closed=closed,
        pairs=pairs,
        fields=COMPARED_FIELDS if same_format else shared_fields(first.store, second.store),
        replaced=[
            pair
            for key, pair in second.replacements.pairs.items()
            if key not in first.replacements.pairs
        ],
        announced=announced,
        vanished=vanished,
    )


def _diff(
    before: State,
    after: State,
    *,
    opened: list[SOREntity],
    closed: list[SOREntity],
    pairs: list[tuple[SOREntity, SOREntity]],
    fields: Sequence[ComparedField],
    replaced: list[Replacement],
    announced: Sequence[SOREntity] = (),
    vanished: Sequence[SOREntity] = (),
) -> Diff:
    changes: list[Change] = []
    for old, new in pairs:
        for field in fields:
            before_value = field.get(getattr(old, field.field))
            after_value = field.get(getattr(new, field.field))
            if before_value != after_value:
                change = Change(old.sor_id, field.path, before_value, after_value, new.name)
                changes.append(change)
    changes.sort(key=lambda change: (_by_id(change), change.field))
    known = dict(in_force(before))
    closing = [
        Change(sor_id, "closing_date", known[sor_id], now, after[sor_id].name)
        for sor_id, now in in_force(after)
        if sor_id in known and known[sor_id] != now
    ]
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
        closing=tuple(sorted(closing, key=_by_id)),
        vanished=tuple(sorted(vanished, key=_by_id)),
        compared=tuple(field.path for field in fields),
        from_units=len(known),
        to_units=len(after),
        closed_or_closing=(
            (*(unit.sor_id for unit in closed), *(one.sor_id for one in closing if one.new))
            if before.core is after.core
            else newly_closed(known.items(), after)
        ),
    )


def _named(pair: Replacement, before: State, after: State) -> Replacement:
    """Add the names of both units: those of the second state, else the latest there are."""
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


def _by_id(record: SOREntity | Change) -> tuple[int, str]:
    return len(record.sor_id), record.sor_id  # as numbers are sorted


def _replaced_between(before: State, after: State) -> list[Replacement]:
    """Return the replacements that apply from a day after the first, up to the second.

    Where the source gives no such day: those whose replaced unit closed, or whose successor
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
