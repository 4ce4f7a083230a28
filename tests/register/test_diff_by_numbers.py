"""Differences found by the numbers of values, compared with a reading of the records."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sorparse import (
    Address,
    Change,
    Coded,
    Diff,
    Format,
    Register,
    SOREntity,
    Validity,
    View,
    diff,
)
from sorparse.register.compared import compared_fields

DAYS = [date(2020, 1, 1) + timedelta(days=offset) for offset in range(6)]
some_day = st.sampled_from(DAYS)
coded = st.none() | st.builds(Coded, st.sampled_from(["1", None]), st.sampled_from(["a", "b"]))
versions = st.builds(
    SOREntity,
    st.integers(1, 4).map(str),
    name=st.sampled_from(["A", "B", None]),
    parent_id=st.sampled_from(["1", "2", None]),
    validity=st.builds(Validity, some_day, st.none() | some_day),
    first_from_date=st.none() | some_day,
    postal_address=st.none() | st.builds(Address, st.sampled_from(["A", "B"])),
    specialities=st.lists(coded.filter(bool), max_size=2),
    location_code=st.sampled_from(["1", "2", None]),
    location_code_inherited=st.sampled_from([True, False, None]),
    extra=st.dictionaries(st.just("a"), st.sampled_from(["1", "2"]), max_size=1),
)
registers = st.lists(versions, max_size=10)


def by_records(before: View, after: View) -> list[Change]:
    """Return what differs, field by field of the records of both states."""
    found = []
    for sor_id in before:
        old, new = before[sor_id], after.get(sor_id)
        if new is None:
            continue
        for field in compared_fields():
            values = [field.get(getattr(unit, field.field)) for unit in (old, new)]
            if values[0] != values[1]:
                found.append(Change(sor_id, field.path, values[0], values[1], new.name))
        ends = before.closing_date(sor_id), after.closing_date(sor_id)
        if ends[0] != ends[1]:
            found.append(Change(sor_id, "closing_date", *ends, new.name))
    return sorted(found, key=lambda change: (change.sor_id, change.field))


def changes(found: Diff) -> list[Change]:
    every = (*found.moved, *found.renamed, *found.changed, *found.closing)
    return sorted(every, key=lambda change: (change.sor_id, change.field))


def check(found: Diff, before: View, after: View) -> None:
    assert changes(found) == by_records(before, after)
    assert [unit.sor_id for unit in found.opened] == sorted(set(after) - set(before))
    assert [unit.sor_id for unit in found.closed] == sorted(set(before) - set(after))
    assert found.opened == tuple(after[unit.sor_id] for unit in found.opened)
    assert found.closed == tuple(before[unit.sor_id] for unit in found.closed)
    assert (found.from_units, found.to_units) == (len(before), len(after))


@given(records=registers, first=some_day, last=some_day)
def test_two_dates_differ_in_what_their_records_differ_in(
    records: list[SOREntity], first: date, last: date
) -> None:
    register = Register.from_records(records)
    check(register.diff(first, last), register.as_of(first), register.as_of(last))


@given(records=registers, others=registers, day=some_day)
def test_two_sources_differ_in_what_their_records_differ_in(
    records: list[SOREntity], others: list[SOREntity], day: date
) -> None:
    one, other = (Register.from_records(each, format=Format.SOR2) for each in (records, others))
    found = diff(one, other, from_day=day, to_day=day)
    check(found, one.as_of(day), other.as_of(day))
