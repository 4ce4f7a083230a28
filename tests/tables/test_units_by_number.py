"""The table of a view, built from distinct values, compared with one built from its records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorparse import (
    Address,
    Coded,
    EntityRef,
    Register,
    SOREntity,
    SorType,
    Validity,
    VirtualAddress,
    examples,
    load,
)
from sorparse.tables import Table

pytest.importorskip("pyarrow")
pytest.importorskip("numpy")

texts = st.sampled_from([None, "a", "b c"])
coded = st.builds(Coded, texts, texts)
coordinates = st.sampled_from([None, Decimal("1.50"), Decimal("0.1234567890123456789")])
some_day = st.sampled_from([None, date(2020, 1, 1), date(2020, 1, 9)])
units = st.builds(
    SOREntity,
    st.integers(1, 9).map(str),
    name=texts,
    sor_type=st.none() | st.sampled_from(SorType),
    owner=st.none() | st.builds(EntityRef, texts, texts, st.none() | coded),
    validity=st.builds(Validity, some_day),
    updated_at=some_day,
    first_from_date=some_day,
    postal_address=st.none() | st.builds(Address, texts, easting=coordinates),
    virtual_address=st.none() | st.builds(VirtualAddress, texts),
    specialities=st.lists(coded, max_size=10),
    local_attributes=st.lists(texts, max_size=7),
    replaces=st.lists(st.sampled_from(["1", "2", "1 2"]), max_size=3),
    reporting_level=st.sampled_from([None, True, False]),
    extra=st.dictionaries(
        st.sampled_from(["a", "postal_address_easting"]), st.just("x"), max_size=2
    ),
)


@given(records=st.lists(units, max_size=8), lists=st.booleans())
def test_the_table_of_a_view_is_that_of_its_records(records: list[SOREntity], lists: bool) -> None:
    view = Register.from_records(records).as_of("2020-01-09")
    table = view.to_arrow(lists=lists).to_pyarrow()
    expected = Table.from_records("entities", view.active, lists=lists).to_pyarrow()
    assert table.schema.equals(expected.schema, check_metadata=True)
    assert table.to_pylist() == expected.to_pylist()
    for name in table.column_names:
        if hasattr(table.schema.field(name).type, "index_type"):  # categories in their order
            assert (
                table[name]
                .unify_dictionaries()
                .combine_chunks()
                .to_pandas()
                .equals(expected[name].unify_dictionaries().combine_chunks().to_pandas())
            )


def test_a_saved_register_has_the_same_table(tmp_path_factory: pytest.TempPathFactory) -> None:
    register = load(examples.sor2_zip)
    path = tmp_path_factory.mktemp("saved") / "register.sor"
    register.save(path)
    tables = [one.as_of("2026-06-15").to_arrow().to_pyarrow() for one in (register, load(path))]
    assert tables[0].equals(tables[1])
