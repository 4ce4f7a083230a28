"""The checks of the hierarchy: each issue with its words."""

from __future__ import annotations

import pytest

import sorparse
from sorparse import Address, Issue, Register, SOREntity, SorType, VirtualAddress
from support.register import unit

A, B, C = "11000016002", "21000016006", "698471000016005"  # right check digits
D = "31000016008"

Reported = list[tuple[str, str, str]]
"""Unit, code and message."""


def reported(records: list[SOREntity]) -> Reported:
    found = Register.from_records(records).check()
    return [(str(one.sor_id), one.code, one.message) for one in found]


# -- orphans


def test_orphans_are_reported_once_for_each_unit_and_parent() -> None:
    records = [
        unit(A, "2010-01-01", "2010-12-31", parent_id=C),
        unit(A, "2011-01-01", "2011-12-31", parent_id=C),
        unit(B, "2010-01-01", parent_id=C),
        unit(A, "2012-01-01", parent_id=D),
    ]
    assert Register.from_records(records).check() == [
        Issue(
            "warning",
            "unknown-parent",
            f"the parent {parent} is not in the register",
            column="parent_id",
            value=parent,
            sor_id=sor_id,
        )
        for sor_id, parent in ((A, C), (B, C), (A, D))
    ]


def test_the_line_is_that_of_the_first_version_with_the_parent() -> None:
    text = (
        "SorId;EntityName;FromDate;ToDate;ParentSorId\n"
        f"{A};Navn;2010-01-01;2010-12-31;\n"
        f"{A};Navn;2011-01-01;2011-12-31;{B}\n"
        f"{A};Navn;2012-01-01;;{B}\n"
    )
    found = [(one.code, one.line) for one in sorparse.load(text.encode()).check()]
    assert found == [("unknown-parent", 3)]


# -- cycles


def cycles(records: list[SOREntity]) -> list[Issue]:
    found = Register.from_records(records).check()
    return [one for one in found if one.code == "parent-cycle"]


def cycle(message: str, sor_id: str, parent_id: str) -> Issue:
    return Issue(
        "warning", "parent-cycle", message, column="parent_id", value=parent_id, sor_id=sor_id
    )


def test_a_cycle_begins_where_it_is_complete() -> None:
    records = [
        unit(C, "2000-01-01"),
        unit(D, "2000-01-01", parent_id=A),  # leads into the cycle
        unit(A, "2000-01-01", "2009-12-31", parent_id=C),
        unit(A, "2010-01-01", parent_id=B),
        unit(B, "2000-01-01", parent_id=A),
        unit(B, "2020-01-01", parent_id=A),
    ]
    assert cycles(records) == [
        cycle(f"{A} under {B} under {A}, a cycle on 2010-01-01", A, B),
    ]


def test_a_unit_is_its_own_parent() -> None:
    records = [unit(A), unit(B, parent_id=B), unit(C, parent_id=B)]
    assert cycles(records) == [cycle(f"{B} under {B}, a cycle on 2000-01-01", B, B)]


def test_a_cycle_of_units_without_dates() -> None:
    records = [unit(A, None, parent_id=B), unit(B, None, parent_id=C), unit(C, None, parent_id=A)]
    assert cycles(records) == [cycle(f"{A} under {B} under {C} under {A}, a cycle", A, B)]


def test_who_leads_into_a_cycle_is_not_in_it() -> None:
    """The first version that is looked at is that of a unit outside."""
    records = [
        unit(A, "2000-01-01", "2004-12-31", parent_id=B),
        unit(B, "2000-01-01", "2004-12-31"),
        unit(C, "2000-01-01", "2004-12-31"),
        unit(A, "2005-01-01", parent_id=B),
        unit(B, "2005-01-01", parent_id=C),
        unit(C, "2005-01-01", "2009-12-31", parent_id=B),
        unit(C, "2010-01-01", parent_id=A),
    ]
    assert cycles(records) == [
        cycle(f"{B} under {C} under {B}, a cycle on 2005-01-01", B, C),
        cycle(f"{C} under {A} under {B} under {C}, a cycle on 2010-01-01", C, A),
    ]


def test_two_cycles_on_one_date_and_one_again() -> None:
    records = [
        unit(A, "2000-01-01", "2004-12-31", parent_id=B),
        unit(B, "2000-01-01", parent_id=A),
        unit(C, "2000-01-01", parent_id=D),
        unit(D, "2000-01-01", parent_id=C),
        unit(A, "2005-01-01", "2009-12-31"),
        unit(A, "2010-01-01", parent_id=B),
    ]
    assert cycles(records) == [
        cycle(f"{A} under {B} under {A}, a cycle on 2000-01-01", A, B),
        cycle(f"{C} under {D} under {C}, a cycle on 2000-01-01", C, D),
    ]


def test_a_cycle_that_comes_again_hides_no_other() -> None:
    records = [
        unit(A, "2000-01-01", "2009-12-31", parent_id=B),
        unit(A, "2010-01-01", parent_id=B),
        unit(B, "2000-01-01", parent_id=A),
        unit(C, "2010-01-01", parent_id=D),
        unit(D, "2010-01-01", parent_id=C),
    ]
    assert cycles(records) == [
        cycle(f"{A} under {B} under {A}, a cycle on 2000-01-01", A, B),
        cycle(f"{C} under {D} under {C}, a cycle on 2010-01-01", C, D),
    ]


def test_who_is_closed_is_in_no_cycle() -> None:
    records = [
        unit(A, "2000-01-01", parent_id=B),
        unit(B, "1990-01-01", "1999-12-31", parent_id=A),
        unit(C, "2000-01-01", parent_id=A),
    ]
    assert cycles(records) == []


# -- parents that are not in force


BEFORE = "the parent {} is not in force from {}, though the unit is"
AFTER = "the unit has the parent {} from {}, which opens on {}"


def test_a_parent_that_opens_later_and_one_that_closes() -> None:
    records = [
        unit(A, "2001-01-01", "2010-12-31"),
        unit(B, "2000-01-01", "2011-12-31", parent_id=A),
        unit(B, "2012-01-01", "2012-12-31", parent_id=A),
        unit(C, "2001-01-01", "2010-12-31", parent_id=A),
        unit(D, "2011-01-01", "2011-12-31", parent_id=A),
        unit(D, "2012-01-01", "2012-12-31", parent_id=A),  # once for each unit and parent
    ]
    assert Register.from_records(records).check() == [
        Issue(
            "warning",
            code,
            message,
            column="parent_id",
            value=A,
            sor_id=sor_id,
        )
        for sor_id, code, message in (
            (B, "parent-opens-after-child", AFTER.format(A, "2000-01-01", "2001-01-01")),
            (B, "parent-closed-before-child", BEFORE.format(A, "2012-01-01")),
            (D, "parent-closed-before-child", BEFORE.format(A, "2011-01-01")),
        )
    ]


def test_the_parent_opens_on_the_date_of_the_unit() -> None:
    assert reported([unit(A, "2001-01-01"), unit(B, "2001-01-01", parent_id=A)]) == []


def test_a_parent_that_never_is_in_force() -> None:
    records = [
        unit(A, "2001-01-01", "2000-12-31"),
        unit(B, "2001-01-01", parent_id=A),
        unit(C, "2000-12-31", parent_id=A),
    ]
    assert reported(records)[1:] == [
        (B, "parent-closed-before-child", BEFORE.format(A, "2001-01-01")),
        (C, "parent-opens-after-child", AFTER.format(A, "2000-12-31", "2001-01-01")),
    ]


def test_each_parent_is_reported() -> None:
    records = [
        unit(A, "2000-01-01", "2000-12-31"),
        unit(B, "2000-01-01", "2001-12-31"),
        unit(C, "2000-01-01", "2001-12-31", parent_id=A),
        unit(C, "2002-01-01", parent_id=B),
    ]
    assert reported(records) == [
        (C, "parent-closed-before-child", BEFORE.format(A, "2001-01-01")),
        (C, "parent-closed-before-child", BEFORE.format(B, "2002-01-01")),
    ]


def test_a_parent_behind_all_other_units() -> None:
    records = [unit(A, parent_id=B), unit(B, "2000-01-01", "2009-12-31")]
    assert reported(records) == [
        (A, "parent-closed-before-child", BEFORE.format(B, "2010-01-01")),
    ]


# -- what comes from a closed unit

HERE = Address(post_code="8000")


def closed(fields: str, origin: str, day: str) -> str:
    return f"{fields} of the unit are those of {origin}, which is closed on {day}"


def test_what_comes_from_a_closed_unit() -> None:
    records = [
        unit(A, end="2010-12-31", postal_address=HERE, virtual_address=VirtualAddress("a@b.dk")),
        unit(B, end="2011-12-31", parent_id=A),
        unit(C, end="2011-12-31", parent_id=A, postal_address=HERE),
    ]
    fields = "postal_address, visiting_address, activity_address, virtual_address"
    parent = ("parent-closed-before-child", BEFORE.format(A, "2011-01-01"), "parent_id")
    expected = [
        (B, "inherits-from-closed-unit", closed(fields, A, "2011-01-01"), "postal_address"),
        (B, *parent),
        (
            C,
            "inherits-from-closed-unit",
            closed("virtual_address", A, "2011-01-01"),
            "virtual_address",
        ),
        (C, *parent),
    ]
    assert Register.from_records(records).check() == [
        Issue("warning", code, message, column=column, value=A, sor_id=sor_id)
        for sor_id, code, message, column in expected
    ]


def test_what_comes_from_a_closed_unit_on_the_last_date_only() -> None:
    """The parent had no address yet on the first date without it."""
    records = [
        unit(A, "2000-01-01", "2010-12-31"),
        unit(A, "2012-01-01", "2012-12-31", virtual_address=VirtualAddress("a@b.dk")),
        unit(B, "2000-01-01", "2013-06-30", parent_id=A),
    ]
    assert reported(records) == [
        (A, "version-gap", "no version from 2011-01-01 to 2011-12-31"),
        (B, "inherits-from-closed-unit", closed("virtual_address", A, "2013-06-30")),
        (B, "parent-closed-before-child", BEFORE.format(A, "2011-01-01")),
    ]


@pytest.mark.parametrize("few", [1, 300])
def test_a_unit_is_in_force_on_its_last_date(few: int) -> None:
    """The unit at the top, from which the lowest ones inherit, closes on the same date as they."""
    ids = [f"{n}1000016000" for n in range(1, few + 1)]
    records = [
        unit(A, "2000-01-01", "2010-12-31", sor_type=SorType.SI, postal_address=HERE),
        unit(B, "2000-01-01", "2005-12-31", parent_id=A),
        *(unit(sor_id, "2000-01-01", "2010-12-31", parent_id=B) for sor_id in ids),
    ]
    assert [one for one in reported(records) if one[0] in ids and one[1] != "check-digit"] == [
        (sor_id, "parent-closed-before-child", BEFORE.format(B, "2006-01-01")) for sor_id in ids
    ]


def test_two_closed_units_that_one_inherits_from() -> None:
    records = [
        unit(A, end="2010-12-31", virtual_address=VirtualAddress("a@b.dk")),
        unit(B, end="2010-12-31", parent_id=A, postal_address=HERE),
        unit(C, end="2011-12-31", parent_id=B),
        unit(D, end="2011-12-31", parent_id=B),
    ]
    assert reported(records) == [
        issue
        for sor_id in (C, D)
        for issue in (
            (
                sor_id,
                "inherits-from-closed-unit",
                closed("postal_address, visiting_address, activity_address", B, "2011-01-01"),
            ),
            (sor_id, "inherits-from-closed-unit", closed("virtual_address", A, "2011-01-01")),
            (sor_id, "parent-closed-before-child", BEFORE.format(B, "2011-01-01")),
        )
    ]


@pytest.mark.parametrize("few", [1, 300])
def test_what_comes_from_closed_units_of_many(few: int) -> None:
    """Above some hundred versions all are resolved together."""
    ids = [f"{n}1000016000" for n in range(1, few + 1)]
    address = VirtualAddress("a@b.dk")
    records = [
        unit(A, end="2010-12-31", virtual_address=address),
        *(unit(sor_id, end="2011-12-31", parent_id=A) for sor_id in ids),
    ]
    inherits = [one for one in reported(records) if one[1] == "inherits-from-closed-unit"]
    message = closed("virtual_address", A, "2011-01-01")
    assert inherits == [(sor_id, "inherits-from-closed-unit", message) for sor_id in ids]
