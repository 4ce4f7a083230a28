"""More units than are resolved one by one, with gaps, cycles and orphans."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sorparse import (
    Address,
    Coded,
    EntityRef,
    Register,
    SOREntity,
    SorType,
    Validity,
    VirtualAddress,
)

BEGIN = date(2020, 1, 1)
DAY = BEGIN + timedelta(days=200)
REGIONS = [(None, None), ("1081", None), (None, "Region Sjælland"), ("1082", "Midtjylland")]


def records(seed: int, units: int) -> list[SOREntity]:
    """Return the versions of units."""
    rng = random.Random(seed)
    ids = [str(number) for number in range(1, units + 1)]

    def some(value: Any, share: float = 0.4) -> Any:
        return value if rng.random() < share else None

    def address() -> Address:
        code, name = rng.choice(REGIONS)
        number = rng.choice(["1.5", "0.1234567890123456789", "1E+5", "-12"])
        return Address(
            street_name=rng.choice(["Vej", "Vej\x1f2", "\x1eVej", None]),
            region_code=code,
            region_name=name,
            post_code=some(rng.choice(["4000", "8000"])),
            municipality_code=some("0101"),
            easting=some(Decimal(number)),
        )

    found = []
    for sor_id in ids:
        start = rng.randrange(300)
        for _ in range(rng.choice((1, 1, 2, 3))):
            end = start + rng.randrange(120)
            found.append(
                SOREntity(
                    sor_id,
                    name=some(f"Enhed {sor_id}", 0.9),
                    sor_type=some(rng.choice(list(SorType)), 0.9),
                    parent_id=some(rng.choice([*ids, "9000"]), 0.8),
                    owner=some(EntityRef(rng.choice(ids), some("Ejer"), some(Coded("1", "e")))),
                    validity=Validity(
                        BEGIN + timedelta(days=start), some(BEGIN + timedelta(days=end), 0.8)
                    ),
                    postal_address=some(address()),
                    visiting_address=some(address(), 0.2),
                    activity_address=some(address(), 0.1),
                    virtual_address=some(VirtualAddress(f"{sor_id}@example.dk")),
                    specialities=some((Coded("1", "a"), Coded(None, "b"))) or (),
                    location_code=some(rng.choice(["1", "2"])),
                    location_code_inherited=rng.choice([None, True, False]),
                )
            )
            start = end + rng.choice((1, 1, 20))
    return found


def answers(register: Register) -> list[Any]:
    """Return answers about all units, in types of JSON."""
    view = register.as_of(DAY)
    return [
        [unit.sor_id for unit in view.find(region="1081")],
        [list(row.values()) for row in view.counts("region", "effective.location_code")],
        [[term.code, term.name, term.count] for term in view.terms("region")],
        [[change.sor_id, change.field] for change in register.diff(BEGIN, DAY).changed],
    ]
