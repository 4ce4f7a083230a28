"""Short ways to write units for the tests of the register."""

from __future__ import annotations

from datetime import date
from typing import Any

from sorparse import Coded, SHAKSORMap, SOREntity, SorType, Validity

HOSPITAL = Coded("22232009", "hospital")
CLINICAL = Coded("550851000005109", "klinisk enhed")
ADMINISTRATIVE = Coded("550811000005108", "administrativ enhed")
SUPPLEMENTARY = Coded("255203001", "supplerende oplysninger")
REGION = Coded("550881000005103", "region")


def d(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def unit(
    sor_id: str,
    start: str | None = "2000-01-01",
    end: str | None = None,
    *,
    first: str | None = None,
    updated: str | None = None,
    **fields: Any,
) -> SOREntity:
    fields.setdefault("name", f"Enhed {sor_id}")
    fields.setdefault("sor_type", SorType.OE)
    return SOREntity(
        sor_id,
        validity=Validity(d(start), d(end)),
        first_from_date=d(first),
        updated_at=d(updated),
        **fields,
    )


def mapped(
    code: str, sor_id: str, start: str | None = "2000-01-01", end: str | None = None
) -> SHAKSORMap:
    return SHAKSORMap(code, sor_id, validity=Validity(d(start), d(end)))
