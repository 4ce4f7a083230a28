"""What the columns with inheritance resolved should hold, written down independently of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs

from sorparse import Address, Coded, Effective, VirtualAddress

BLOCKS = ("postal_address", "visiting_address", "activity_address")


def expected_effective(effective: Effective) -> dict[str, Any]:
    """Return the ``effective_`` columns of what ``view.effective`` returns."""
    found: dict[str, Any] = {"effective_location_code": effective.location_code}
    values = {name: getattr(effective, name) or Address() for name in BLOCKS}
    values["virtual_address"] = effective.virtual_address or VirtualAddress()
    values["region"] = effective.region or Coded()
    values["municipality"] = effective.municipality or Coded()
    for name, value in values.items():
        for part, held in attrs.asdict(value).items():
            if part != "supplied":
                plain = float(held) if isinstance(held, Decimal) else held
                found[f"effective_{name}_{part}"] = plain
    for name in (*BLOCKS, "virtual_address", "location_code"):
        found[f"effective_origin_{name}"] = effective.origin.get(name)
    return found
