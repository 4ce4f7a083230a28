"""What differs between two days of a register, or between two sources.

A diff compares two states. What opened and closed again in between shows in neither.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from ..formats.base import Format
from ..notebook import HtmlRepr
from ..records import SOREntity
from .closings import Expected, in_force, newly_closed
from .compared import LEAVES, Leaf, as_stated, shared_leaves
from .days import Day
from .idwords import spelled
from .replacements import Replacement
from .timeline import Status

if TYPE_CHECKING:
    from .register import Register
    from .view import View


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
        found: dict[str, Any] = {
            name: tuple(each for each in getattr(self, name) if each.sor_id in wanted)
            for name in _LISTS
        }
        found["replaced"] = tuple(
            pair for pair in self.replaced if wanted & {pair.sor_id, pair.replaced_by_id}
        )
        found["closed_or_closing"] = tuple(
            sor_id for sor_id in self.closed_or_closing if sor_id in wanted
        )
        return attrs.evolve(self, **found)

    def counts(self) -> dict[str, int]:
        """Return the length of each list by its name."""
        return {name: len(getattr(self, name)) for name in _LISTS}


_LISTS = (
    *("opened", "closed", "moved", "renamed", "replaced", "changed"),
    *("announced", "closing", "vanished"),
)
"""The lists of a :class:`Diff`, in the order in which they are shown."""


def diff_days(before: View, after: View) -> Diff:
    """Compare two days of one register."""
    register = before.register
    opened, closed, pairs = [], [], []
    ids = register._store.ids
    for unit, (old, new) in enumerate(zip(before._rows, after._rows, strict=True)):
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
        leaves=LEAVES,
        replaced=_replaced_between(before, after),
    )


def diff(
    source_a: Any,
    source_b: Any,
    *,
    from_day: Day = None,
    to_day: Day = None,
    **options: Any,
) -> Diff:
    """Compare two sources of any format: what opened, closed, moved and changed from a to b.

    source_a, source_b: what :func:`sorparse.open` takes, or a :class:`Register`.
    from_day, to_day: the days to take them as of. Left out, each is taken as of the day it shows
        (:attr:`Register.shown_day`), or where nothing tells that, as of today in Denmark. A full
        history compared with a file of another format is taken as of that file's day.
    options: those of :func:`sorparse.open`, for both sources.

    Sources of one format are compared in every field, of different formats in those that both fill
    (``Diff.compared``). Raises what ``open`` raises, and InvalidDateError.
    """
    from .register import Register, load

    first, second = (
        source if isinstance(source, Register) else load(source, **options)
        for source in (source_a, source_b)
    )
    return _diff_registers(
        first.as_of(_default_day(first, second) if from_day is None else from_day),
        second.as_of(_default_day(second, first) if to_day is None else to_day),
    )


def _default_day(register: Register, other: Register) -> date | None:
    """Give the day that a source shows; a full history without a date shows the other's too."""
    days = [register.shown_day]
    if register.format is Format.SOR2 and other.format is not Format.SOR2:
        days.append(other.shown_day)
    return max((day for day in days if day is not None), default=None)


def _diff_registers(before: View, after: View) -> Diff:
    first, second = before.register, after.register
    same_format = first.format is second.format
    opened, closed, vanished, announced, pairs = [], [], [], [], []
    expected = Expected(after)
    for sor_id in first:
        old, new = before.get(sor_id), after.get(sor_id)
        if old is not None and new is not None:
            if old != new:
                pair = (old, new) if same_format else (as_stated(old), as_stated(new))
                pairs.append(pair)
        elif old is not None:
            closed.append(old)
            if sor_id not in second and not expected.to_lack(before.closing_date(sor_id)):
                vanished.append(old)
        elif new is not None:
            opened.append(new)
    for sor_id in second:
        if sor_id not in first:
            found = after.get(sor_id)
            if found is not None:
                opened.append(found)
            elif after.status(sor_id) is Status.FUTURE:
                announced.append(second.history(sor_id)[0])
    return _diff(
        before,
        after,
        opened=opened,
        closed=closed,
        pairs=pairs,
        leaves=LEAVES if same_format else shared_leaves(first, second),
        replaced=[
            pair
            for key, pair in second._replacements.pairs.items()
            if key not in first._replacements.pairs
        ],
        announced=announced,
        vanished=vanished,
    )


def _diff(
    before: View,
    after: View,
    *,
    opened: list[SOREntity],
    closed: list[SOREntity],
    pairs: list[tuple[SOREntity, SOREntity]],
    leaves: Sequence[Leaf],
    replaced: list[Replacement],
    announced: Sequence[SOREntity] = (),
    vanished: Sequence[SOREntity] = (),
) -> Diff:
    changes: list[Change] = []
    for old, new in pairs:
        for leaf in leaves:
            ours, theirs = leaf.get(getattr(old, leaf.field)), leaf.get(getattr(new, leaf.field))
            if ours != theirs:
                changes.append(Change(old.sor_id, leaf.path, ours, theirs, new.name))
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
        compared=tuple(leaf.path for leaf in leaves),
        from_units=len(known),
        to_units=len(after),
        closed_or_closing=(
            (*(unit.sor_id for unit in closed), *(one.sor_id for one in closing if one.new))
            if before.register is after.register
            else newly_closed(known.items(), after)
        ),
    )


def _named(pair: Replacement, before: View, after: View) -> Replacement:
    """Add the names of both units: those of the second state, else the latest there are."""
    return attrs.evolve(
        pair,
        name=_name(pair.sor_id, after, before),
        replaced_by_name=_name(pair.replaced_by_id, after, before),
    )


def _name(sor_id: str, *views: View) -> str | None:
    for view in views:
        unit = view.get(sor_id)
        if unit is not None:
            return unit.name
    for view in views:
        if sor_id in view.register:
            return view.register.history(sor_id)[-1].name
    return None


def _by_id(record: SOREntity | Change) -> tuple[int, str]:
    return len(record.sor_id), record.sor_id  # as numbers are sorted


def _replaced_between(before: View, after: View) -> list[Replacement]:
    """Give the replacements that apply from a day after the first, up to the second.

    Where the source gives no such day: those whose replaced unit closed, or whose successor
    opened, in between.
    """
    found = []
    for pair in before.register._replacements.pairs.values():
        if pair.from_date is not None:
            took_place = before.day < pair.from_date <= after.day
        else:
            took_place = (pair.sor_id in before and pair.sor_id not in after) or (
                pair.replaced_by_id in after and pair.replaced_by_id not in before
            )
        if took_place:
            found.append(pair)
    return found
