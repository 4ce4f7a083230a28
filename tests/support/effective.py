"""What columns and rows with inheritance resolved should hold, written independently of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs

from sorparse import Address, Coded, Effective, SOREntity, View, VirtualAddress

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


def hold(
    view: View, versions: Sequence[SOREntity], rows: Iterable[Mapping[str, Any]], *, whole: bool
) -> None:
    """Compare the rows of ``entity_effective`` on a date with the view of that date."""
    found = {row["sor_id"]: row for row in rows}
    assert set(found) == set(view), view.day
    for sor_id, row in found.items():
        version = view[sor_id]
        assert versions[row["row_id"] - 1] == version
        wanted = expected_effective(view.effective(sor_id))
        assert {name: row[name] for name in wanted} == wanted, (view.day, sor_id)
        if whole:
            assert set(row) - set(wanted) - {"period"} == {
                *("sor_id", "in_force_from", "in_force_to", "row_id", "name", "sor_type"),
                *("entity_type_code", "entity_type_name", "shak_code"),
                *("owner_sor_id", "health_institution_sor_id"),
            }
        kind = version.entity_type or Coded()
        assert (row["name"], row["shak_code"]) == (version.name, version.shak_code)
        assert (row["entity_type_code"], row["entity_type_name"]) == (kind.code, kind.name)
        assert row["sor_type"] == (version.sor_type and version.sor_type.value)
        assert row["owner_sor_id"] == (version.owner and version.owner.sor_id)
        institution = version.health_institution
        assert row["health_institution_sor_id"] == (institution and institution.sor_id)
