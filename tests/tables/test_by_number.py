"""Tables of units from the texts of their values, compared with those from records."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sorparse import Address, Coded, EntityRef, Register, SorError, SorType, VirtualAddress
from support.register import unit

TEXT = st.none() | st.text("abæ€𝄞\n 1", min_size=1, max_size=4)
NUMBER = st.none() | st.sampled_from(["1.5", "-12", "0.1234567890123456789", "1E+5", "1E-7", "7"])
ADDRESS = st.builds(
    Address,
    street_name=TEXT,
    region_name=TEXT,
    easting=NUMBER.map(lambda text: None if text is None else Decimal(text)),
)
UNIT: Any = st.fixed_dictionaries(
    {
        "name": TEXT,
        "postal_address": st.none() | ADDRESS,
        "visiting_address": st.none() | ADDRESS,
        "virtual_address": st.none() | st.builds(VirtualAddress, email=TEXT),
        "owner": st.none() | st.builds(EntityRef, name=TEXT, entity_type=st.builds(Coded, TEXT)),
        "sor_type": st.sampled_from([None, *SorType]),
        "parent_id": st.sampled_from([None, "0", "1", "99"]),
    }
)


@pytest.mark.parametrize("special", [None, "\x1f", "\x1e", "\ud800"])
@settings(max_examples=20)
@given(units=st.lists(UNIT, max_size=6))
def test_columns_are_those_of_the_records(special: str | None, units: list[Any]) -> None:
    if special == "\ud800":
        view = Register.from_records([unit("0", name=special)]).as_of("2020-01-01")
        with pytest.raises(SorError, match="not valid Unicode"):
            view.to_arrow().to_pyarrow()
        return
    if special is not None:
        units = [*units, {"name": special, "postal_address": Address(region_name=special)}]
    records = [unit(str(number), **fields) for number, fields in enumerate(units)]
    view = Register.from_records(records).as_of("2020-01-01")
    for effective in (False, True):
        from_texts = view.to_arrow(effective=effective).to_pyarrow()
        from_records = view.to_table(view.active(), effective=effective).to_pyarrow()
        assert from_texts.schema == from_records.schema
        assert repr(from_texts.to_pydict()) == repr(from_records.to_pydict())
