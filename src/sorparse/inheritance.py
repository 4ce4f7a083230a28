"""What a unit inherits from the units above it: the publisher's rules, for every format.

A block is inherited as a whole, never field by field (SOR XML documentation 2.0.0; the meta texts
of the 1.0.0 schemas say "som helhed").

==================  =====================================================  =====================
missing on          block                                                  comes from
==================  =====================================================  =====================
SI, OE              postal address                                         parent's effective one
SI, OE              visiting address                                       own effective postal
OE                  activity address                                       own effective visiting
SI, OE              virtual address                                        parent's effective one
any                 location code, where the indicator says inherited      nearest unit above
                                                                           that has one
==================  =====================================================  =====================

An owner (IE) inherits nothing, and only organisational units have an activity address. A unit
whose level is not known is taken for what its place says: an owner where it has no parent, else an
organisational unit. An indicator that is missing inherits no location code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import attrs

from .records import Address, SOREntity, SorType, VirtualAddress
from .records.values import NO_EXTRA, as_extra

Parent = Callable[[SOREntity], SOREntity | None]
"""Gives the unit above a unit, ``None`` at the top or where it is not known."""


@attrs.frozen(weakref_slot=False)
class Effective:
    """A unit's addresses and location code with inheritance resolved, and where each came from."""

    sor_id: str
    """SOR id of the unit asked for."""
    postal_address: Address | None = None
    """Effective postal address."""
    visiting_address: Address | None = None
    """Effective visiting address."""
    activity_address: Address | None = None
    """Effective activity address."""
    virtual_address: VirtualAddress | None = None
    """Effective e-mail, website, telephone, fax."""
    location_code: str | None = None
    """Effective location number (GLN)."""
    origin: Mapping[str, str] = attrs.field(default=NO_EXTRA, converter=as_extra)
    """Name of each field above that has a value, to the SOR id of the unit whose own it is."""

    def _repr_html_(self) -> str:
        from .display.registers import effective_html

        return effective_html(self)

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The addresses there are: activity, visiting, postal; each once."""
        given = (self.activity_address, self.visiting_address, self.postal_address)
        return tuple(dict.fromkeys(address for address in given if address is not None))


def resolve_inheritance(entity: SOREntity, parent: Parent) -> Effective:
    """Give what ``entity`` has effectively, ``parent`` telling the unit above any unit.

    Units above that form a circle are each looked at once.
    """
    above = _Above(entity, parent)
    postal = _inherited(above, "postal_address")
    visiting = _own(entity, "visiting_address")
    if visiting is None and _inherits(entity):
        visiting = postal
    activity = _own(entity, "activity_address")
    if activity is None and _is_organisational_unit(entity):
        activity = visiting
    found: dict[str, tuple[Any, str] | None] = {
        "postal_address": postal,
        "visiting_address": visiting,
        "activity_address": activity,
        "virtual_address": _inherited(above, "virtual_address"),
        "location_code": _location_code(above),
    }
    return Effective(
        entity.sor_id,
        **{field: hit[0] for field, hit in found.items() if hit is not None},
        origin={field: hit[1] for field, hit in found.items() if hit is not None},
    )


class _Above:
    """The unit itself and those above it, nearest first; asked for once, and only as needed."""

    def __init__(self, entity: SOREntity, parent: Parent) -> None:
        self.entity = entity
        self._parent = parent
        self._known = [entity]
        self._seen = {entity.sor_id}
        self._done = False

    def __iter__(self) -> Iterator[SOREntity]:
        at = 0
        while at < len(self._known) or self._climb():
            yield self._known[at]
            at += 1

    def _climb(self) -> bool:
        if not self._done:
            next_up = self._parent(self._known[-1])
            if next_up is None or next_up.sor_id in self._seen:
                self._done = True
            else:
                self._seen.add(next_up.sor_id)
                self._known.append(next_up)
        return not self._done


def _inherited(
    above: _Above, field: Literal["postal_address", "virtual_address"]
) -> tuple[Any, str] | None:
    for entity in above:
        found = _own(entity, field)
        if found is not None or not _inherits(entity):
            return found
    return None


def _location_code(above: _Above) -> tuple[str, str] | None:
    entity = above.entity
    code = entity.location_code
    if entity.location_code_inherited is not True:
        return None if code is None else (code, entity.sor_id)
    # CSV files repeat the inherited number on the unit's own row, XML leaves it out
    for unit in above:
        own = unit.location_code
        if own is not None and unit.location_code_inherited is not True and code in (None, own):
            return own, unit.sor_id
    if code is not None:
        return code, entity.sor_id  # the file says so, the unit it comes from is not there
    for unit in above:
        if unit.location_code is not None:
            return unit.location_code, unit.sor_id
    return None


def _own(entity: SOREntity, field: str) -> tuple[Any, str] | None:
    block = getattr(entity, field)
    return None if block is None else (block, entity.sor_id)


def _inherits(entity: SOREntity) -> bool:
    if entity.sor_type is None:
        return entity.parent_id is not None
    return entity.sor_type is not SorType.IE


def _is_organisational_unit(entity: SOREntity) -> bool:
    if entity.sor_type is None:
        return entity.parent_id is not None
    return entity.sor_type is SorType.OE
