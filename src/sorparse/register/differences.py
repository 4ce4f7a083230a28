"""What differs between two days of a register, or between two sources.

A diff compares two states. What opened and closed again in between shows in neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs

from ..display.mixin import HtmlRepr
from ..formats.base import Format
from ..records import Address, Coded, SOREntity, VirtualAddress
from .days import OPEN_END, Day
from .replacements import Replacement
from .timeline import Status

if TYPE_CHECKING:
    from .register import Register
    from .view import View

_NOT_COMPARED = frozenset(
    {
        "sor_id",
        "validity",  # a new version for every change, which is told by what changed
        "updated_at",
        "replaces",  # replaced
        "replaced_by",
    }
)
_BLOCKS: dict[str, type[Any]] = {
    "postal_address": Address,
    "visiting_address": Address,
    "activity_address": Address,
    "virtual_address": VirtualAddress,
    "entity_type": Coded,
    "organisational_level": Coded,
    "location_code_region": Coded,
}


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
class Diff:
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
    """Replacements that took place in between: units and who replaces them."""
    changed: tuple[Change, ...] = ()
    """Everything else that differs in units in force in both states."""
    announced: tuple[SOREntity, ...] = ()
    """Units that only the second source knows and that open later (between two sources)."""
    vanished: tuple[SOREntity, ...] = ()
    """Those of ``closed`` that the second source does not hold, though the first knew no closing
    date: closed and dropped between the two files, or, where they are many, a broken file."""
    compared: tuple[str, ...] = ()
    """The fields that were compared: between sources of different formats those that both fill."""

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return any(self._lists())

    def _repr_html_(self) -> str:
        from ..display.diffs import diff_html

        return diff_html(self)

    def counts(self) -> dict[str, int]:
        """Count each list by its name."""
        names = ("opened", "closed", "moved", "renamed", "replaced", "changed", "announced")
        return {name: len(getattr(self, name)) for name in (*names, "vanished")}

    def _lists(self) -> Iterator[tuple[Any, ...]]:
        yield self.opened
        yield self.closed
        yield self.moved
        yield self.renamed
        yield self.replaced
        yield self.changed
        yield self.announced


@attrs.frozen
class Leaf:
    """A comparable part of a unit."""

    path: str
    field: str
    """The field of the unit that it is of."""
    get: Callable[[Any], Any]
    """Gives the part of the field's value."""


def _leaves() -> Iterator[Leaf]:
    for field in attrs.fields(SOREntity):
        name = field.name
        block = _BLOCKS.get(name)
        if block is not None:
            for part in attrs.fields(block):
                if part.eq:
                    yield Leaf(f"{name}.{part.name}", name, _part(part.name))
        elif name == "specialities":
            yield Leaf(f"{name}.code", name, _of_each("code"))
            yield Leaf(f"{name}.name", name, _of_each("name"))
        elif name in ("owner", "health_institution"):
            # the rest repeats what the rows of those units say
            yield Leaf(f"{name}.sor_id", name, _part("sor_id"))
        elif name not in _NOT_COMPARED:
            yield Leaf(name, name, _itself)


def _itself(value: Any) -> Any:
    return value


def _part(name: str) -> Callable[[Any], Any]:
    part = attrgetter(name)
    return lambda value: None if value is None else part(value)


def _of_each(name: str) -> Callable[[Any], Any]:
    part = attrgetter(name)

    def get(values: tuple[Any, ...]) -> Any:
        parts = tuple(part(value) for value in values)
        return parts if any(one is not None for one in parts) else None

    return get


LEAVES: tuple[Leaf, ...] = tuple(_leaves())


def _shared_leaves(first: Register, second: Register) -> tuple[Leaf, ...]:
    """Give what two sources of different formats can both say, and say alike.

    Taken from what they fill: a part that one of them has nowhere is not compared. Nor is the
    street where one source writes it in one line with the number, as sor.csv does (the road code
    is). Where there is no location number some formats say that it is not inherited, others
    nothing: that means the same.
    """
    both = _filled(first) & _filled(second)
    leaves = []
    for leaf in LEAVES:
        block, _, part = leaf.path.partition(".")
        if leaf.path not in both or leaf.path == "extra":
            continue
        if part == "street_name" and f"{block}.street_building_id" not in both:
            continue
        shared = leaf
        if leaf.path == "location_code_inherited":
            shared = attrs.evolve(leaf, get=lambda value: value or None)
        leaves.append(shared)
    return tuple(leaves)


def _as_stated(entity: SOREntity) -> SOREntity:
    """Leave out an inherited location number: CSV repeats it on every row, XML does not."""
    if not entity.location_code_inherited:
        return entity
    return attrs.evolve(entity, location_code=None, location_code_region=None)


def _filled(register: Register) -> set[str]:
    filled = set()
    for field, group in groupby(LEAVES, key=lambda leaf: leaf.field):
        missing = list(group)
        for _, value in register._store.stated(field):
            if value is not None and value != ():
                found = [leaf for leaf in missing if leaf.get(value) is not None]
                for leaf in found:
                    filled.add(leaf.path)
                    missing.remove(leaf)
                if not missing:
                    break
    return filled


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
    expected = _Expected(after)
    for sor_id in first:
        old, new = before.get(sor_id), after.get(sor_id)
        if old is not None and new is not None:
            if old != new:
                pair = (old, new) if same_format else (_as_stated(old), _as_stated(new))
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
        leaves=LEAVES if same_format else _shared_leaves(first, second),
        replaced=[
            pair
            for key, pair in second._replacements.pairs.items()
            if key not in first._replacements.pairs
        ],
        announced=announced,
        vanished=vanished,
    )


class _Expected:
    """Tells whether a source can rightly lack a unit that an earlier one closes on a day.

    The daily file and sor.csv drop a unit the day after its last one, so the earliest closing date
    in them is no earlier than their day. The other formats keep closed units.
    """

    def __init__(self, after: View) -> None:
        self._drops_closed = after.register.format in (None, Format.SOR2_DAILY, Format.SOR_CSV)
        self._latest_day = (
            min((end for end in after.register._store.end if end != OPEN_END), default=OPEN_END)
            if after.register.format is not None
            else after.day.toordinal()
        )

    def to_lack(self, closing: date | None) -> bool:
        return self._drops_closed and closing is not None and closing.toordinal() < self._latest_day


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
    return Diff(
        before.day,
        after.day,
        opened=tuple(sorted(opened, key=_by_id)),
        closed=tuple(sorted(closed, key=_by_id)),
        moved=tuple(change for change in changes if change.field == "parent_id"),
        renamed=tuple(change for change in changes if change.field == "name"),
        replaced=tuple(sorted(replaced)),
        changed=tuple(change for change in changes if change.field not in ("name", "parent_id")),
        announced=tuple(sorted(announced, key=_by_id)),
        vanished=tuple(sorted(vanished, key=_by_id)),
        compared=tuple(leaf.path for leaf in leaves),
    )


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
