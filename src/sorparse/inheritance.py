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
whose level is unknown is treated by its place in the hierarchy: as an owner if it has no parent,
else as an organisational unit. If the indicator is missing, no location code is inherited.

Which version of the unit above counts is the caller's decision (``parent``). In a view it is the
one in force on the date; of a unit that is closed or in a gap, the last one that was in force
before; a unit that has not opened yet passes nothing on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar, Generic, TypeVar

import attrs

from . import codes
from .notebook import HtmlRepr
from .records import Address, Coded, SorType, VirtualAddress
from .records.values import NO_EXTRA, as_extra

K = TypeVar("K")

NEAREST_FIRST = ("activity_address", "visiting_address", "postal_address")
"""The kinds of address, that where the unit is at work first."""
ADDRESSES = NEAREST_FIRST[::-1]
"""The kinds of address in the order of a record."""
EFFECTIVE_FIELDS = (*ADDRESSES, "virtual_address", "location_code")
"""The fields of :class:`Effective` that hold values."""

Found = tuple[Any, Any] | None
"""A value and the ``sor_id`` (as ``get`` returns it) of the unit whose own it is."""


@attrs.frozen(weakref_slot=False)
class Effective(HtmlRepr):
    """A unit's addresses and location code with inheritance resolved, and the unit each comes from.

    Example:
        >>> effective = view.effective("9000081000016001")
        >>> effective.postal_address.district_name, effective.origin["postal_address"]
        ('Aalborg', '9000041000016007')
    """

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
    caveats: tuple[str, ...] = ()
    """Which values may be out of date, because the unit that they come from is closed."""

    PLACES: ClassVar = ("region", "municipality")
    """The properties that have columns, and that paths lead to, as fields do."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The addresses that are filled: activity, visiting, postal; equal ones once."""
        given = [getattr(self, field) for field in NEAREST_FIRST]
        return tuple(dict.fromkeys(address for address in given if address is not None))

    @property
    def region(self) -> Coded | None:
        """Region of the first of the activity, visiting and postal address that has one.

        Code or name comes from the library's own table if the file has only the other one.
        """
        given = [(address.region_code, address.region_name) for address in self.addresses]
        return first_place("region", given)

    @property
    def municipality(self) -> Coded | None:
        """Municipality of the first of the activity, visiting and postal address that has one.

        Code or name comes from the library's own table if the file has only the other one.
        """
        given = [(one.municipality_code, one.municipality_name) for one in self.addresses]
        return first_place("municipality", given)


def first_place(kind: str, given: Iterable[tuple[str | None, str | None]]) -> Coded | None:
    """Return the first ``region`` or ``municipality`` with a code or a name.

    Args:
        kind: ``region`` or ``municipality``.
        given: Code and name of each address, in the order of :data:`NEAREST_FIRST`.
    """
    for code, name in given:
        if code is not None or name is not None:
            return _completed(kind, code, name)
    return None


@lru_cache(maxsize=1024)
def _completed(kind: str, code: str | None, name: str | None) -> Coded:
    """Return a code with its name; a missing half comes from the library's own table."""
    if code is None and name is not None:
        code = codes.code_of(kind, name)
        return Coded(code, name, supplied=code and "code")
    if name is None and code is not None:
        name = codes.name_of(kind, code)
        return Coded(code, name, supplied=name and "name")
    return Coded(code, name)


class Inheritance(Generic[K]):
    """Resolves inheritance among units of any kind that can be asked for a field by name.

    What a unit inherits is remembered for the units below it, so one instance resolves a whole
    register in one pass. Cycles are followed once.

    Args:
        get: Returns a field of :class:`SOREntity` of a unit.
        parent: Returns the unit above; ``None`` at the top or if it is unknown.
    """

    def __init__(self, get: Callable[[K, str], Any], parent: Callable[[K], K | None]) -> None:
        self._get = get
        self._parent = parent
        self._known: dict[str, dict[str, Found]] = {"postal_address": {}, "virtual_address": {}}

    def resolved(self, unit: K) -> dict[str, Found]:
        """Return each field of :class:`Effective` with its value and the id it comes from."""
        inherited = self._addresses(unit)
        inherited["virtual_address"] = self._inherited(unit, "virtual_address")
        inherited["location_code"] = self.location_code(unit)
        return inherited

    def effective(self, unit: K) -> Effective:
        """Return all that a unit has effectively."""
        having = {field: hit for field, hit in self.resolved(unit).items() if hit is not None}
        return Effective(
            self._get(unit, "sor_id"),
            **{field: hit[0] for field, hit in having.items()},
            origin={field: hit[1] for field, hit in having.items()},
        )

    def location_code(self, unit: K) -> Found:
        """Return a unit's effective location code and the id of the unit whose own it is."""
        code = self._get(unit, "location_code")
        if self._get(unit, "location_code_inherited") is not True:
            return self._own(unit, "location_code")
        # CSV files repeat the inherited number on the unit's own row, XML leaves it out
        repeated: Found = None
        for one, sor_id in self._upwards(unit):
            own = self._get(one, "location_code")
            if own is None or code not in (None, own):
                continue
            if self._get(one, "location_code_inherited") is not True:
                return own, sor_id
            repeated = repeated or (own, sor_id)
        return repeated  # the unit that it comes from is not there

    def _addresses(self, unit: K) -> dict[str, Found]:
        postal = self._inherited(unit, "postal_address")
        visiting = self._own(unit, "visiting_address")
        if visiting is None and self._inherits(unit, SorType.SI, SorType.OE):
            visiting = postal
        activity = self._own(unit, "activity_address")
        if activity is None and self._inherits(unit, SorType.OE):
            activity = visiting
        return {
            "postal_address": postal,
            "visiting_address": visiting,
            "activity_address": activity,
        }

    def _inherited(self, unit: K, field: str) -> Found:
        """Return the block of the unit itself, or of the nearest unit above that has one."""
        nearest = self._own(unit, field)
        if nearest is not None or not self._inherits(unit, SorType.SI, SorType.OE):
            return nearest
        known = self._known[field]
        passed: dict[str, None] = {}
        for one, sor_id in self._upwards(unit):
            if sor_id in known:
                nearest = known[sor_id]
                break
            passed[sor_id] = None
            nearest = self._own(one, field)
            if nearest is not None or not self._inherits(one, SorType.SI, SorType.OE):
                break
        for sor_id in passed:
            known[sor_id] = nearest
        return nearest

    def _upwards(self, unit: K) -> Iterator[tuple[K, str]]:
        """Yield the unit itself and those above it, nearest first."""
        seen: set[str] = set()
        one: K | None = unit
        while one is not None:
            sor_id = self._get(one, "sor_id")
            if sor_id in seen:
                return
            seen.add(sor_id)
            yield one, sor_id
            one = self._parent(one)

    def _own(self, unit: K, field: str) -> Found:
        value = self._get(unit, field)
        return None if value is None else (value, self._get(unit, "sor_id"))

    def _inherits(self, unit: K, *levels: SorType) -> bool:
        level = self._get(unit, "sor_type")
        if level is None:
            return self._get(unit, "parent_id") is not None
        return level in levels
