"""Units with their events, and the records that follow from them on any date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import attrs
from stdnum import ean, verhoeff
from stdnum.dk import cvr

from ..records import (
    Classification,
    Coded,
    EDIType,
    EntityRef,
    GeoLocation,
    LocationCode,
    LocationCodeEDIType,
    ReplacedEntity,
    SHAKSORMap,
    SHAKUnit,
    SOREntity,
    SorType,
    Validity,
)

DAY = timedelta(days=1)
# Fields that the XML has on one level only, so that every format can hold every unit.
_ONLY_ON_UNITS = {
    "provider_number",
    "local_code",
    "specialities",
    "local_attributes",
    "activity_address",
    "ambulant_activity",
    "patients_admitted",
    "reporting_level",
}
_NOT_ON_OWNERS = {"pharmacy_number", "shak_code", "visiting_address"}


def sor_id(item: int) -> str:
    """Return a SOR id: item number, name space 1000016, partition 00, Verhoeff digit."""
    body = f"{item}100001600"
    return body + verhoeff.calc_check_digit(body)


def location_code(number: int) -> str:
    """Return a location number: GLN under the prefix 5790."""
    body = f"57900999{number:04d}"
    return body + ean.calc_check_digit(body)


def cvr_number(number: int) -> str:
    """Return the first valid CVR number from ``number`` on; none from 99000000 on is in use."""
    return next(str(n) for n in range(number, number + 100) if cvr.is_valid(str(n)))


@attrs.frozen
class Event:
    """Values that fields have from a date on."""

    from_date: date
    registered: date
    changes: Mapping[str, Any]


@attrs.define(eq=False)
class Unit:
    """A unit and its events."""

    sor_id: str
    sor_type: SorType
    events: list[Event]
    closing: date | None = None
    closing_registered: date | None = None
    replaces: list[Unit] = attrs.Factory(list)

    @property
    def opened(self) -> date:
        """First day."""
        return self.events[0].from_date

    def change(self, day: str, *, registered: str | None = None, **changes: Any) -> None:
        """Add a version."""
        start = date.fromisoformat(day)
        known = date.fromisoformat(registered) if registered else start - 3 * DAY
        self.events.append(Event(start, known, changes))

    def close(self, last_day: str, *, registered: str | None = None) -> None:
        """Set the last day."""
        self.closing = date.fromisoformat(last_day)
        known = date.fromisoformat(registered) if registered else self.closing - 10 * DAY
        self.closing_registered = known


@attrs.define(eq=False)
class Records:
    """Every record of the register, as known on one date."""

    day: date
    entities: list[SOREntity] = attrs.Factory(list)
    """All versions: each unit's in order of time, units in the order of the tree."""
    shak_sor_map: list[SHAKSORMap] = attrs.Factory(list)
    location_codes: list[LocationCode] = attrs.Factory(list)
    location_code_edi_types: list[LocationCodeEDIType] = attrs.Factory(list)
    edi_types: list[EDIType] = attrs.Factory(list)
    geo_locations: list[GeoLocation] = attrs.Factory(list)
    classifications: list[Classification] = attrs.Factory(list)
    replaced_entities: list[ReplacedEntity] = attrs.Factory(list)
    shak_units: list[SHAKUnit] = attrs.Factory(list)

    def histories(self) -> dict[str, list[SOREntity]]:
        """Sort the versions by SOR id."""
        versions: dict[str, list[SOREntity]] = {}
        for entity in self.entities:
            versions.setdefault(entity.sor_id, []).append(entity)
        return versions

    def daily(self) -> list[SOREntity]:
        """Return the records of SorEntity_daily.csv: units and versions that have not ended."""
        return [
            e for e in self.entities if e.validity.to_date is None or e.validity.to_date >= self.day
        ]

    def snapshot(self) -> list[SOREntity]:
        """Return one version of each unit, as in the XML; the closing date is that of the unit."""
        states = []
        for unit_id, versions in self.histories().items():
            state = in_force(versions, self.day)
            changes: dict[str, Any] = {
                "validity": Validity(state.validity.from_date, versions[-1].validity.to_date),
                "replaces": tuple(
                    pair.sor_id for pair in self.replaced_entities if pair.replaced_by_id == unit_id
                ),
                "replaced_by": tuple(
                    pair.replaced_by_id for pair in self.replaced_entities if pair.sor_id == unit_id
                ),
            }
            states.append(attrs.evolve(state, **changes))
        return states

    def current(self) -> list[SOREntity]:
        """Return the records of sor.csv: the snapshot without closed units."""
        return [
            e
            for e in self.snapshot()
            if e.validity.to_date is None or e.validity.to_date >= self.day
        ]


def entities_known(units: list[Unit], day: date) -> list[SOREntity]:
    """Return the versions of every unit in the extract of ``day``.

    What was registered on a date is in the extract of the following date.
    """
    known = {
        unit.sor_id: events
        for unit in units
        if (events := [e for e in unit.events if e.registered < day])
    }
    plain = {
        unit.sor_id: list(_versions(unit, known[unit.sor_id], day))
        for unit in units
        if unit.sor_id in known
    }
    return [_placed(version, plain, day) for versions in plain.values() for version in versions]


def _versions(unit: Unit, events: list[Event], day: date) -> Iterator[SOREntity]:
    fields: dict[str, Any] = {}
    closing = unit.closing
    if unit.closing_registered is not None and unit.closing_registered >= day:
        closing = None
    for place, event in enumerate(events):
        fields |= event.changes
        last = place == len(events) - 1
        end = closing if last else events[place + 1].from_date - DAY
        updated = event.registered
        if last and closing is not None and unit.closing_registered is not None:
            updated = unit.closing_registered
        entity = SOREntity(
            sor_id=unit.sor_id,
            sor_type=unit.sor_type,
            validity=Validity(event.from_date, end),
            first_from_date=unit.opened,
            updated_at=updated,
            **fields,
        )
        _check_level(entity)
        yield entity


def _check_level(entity: SOREntity) -> None:
    absent: set[str] = set()
    if entity.sor_type is not SorType.OE:
        absent |= _ONLY_ON_UNITS
    if entity.sor_type is SorType.IE:
        absent |= _NOT_ON_OWNERS
    for name in absent:
        if getattr(entity, name) not in {None, ()}:
            raise ValueError(f"{entity.name}: {name} does not belong on {entity.sor_type}")


def in_force(versions: list[SOREntity], day: date) -> SOREntity:
    """Return the version on ``day``, or the nearest one."""
    begun = [v for v in versions if v.validity.from_date is None or v.validity.from_date <= day]
    return begun[-1] if begun else versions[0]


def _placed(version: SOREntity, plain: Mapping[str, list[SOREntity]], today: date) -> SOREntity:
    """Set what a version takes from the units above it."""
    day = max(version.validity.from_date or today, min(version.validity.to_date or today, today))
    above = [version]
    while above[-1].parent_id is not None:
        above.append(in_force(plain[above[-1].parent_id], day))
    owner = above[-1]
    institution = next((unit for unit in above if unit.sor_type is SorType.SI), None)
    filled: dict[str, Any] = {
        "owner": EntityRef(owner.sor_id, owner.name, owner.entity_type),
        "cvr": owner.cvr,
    }
    if institution is not None:
        filled["health_institution"] = EntityRef(
            institution.sor_id, institution.name, institution.entity_type
        )
    if version.location_code_inherited:
        giver = next(u for u in above if u.location_code is not None)
        filled["location_code"] = giver.location_code
        filled["location_code_region"] = giver.location_code_region
    return attrs.evolve(version, **filled)


def shak_map(histories: Mapping[str, list[SOREntity]]) -> list[SHAKSORMap]:
    """Join consecutive versions of a unit with one SHAK code to one period."""
    pairs: list[SHAKSORMap] = []
    for versions in histories.values():
        for version in versions:
            if version.shak_code is None:
                continue
            start = version.validity.from_date
            last = pairs[-1] if pairs else None
            if (
                last is not None
                and (last.sor_id, last.shak_code) == (version.sor_id, version.shak_code)
                and last.validity.to_date == (start and start - DAY)
            ):
                start = last.validity.from_date
                pairs.pop()
            pairs.append(
                SHAKSORMap(
                    shak_code=version.shak_code,
                    sor_id=version.sor_id,
                    name=version.name,
                    validity=Validity(start, version.validity.to_date),
                    organisational_level=version.organisational_level,
                )
            )
    return pairs


def replaced(units: list[Unit], known: set[str]) -> list[ReplacedEntity]:
    """Return the pairs of which the second replaces the first, if both are known."""
    return [
        ReplacedEntity(old.sor_id, new.sor_id, new.opened)
        for new in units
        for old in new.replaces
        if {old.sor_id, new.sor_id} <= known
    ]


def coded(codes: Mapping[str, str]) -> dict[str, Coded]:
    """Return codes by name, from pairs of name and code."""
    return {name: Coded(code, name) for name, code in codes.items()}
