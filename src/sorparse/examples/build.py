"""Build units: consecutive numbers, and addresses from a seeded random generator."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

import attrs

from ..records import Address, Coded, SorType, VirtualAddress
from .codes import ENTITY_TYPES, ORGANISATIONAL_LEVELS, REGION_OF, REGIONS, SPECIALITIES
from .model import DAY, Event, Unit, cvr_number, location_code, sor_id

T = TypeVar("T")

SEED: Final = 20260615

# post code, town, municipality, its name, region, easting and northing of the town
PLACES: Final = {
    "Ærøskøbing": ("5970", "Ærøskøbing", "0492", "Ærø", "1083", 590441, 6083350),
    "Marstal": ("5960", "Marstal", "0492", "Ærø", "1083", 597256, 6079763),
    "Svendborg": ("5700", "Svendborg", "0479", "Svendborg", "1083", 602825, 6102931),
    "Odense": ("5000", "Odense C", "0461", "Odense", "1083", 587906, 6139847),
    "Brønderslev": ("9700", "Brønderslev", "0810", "Brønderslev", "1081", 556989, 6347837),
    "Aalborg": ("9000", "Aalborg", "0851", "Aalborg", "1081", 555820, 6322771),
    "Skagen": ("9990", "Skagen", "0813", "Frederikshavn", "1081", 594400, 6399198),
    "Aarhus": ("8000", "Aarhus C", "0751", "Aarhus", "1082", 574538, 6224091),
    "København": ("2100", "København Ø", "0101", "København", "1084", 723751, 6177323),
    "Rønne": ("3700", "Rønne", "0400", "Bornholm", "1084", 864143, 6120821),
    # outside zone 32 and outside the regions: no coordinates, no region
    "Nuuk": ("3900", "Nuuk", "0956", "Sermersooq", None, None, None),
}
STREETS: Final = (
    "Mågevænget", "Tangstien", "Søhestealléen", "Øresandsvej", "Gammel Æblegyde", "Strandsneglen",
    "Klitrosevej", "Ålegræsset", "Ravkrogen", "Blåmuslingevej",
)  # fmt: skip


NORTH: Final = REGIONS["Region Nordjylland"]
SOUTH: Final = REGIONS["Region Syddanmark"]
CAPITAL: Final = REGIONS["Region Hovedstaden"]
INHERITED: Final[dict[str, Any]] = {"location_code_inherited": True}


def indicators(*, outpatients: bool, beds: bool, reports: bool = True) -> dict[str, Any]:
    """Return the three indicators of a unit of a hospital."""
    return {"ambulant_activity": outpatients, "patients_admitted": beds, "reporting_level": reports}


AMBULANT: Final = indicators(outpatients=True, beds=False)
WARD: Final = indicators(outpatients=False, beds=True)
BOTH: Final = indicators(outpatients=True, beds=True)
NO_PATIENTS: Final = indicators(outpatients=False, beds=False, reports=False)


_LEVELS: Final = {6: "Afdeling", 7: "Afsnit"}
"""Organisational level by the length of the SHAK code."""


@attrs.define(eq=False)
class Builder:
    """Builder of units: it assigns numbers and draws addresses."""

    units: list[Unit] = attrs.Factory(list)
    generator: random.Random = attrs.field(factory=lambda: random.Random(SEED))  # noqa: S311 - repeatable on purpose
    _next_item: int = 900001
    _next_location: int = 1
    _next_cvr: int = 99000000
    _next_phone: int = 1

    def number(self, below: int) -> int:
        """Draw a number; only ``random()`` is the same in every version of Python."""
        return int(self.generator.random() * below)

    def pick(self, choices: Sequence[T]) -> T:
        """Draw one of the choices."""
        return choices[self.number(len(choices))]

    def address(self, town: str, **fields: Any) -> Address:
        """Draw an address in a town."""
        post_code, district, municipality, name, region, east, north = PLACES[town]
        drawn: dict[str, Any] = {
            "street_name": self.pick(STREETS),
            "street_building_id": str(1 + self.number(98)),
            "post_code": post_code,
            "district_name": district,
            "country_code": "DK",
            "municipality_code": municipality,
            "municipality_name": name,
            "street_code": f"{100 + self.number(8000):04d}",
        }
        metres = (self.number(160000), self.number(160000))
        if region is not None and east is not None and north is not None:
            drawn |= {
                "region_code": region,
                "region_name": REGION_OF[region].name,
                "easting": Decimal(east * 100 - 80000 + metres[0]) / 100,
                "northing": Decimal(north * 100 - 80000 + metres[1]) / 100,
            }
        return Address(**(drawn | fields))

    def virtual(self, mailbox: str | None = None, **fields: Any) -> VirtualAddress:
        """Return a virtual address with a new telephone number; no Danish number begins with 0."""
        number = f"0000{self._next_phone:04d}"
        self._next_phone += 1
        email = f"{mailbox}@example.dk" if mailbox else None
        return VirtualAddress(**({"email": email, "telephone": number} | fields))

    def location(self, region: Coded | None) -> dict[str, Any]:
        """Return the fields of the next location number."""
        number = location_code(self._next_location)
        self._next_location += 1
        return {
            "location_code": number,
            "location_code_inherited": False,
            "location_code_region": region,
        }

    def owner(self, name: str, kind: str, opened: str, town: str, **fields: Any) -> Unit:
        """Add an institution owner; it always has a postal and a virtual address."""
        number = cvr_number(self._next_cvr)
        self._next_cvr = int(number) + 1
        given: dict[str, Any] = {
            "cvr": number,
            "postal_address": self.address(town),
            "virtual_address": self.virtual("post"),
        }
        return self._add(SorType.IE, name, kind, opened, given | fields)

    def institution(self, parent: Unit, name: str, kind: str, opened: str, **fields: Any) -> Unit:
        """Add a health institution, by default at a place of its own."""
        given = {
            "parent_id": parent.sor_id,
            "location_code_inherited": False,
            "geographical_parent_relation": "1",
        }
        return self._add(SorType.SI, name, kind, opened, given | fields)

    def unit(self, parent: Unit, name: str, kind: str, opened: str, **fields: Any) -> Unit:
        """Add an organisational unit, by default at the place of its parent."""
        given = {
            "parent_id": parent.sor_id,
            "location_code_inherited": False,
            "geographical_parent_relation": "2",
        }
        return self._add(SorType.OE, name, kind, opened, given | fields)

    def hospital_unit(
        self,
        parent: Unit,
        code: str,
        name: str,
        opened: str,
        specialities: Sequence[str],
        *,
        kind: str = "klinisk enhed",
        **fields: Any,
    ) -> Unit:
        """Add a department or section with a SHAK code, by default with an inherited number."""
        given = {
            "shak_code": code,
            "organisational_level": _LEVELS[len(code)],
            "specialities": specialities,
            **INHERITED,
        }
        return self.unit(parent, name, kind, opened, **(given | fields))

    def _add(
        self, level: SorType, name: str, kind: str, opened: str, fields: dict[str, Any]
    ) -> Unit:
        item = fields.pop("item", None)
        if item is None:
            item = self._next_item
            self._next_item += 1
        registered = fields.pop("registered", None)
        fields |= {"name": name, "entity_type": ENTITY_TYPES[kind]}
        if "organisational_level" in fields:
            fields["organisational_level"] = ORGANISATIONAL_LEVELS[fields["organisational_level"]]
        if "specialities" in fields:
            fields["specialities"] = tuple(SPECIALITIES[s] for s in fields["specialities"])
        start = date.fromisoformat(opened)
        known = date.fromisoformat(registered) if registered else start - 7 * DAY
        unit = Unit(sor_id(item), level, [Event(start, known, fields)])
        self.units.append(unit)
        return unit
