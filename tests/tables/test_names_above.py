"""The names of owner and institution beside a code, from a file that has only their ids."""

from __future__ import annotations

from typing import Any

import pytest

from sorparse import EntityRef, Register, SorType
from support.register import unit

pl = pytest.importorskip("polars")
pytest.importorskip("narwhals")

OWNER, SI, WARD = "9901011000016006", "9901021000016002", "9901031000016000"
ABOVE: dict[str, Any] = {
    "owner": EntityRef(OWNER),
    "health_institution": EntityRef(SI),
    "parent_id": SI,
}
REGISTER = Register.from_records(
    [
        unit(OWNER, "1970-01-01", "2006-12-31", name="Amt", sor_type=SorType.IE),
        unit(SI, "1970-01-01", "2000-12-31", name="Gammelt Sygehus", sor_type=SorType.SI),
        unit(SI, "2001-01-01", "2006-12-31", name="Nyt Sygehus", sor_type=SorType.SI),
        unit(WARD, "1990-01-01", "2005-12-31", name="Afsnit", **ABOVE),
        unit(
            "9901501000016000", "2020-01-01", name="Til andre", owner=EntityRef("9901501000016000")
        ),
    ]
)
FIELDS = ("health_institution.name", "owner.name")


@pytest.mark.parametrize(
    ("day", "hospital", "status"),
    [
        ("1995-01-01", "Gammelt Sygehus", "ACTIVE"),
        ("2003-01-01", "Nyt Sygehus", "ACTIVE"),
        ("2006-06-01", "Nyt Sygehus", "CLOSED"),
        ("2026-01-01", "Nyt Sygehus", "CLOSED"),
        ("1960-01-01", "Gammelt Sygehus", "FUTURE"),
    ],
)
def test_owner_and_institution_are_those_of_the_version_shown(
    day: str, hospital: str, status: str
) -> None:
    frame = pl.DataFrame({"u": [WARD], "day": [day]})
    found = REGISTER.as_of("2026-01-01").add_names(frame, "u", on="day", fields=FIELDS)
    assert found.select("u_status", "u_owner", "u_health_institution_name", "u_owner_name").row(
        0
    ) == (status, "Amt", hospital, "Amt")


def test_a_name_that_is_not_in_the_register_is_absent() -> None:
    lonely = Register.from_records([unit(WARD, owner=EntityRef(OWNER))]).as_of("2020-01-01")
    found = lonely.add_names(pl.DataFrame({"u": [WARD]}), "u", fields=FIELDS)
    assert found.select("u_owner", "u_health_institution_name").row(0) == (None, None)
