"""Records of a register, whose fields are read when they are asked for."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sorparse
from sorparse import Address, Register, SOREntity, View
from support.many_units import records
from support.register import unit

FIELDS = [field.name for field in attrs.fields(SOREntity)]
UNITS = [one for one in records(2, 30) if one.validity.to_date is None]
GIVEN = {one.sor_id: one for one in UNITS}


@pytest.fixture(scope="module", params=["memory", "saved"])
def view(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> View:
    register = Register.from_records(UNITS)
    if request.param == "saved":
        path: Path = tmp_path_factory.mktemp("saved") / "register.sor"
        register.save(path)
        register = sorparse.load(path)
    return register.as_of(date.max)


@given(order=st.lists(st.sampled_from(FIELDS), max_size=12), sor_id=st.sampled_from(sorted(GIVEN)))
def test_fields_are_those_that_were_given_in_whatever_order_they_are_read(
    view: View, order: list[str], sor_id: str
) -> None:
    found, record = view[sor_id], GIVEN[sor_id]
    assert [getattr(found, name) for name in order] == [getattr(record, name) for name in order]
    assert attrs.asdict(found, recurse=False) == attrs.asdict(record, recurse=False)
    assert found == record


@pytest.mark.parametrize(
    "use",
    [
        hash,
        repr,
        str,
        lambda record: pickle.loads(pickle.dumps(record)),
        copy.copy,
        copy.deepcopy,
        lambda record: attrs.evolve(record, note="new"),
        lambda record: {record: 1}[record],
        lambda record: type(record) is SOREntity and isinstance(record, SOREntity),
    ],
)
def test_a_record_that_was_not_read_is_used_as_any_other(
    view: View, use: Callable[[SOREntity], Any]
) -> None:
    for record in UNITS:
        assert use(view[record.sor_id]) == use(record)


def test_a_record_is_immutable_and_has_no_other_attributes(view: View) -> None:
    found = view[UNITS[0].sor_id]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        found.name = "other"  # type: ignore[misc]
    for record in (found, UNITS[0]):
        with pytest.raises(AttributeError, match="no attribute 'title'"):
            _ = record.title  # type: ignore[attr-defined]
        assert not hasattr(record, "unknown")


def test_records_that_were_found_are_those_in_force() -> None:
    units = [unit(str(n), postal_address=Address(region_name="Nord")) for n in range(1_000)]
    found = Register.from_records(units).as_of("2020-01-01").find(region="Nord")
    assert found == tuple(units)
