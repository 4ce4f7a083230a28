"""Rows of the tables other than the units that end before they start."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from sorparse import EDIType, GeoLocation, LocationCode, Register, Validity
from support.register import mapped, unit

A = "11000016002"
NUMBER = "5790000000005"


@pytest.mark.parametrize(
    ("table", "record"),
    [
        ("shak_sor_map", mapped("1301", A)),
        ("location_codes", LocationCode(NUMBER, A)),
        ("edi_types", EDIType("1")),
        ("geo_locations", GeoLocation("7", sor_id=A)),
    ],
)
def test_a_row_that_ends_before_it_starts(table: str, record: Any) -> None:
    day, before = date(2020, 5, 1), date(2020, 4, 30)
    message = f"{table}: the row ends on 2020-04-30, before it starts on 2020-05-01"
    for validity, expected in (
        (Validity(day, before), [message]),
        (Validity(day, day), []),
        (Validity(None, before), []),
        (Validity(day, None), []),
    ):
        row = attrs.evolve(record, validity=validity)
        tables: dict[str, Any] = {table: [row]}
        found = Register.from_records([unit(A, location_code=NUMBER)], **tables).check()
        inverted = [one for one in found if one.code == "inverted-validity"]
        assert [one.message for one in inverted] == expected
        assert {one.severity for one in inverted} <= {"warning"}
