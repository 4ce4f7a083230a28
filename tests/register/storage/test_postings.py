"""Units are found by their codes as by looking at every unit, with and without numpy."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorparse import Coded, Register, SOREntity, Validity, View
from support.register import unit
from support.without_numpy import without_numpy

BEGIN = date(2020, 1, 1)
IDS = ("11000016002", "21000016006", "31000016008")
NUMBERS = ("000917", "000918")
KINDS = [Coded("1", "Klinik"), Coded("2", "Klinik"), Coded("1", "Afsnit"), Coded(None, "Afsnit")]

days = st.integers(0, 5).map(lambda offset: BEGIN + timedelta(days=offset))
numbers = st.none() | st.sampled_from(NUMBERS)
kinds = st.sampled_from(KINDS)
versions = st.builds(
    SOREntity,
    st.sampled_from(IDS),
    validity=st.builds(Validity, days, st.none() | days),
    parent_id=st.none() | st.sampled_from(IDS),
    provider_number=numbers,
    cvr=numbers,
    entity_type=st.none() | kinds,
    specialities=st.lists(kinds, max_size=2, unique=True).map(tuple),
)


def check(view: View) -> None:
    units = list(view.active())
    for number in NUMBERS:
        assert list(view.by_provider_number(number)) == [
            one for one in units if one.provider_number == number
        ]
        assert list(view.by_cvr(number)) == [one for one in units if one.cvr == number]
    for sor_id in view.register:
        assert list(view.children(sor_id)) == [
            one for one in units if one.parent_id == sor_id != one.sor_id
        ]
    for asked, part in (("1", "code"), ("2", "code"), ("klinik", "name"), ("afsnit", "name")):

        def fits(coded: Coded | None, asked: str = asked, part: str = part) -> bool:
            return coded is not None and str(getattr(coded, part)).casefold() == asked

        by_type = [one for one in units if fits(one.entity_type)]
        assert not by_type or list(view.find(entity_type=asked)) == by_type
        by_speciality = [one for one in units if any(map(fits, one.specialities))]
        assert not by_speciality or list(view.find(speciality=asked)) == by_speciality


PLACES: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "numpy": nullcontext,
    "plain": without_numpy,
}


@pytest.mark.parametrize("place", PLACES)
def test_some_units_are_found_by_their_codes(place: str) -> None:
    """Codes that several units share, that a unit has again, and that it no longer has."""
    one, two = NUMBERS
    first, second, third = IDS
    clinic, other, ward, nameless = KINDS
    records = [
        unit(third, cvr=one, provider_number=two, entity_type=clinic, parent_id=first),
        unit(first, end="2019-12-31", cvr=one, entity_type=other),
        unit(first, "2020-01-01", "2020-01-02", cvr=two, entity_type=ward, parent_id=second),
        unit(first, "2020-01-03", cvr=one, provider_number=one, specialities=(clinic, ward)),
        unit(second, cvr=two, specialities=(other, nameless), parent_id=first),
    ]
    with PLACES[place]():
        register = Register.from_records(records)
        for day in ("2019-12-31", "2020-01-02", "2020-01-03"):
            check(register.as_of(day))
        view = register.as_of("2020-01-03")
        assert [each.sor_id for each in view.by_cvr(one)] == [third, first]
        assert [each.sor_id for each in view.children(first)] == [third, second]
        assert [(term.code, term.count) for term in view.terms("speciality")] == [
            *((None, 1), ("1", 1), ("2", 1)),
        ]
        assert Register.from_records([]).as_of(day).by_cvr(one) == ()


@given(records=st.lists(versions, max_size=10), day=days)
def test_units_are_found_by_their_codes(records: list[SOREntity], day: date) -> None:
    for place in PLACES.values():
        with place():
            check(Register.from_records(records).as_of(day))
