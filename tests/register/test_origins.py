"""Where inherited values come from: many versions at once, compared with the rules for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorparse import Address, Register, SOREntity, SorType, Validity, VirtualAddress
from sorparse.inheritance import Effective
from sorparse.register.days import LAST_DATE
from sorparse.register.origins import OriginFinder
from sorparse.register.storage.timeindex import NO_ROW, TimeIndex

BEGIN = date(2020, 1, 1)
DAYS = [BEGIN + timedelta(days=offset) for offset in range(-1, 12)]
FIELDS = (
    *("postal_address", "visiting_address", "activity_address"),
    *("virtual_address", "location_code"),
)

some_day = st.sampled_from(DAYS)
maybe_day = st.none() | some_day
ids = st.integers(1, 5).map(str)
addresses = st.none() | st.builds(Address, st.sampled_from(["A", "B"]))
versions = st.builds(
    SOREntity,
    ids,
    parent_id=st.none() | ids | st.just("9"),
    sor_type=st.none() | st.sampled_from(SorType),
    validity=st.builds(Validity, some_day, maybe_day),
    first_from_date=maybe_day,
    postal_address=addresses,
    visiting_address=addresses,
    activity_address=addresses,
    virtual_address=st.none() | st.just(VirtualAddress("a@example.dk")),
    location_code=st.sampled_from([None, None, "1", "2"]),
    location_code_inherited=st.none() | st.booleans(),
)


def values(register: Register, few: int, rows: Sequence[int], day: int) -> list[dict[str, Any]]:
    """Return the effective values of versions, and the units that they come from."""
    store = register.core.store
    found: list[dict[str, Any]] = [{} for _ in rows]
    origins_of = finder_of(register, few).origins(FIELDS, rows, day)
    for field, origins in zip(FIELDS, origins_of, strict=True):
        for name, origin_rows in origins.items():
            for place, row in enumerate(origin_rows):
                if row >= 0:
                    assert field not in found[place]
                    value = store.value(row, name)
                    found[place][field] = value, store.ids[store.unit[row]]
    return found


def finder_of(register: Register, few: int) -> OriginFinder:
    core = register.core
    return OriginFinder(core.store, core.index, core.parents, few=few)


def expected(effective: Effective) -> dict[str, Any]:
    return {
        field: (getattr(effective, field), origin) for field, origin in effective.origin.items()
    }


def some_units() -> list[SOREntity]:
    """Return units that inherit everything from each other, over levels, gaps and closings."""
    own, other = Address("A"), Address("B")
    mail = VirtualAddress("a@example.dk")
    inherits: dict[str, Any] = {"location_code_inherited": True}
    return [
        version("1", 0, 3, sor_type=SorType.SI, postal_address=own, location_code="1"),
        version("1", 4, None, sor_type=SorType.SI, virtual_address=mail, location_code="2"),
        version("2", 0, None, parent_id="1", **inherits),
        version("3", 0, None, parent_id="2", visiting_address=other, location_code="2", **inherits),
        version("4", 0, None, parent_id="3", activity_address=own, **inherits),
        version("5", 0, None, parent_id="2", sor_type=None, postal_address=other),
        version("6", 0, None, parent_id="9", location_code="2", **inherits),
        version("7", 0, None, parent_id="1", sor_type=SorType.IE, **inherits),
        version("8", 0, 2, postal_address=own, virtual_address=mail, location_code="1"),
        version("8", 5, 6, postal_address=other, location_code="2"),
        version("10", 0, None, parent_id="8", **inherits),
        version("11", 0, None, parent_id="10", visiting_address=own, **inherits),
        version("12", 3, None, parent_id="10", location_code="1", **inherits),
        version("13", 0, None, sor_type=None, postal_address=own),  # of no level, at the top
        version("14", 0, None, parent_id="5"),  # two units above have an address
        version("15", 0, None, parent_id="7", **inherits),  # below an owner
        version("16", 0, None, parent_id="14", **inherits),  # the next ones have no number
        version("17", 0, None, parent_id="13", **inherits),  # nobody has one
        version("18", 0, None, parent_id="6", **inherits),  # only repeated above
        version("24", 0, None, parent_id="25", **inherits),
        version("25", 0, None, parent_id="6", location_code="1", **inherits),
        *(  # into a cycle
            version(sor_id, 0, None, parent_id=above, **inherits)
            for sor_id, above in (("20", "21"), ("21", "22"), ("22", "23"), ("23", "21"))
        ),
    ]


def version(sor_id: str, first: int, last: int | None, **fields: Any) -> SOREntity:
    fields.setdefault("sor_type", SorType.OE)
    end = None if last is None else BEGIN + timedelta(days=last)
    return SOREntity(sor_id, validity=Validity(BEGIN + timedelta(days=first), end), **fields)


@given(records=st.lists(versions, min_size=1, max_size=12), day=st.sampled_from(DAYS))
def test_many_versions_have_the_origins_of_each(records: list[SOREntity], day: date) -> None:
    check_origins(records, day)


@pytest.mark.parametrize("day", DAYS)
def test_some_versions_have_the_origins_of_each(day: date) -> None:
    check_origins(some_units(), day)


def check_origins(records: list[SOREntity], day: date) -> None:
    register = Register.from_records(records)
    view = register.as_of(day)
    wanted = [expected(view.effective(sor_id)) for sor_id in view]
    rows = [view.row(sor_id) for sor_id in view]
    for few in (0, 1_000):
        assert values(register, few, rows, day.toordinal()) == wanted


@given(records=st.lists(versions, min_size=1, max_size=12))
def test_each_version_can_have_its_own_date(records: list[SOREntity]) -> None:
    for few in (0, 10_000):
        check_dates(records, few)


@pytest.mark.parametrize("few", [0, 10_000])
def test_each_of_some_versions_can_have_its_own_date(few: int) -> None:
    check_dates(some_units(), few)


def check_dates(records: list[SOREntity], few: int) -> None:
    register = Register.from_records(records)
    rows, ordinals = in_force(register)
    finder = finder_of(register, few)
    together = finder.origins(FIELDS, rows, ordinals)
    for place, (row, day) in enumerate(zip(rows, ordinals, strict=True)):
        for origins, alone in zip(together, finder.origins(FIELDS, [row], day), strict=True):
            assert {name: of[place] for name, of in origins.items() if of[place] >= 0} == {
                name: of[0] for name, of in alone.items() if of[0] >= 0
            }


def in_force(register: Register) -> tuple[list[int], list[int]]:
    """Return all versions in force on all days, and the days."""
    rows, ordinals = [], []
    for day in DAYS:
        view = register.as_of(day)
        for sor_id in view:
            rows.append(view.row(sor_id))
            ordinals.append(day.toordinal())
    return rows, ordinals


@given(records=st.lists(versions, min_size=1, max_size=12))
def test_what_comes_from_closed_units_is_found_once_for_each_pair(
    records: list[SOREntity],
) -> None:
    check_closed(records)


def test_what_comes_from_some_closed_units_is_found_once_for_each_pair() -> None:
    check_closed(some_units())


def check_closed(records: list[SOREntity]) -> None:
    register = Register.from_records(records)
    store = register.core.store
    rows, ordinals = in_force(register)
    seen: set[tuple[str, str]] = set()
    wanted = []
    for place, (row, day) in enumerate(zip(rows, ordinals, strict=True)):
        view, sor_id = register.as_of(date.fromordinal(day)), store.ids[store.unit[row]]
        effective = view.effective(sor_id)
        for origin in dict.fromkeys(effective.origin.values()):
            if origin not in view and (sor_id, origin) not in seen:
                seen.add((sor_id, origin))
                fields = [field for field, one in effective.origin.items() if one == origin]
                wanted.append((place, store.numbers[origin], fields))
    for few in (0, 10_000):
        assert finder_of(register, few).from_closed(rows, ordinals) == wanted


@given(records=st.lists(versions, min_size=1, max_size=12))
def test_dates_without_the_unit_above_are_found_with_and_without_numpy(
    records: list[SOREntity],
) -> None:
    core = Register.from_records(records).core
    parents, since = core.parents, core.store.start
    expected = []
    for unit in range(len(core.store.ids)):
        for start, end, row in core.index.segments(unit):
            other = parents[row]
            days = range(max(start, since[row]), min(end, DAYS[-1].toordinal() + 2) + 1)
            without = [day for day in days if core.index.row_on(other, day) == NO_ROW]
            if without and other not in (NO_ROW, unit):
                expected.append((without[0], min(end, LAST_DATE), row))
    for numpy in (True, False):
        index = TimeIndex(core.store, numpy=numpy)
        assert [*zip(*index.lapses(parents, since), strict=True)] == expected
