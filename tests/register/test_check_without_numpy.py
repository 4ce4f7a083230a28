"""The checks report the same with and without numpy."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sorparse import Coded, LocationCode, Register, SHAKSORMap, SOREntity, Validity, VirtualAddress
from support.many_units import records as many_records
from support.without_numpy import without_numpy

BEGIN = date(2020, 1, 1)
A, B, C = "11000016002", "21000016006", "698471000016005"  # right check digits

maybe_day = st.none() | st.integers(0, 6).map(lambda offset: BEGIN + timedelta(days=offset))
ids = st.sampled_from([A, B, C])
validities = st.builds(Validity, maybe_day, maybe_day)
some = st.none() | st.sampled_from(["1301", "1302"])
units = st.builds(
    SOREntity,
    ids,
    parent_id=st.none() | ids | st.just("7"),
    validity=validities,
    first_from_date=maybe_day,
    shak_code=some,
    location_code=some,
    location_code_inherited=st.booleans(),
    provider_number=some,
    entity_type=st.none() | st.just(Coded("1")),
    virtual_address=st.none() | st.just(VirtualAddress("a@b.dk")),
)
tables = st.fixed_dictionaries(
    {
        "entities": st.lists(units, max_size=8),
        "shak_sor_map": st.lists(
            st.builds(SHAKSORMap, st.sampled_from(["1301", "1303"]), ids, validity=validities),
            max_size=3,
        ),
        "location_codes": st.lists(st.builds(LocationCode, st.just("1301"), ids), max_size=2),
    }
)


@given(tables)
def test_the_checks_need_no_numpy(tables: dict[str, Any]) -> None:
    found = Register.from_records(**tables).check()
    with without_numpy():
        assert Register.from_records(**tables).check() == found


def test_the_checks_of_many_units_need_no_numpy() -> None:
    """Above some hundred versions numpy resolves all together."""
    records = many_records(2, 1_000)
    found = Register.from_records(records).check()
    assert {one.code for one in found} >= {"inherits-from-closed-unit", "parent-cycle"}
    with without_numpy():
        assert Register.from_records(records).check() == found
